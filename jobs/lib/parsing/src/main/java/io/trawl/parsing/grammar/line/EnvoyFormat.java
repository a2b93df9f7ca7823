package io.trawl.parsing.grammar.line;

import io.trawl.parsing.grammar.Shape;
import io.trawl.parsing.mapping.Field;
import io.trawl.parsing.mapping.Rule;
import java.util.Locale;

/** Envoy's access log: https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage. */
final class EnvoyFormat {
    private EnvoyFormat() {}

    static Line line(String configured) {
        String format = configured.strip();
        Line line = new Line(format);
        int i = 0;
        while (i < format.length()) {
            if (format.charAt(i) == '\\' && format.startsWith("n", i + 1)) {
                i += 2;
                continue;
            }
            if (format.charAt(i) != '%') {
                line.text(format.substring(i, i + 1));
                i++;
                continue;
            }
            // A time's own percent signs are inside its parentheses.
            int open = format.indexOf('(', i);
            int close = format.indexOf('%', i + 1);
            if (open > 0 && close > open) {
                int end = format.indexOf(')', open);
                close = end < 0 ? -1 : format.indexOf('%', end);
            }
            if (close < 0) {
                throw new IllegalArgumentException("'" + format.substring(i)
                        + "' is not a command operator; expected, for example, %REQ(:METHOD)%");
            }
            column(line, format.substring(i, close + 1));
            i = close + 1;
        }
        return line;
    }

    private static void column(Line line, String name) {
        String operator = name.substring(1, name.length() - 1);
        int open = operator.indexOf('(');
        String argument = open < 0 ? "" : operator.substring(open + 1, Math.max(open + 1, operator.indexOf(')')));
        String command = open < 0 ? operator : operator.substring(0, open);
        Line.Piece piece = line.add(name);
        switch (command) {
            case "START_TIME", "START_TIME_LOCAL" -> {
                boolean own = !argument.isEmpty();
                Rule rule = Rule.of(Field.TIMESTAMP, name);
                piece.blanks((int) argument.chars().filter(c -> c == ' ').count());
                line.means(
                        own
                                ? rule.notation(
                                        argument.replaceAll("%[1-9]?f", "%f").replaceAll("%[369]", "%f"))
                                : rule,
                        1);
            }
            case "REQ", "REQUEST_HEADER" -> request(line, piece, argument.toLowerCase(Locale.ROOT));
            case "RESP", "RESPONSE_HEADER" -> {
                if (argument.equalsIgnoreCase("content-type")) {
                    line.means(Field.HTTP_RESPONSE_MIME_TYPE, 1);
                }
            }
            case "PROTOCOL" -> line.means(Field.HTTP_VERSION, 1);
            case "RESPONSE_CODE" -> {
                piece.shape(Shape.DIGITS);
                line.means(Field.HTTP_RESPONSE_STATUS_CODE, 1);
            }
            case "BYTES_SENT" -> line.means(Field.HTTP_RESPONSE_BYTES, 1);
            case "DURATION" -> line.means(Field.EVENT_DURATION, 1);
            case "UPSTREAM_HOST", "UPSTREAM_REMOTE_ADDRESS" -> {
                line.means(Field.DESTINATION_ADDRESS, 1);
                line.means(Field.DESTINATION_PORT, 1);
            }
            case "DOWNSTREAM_REMOTE_ADDRESS", "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT" ->
                line.means(Field.SOURCE_ADDRESS, 1);
            case "DOWNSTREAM_DIRECT_REMOTE_ADDRESS", "DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT" ->
                line.means(Field.SOURCE_ADDRESS, 2);
            case "REQUESTED_SERVER_NAME" -> line.means(Field.URL_DOMAIN, 0);
            case "PATH" -> {
                piece.flexible();
                boolean whole = !argument.toUpperCase(Locale.ROOT).startsWith("NQ");
                line.means(whole ? Field.URL_ORIGINAL : Field.URL_PATH, 0);
            }
            case "QUERY_PARAMS" -> line.means(Field.URL_QUERY, 0);
            case "CONNECTION_TERMINATION_DETAILS", "RESPONSE_CODE_DETAILS", "UPSTREAM_TRANSPORT_FAILURE_REASON" ->
                piece.flexible();
            default -> {}
        }
    }

    private static void request(Line line, Line.Piece piece, String header) {
        String last = header.substring(header.indexOf('?') + 1);
        switch (last) {
            case ":method" -> line.means(Field.HTTP_REQUEST_METHOD, 1);
            case ":path" -> {
                piece.flexible();
                line.means(Field.URL_ORIGINAL, 1);
            }
            case ":authority", "host" -> line.means(Field.URL_DOMAIN, 1);
            case ":scheme" -> line.means(Field.URL_SCHEME, 1);
            case "user-agent" -> {
                piece.flexible();
                line.means(Field.USER_AGENT_ORIGINAL, 1);
            }
            case "referer" -> {
                piece.flexible();
                line.means(Field.HTTP_REQUEST_REFERRER, 1);
            }
            case "x-forwarded-for" -> {
                piece.flexible();
                line.means(Field.SOURCE_ADDRESS, -1);
                line.means(Field.NETWORK_FORWARDED_IP, 1);
            }
            default -> {}
        }
    }
}
