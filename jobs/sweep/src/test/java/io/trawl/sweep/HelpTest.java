package io.trawl.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

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
                    .map(line -> line.group(1).replaceFirst(" .*", ""))
                    .filter(name -> !name.equals("--help"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void listsTheOptionsThatAreTaken() throws IOException {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        try (SweepCommand sweep = new SweepCommand(InputStream.nullInputStream(), nowhere, nowhere)) {
            List<String> taken = new CommandLine(sweep)
                    .getCommandSpec().options().stream()
                            .map(CommandLine.Model.OptionSpec::longestName)
                            .sorted()
                            .toList();
            assertThat(taken).isNotEmpty();
            assertThat(listed("sweep")).isEqualTo(taken);
        }
    }
}
