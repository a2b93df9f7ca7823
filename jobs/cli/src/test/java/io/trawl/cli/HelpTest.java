package io.trawl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The help of a query stands in its bin/lib/NAME.sh, so that it is there before anything is built. */
class HelpTest {
    private static final Pattern OPTION = Pattern.compile("--[a-z][a-z-]*");

    @ParameterizedTest
    @ValueSource(strings = {"detections", "sightings", "parity", "tail", "migrate-lake"})
    void helpNamesTheOptionsThatTheProgramTakesAndNoOthers(String name) throws Exception {
        String help = help(name);

        Set<String> taken = new TreeSet<>();
        for (OptionSpec option : command(name).options()) {
            taken.add(option.longestName());
        }
        taken.remove("--help");
        String listed = help.substring(help.indexOf("\n\n"));
        assertThat(names(listed)).as("explained").isEqualTo(taken);
        assertThat(names(help.substring(0, help.indexOf("\n\n")))).as("usage").isEqualTo(taken);
    }

    private static CommandSpec command(String name) {
        PrintStream nowhere = new PrintStream(PrintStream.nullOutputStream());
        Object program =
                switch (name) {
                    case "detections" -> new Cli.Detections(nowhere);
                    case "sightings" -> new Cli.Sightings(nowhere);
                    case "parity" -> new ParityCommand(nowhere);
                    case "migrate-lake" -> new MigrateLake(nowhere);
                    default -> new Tail(nowhere, nowhere);
                };
        return new CommandLine(program).getCommandSpec();
    }

    private static String help(String name) throws IOException {
        String script = Files.readString(Path.of("..", "..", "bin", "lib", name + ".sh"));
        return script.substring(script.indexOf("<< 'HELP'\n") + 10, script.indexOf("\nHELP\n"));
    }

    private static Set<String> names(String text) {
        return OPTION.matcher(text).results().map(MatchResult::group).collect(TreeSet::new, Set::add, Set::addAll);
    }
}
