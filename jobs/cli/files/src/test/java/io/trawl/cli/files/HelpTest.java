package io.trawl.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Help is bin/trawl's, so that it needs no build; it lists the options that are taken here. The piece that asks bin/trawl is
 * in io.trawl.testing, too: for a module of tests the first command on files would have to build Spark's modules.
 */
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

    @ParameterizedTest
    @ValueSource(strings = {"parse", "canonical", "indicators", "index", "lookalike", "match", "formats", "rules"})
    void listsTheOptionsThatAreTaken(String command) throws IOException {
        String[] words = command.equals("index") ? new String[] {command, "build", "-x"} : new String[] {command, "-x"};
        assertThat(Ran.of(new byte[0], words).err())
                .isEqualTo("trawl " + command + ": option -x is unknown: expected " + String.join(", ", listed(command))
                        + "; --help says what they do\n");
    }
}
