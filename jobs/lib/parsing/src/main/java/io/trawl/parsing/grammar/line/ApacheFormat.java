package io.trawl.parsing.grammar.line;

import io.trawl.parsing.grammar.Shape;
import io.trawl.parsing.mapping.Escape;
import io.trawl.parsing.mapping.Field;
import io.trawl.parsing.mapping.Rule;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Apache's LogFormat: https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats. */
final class ApacheFormat {
    private ApacheFormat() {}

    static Line line(String configured) {
        String format = FormatStrings.unwrapped(configured, "LogFormat");
        Line line = new Line(format);
        int i = 0;
        while (i < format.length()) {
            char c = format.charAt(i);
            if (c == '\\' && i + 1 < format.length()) {
                char next = format.charAt(i + 1);
                line.text(next == 't' ? "\t" : next == 'n' ? "\n" : String.valueOf(next));
                i += 2;
            } else if (c != '%') {
                line.text(String.valueOf(c));
                i++;
            } else if (format.startsWith("%%", i)) {
                line.text("%");
                i += 2;
            } else {
                i = directive(format, i, line);
            }
        }
        return line;
    }

    /** {@code %{%d/%b/%Y %T}t.%{msec_frac}t %{%z}t}: one time in several directives. */
    private static final Pattern TIME = Pattern.compile("%\\{([^}]*)}t((?:[ .,:T-]?%\\{[^}]*}t)+)");

    private static int directive(String format, int percent, Line line) {
        Matcher several = TIME.matcher(format).region(percent, format.length());
        if (several.lookingAt()) {
            time(line, several.group(), notation(several.group()));
            return several.end();
        }
        int i = percent + 1;
        boolean last = false;
        // Conditions on the status, and which of an internal redirect's requests counts.
        while (i < format.length() && "!,<>0123456789".indexOf(format.charAt(i)) >= 0) {
            last |= format.charAt(i) == '>';
            i++;
        }
        String argument = "";
        if (i < format.length() && format.charAt(i) == '{') {
            int close = format.indexOf('}', i);
            if (close < 0) {
                throw new IllegalArgumentException(
                        "'" + format.substring(percent) + "' has no closing brace; expected, for example, %{Referer}i");
            }
            argument = format.substring(i + 1, close);
            i = close + 1;
        }
        int letters = i;
        if (format.startsWith("^", i)) {
            i += 3;
        } else {
            i++;
        }
        if (i > format.length()) {
            throw new IllegalArgumentException("'" + format.substring(percent)
                    + "' is not a directive; expected one of mod_log_config, for example %>s");
        }
        String code = format.substring(letters, i);
        String name = "%" + (last ? ">" : "") + (argument.isEmpty() ? "" : "{" + argument + "}") + code;
        column(line, name, argument, code, last);
        return i;
    }

    private static void column(Line line, String name, String argument, String code, boolean last) {
        if (code.equals("t")) {
            time(line, name, argument);
            return;
        }
        Line.Piece piece = line.add(name);
        switch (code) {
            // %{c}h: the peer, where a module has put another client in its place.
            case "h" -> line.means(Field.SOURCE_ADDRESS, argument.equals("c") ? 0 : 1);
            case "a" -> {
                piece.shape(Shape.ADDRESS);
                line.means(Field.SOURCE_ADDRESS, argument.equals("c") ? 1 : 2);
            }
            case "u" -> {
                piece.escape(Escape.BACKSLASH_USER).flexible();
                line.means(Field.SOURCE_USER_NAME, 1);
            }
            case "r" -> {
                piece.escape(Escape.BACKSLASH);
                // With an argument it is an attribute of Tomcat's request.
                if (argument.isEmpty()) {
                    line.means(Field.REQUEST, 1);
                }
            }
            case "s" -> {
                if (!argument.isEmpty()) {
                    // An attribute of Tomcat's session.
                    return;
                }
                piece.shape(Shape.DIGITS);
                line.means(Field.HTTP_RESPONSE_STATUS_CODE, last ? 2 : 1);
            }
            case "b", "B" -> line.means(Field.HTTP_RESPONSE_BYTES, 3);
            case "O" -> line.means(Field.HTTP_RESPONSE_BYTES, 2);
            case "m" -> line.means(Field.HTTP_REQUEST_METHOD, 1);
            case "U" -> {
                piece.escape(Escape.BACKSLASH).flexible();
                line.means(Field.URL_PATH, 1);
            }
            case "q" -> {
                piece.escape(Escape.BACKSLASH);
                line.means(Field.URL_QUERY, 1);
            }
            case "H" -> line.means(Field.HTTP_VERSION, 1);
            case "v" -> line.means(Field.URL_DOMAIN, 1);
            case "V" -> line.means(Field.URL_DOMAIN, 2);
            case "p" -> {
                if (argument.isEmpty() || argument.equals("canonical")) {
                    piece.shape(Shape.DIGITS);
                    line.means(Field.DESTINATION_PORT, 1);
                }
            }
            case "D" -> line.means(Rule.of(Field.EVENT_DURATION, name).unit(1_000), 3);
            case "T" -> {
                long unit = argument.equals("ms") ? 1_000_000 : argument.equals("us") ? 1_000 : 1_000_000_000;
                line.means(Rule.of(Field.EVENT_DURATION, name).unit(unit), 2);
            }
            case "i" -> header(line, piece, argument);
            case "o" -> {
                piece.escape(Escape.BACKSLASH);
                if (argument.equalsIgnoreCase("Content-Type")) {
                    line.means(Field.HTTP_RESPONSE_MIME_TYPE, 1);
                }
            }
            case "x", "e", "n", "C" -> piece.escape(Escape.BACKSLASH);
            case "l" -> piece.shape(Shape.IDENT);
            case "A", "f", "F", "I", "k", "L", "P", "R", "S", "X", "^FB", "^FU", "^ti", "^to", "c" -> {}
            default ->
                throw new IllegalArgumentException(
                        "'" + name + "' is not a directive; expected one of mod_log_config, for example %>s");
        }
    }

    private static void header(Line line, Line.Piece piece, String header) {
        piece.escape(Escape.BACKSLASH).foreign();
        switch (header.toLowerCase(Locale.ROOT)) {
            case "referer" -> line.means(Field.HTTP_REQUEST_REFERRER, 1);
            case "user-agent" -> line.means(Field.USER_AGENT_ORIGINAL, 1);
            case "host" -> line.means(Field.URL_DOMAIN, 3);
            // Only where the peer is nowhere: whoever sends it may write what he likes.
            case "x-forwarded-for" -> {
                piece.flexible();
                line.means(Field.SOURCE_ADDRESS, -1);
                line.means(Field.NETWORK_FORWARDED_IP, 1);
            }
            default -> {}
        }
    }

    /** The notation of a time that several directives write. */
    private static String notation(String directives) {
        String all =
                directives.replaceAll("%\\{(?:begin:|end:)?([^}]*)}t", "$1").replaceAll("[mu]sec_frac", "%f");
        return all.startsWith("sec.") ? "%s" : all;
    }

    private static void time(Line line, String name, String argument) {
        String of = argument.startsWith("begin:") || argument.startsWith("end:")
                ? argument.substring(argument.indexOf(':') + 1)
                : argument;
        if (of.isEmpty()) {
            line.text("[");
            line.add(name).shape(Shape.CLF);
            line.means(Rule.of(Field.TIMESTAMP, name).notation("clf"), 2);
            line.text("]");
            return;
        }
        int blanks = (int) of.chars().filter(c -> c == ' ').count();
        line.add(name).blanks(blanks);
        switch (of) {
            case "sec" -> line.means(Rule.of(Field.TIMESTAMP, name).notation("epoch"), 1);
            case "msec" -> line.means(Rule.of(Field.TIMESTAMP, name).notation("epoch-ms"), 1);
            case "usec" -> line.means(Rule.of(Field.TIMESTAMP, name).notation("epoch-us"), 1);
            case "msec_frac", "usec_frac" -> {}
            default -> {
                if (of.contains("%d") || of.contains("%F") || of.contains("%e") || of.contains("%s")) {
                    line.means(Rule.of(Field.TIMESTAMP, name).notation(of), 1);
                }
            }
        }
    }
}
