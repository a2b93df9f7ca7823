package io.trawl.cli.files.rule;

import io.trawl.cli.files.log.FormatOption;
import io.trawl.cli.files.output.Json;
import io.trawl.cli.files.output.Output;
import io.trawl.cli.files.output.Table;
import io.trawl.cli.files.terminal.Arguments;
import io.trawl.cli.files.terminal.Streams;
import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.book.RuleBook;
import io.trawl.intel.rule.correlation.Correlation;
import io.trawl.intel.rule.document.Refusal;
import io.trawl.parsing.Printable;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code trawl rules}: whether rules can be run, which ones there are, their tests, and why one matches a line or not. */
public final class RulesCommand {
    static final String LINE = "--line";
    private static final String BACKTEST = "backtest";
    private static final List<String> ACTIONS = List.of("check", "list", "show", "test", "explain", BACKTEST);
    /** Options of backtest, which is another program: it reads the lake. */
    private static final List<String> OF_BACKTEST = List.of("--window", "--source", "--lake", "--conf", "--set");

    private final RuleBook book;
    private final Arguments arguments;
    private final Streams streams;

    private RulesCommand(RuleBook book, Arguments arguments, Streams streams) {
        this.book = book;
        this.arguments = arguments;
        this.streams = streams;
    }

    public static int run(List<String> words, Streams streams) throws IOException {
        Arguments arguments = Arguments.of(
                words,
                RuleOptions.with(FormatOption.with("--output", LINE, "--window", "--source", "--lake", "--conf")),
                Set.of(RuleOptions.RULES, FormatOption.WITH, "--set"));
        List<String> operands = arguments.operands();
        if (operands.isEmpty() || !ACTIONS.contains(operands.get(0))) {
            throw new IllegalArgumentException((operands.isEmpty() ? "no word" : "'" + operands.get(0) + "'")
                    + ": expected check, list, show, test, explain or backtest, for example trawl rules check rules/");
        }
        String action = operands.get(0);
        if (action.equals(BACKTEST)) {
            throw new IllegalArgumentException(
                    "backtest reads the lake, which needs Spark: expected it as the first word,"
                            + " for example bin/trawl rules backtest rules/ --window START/END");
        }
        OF_BACKTEST.forEach(option -> takes(arguments, action, option, BACKTEST));
        takes(arguments, action, "--output", "list", "explain");
        takes(arguments, action, LINE, "explain");
        takes(arguments, action, "--format", "explain");
        takes(arguments, action, FormatOption.WITH, "explain");
        takes(arguments, action, RuleOptions.RULES, "show", "explain");
        List<String> rest = operands.subList(1, operands.size());
        switch (action) {
            case "check" -> {
                return CheckAction.run(load(rest, arguments, streams), streams);
            }
            case "list" -> {
                return new RulesCommand(load(rest, arguments, streams), arguments, streams).list();
            }
            case "test" -> {
                return TestAction.run(load(rest, arguments, streams), FormatOption.formats(arguments), streams);
            }
            default -> {
                if (rest.isEmpty()) {
                    throw new IllegalArgumentException(
                            "no id: expected a rule's id, for example trawl rules " + action + " ID --rules rules/");
                }
                RuleBook book = load(arguments.values(RuleOptions.RULES), arguments, streams);
                List<String> logs = rest.subList(1, rest.size());
                return action.equals("explain")
                        ? ExplainAction.run(book, rest.get(0), logs, arguments, streams)
                        : new RulesCommand(book, arguments, streams).show(rest.get(0), logs);
            }
        }
    }

    private static RuleBook load(List<String> words, Arguments arguments, Streams streams) throws IOException {
        return RuleOptions.load(RuleOptions.orSetting(words), arguments, streams);
    }

    private static void takes(Arguments arguments, String action, String option, String... takers) {
        if (arguments.has(option) && !List.of(takers).contains(action)) {
            throw new IllegalArgumentException(
                    action + " takes no " + option + ": it is an option of " + String.join(" and ", takers));
        }
    }

    /** Category, product and service, with a dash for what is not asked. */
    private static String sources(Rule.Sources sources) {
        return Stream.of(sources.category(), sources.product(), sources.service())
                .map(Table::cell)
                .collect(Collectors.joining("/"));
    }

    private String note(String id) {
        for (RuleBook.CannotFire one : book.cannotFire()) {
            if (one.id().equals(id)) {
                return "cannot fire: no event has "
                        + (one.fields().isEmpty() ? "what its rules ask for" : String.join(", ", one.fields()));
            }
        }
        return book.correlations().isSilent(id) ? "only for correlations" : "";
    }

    private int list() throws IOException {
        boolean json = "json".equals(arguments.value("--output"));
        arguments.table();
        Output output = new Output();
        for (Rule rule : book.rules()) {
            String kind = rule.kind().name().toLowerCase(Locale.ROOT);
            row(
                    json,
                    output,
                    kind,
                    rule.id(),
                    rule.name(),
                    rule.level().text(),
                    rule.score(),
                    sources(rule.sources()),
                    rule.place());
        }
        for (Correlation one : book.correlations().all()) {
            row(
                    json,
                    output,
                    "correlation",
                    one.id(),
                    one.name(),
                    one.level().text(),
                    one.score(),
                    String.join(",", one.rules()),
                    one.place());
        }
        if (json) {
            output.json().writeTo(streams.out());
        } else {
            streams.out()
                    .write(new Table("ID", "KIND", "LEVEL", "SOURCE", "PLACE", "NOTE", "NAME").lines(output.rows()));
        }
        streams.out().flush();
        for (Refusal one : book.refused()) {
            streams.err().println("trawl rules: refused: " + Printable.line(String.valueOf(one.getMessage())));
        }
        return 0;
    }

    private void row(
            boolean json,
            Output output,
            String kind,
            String id,
            String name,
            String level,
            int score,
            String of,
            Rule.Place place) {
        String note = note(id);
        if (!json) {
            output.row(
                    id,
                    kind,
                    level,
                    of,
                    place.file() + ":" + place.line(),
                    Table.cell(note.isEmpty() ? null : note),
                    name);
            return;
        }
        Json object = output.json().begin();
        RuleText.rule(id, name, object);
        object.member("kind", kind)
                .member("level", level)
                .member("score", score)
                .member(kind.equals("correlation") ? "rules" : "source", of)
                .member("file", place.file())
                .member("line", place.line())
                .member("note", note.isEmpty() ? null : note)
                .end()
                .newline();
    }

    /** The rule's text, as its file has it. */
    private int show(String id, List<String> surplus) throws IOException {
        if (!surplus.isEmpty()) {
            throw new IllegalArgumentException(
                    "'" + surplus.get(0) + "' is surplus: expected one id, and --rules before files");
        }
        Rule.Place place = place(book, id);
        if (place == null) {
            throw unknown(id);
        }
        Path file = Path.of(place.file());
        List<String> lines =
                file.toString().endsWith(".json") ? List.of() : Files.readAllLines(file, StandardCharsets.UTF_8);
        PrintStream out = new PrintStream(streams.out(), false, StandardCharsets.UTF_8);
        out.println("# " + Printable.line(place.file()) + ":" + place.line());
        String note = note(id);
        if (!note.isEmpty()) {
            out.println("# " + Printable.line(note));
        }
        boolean whole = place.file().endsWith(".yml") || place.file().endsWith(".yaml");
        for (int i = place.line() - 1; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.startsWith("---") || !whole && i >= place.line()) {
                break;
            }
            out.println(Printable.line(line));
        }
        out.flush();
        return 0;
    }

    static IllegalArgumentException unknown(String id) {
        return new IllegalArgumentException(
                "there is no rule '" + id + "': expected an id, as trawl rules list has it");
    }

    /** Where a rule or a correlation is; null if there is none. */
    static Rule.@Nullable Place place(RuleBook book, String id) {
        Correlation correlation = correlation(book, id);
        return correlation != null
                ? correlation.place()
                : book.rules().stream()
                        .filter(rule -> rule.id().equals(id))
                        .map(Rule::place)
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(null);
    }

    static @Nullable Correlation correlation(RuleBook book, String id) {
        return book.correlations().all().stream()
                .filter(one -> one.id().equals(id))
                .findFirst()
                .orElse(null);
    }
}
