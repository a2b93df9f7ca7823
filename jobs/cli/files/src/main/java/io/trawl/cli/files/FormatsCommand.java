package io.trawl.cli.files;

import io.trawl.cli.files.log.FormatOption;
import io.trawl.cli.files.log.LogReader;
import io.trawl.cli.files.output.FormatText;
import io.trawl.cli.files.output.Output;
import io.trawl.cli.files.output.Table;
import io.trawl.cli.files.terminal.Arguments;
import io.trawl.cli.files.terminal.Streams;
import io.trawl.parsing.Printable;
import io.trawl.parsing.format.DeclaredFormat;
import io.trawl.parsing.format.Formats;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** {@code trawl formats}: the formats that there are, their tests, which one a log is in, and drafts of new ones. */
final class FormatsCommand {
    private static final List<String> ACTIONS = List.of("list", "show", "test", "detect", "new");

    private final Arguments arguments;
    private final Formats formats;
    private final Streams streams;

    private FormatsCommand(Arguments arguments, Streams streams) {
        this.arguments = arguments;
        this.formats = FormatOption.formats(arguments);
        this.streams = streams;
    }

    static int run(List<String> words, Streams streams) throws IOException {
        Arguments arguments =
                Arguments.of(words, Set.of(FormatOption.FORMATS, "--output", "--sample", "--to"), Set.of());
        List<String> operands = arguments.operands();
        String action = operands.isEmpty() ? "list" : operands.get(0);
        List<String> rest = operands.isEmpty() ? operands : operands.subList(1, operands.size());
        if (!ACTIONS.contains(action)) {
            throw new IllegalArgumentException("'" + action + "' is unknown: expected show, test, detect or new,"
                    + " for example trawl formats show squid; without a word all formats are listed");
        }
        takes(arguments, action, "--output", "list", "detect");
        takes(arguments, action, "--sample", "new");
        takes(arguments, action, "--to", "new");
        FormatsCommand command = new FormatsCommand(arguments, streams);
        return switch (action) {
            case "list" -> command.list(rest);
            case "show" -> command.show(rest);
            case "test" -> command.test(rest);
            case "detect" -> DetectAction.run(command.formats, arguments, rest, streams);
            default -> DraftAction.run(arguments, rest, streams);
        };
    }

    private static void takes(Arguments arguments, String action, String option, String... takers) {
        if (arguments.value(option) != null && !List.of(takers).contains(action)) {
            throw new IllegalArgumentException(
                    action + " takes no " + option + ": it is an option of " + String.join(" and ", takers));
        }
    }

    private static void none(List<String> rest) {
        if (!rest.isEmpty()) {
            throw new IllegalArgumentException("'" + rest.get(0) + "' is surplus: expected nothing after list");
        }
    }

    private int list(List<String> rest) throws IOException {
        none(rest);
        boolean json = "json".equals(arguments.value("--output"));
        arguments.table();
        Output output = new Output();
        for (String name : formats.names()) {
            String title;
            boolean verified = false;
            boolean broken = false;
            try {
                DeclaredFormat format = formats.declared(name, ZoneOffset.UTC);
                title = format.title();
                verified = format.isVerified();
            } catch (IllegalArgumentException e) {
                // A list is not the place to fail: the test of the format says it, too.
                title = String.valueOf(e.getMessage());
                broken = true;
            }
            String state = broken ? "unusable" : verified ? "verified" : "unverified";
            if (json) {
                output.json()
                        .begin()
                        .member("name", name)
                        .member("title", title)
                        .member("state", state)
                        .member("site", formats.isSites(name) ? "yes" : "no")
                        .member("file", formats.file(name))
                        .end()
                        .newline();
            } else {
                output.row(name, state, formats.isSites(name) ? "site" : "-", title);
            }
        }
        if (json) {
            output.json().writeTo(streams.out());
        } else {
            streams.out().write(new Table("NAME", "STATE", "SITE", "TITLE").lines(output.rows()));
        }
        streams.out().flush();
        for (String note : formats.notes()) {
            streams.err().println("trawl formats: " + Printable.line(note));
        }
        return 0;
    }

    private DeclaredFormat declared(String word) {
        return LogReader.isFile(word) ? FormatOption.file(word) : formats.declared(word, ZoneOffset.UTC);
    }

    private int show(List<String> rest) throws IOException {
        if (rest.size() != 1) {
            throw new IllegalArgumentException((rest.isEmpty() ? "no format" : "several formats")
                    + ": expected the name or the file of one, for example trawl formats show squid");
        }
        String word = rest.get(0);
        DeclaredFormat format = declared(word);
        String file = LogReader.isFile(word) ? word : formats.file(word);
        streams.out().write(FormatText.of(format, file).getBytes(StandardCharsets.UTF_8));
        streams.out().flush();
        return 0;
    }

    private int test(List<String> rest) throws IOException {
        List<String> words = rest.isEmpty() ? formats.names() : rest;
        List<String> wrong = new ArrayList<>();
        int samples = 0;
        for (String word : words) {
            if (!LogReader.isFile(word)) {
                formats.require(word);
            } else {
                FormatOption.requireFile(word);
            }
            try {
                DeclaredFormat format = declared(word);
                samples += format.allSamples().size();
                wrong.addAll(format.failures());
            } catch (IllegalArgumentException e) {
                wrong.add(String.valueOf(e.getMessage()));
            }
        }
        PrintStream out = new PrintStream(streams.out(), false, StandardCharsets.UTF_8);
        for (String one : wrong) {
            out.println(Printable.line(one));
        }
        if (wrong.isEmpty()) {
            out.println((words.size() == 1 ? Printable.line(words.get(0)) : words.size() + " formats") + ": " + samples
                    + (samples == 1 ? " sample is" : " samples are") + " as expected");
        }
        out.flush();
        return wrong.isEmpty() ? 0 : 1;
    }
}
