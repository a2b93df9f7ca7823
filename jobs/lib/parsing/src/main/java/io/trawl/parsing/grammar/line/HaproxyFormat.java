package io.trawl.parsing.grammar.line;

import io.trawl.parsing.grammar.Shape;
import io.trawl.parsing.mapping.Escape;
import io.trawl.parsing.mapping.Field;
import io.trawl.parsing.mapping.Rule;
import java.util.Locale;
import java.util.Set;

/** HAProxy's log-format: https://docs.haproxy.org/3.0/configuration.html#8.2.6. */
final class HaproxyFormat {
    /** Numbers, times and the state of the end, which the flag Q leaves as they are. */
    private static final Set<String> UNQUOTED = Set.of(
            "B", "ST", "T", "Ta", "Tc", "Td", "Th", "Ti", "Tl", "Tq", "TR", "Tr", "Ts", "Tt", "Tu", "Tw", "U", "ac",
            "bc", "bp", "bq", "cp", "fc", "fp", "lc", "ms", "pid", "rc", "rt", "sc", "sp", "sq", "t", "tr", "trg",
            "trl", "ts", "tsc");

    private HaproxyFormat() {}

    static Line line(String configured) {
        String format = FormatStrings.unwrapped(configured, "log-format");
        Line line = new Line(format);
        line.cut();
        boolean quoteAll = false;
        int i = 0;
        while (i < format.length()) {
            char c = format.charAt(i);
            if (c == '\\' && i + 1 < format.length()) {
                line.text(format.substring(i + 1, i + 2));
                i += 2;
                continue;
            }
            if (c != '%' || i + 1 == format.length()) {
                line.text(format.substring(i, i + 1));
                i++;
                continue;
            }
            if (format.startsWith("%%", i)) {
                line.text("%");
                i += 2;
                continue;
            }
            int at = i + 1;
            String flags = "";
            // A name of the item and its type, %(name:str), which only structured logs write.
            if (format.charAt(at) == '(') {
                int close = format.indexOf(')', at);
                at = close < 0 ? at : close + 1;
            }
            if (at < format.length() && format.charAt(at) == '{') {
                int close = format.indexOf('}', at);
                if (close < 0) {
                    throw new IllegalArgumentException(
                            "'" + format.substring(i) + "' has no closing brace; expected, for example, %{+Q}r");
                }
                flags = format.substring(at + 1, close);
                at = close + 1;
            }
            int end = at;
            if (end < format.length() && format.charAt(end) == '[') {
                end = format.indexOf(']', end) + 1;
                if (end == 0) {
                    throw new IllegalArgumentException("'" + format.substring(i)
                            + "' has no closing bracket; expected, for example, %[capture.req.hdr(0)]");
                }
            } else {
                while (end < format.length() && isLetter(format.charAt(end))) {
                    end++;
                }
            }
            String code = format.substring(at, end);
            if (code.equals("o")) {
                quoteAll = flags.contains("+Q");
            } else {
                boolean quoted =
                        (quoteAll && !flags.contains("-Q") || flags.contains("+Q")) && !UNQUOTED.contains(code);
                line.text(quoted ? "\"" : "");
                column(line, code);
                line.text(quoted ? "\"" : "");
            }
            i = end;
        }
        return line;
    }

    private static boolean isLetter(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
    }

    private static void column(Line line, String code) {
        String name = "%" + code;
        Line.Piece piece = line.add(name);
        switch (code) {
            // An IPv6 address has colons in it; the port behind it is digits.
            case "ci" -> {
                piece.flexible();
                line.means(Field.SOURCE_ADDRESS, 1);
            }
            case "cp" -> piece.shape(Shape.DIGITS);
            case "t", "tr" -> line.means(Rule.of(Field.TIMESTAMP, name).notation("%d/%b/%Y:%H:%M:%S.%f"), 2);
            case "T", "Tl", "trg", "trl" -> {
                piece.shape(Shape.CLF).blanks(1);
                line.means(Rule.of(Field.TIMESTAMP, name).notation("clf"), 1);
            }
            case "Ts" -> line.means(Rule.of(Field.TIMESTAMP, name).notation("epoch"), 1);
            case "Ta" -> {
                piece.shape(Shape.NUMBER);
                line.means(Field.EVENT_DURATION, 2);
            }
            case "Tt" -> {
                piece.shape(Shape.NUMBER);
                line.means(Field.EVENT_DURATION, 1);
            }
            case "si" -> {
                piece.flexible();
                line.means(Field.DESTINATION_ADDRESS, 1);
            }
            case "sp" -> {
                piece.shape(Shape.DIGITS);
                line.means(Field.DESTINATION_PORT, 1);
            }
            case "ST" -> {
                piece.shape(Shape.NUMBER);
                line.means(Field.HTTP_RESPONSE_STATUS_CODE, 1);
            }
            case "B" -> {
                piece.shape(Shape.NUMBER);
                line.means(Field.HTTP_RESPONSE_BYTES, 1);
            }
            case "hr", "hs" -> piece.shape(Shape.BRACES).flexible().optional();
            case "r" -> {
                piece.escape(Escape.NONE).flexible();
                line.means(Field.REQUEST, 1);
            }
            case "HM" -> line.means(Field.HTTP_REQUEST_METHOD, 1);
            case "HU" -> line.means(Field.URL_ORIGINAL, 2);
            case "HP", "HPO" -> line.means(Field.URL_PATH, 1);
            case "HQ" -> line.means(Field.URL_QUERY, 1);
            case "HV" -> line.means(Field.HTTP_VERSION, 1);
            case "TR",
                    "Tu",
                    "U",
                    "lc",
                    "ms",
                    "pid",
                    "rt",
                    "bp",
                    "fp",
                    "Tw",
                    "Tc",
                    "Tr",
                    "Td",
                    "Th",
                    "Ti",
                    "Tq",
                    "ac",
                    "fc",
                    "bc",
                    "sc",
                    "rc",
                    "sq",
                    "bq" -> piece.shape(Shape.NUMBER);
            default -> {
                if (code.startsWith("[")) {
                    expression(line, code.substring(1, code.length() - 1).toLowerCase(Locale.ROOT));
                }
                if (code.length() > 3 && !code.startsWith("ssl")) {
                    piece.free();
                }
            }
        }
    }

    /** A sample expression, as far as its fetch tells what it means; converters after it change a case at most. */
    private static void expression(Line line, String expression) {
        int comma = expression.indexOf(',');
        String fetch =
                (comma < 0 ? expression : expression.substring(0, comma)).replaceFirst("^(capture\\.)?req\\.", "");
        switch (fetch) {
            case "src", "fc_src" -> line.means(Field.SOURCE_ADDRESS, 0);
            case "method" -> line.means(Field.HTTP_REQUEST_METHOD, 0);
            case "ver" -> line.means(Field.HTTP_VERSION, 0);
            case "url", "pathq" -> line.means(Field.URL_ORIGINAL, 0);
            case "path" -> line.means(Field.URL_PATH, 0);
            case "query" -> line.means(Field.URL_QUERY, 0);
            case "status" -> line.means(Field.HTTP_RESPONSE_STATUS_CODE, 0);
            case "hdr(host)", "fhdr(host)" -> line.means(Field.URL_DOMAIN, 1);
            case "ssl_fc_sni", "ssl_sni" -> line.means(Field.URL_DOMAIN, 0);
            case "hdr(user-agent)", "fhdr(user-agent)" -> line.means(Field.USER_AGENT_ORIGINAL, 0);
            case "hdr(referer)", "fhdr(referer)" -> line.means(Field.HTTP_REQUEST_REFERRER, 0);
            default -> {}
        }
    }
}
