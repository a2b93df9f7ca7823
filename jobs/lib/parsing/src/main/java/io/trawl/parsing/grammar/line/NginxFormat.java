package io.trawl.parsing.grammar.line;

import io.trawl.parsing.grammar.Shape;
import io.trawl.parsing.mapping.Escape;
import io.trawl.parsing.mapping.Field;
import io.trawl.parsing.mapping.Rule;
import java.util.Set;

/** nginx's log_format: https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format. */
final class NginxFormat {
    /** Variables of nginx without a meaning here and without a space in them. */
    private static final Set<String> KNOWN = Set.of(
            "request_length",
            "request_id",
            "connection",
            "connection_requests",
            "pipe",
            "gzip_ratio",
            "remote_port",
            "ssl_protocol",
            "ssl_cipher",
            "server_addr",
            "hostname",
            "pid",
            "req_id",
            "request_completion",
            "bytes_received",
            "proxy_protocol_port",
            "ssl_session_reused");

    private NginxFormat() {}

    static Line line(String configured) {
        Escape escape = Escape.BACKSLASH;
        String format = configured.strip();
        if (format.startsWith("log_format")) {
            int quote = format.indexOf('\'');
            quote = quote < 0 ? format.indexOf('"') : quote;
            if (quote < 0) {
                throw new IllegalArgumentException("log_format has no quoted string; expected log_format NAME '...';");
            }
            escape = escape(format.substring(0, quote));
            format = strings(format.substring(quote));
        } else if (format.startsWith("escape=")) {
            int space = format.indexOf(' ');
            escape = escape(format);
            format = space < 0 ? "" : format.substring(space + 1);
        }
        Line line = new Line(format);
        int i = 0;
        while (i < format.length()) {
            if (format.charAt(i) != '$') {
                line.text(format.substring(i, i + 1));
                i++;
                continue;
            }
            boolean braces = format.startsWith("{", i + 1);
            int start = i + (braces ? 2 : 1);
            int end = start;
            while (end < format.length() && isName(format.charAt(end))) {
                end++;
            }
            if (end == start || braces && !format.startsWith("}", end)) {
                throw new IllegalArgumentException(
                        "'" + format.substring(i) + "' is not a variable; expected, for example, $remote_addr");
            }
            column(line, format.substring(start, end), escape);
            i = braces ? end + 1 : end;
        }
        return line;
    }

    private static Escape escape(String text) {
        return text.contains("escape=json")
                ? Escape.JSON
                : text.contains("escape=none") ? Escape.NONE : Escape.BACKSLASH;
    }

    /** The texts of quoted strings one after the other, as the configuration may cut a long one. */
    private static String strings(String text) {
        StringBuilder all = new StringBuilder();
        int i = 0;
        while (i < text.length()) {
            char quote = text.charAt(i);
            if (quote != '\'' && quote != '"') {
                i++;
                continue;
            }
            i++;
            while (i < text.length() && text.charAt(i) != quote) {
                if (text.charAt(i) == '\\' && i + 1 < text.length()) {
                    i++;
                    char c = text.charAt(i);
                    all.append(c == 't' ? '\t' : c == 'n' ? '\n' : c);
                } else {
                    all.append(text.charAt(i));
                }
                i++;
            }
            i++;
        }
        return all.toString();
    }

    private static boolean isName(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_';
    }

    private static void column(Line line, String variable, Escape escape) {
        String name = "$" + variable;
        Line.Piece piece = line.add(name).escape(escape);
        if (variable.startsWith("http_") && !variable.equals("http_host")) {
            piece.foreign();
        }
        switch (variable) {
            case "remote_addr" -> line.means(Field.SOURCE_ADDRESS, 2);
            case "realip_remote_addr" -> line.means(Field.SOURCE_ADDRESS, 1);
            case "proxy_protocol_addr" -> line.means(Field.SOURCE_ADDRESS, 0);
            case "ssl_server_name", "ssl_preread_server_name" -> line.means(Field.URL_DOMAIN, 0);
            case "http_x_forwarded_for", "proxy_add_x_forwarded_for" -> {
                piece.flexible();
                line.means(Field.SOURCE_ADDRESS, -1);
                line.means(Field.NETWORK_FORWARDED_IP, 1);
            }
            case "remote_user" -> {
                piece.flexible();
                line.means(Field.SOURCE_USER_NAME, 1);
            }
            case "time_local" -> {
                piece.shape(Shape.CLF).blanks(1);
                line.means(Rule.of(Field.TIMESTAMP, name).notation("clf"), 1);
            }
            case "time_iso8601" -> line.means(Field.TIMESTAMP, 2);
            case "msec" -> line.means(Rule.of(Field.TIMESTAMP, name).notation("epoch"), 3);
            case "request" -> line.means(Field.REQUEST, 1);
            case "request_method" -> line.means(Field.HTTP_REQUEST_METHOD, 1);
            case "request_uri" -> line.means(Field.URL_ORIGINAL, 1);
            case "uri", "document_uri" -> {
                piece.flexible();
                line.means(Field.URL_PATH, 1);
            }
            case "args", "query_string" -> line.means(Field.URL_QUERY, 1);
            case "scheme" -> line.means(Field.URL_SCHEME, 1);
            case "host" -> line.means(Field.URL_DOMAIN, 3);
            case "http_host" -> line.means(Field.URL_DOMAIN, 2);
            case "server_name" -> {
                piece.nameless();
                line.means(Field.URL_DOMAIN, 1);
            }
            case "server_port" -> line.means(Field.DESTINATION_PORT, 1);
            case "server_protocol" -> line.means(Field.HTTP_VERSION, 1);
            case "status" -> {
                piece.shape(Shape.DIGITS);
                line.means(Field.HTTP_RESPONSE_STATUS_CODE, 1);
            }
            case "body_bytes_sent" -> line.means(Field.HTTP_RESPONSE_BYTES, 2);
            case "bytes_sent" -> line.means(Field.HTTP_RESPONSE_BYTES, 1);
            case "sent_http_content_type" -> line.means(Field.HTTP_RESPONSE_MIME_TYPE, 1);
            case "http_referer" -> line.means(Field.HTTP_REQUEST_REFERRER, 1);
            case "http_user_agent" -> line.means(Field.USER_AGENT_ORIGINAL, 1);
            case "request_time", "session_time" ->
                line.means(Rule.of(Field.EVENT_DURATION, name).unit(1_000_000_000), 1);
            case "upstream_addr" -> {
                piece.flexible();
                line.means(Field.DESTINATION_ADDRESS, 1);
            }
            default -> {
                if (variable.startsWith("upstream_")) {
                    piece.flexible();
                } else if (!KNOWN.contains(variable)) {
                    piece.free();
                }
            }
        }
    }
}
