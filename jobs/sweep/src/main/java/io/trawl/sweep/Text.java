package io.trawl.sweep;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.trawl.parsing.Printable;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What was found, as text for a terminal. */
final class Text {
    /** Longer cells are cut, so that a row stays readable; JSON has them whole. */
    private static final int WIDEST = 60;

    private static final JsonMapper ASCII =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private Text() {}

    /** What a stranger wrote into a URL or a file's name must not steer the terminal, nor turn the direction of its text. */
    static String clean(String text) {
        return Printable.line(text);
    }

    /** One line of ASCII. */
    static String json(JsonNode summary) {
        try {
            return ASCII.writeValueAsString(summary).replace("\u007F", "\\u007F");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    static void print(JsonNode summary, PrintStream out) {
        logs(summary, out);
        formats(summary, out);
        invalid(summary, out);
        detections(summary.path("detections"), out);
        JsonNode indicators = summary.path("indicators");
        out.println("Indicators: " + indicators.path("count").asLong() + " read, "
                + indicators.path("rejected").asLong() + " lines rejected");
        out.println("Audit: nothing lost, nothing twice; not compared with HBase, since there is none");
        out.println("Lake: " + clean(summary.path("lake").asText()));
        out.println("  " + clean(summary.path("duckdb").asText()));
        out.printf("done in %.1f s%n", summary.path("seconds").asDouble());
    }

    private static void logs(JsonNode summary, PrintStream out) {
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"Logs", "lines", "=", "valid", "+", "invalid", "+", "copies", "detections", ""});
        for (JsonNode log : summary.path("logs")) {
            rows.add(new String[] {
                "  " + log.path("log").asText(),
                log.path("lines").asText(),
                "=",
                log.path("valid").asText(),
                "+",
                log.path("invalid").asText(),
                "+",
                log.path("copies").asText(),
                log.path("detections").asText(),
                log.path("unchanged").asBoolean() ? "unchanged: swept before" : ""
            });
        }
        table(rows, 1, out);
        out.println();
    }

    /** Of logs with lines of several formats: how many lines each format read. */
    private static void formats(JsonNode summary, PrintStream out) {
        Map<String, Long> valid = new LinkedHashMap<>();
        for (JsonNode log : summary.path("logs")) {
            log.path("valid_by_format")
                    .fields()
                    .forEachRemaining(format ->
                            valid.merge(format.getKey(), format.getValue().asLong(), Long::sum));
        }
        if (valid.isEmpty()) {
            return;
        }
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"Formats", "valid"});
        valid.forEach((format, count) -> rows.add(new String[] {"  " + format, String.valueOf(count)}));
        table(rows, 1, out);
        out.println();
    }

    private static void invalid(JsonNode summary, PrintStream out) {
        if (summary.path("invalid_reasons").isEmpty()) {
            return;
        }
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"Invalid lines", "", ""});
        for (JsonNode reason : summary.path("invalid_reasons")) {
            JsonNode example = reason.path("example");
            rows.add(new String[] {
                "  " + reason.path("reason").asText(),
                reason.path("count").asText(),
                example.isObject()
                        ? "for example line " + example.path("line").asText() + " of "
                                + example.path("log").asText() + ": "
                                + example.path("message").asText()
                        : ""
            });
        }
        table(rows, 1, out);
        if (summary.path("valid").asLong() == 0) {
            out.println("  no line is valid: is --format "
                    + clean(summary.path("format").asText()) + " right?");
        }
        out.println();
    }

    private static void detections(JsonNode detections, PrintStream out) {
        long suppressed = detections.path("suppressed").asLong();
        out.println("Detections: " + detections.path("count").asText() + ", of "
                + detections.path("indicators").asText() + " indicators, by "
                + detections.path("clients").asText() + " clients"
                + (suppressed > 0 ? "; " + suppressed + " more are suppressed by allowlists" : ""));
        if (!detections.path("top").isEmpty()) {
            List<String[]> rows = new ArrayList<>();
            rows.add(new String[] {"  COUNT", "CLIENTS", "FIRST", "LAST", "TYPE", "INDICATOR", "FEED", "VALUE"});
            for (JsonNode one : detections.path("top")) {
                rows.add(new String[] {
                    "  " + one.path("count").asText(),
                    one.path("clients").asText(),
                    one.path("first").asText(),
                    one.path("last").asText(),
                    one.path("type").asText(),
                    one.path("indicator").asText(),
                    one.path("feed").asText(),
                    one.path("value").asText()
                            + (one.path("suppressed_by").isNull()
                                    ? ""
                                    : " (suppressed by "
                                            + one.path("suppressed_by").asText() + ")")
                });
            }
            table(rows, Integer.MAX_VALUE, out);
        }
        out.println();
    }

    /** @param right the first column that is flush right where it holds numbers */
    private static void table(List<String[]> rows, int right, PrintStream out) {
        int columns = rows.get(0).length;
        int[] widths = new int[columns];
        for (String[] row : rows) {
            for (int i = 0; i < columns; i++) {
                row[i] = cut(row[i], i == columns - 1);
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                String gap = " ".repeat(widths[i] - row[i].length());
                boolean number = i >= right && i < columns - 1;
                line.append(number ? gap + row[i] : row[i] + gap).append("  ");
            }
            out.println(line.toString().stripTrailing());
        }
    }

    private static String cut(String cell, boolean last) {
        return Printable.line(cell, last ? 2 * WIDEST : WIDEST);
    }
}
