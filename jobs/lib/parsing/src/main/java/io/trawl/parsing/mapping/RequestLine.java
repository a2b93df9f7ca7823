package io.trawl.parsing.mapping;

import io.trawl.parsing.internal.Bytes;
import io.trawl.parsing.internal.Targets;
import io.trawl.parsing.internal.Text;
import io.trawl.record.ProxyEvent;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A request line of HTTP, whole or in its parts: method, target and version. */
final class RequestLine {
    private static final byte[] CONNECT = "CONNECT".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] HTTP = " HTTP/".getBytes(StandardCharsets.ISO_8859_1);
    /** Bytes of a version with the space before it. */
    private static final int VERSION = " HTTP/1.1".length();

    private RequestLine() {}

    /**
     * Reads the column at hand without a text of the whole, where it is as nearly all are: a method in capitals, a target, and
     * a version of three characters, all of it in printable ASCII. False where it is otherwise, and nothing has been set.
     */
    static boolean readUsual(Columns columns, ProxyEvent into) {
        byte[] b = columns.value;
        int from = columns.valueFrom;
        int to = columns.valueTo;
        int version = to - VERSION;
        int method = from;
        while (method < to && b[method] >= 'A' && b[method] <= 'Z') {
            method++;
        }
        if (method == from
                || version <= method + 1
                || b[method] != ' '
                || !Bytes.isAt(b, version, HTTP)
                || b[to - 3] < '1'
                || b[to - 2] == ' '
                || b[to - 1] == ' '
                || !Text.isPrintableAscii(b, from, to)) {
            return false;
        }
        String usual = usualMethod(b, from, method);
        String name = usual != null ? usual : new String(b, from, method - from, StandardCharsets.ISO_8859_1);
        into.setHttpRequestMethod(name);
        boolean isUsual = b[to - 3] == '1' && b[to - 2] == '.' && b[to - 1] == '1';
        into.setHttpVersion(isUsual ? "1.1" : new String(b, to - 3, 3, StandardCharsets.ISO_8859_1));
        int start = method + 1;
        boolean none = version - start == 1 && b[start] == '-';
        if (version > start && !none) {
            Targets.split(name, new String(b, start, version - start, StandardCharsets.ISO_8859_1), into);
        }
        return true;
    }

    /** {@code GET /a b HTTP/1.1}: the target is what is between the first space and the version. */
    static void read(String request, ProxyEvent into) {
        int first = request.indexOf(' ');
        if (first < 0) {
            // No request at all: bytes of some other protocol.
            into.setUrlOriginal(request);
            return;
        }
        int last = request.lastIndexOf(' ');
        boolean http = request.startsWith("HTTP/", last + 1);
        boolean none = first == 0 || first == 1 && request.charAt(0) == '-';
        // A dash for each part that the request did not have.
        boolean dash = none && request.endsWith(" -");
        boolean hasVersion = last > first && (http || dash || request.startsWith("NONE/", last + 1));
        into.setHttpRequestMethod(none ? null : request.substring(0, first));
        if (first == 0 && last == 0 && http) {
            return;
        }
        if (hasVersion && http) {
            into.setHttpVersion(version(request.substring(last + 1)));
        }
        String target = request.substring(first + 1, hasVersion ? last : request.length());
        if (!target.isEmpty() && !target.equals("-")) {
            // "- http://host:443- -" of AWS: the last dash of the target is the path.
            boolean pathless = dash && target.endsWith("-");
            String read = pathless ? target.substring(0, target.length() - 1) : target;
            Targets.split(into.getHttpRequestMethod(), read, into);
            into.setUrlOriginal(target);
        }
    }

    /** The number of a version, however it is written; null if it is none. */
    static @Nullable String version(String text) {
        String number = text;
        if (text.startsWith("HTTP")) {
            // HTTP1.1, as Netskope writes it.
            int digit = text.startsWith("/", "HTTP".length()) ? "HTTP/".length() : "HTTP".length();
            number = text.substring(digit);
        }
        // 2.0.0.0, as Azure's Front Door writes it.
        number = number.length() == 7 && number.endsWith(".0.0") ? number.substring(0, 3) : number;
        // Squid's own logformat has 0.0 where there was no request.
        return number.equals("0.0") || number.isEmpty() ? null : number;
    }

    /** A usual method, of which no text need be made; null if it is another. */
    static @Nullable String usualMethod(Columns columns) {
        return usualMethod(columns.value, columns.valueFrom, columns.valueTo);
    }

    private static @Nullable String usualMethod(byte[] b, int from, int to) {
        switch (to - from) {
            case 3:
                if (b[from] == 'G' && b[from + 1] == 'E' && b[from + 2] == 'T') {
                    return "GET";
                }
                break;
            case 4:
                if (b[from] == 'P' && b[from + 1] == 'O' && b[from + 2] == 'S' && b[from + 3] == 'T') {
                    return "POST";
                }
                break;
            case 7:
                if (Bytes.isAt(b, from, CONNECT)) {
                    return "CONNECT";
                }
                break;
            default:
        }
        return null;
    }
}
