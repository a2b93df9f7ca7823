package io.trawl.cli.files.rule;

import io.trawl.cli.files.log.FormatOption;
import io.trawl.cli.files.log.LineWork;
import io.trawl.cli.files.log.LogReader;
import io.trawl.cli.files.log.Logs;
import io.trawl.cli.files.output.Json;
import io.trawl.cli.files.output.Output;
import io.trawl.cli.files.output.Table;
import io.trawl.cli.files.terminal.Arguments;
import io.trawl.cli.files.terminal.Input;
import io.trawl.cli.files.terminal.Streams;
import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.book.RuleBook;
import io.trawl.intel.rule.correlation.Correlation;
import io.trawl.intel.rule.eval.Explanation;
import io.trawl.intel.rule.eval.RuleSet;
import io.trawl.parsing.Failure;
import io.trawl.record.ProxyEvent;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/** {@code trawl rules explain}: part by part, why a rule matches a line or not. */
final class ExplainAction implements LineWork {
    private final LogReader reader;
    private final List<Rule> rules;
    private final long wanted;
    private final boolean json;
    /** What is to be said of the line where it is not an event. */
    private final AtomicReference<String> problem;

    private ExplainAction(LogReader reader, List<Rule> rules, long wanted, boolean json) {
        this.reader = reader;
        this.rules = rules;
        this.wanted = wanted;
        this.json = json;
        this.problem = new AtomicReference<>("the log has no line " + wanted);
    }

    /** @return 0 if the rule matches, else 1 */
    static int run(RuleBook book, String id, List<String> logs, Arguments arguments, Streams streams)
            throws IOException {
        if (logs.size() != 1) {
            throw new IllegalArgumentException(
                    (logs.isEmpty() ? "no log" : "several logs") + ": expected one, for example access.log");
        }
        boolean json = "json".equals(arguments.value("--output"));
        arguments.table();
        List<Input> inputs = Input.of(logs);
        List<Rule> rules = rules(book, id);
        if (rules.isEmpty()) {
            throw RulesCommand.unknown(id);
        }
        FormatOption.Chosen chosen = FormatOption.of(arguments).choose("rules", inputs, streams);
        ExplainAction action = new ExplainAction(chosen.reader(), rules, line(arguments), json);
        Table table = json ? null : new Table("HOLDS", "PART", "FIELD", "ASKED", "VALUE");
        Logs.Done done = Logs.run("rules", action, table, inputs, chosen.streams());
        String problem = Objects.requireNonNullElse(action.problem.get(), "");
        if (done.status() < 2 && !problem.isEmpty()) {
            throw new IllegalArgumentException(problem);
        }
        return done.status();
    }

    private static long line(Arguments arguments) {
        String text = arguments.value(RulesCommand.LINE);
        if (text == null || !text.matches("[1-9][0-9]{0,17}")) {
            throw new IllegalArgumentException((text == null ? "--line is missing" : "--line " + text)
                    + ": expected the number of a line from 1, for example --line 7");
        }
        return Long.parseLong(text);
    }

    /** The rule, or those that a correlation refers to, directly or by others. */
    private static List<Rule> rules(RuleBook book, String id) {
        Set<String> ids = new LinkedHashSet<>(Set.of(id));
        List<Correlation> all = book.correlations().all();
        for (int i = all.size() - 1; i >= 0; i--) {
            if (ids.contains(all.get(i).id())) {
                ids.addAll(all.get(i).rules());
            }
        }
        return book.rules().stream().filter(rule -> ids.contains(rule.id())).toList();
    }

    @Override
    public boolean hasDirectives() {
        return reader.hasDirectives();
    }

    @Override
    public int line(Origin of, long number, byte[] line, Output output) {
        int[] found = {0};
        if (number == wanted) {
            reader.each(of, line, (record, read) -> {
                ProxyEvent event = read.event();
                Failure failure = read.failure();
                if (event == null) {
                    problem.set("line " + wanted + " is invalid: " + (failure == null ? "" : failure.message()));
                    return;
                }
                problem.set("");
                for (Rule rule : rules) {
                    found[0] += explain(rule, record, event, output) ? 1 : 0;
                }
            });
        }
        return found[0];
    }

    @Override
    public int oversize(String file, long number, long bytes, Output output) {
        if (number == wanted) {
            problem.set("line " + wanted + " is too long to be read");
        }
        return 0;
    }

    private boolean explain(Rule rule, int record, ProxyEvent event, Output output) {
        Explanation explanation = RuleSet.explain(rule, event);
        if (json) {
            Json object = output.json().begin();
            RuleText.rule(rule.id(), rule.name(), object);
            object.member("line", wanted);
            if (record > 0) {
                object.member("record", record);
            }
            object.member("matches", explanation.holds());
            object.object("why");
            members(explanation, object);
            object.end().end().newline();
        } else {
            boolean matches = explanation.holds();
            output.row(matches ? "yes" : "no", "rule " + rule.name(), "-", "-", "line " + Logs.place(wanted, record));
            row(explanation, 1, output);
        }
        return explanation.holds();
    }

    private static void members(Explanation part, Json json) {
        json.member("part", part(part)).member("holds", part.holds());
        if (part.kind() == Explanation.Kind.TEST || part.kind() == Explanation.Kind.KEYWORD) {
            json.member("field", part.name().isEmpty() ? null : part.name())
                    .member("asked", part.asked())
                    .member("values", part.values());
            if (!part.part().isEmpty()) {
                json.member("matched", part.part());
            }
        }
        if (!part.of().isEmpty()) {
            json.array("of");
            for (Explanation one : part.of()) {
                json.begin();
                members(one, json);
                json.end();
            }
            json.endArray();
        }
    }

    private static void row(Explanation part, int depth, Output output) {
        String field = part.name().isEmpty() || part.kind() == Explanation.Kind.NAMED ? "-" : part.name();
        boolean asks = part.kind() == Explanation.Kind.TEST || part.kind() == Explanation.Kind.KEYWORD;
        output.row(
                part.holds() ? "yes" : "no",
                "  ".repeat(Math.min(depth, 20)) + part(part),
                field,
                part.asked().isEmpty() ? "-" : part.asked(),
                !asks ? "" : part.values().isEmpty() ? "(no value)" : String.join(" | ", part.values()));
        part.of().forEach(one -> row(one, depth + 1, output));
    }

    private static String part(Explanation part) {
        return switch (part.kind()) {
            case ALL -> "all of";
            case ANY -> "one of";
            case NOT -> "not";
            case NAMED -> part.name();
            case TEST -> part.written();
            case KEYWORD -> "keyword";
        };
    }
}
