package io.trawl.cli.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Help is bin/trawl's, so that it needs no build; it lists the options that are taken here. */
class HelpTest {

    /** The options that bin/trawl lists, which starts nothing for it. */
    private static List<String> listed(String command) throws IOException {
        Process help = new ProcessBuilder(System.getProperty("trawl.home") + "/bin/trawl", command, "--help").start();
        help.getOutputStream().close();
        try (BufferedReader lines = help.inputReader(StandardCharsets.UTF_8)) {
            return lines.lines()
                    .map(Pattern.compile("  (--[a-z-]+(?: [A-Z/=]+)?)  +\\S.*")::matcher)
                    .filter(Matcher::matches)
                    .map(line -> line.group(1))
                    .filter(name -> !name.equals("--help"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"detections", "sightings", "parity", "tail", "migrate-lake"})
    void listsTheOptionsThatAreTaken(String command) throws IOException {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        List<String> taken =
                Cli.commands(nowhere, nowhere).getSubcommands().get(command).getCommandSpec().options().stream()
                        .filter(option -> !option.hidden() && !option.usageHelp())
                        .map(option ->
                                option.longestName() + (option.arity().max() == 0 ? "" : " " + option.paramLabel()))
                        .sorted()
                        .toList();
        assertThat(taken).isNotEmpty();
        assertThat(listed(command)).isEqualTo(taken);
    }
}
