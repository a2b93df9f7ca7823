package io.trawl.backtest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.intel.rule.document.Refusal;
import io.trawl.parsing.Printable;
import io.trawl.record.Detection;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** A result as text: for a terminal, a program or a report. What strangers wrote into a log steers none of them. */
final class Text {
    /** Longer cells are cut, so that a row stays readable; JSON has them whole. */
    private static final int WIDEST = 60;
    /** Rules that a report names, and those of them that it shows examples of. */
    private static final int NAMED = 50;

    private static final int SHOWN = 5;

    private static final JsonMapper ASCII =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private Text() {}

    /** One object per line: what is left out, each rule, the whole. */
    static void json(Result result, PrintStream out) {
        result.refused().forEach(one -> line(place("refused", one), out));
        result.notSweepable().forEach(one -> line(place("not_sweepable", one), out));
        for (Result.Of rule : result.rules()) {
            line(json(rule), out);
        }
        ObjectNode whole = ASCII.createObjectNode();
        whole.putObject("backtest")
                .put("source", result.source())
                .put("from", result.from().toString())
                .put("until", result.until().toString())
                .put("windows", result.windows())
                .put("events", result.events())
                .put("found", result.found())
                .put("suppressed", result.suppressed())
                .put("refused", result.refused().size())
                .put("correlations_left_out", result.leftOut());
        line(whole, out);
    }

    private static ObjectNode place(String what, Refusal refusal) {
        ObjectNode json = ASCII.createObjectNode();
        json.putObject(what)
                .put("file", refusal.file())
                .put("line", refusal.line())
                .put("reason", refusal.reason());
        return json;
    }

    private static ObjectNode json(Result.Of rule) {
        ObjectNode json = ASCII.createObjectNode();
        json.putObject("rule").put("id", rule.id()).put("name", rule.name());
        json.put("kind", kind(rule));
        json.put("level", rule.level().isEmpty() ? null : rule.level());
        json.put("found", rule.found().count()).put("suppressed", rule.found().suppressed());
        ArrayNode days = json.putArray("days");
        rule.found()
                .days()
                .forEach((day, counts) -> days.addObject()
                        .put("day", day.toString())
                        .put("found", counts.found())
                        .put("suppressed", counts.suppressed()));
        ArrayNode examples = json.putArray("examples");
        rule.found().examples().forEach(one -> example(one, examples.addObject()));
        json.put("note", rule.note().isEmpty() ? null : rule.note());
        return json;
    }

    private static void example(Detection detection, ObjectNode json) {
        json.put("timestamp", detection.getTimestamp().toString())
                .put("window", detection.getWindow().toString())
                .put("event_id", detection.getEventId())
                .put("client", detection.getClient())
                .put("field", detection.getField())
                .put("value", detection.getValue())
                .put("url", detection.getUrlOriginal());
        ArrayNode why = json.putArray("why");
        detection
                .getWhy()
                .forEach(reason -> why.addObject()
                        .put("selection", reason.getSelection())
                        .put("field", reason.getField())
                        .put("value", reason.getValue())
                        .put("part", reason.getPart()));
        json.put("suppressed", detection.getSuppressedBy());
    }

    private static void line(ObjectNode json, PrintStream out) {
        try {
            out.println(ASCII.writeValueAsString(json).replace("\u007F", "\\u007F"));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String kind(Result.Of rule) {
        return rule.kind().name().toLowerCase(Locale.ROOT);
    }

    /** A row for each rule and day, then examples. */
    static void print(Result result, PrintStream out) {
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"DAY", "FOUND", "SUPPRESSED", "LEVEL", "KIND", "ID", "RULE"});
        for (Result.Of rule : result.rules()) {
            String level = rule.level().isEmpty() ? "-" : rule.level();
            String name = rule.name() + (rule.note().isEmpty() ? "" : " (" + rule.note() + ")");
            rule.found()
                    .days()
                    .forEach((day, counts) -> rows.add(new String[] {
                        day.toString(),
                        String.valueOf(counts.found()),
                        String.valueOf(counts.suppressed()),
                        level,
                        kind(rule),
                        rule.id(),
                        name
                    }));
            if (rule.found().count() == 0) {
                rows.add(new String[] {"-", "0", "0", level, kind(rule), rule.id(), name});
            }
        }
        table(rows, out);
        for (Result.Of rule : result.rules()) {
            if (rule.found().count() > 0) {
                out.println();
                out.println("Examples of " + Printable.line(rule.name()) + ":");
                List<String[]> examples = new ArrayList<>();
                examples.add(new String[] {"  TIME", "CLIENT", "FIELD", "VALUE", "URL"});
                rule.found().examples().forEach(one -> examples.add(cells(one)));
                table(examples, out);
            }
        }
        out.println();
        out.println(summary(result));
    }

    private static String[] cells(Detection detection) {
        return new String[] {
            "  " + detection.getTimestamp(),
            Objects.requireNonNullElse(detection.getClient(), "-"),
            detection.getField(),
            detection.getValue()
                    + (detection.getSuppressedBy() == null
                            ? ""
                            : " (suppressed by " + detection.getSuppressedBy() + ")"),
            Objects.requireNonNullElse(detection.getUrlOriginal(), "-")
        };
    }

    static String summary(Result result) {
        return result.found() + " found, " + result.suppressed() + " of them suppressed by allowlists, in "
                + result.events() + " events of " + result.windows()
                + (result.windows() == 1 ? " window" : " windows") + " of source " + result.source() + " from "
                + result.from() + " to " + result.until() + "; nothing was written";
    }

    /** Lines for whoever asked: what is left out. */
    static List<String> warnings(Result result) {
        List<String> lines = new ArrayList<>();
        List<Refusal> refused = result.refused();
        if (!refused.isEmpty()) {
            lines.add(refused.size() + (refused.size() == 1 ? " rule is" : " rules are")
                    + " left out, since " + (refused.size() == 1 ? "it" : "they") + " cannot be run: "
                    + refused.get(0).getMessage()
                    + (refused.size() == 1 ? "" : " (trawl rules check names them all)"));
        }
        int patterns = result.notSweepable().size();
        if (patterns > 0) {
            lines.add(patterns + (patterns == 1 ? " pattern asks" : " patterns ask")
                    + " for what no log says (trawl rules check lists them)");
        }
        if (result.leftOut() > 0) {
            lines.add("correlations are left out in " + result.leftOut()
                    + (result.leftOut() == 1 ? " window" : " windows")
                    + ": their rules find more events than setting rules.correlation.events allows");
        }
        return lines;
    }

    /** For a report: the rules that found most, and some of what they found. */
    static List<String> notes(Result result) {
        List<String> notes = new ArrayList<>(warnings(result));
        List<Result.Of> most = result.rules().stream()
                .filter(one -> one.found().count() > 0)
                .sorted(Comparator.comparing(one -> -one.found().count()))
                .toList();
        for (Result.Of rule : most.subList(0, Math.min(NAMED, most.size()))) {
            List<String> days = new ArrayList<>();
            rule.found().days().forEach((day, counts) -> days.add(day + ": " + counts.found()));
            notes.add(Printable.line(rule.name(), WIDEST) + " (" + Printable.line(rule.id(), WIDEST) + "): "
                    + rule.found().count() + " found, " + rule.found().suppressed() + " of them suppressed; "
                    + String.join(", ", days));
        }
        if (most.size() > NAMED) {
            notes.add((most.size() - NAMED) + " more rules found something");
        }
        for (Result.Of rule : most.subList(0, Math.min(SHOWN, most.size()))) {
            for (Detection one : rule.found().examples()) {
                List<String> cells = new ArrayList<>();
                for (String cell : cells(one)) {
                    cells.add(Printable.line(cell.strip(), 2 * WIDEST));
                }
                notes.add("example of " + Printable.line(rule.name(), WIDEST) + ": " + String.join(" ", cells));
            }
        }
        long silent = result.rules().size() - most.size();
        notes.add(silent + (silent == 1 ? " rule found nothing" : " rules found nothing"));
        notes.add(summary(result));
        return notes;
    }

    private static void table(List<String[]> rows, PrintStream out) {
        int columns = rows.get(0).length;
        int[] widths = new int[columns];
        for (String[] row : rows) {
            for (int i = 0; i < columns; i++) {
                row[i] = Printable.line(row[i], i == columns - 1 ? 2 * WIDEST : WIDEST);
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                line.append(row[i]).append(" ".repeat(widths[i] - row[i].length() + 2));
            }
            out.println(line.toString().stripTrailing());
        }
    }
}
