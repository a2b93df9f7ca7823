package io.trawl.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What bin/trawl says of a sub-command; it starts nothing for that. */
public final class Help {
    private static final Pattern OPTION = Pattern.compile("  (--[a-z-]+(?: [A-Z/=]+)?)  +\\S.*");

    private Help() {}

    /** The options that it lists, without --help, each with the name of its value: {@code --source NAME}. */
    public static List<String> options(String command) throws IOException {
        Process help = new ProcessBuilder(System.getProperty("trawl.home") + "/bin/trawl", command, "--help").start();
        help.getOutputStream().close();
        try (BufferedReader lines = help.inputReader(StandardCharsets.UTF_8)) {
            return lines.lines()
                    .map(OPTION::matcher)
                    .filter(Matcher::matches)
                    .map(line -> line.group(1))
                    .filter(name -> !name.equals("--help"))
                    .sorted()
                    .toList();
        }
    }

    /** The names alone. */
    public static List<String> names(String command) throws IOException {
        return options(command).stream()
                .map(option -> option.replaceFirst(" .*", ""))
                .toList();
    }
}
