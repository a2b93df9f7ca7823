package io.trawl.parsing.grammar.line;

import io.trawl.parsing.grammar.Shape;
import io.trawl.parsing.mapping.Escape;
import io.trawl.parsing.mapping.Field;
import io.trawl.parsing.mapping.Rule;
import java.util.Locale;

/** Squid's logformat: http://www.squid-cache.org/Doc/config/logformat/. */
final class SquidFormat {
    /** The three columns of a request line: what is in it may be no request at all. */
    private static final String REQUEST = "%rm %ru HTTP/%rv";

    private SquidFormat() {}

    static Line line(String configured) {
        String format = configured.strip();
        if (format.startsWith("logformat ")) {
            format = format.substring("logformat ".length()).strip();
            format = format.substring(Math.max(0, format.indexOf(' '))).strip();
        }
        Line line = new Line(format);
        int i = 0;
        while (i < format.length()) {
            if (format.charAt(i) != '%') {
                line.text(format.substring(i, i + 1));
                i++;
            } else if (format.startsWith(REQUEST, i)) {
                line.add(REQUEST).escape(Escape.SQUID).flexible();
                line.means(Field.REQUEST, 1);
                i += REQUEST.length();
            } else if (format.startsWith("%%", i)) {
                line.text("%");
                i += 2;
            } else {
                i = code(format, i, line);
            }
        }
        return line;
    }

    private static int code(String format, int percent, Line line) {
        int i = percent + 1;
        char quoting = 0;
        if (i < format.length() && "\"['#/".indexOf(format.charAt(i)) >= 0) {
            quoting = format.charAt(i);
            i++;
        }
        while (i < format.length() && "-0123456789.".indexOf(format.charAt(i)) >= 0) {
            i++;
        }
        String argument = "";
        if (i < format.length() && format.charAt(i) == '{') {
            int close = close(format, i);
            argument = format.substring(i + 1, close);
            i = close + 1;
        }
        int start = i;
        i = word(format, i);
        if (format.startsWith("::", i)) {
            i = word(format, i + 2);
        }
        String code = format.substring(start, i);
        if (i < format.length() && format.charAt(i) == '{') {
            int close = close(format, i);
            argument = format.substring(i + 1, close);
            i = close + 1;
        }
        if (code.isEmpty()) {
            throw new IllegalArgumentException("'" + format.substring(percent)
                    + "' is not a code of logformat; expected, for example, %>a or %{User-Agent}>h");
        }
        String bare = code.contains("::") ? code.substring(code.indexOf("::") + 2) : code;
        if (bare.equals("ts") && format.startsWith(".%03tu", i)) {
            line.add("%ts.%03tu");
            line.means(Rule.of(Field.TIMESTAMP, "%ts.%03tu").notation("epoch"), 3);
            return i + ".%03tu".length();
        }
        String name = "%" + (argument.isEmpty() ? "" : "{" + argument + "}") + bare;
        column(line, name, argument, bare, quoting);
        return i;
    }

    /** Where a word with a sign of direction before it ends. */
    private static int word(String format, int start) {
        int i = start;
        if (i < format.length() && (format.charAt(i) == '<' || format.charAt(i) == '>')) {
            i++;
        }
        while (isLetter(format, i)) {
            i++;
        }
        return i;
    }

    private static boolean isLetter(String format, int i) {
        return i < format.length()
                && (format.charAt(i) >= 'a' && format.charAt(i) <= 'z'
                        || format.charAt(i) >= 'A' && format.charAt(i) <= 'Z'
                        || format.charAt(i) == '_');
    }

    private static int close(String format, int open) {
        int close = format.indexOf('}', open);
        if (close < 0) {
            throw new IllegalArgumentException(
                    "'" + format.substring(open) + "' has no closing brace; expected, for example, %{Referer}>h");
        }
        return close;
    }

    private static void column(Line line, String name, String argument, String code, char quoting) {
        Line.Piece piece = line.add(name);
        if (quoting == '#') {
            piece.escape(Escape.PERCENT);
        }
        switch (code) {
            case "ts" -> line.means(Rule.of(Field.TIMESTAMP, name).notation("epoch"), 1);
            case "tl", "tg" -> {
                if (argument.isEmpty()) {
                    piece.shape(Shape.CLF).blanks(1);
                    line.means(Rule.of(Field.TIMESTAMP, name).notation("clf"), 2);
                } else {
                    piece.blanks((int) argument.chars().filter(c -> c == ' ').count());
                    line.means(Rule.of(Field.TIMESTAMP, name).notation(argument), 2);
                }
            }
            case "tr" -> {
                piece.shape(Shape.NUMBER);
                line.means(Field.EVENT_DURATION, 1);
            }
            case ">a" -> line.means(Field.SOURCE_ADDRESS, 2);
            case ">A" -> line.means(Field.SOURCE_ADDRESS, 1);
            case "<a" -> line.means(Field.DESTINATION_ADDRESS, 2);
            case "<A" -> line.means(Field.DESTINATION_ADDRESS, 1);
            case "un" -> {
                piece.escape(quoting == '#' ? Escape.PERCENT : Escape.SQUID_USER);
                // A name may have spaces in it, but a URL before it comes first.
                if (!line.isFlexible()) {
                    piece.flexible();
                }
                line.means(Field.SOURCE_USER_NAME, 3);
            }
            case "ul", "ui", "us", "ue" -> {
                piece.escape(Escape.SQUID_USER);
                line.means(Field.SOURCE_USER_NAME, code.equals("ul") ? 2 : 1);
            }
            case "Hs", ">Hs" -> {
                piece.shape(Shape.DIGITS);
                line.means(Field.HTTP_RESPONSE_STATUS_CODE, 2);
            }
            case "<Hs" -> {
                piece.shape(Shape.DIGITS);
                line.means(Field.HTTP_RESPONSE_STATUS_CODE, 1);
            }
            case "<st", "st" -> line.means(Field.HTTP_RESPONSE_BYTES, code.equals("<st") ? 2 : 1);
            case "rm", ">rm" -> line.means(Field.HTTP_REQUEST_METHOD, code.equals("rm") ? 2 : 1);
            case "ru", ">ru" -> {
                piece.flexible();
                line.means(Field.URL_ORIGINAL, code.equals("ru") ? 2 : 1);
            }
            case "rp", ">rp" -> {
                piece.flexible();
                line.means(Field.URL_PATH, 1);
            }
            case ">rs" -> line.means(Field.URL_SCHEME, 1);
            case ">rd" -> line.means(Field.URL_DOMAIN, 1);
            case ">rP" -> line.means(Field.URL_PORT, 1);
            case "rv", ">rv" -> line.means(Field.HTTP_VERSION, 1);
            case "mt" -> {
                piece.shape(Shape.MIME);
                line.means(Field.HTTP_RESPONSE_MIME_TYPE, 1);
            }
            case "Ss" -> line.means(Field.EVENT_ACTION, 1);
            case "Sh" -> {
                piece.shape(Shape.CODE);
                line.means(Field.PROXY_HIERARCHY, 1);
            }
            case ">h" -> {
                piece.escape(quoting == '#' ? Escape.PERCENT : Escape.SQUID);
                piece.flexible();
                switch (argument.toLowerCase(Locale.ROOT)) {
                    case "referer" -> line.means(Field.HTTP_REQUEST_REFERRER, 1);
                    case "user-agent" -> line.means(Field.USER_AGENT_ORIGINAL, 1);
                    case "x-forwarded-for" -> {
                        line.means(Field.SOURCE_ADDRESS, -1);
                        line.means(Field.NETWORK_FORWARDED_IP, 1);
                    }
                    default -> {}
                }
            }
            default -> {}
        }
    }
}
