package io.trawl.parsing.mapping;

import io.trawl.parsing.Failure;
import io.trawl.parsing.Printable;
import io.trawl.parsing.Reason;
import io.trawl.parsing.internal.Addresses;
import io.trawl.parsing.internal.Targets;
import io.trawl.parsing.internal.Text;
import io.trawl.record.ProxyEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** Fills an event from the columns of a line, as rules say. Safe for use by several threads. */
public final class Mapping {
    /** Where something is in a duration or size that no clock or wire has. */
    private static final long TOO_MUCH = Long.MAX_VALUE / 1_000_000_000;

    /** Positions of the fields that a line decides. */
    private static final int[] FILLED = ProxyEvent.getClassSchema().getFields().stream()
            .filter(field -> !List.of("event_id", "source", "window", "partition", "offset")
                    .contains(field.name()))
            .mapToInt(Schema.Field::pos)
            .toArray();

    /** Characters of the longest address of version 6, one of version 4 at its end. */
    private static final int LONGEST_ADDRESS = 45;

    private static final byte[] CONNECT = "CONNECT".getBytes(StandardCharsets.ISO_8859_1);

    private final Op[] ops;
    private final byte[][] absent;
    private final int longestAbsent;
    private final Times envelopeTimes;
    private final boolean parts;

    /** A rule with its columns by number. */
    private static final class Op {
        final Field field;
        final int[] columns;
        final boolean joined;
        final byte @Nullable [] before;
        final byte @Nullable [] after;
        final Escape escape;
        final long unit;
        final Times times;
        /** Whether a port is always behind an address of its column. */
        final boolean withPort;

        final boolean plain;

        Op(Rule rule, int[] columns, ZoneId zone, boolean withPort) {
            this.field = rule.field();
            this.columns = columns;
            this.joined = rule.joined();
            this.before = bytes(rule.before());
            this.after = bytes(rule.after());
            this.escape = rule.escape();
            this.unit = rule.unit();
            this.times = Times.of(rule.notation(), rule.zone() == null ? zone : rule.zone());
            this.withPort = withPort;
            this.plain = columns.length == 1 && before == null && after == null && escape == Escape.NONE;
        }

        private static byte @Nullable [] bytes(@Nullable String text) {
            return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
        }
    }

    /**
     * @param rules at most one for each field
     * @param numbers the number of a column by its name, -1 where the grammar has no such column
     * @param absent what is read as if it were not there, beside the empty text
     * @param zone of times that name none
     */
    public Mapping(List<Rule> rules, ToIntFunction<String> numbers, List<String> absent, ZoneId zone) {
        // A method is known before its target is split, and a target before what may replace parts of it.
        this.ops = rules.stream()
                .sorted(Comparator.comparingInt(Mapping::turn))
                .map(rule ->
                        new Op(rule, rule.from().stream().mapToInt(numbers).toArray(), zone, isWithPort(rule, rules)))
                .toArray(Op[]::new);
        this.absent = absent.stream()
                .map(mark -> mark.getBytes(StandardCharsets.UTF_8))
                .toArray(byte[][]::new);
        this.longestAbsent =
                Arrays.stream(this.absent).mapToInt(mark -> mark.length).max().orElse(0);
        this.envelopeTimes = Times.of(null, zone);
        Map<Field, Rule> byField = new HashMap<>();
        rules.forEach(rule -> byField.put(rule.field(), rule));
        this.parts = byField.containsKey(Field.URL_DOMAIN)
                || byField.containsKey(Field.URL_PATH)
                || byField.containsKey(Field.URL_QUERY);
    }

    /** A port and the address in front of it are one column: what is said of the address counts for the port. */
    private static boolean isWithPort(Rule rule, List<Rule> rules) {
        return rule.withPort()
                || rules.stream()
                        .anyMatch(other -> other.withPort() && !Collections.disjoint(other.from(), rule.from()));
    }

    private static int turn(Rule rule) {
        return switch (rule.field()) {
            case REQUEST -> 0;
            case HTTP_REQUEST_METHOD -> 1;
            case URL_ORIGINAL -> 2;
            default -> 3 + rule.field().ordinal();
        };
    }

    /**
     * Fills the event.
     *
     * @param near about when the line was written, for times without a year; null where nobody knows
     * @return null, or what is wrong with a column
     */
    public @Nullable Failure fill(Columns columns, @Nullable Instant near, ProxyEvent into) {
        for (Op op : ops) {
            if (!open(op, columns)) {
                continue;
            }
            Failure failure = fill(op, columns, near, into);
            if (failure != null) {
                return failure;
            }
        }
        if (parts) {
            join(into);
        }
        return null;
    }

    /** Empties what any mapping may have filled. */
    public static void clear(ProxyEvent event) {
        for (int field : FILLED) {
            event.put(field, null);
        }
    }

    /** Fills the time from that of an envelope. */
    public void time(byte[] bytes, int from, int to, @Nullable Instant near, ProxyEvent into) {
        Instant time = envelopeTimes.read(bytes, from, to, near);
        if (time != null) {
            into.setTimestamp(time);
        }
    }

    private boolean open(Op op, Columns columns) {
        if (op.plain) {
            return columns.open(op.columns[0]) && !isAbsent(columns);
        }
        if (op.joined) {
            return openJoined(op, columns);
        }
        for (int column : op.columns) {
            if (columns.open(column) && !isAbsent(columns)) {
                if (cut(op, columns) && !isAbsent(columns)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean cut(Op op, Columns columns) {
        if (op.escape != Escape.NONE) {
            columns.undo(op.escape);
        }
        if (op.after != null) {
            int place = indexOf(columns.value, columns.valueFrom, columns.valueTo, op.after);
            columns.valueFrom = place < 0 ? columns.valueFrom : place + op.after.length;
        }
        if (op.before != null) {
            int place = indexOf(columns.value, columns.valueFrom, columns.valueTo, op.before);
            columns.valueTo = place < 0 ? columns.valueTo : place;
        }
        return columns.valueFrom < columns.valueTo;
    }

    private static int indexOf(byte[] b, int from, int to, byte[] what) {
        for (int i = from; i + what.length <= to; i++) {
            int n = 0;
            while (n < what.length && b[i + n] == what[n]) {
                n++;
            }
            if (n == what.length) {
                return i;
            }
        }
        return -1;
    }

    private boolean openJoined(Op op, Columns columns) {
        StringBuilder all = new StringBuilder();
        for (int column : op.columns) {
            if (!columns.open(column) || isAbsent(columns)) {
                return false;
            }
            if (!all.isEmpty()) {
                all.append(' ');
            }
            all.append(new String(
                    columns.value,
                    columns.valueFrom,
                    columns.valueTo - columns.valueFrom,
                    StandardCharsets.ISO_8859_1));
        }
        columns.value = all.toString().getBytes(StandardCharsets.ISO_8859_1);
        columns.valueFrom = 0;
        columns.valueTo = columns.value.length;
        return cut(op, columns);
    }

    private boolean isAbsent(Columns columns) {
        int length = columns.valueTo - columns.valueFrom;
        if (length > longestAbsent) {
            return false;
        }
        for (byte[] mark : absent) {
            if (mark.length == length && isAt(columns.value, columns.valueFrom, mark)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isAt(byte[] b, int at, byte[] what) {
        for (int i = 0; i < what.length; i++) {
            if (b[at + i] != what[i]) {
                return false;
            }
        }
        return true;
    }

    private @Nullable Failure fill(Op op, Columns columns, @Nullable Instant near, ProxyEvent into) {
        switch (op.field) {
            case TIMESTAMP -> {
                Instant time = op.times.read(columns.value, columns.valueFrom, columns.valueTo, near);
                if (time == null) {
                    return failure(
                            Reason.TIMESTAMP,
                            op,
                            columns,
                            "is not a time; expected one of the format's notation, for example 2016-12-26T14:16:28Z");
                }
                into.setTimestamp(time);
            }
            case REQUEST -> request(text(op, columns), into);
            case HTTP_REQUEST_METHOD -> into.setHttpRequestMethod(method(op, columns));
            case HTTP_VERSION -> into.setHttpVersion(version(text(op, columns)));
            case URL_ORIGINAL -> Targets.split(into.getHttpRequestMethod(), text(op, columns), into);
            case URL_SCHEME -> into.setUrlScheme(text(op, columns).toLowerCase(Locale.ROOT));
            case URL_DOMAIN -> domain(text(op, columns), into);
            case URL_PORT -> {
                int port = port(op, columns);
                if (port > 0) {
                    into.setUrlPort(port);
                    into.setDestinationPort(port);
                }
            }
            case URL_PATH -> path(text(op, columns), into);
            case URL_QUERY -> {
                String query = text(op, columns);
                query = query.startsWith("?") ? query.substring(1) : query;
                into.setUrlQuery(query.isEmpty() ? null : query);
            }
            case SOURCE_ADDRESS -> {
                String address = address(op, columns);
                into.setSourceAddress(address);
                into.setSourceIp(address == null ? null : Addresses.canonical(address));
            }
            case SOURCE_USER_NAME -> into.setSourceUserName(text(op, columns));
            case DESTINATION_ADDRESS -> {
                String address = address(op, columns);
                into.setDestinationAddress(address);
                into.setDestinationIp(address == null ? null : Addresses.canonical(address));
            }
            case DESTINATION_DOMAIN -> into.setDestinationDomain(text(op, columns));
            case DESTINATION_PORT -> {
                int port = port(op, columns);
                if (port >= 0) {
                    into.setDestinationPort(port);
                }
            }
            case HTTP_REQUEST_REFERRER -> into.setHttpRequestReferrer(text(op, columns));
            case HTTP_RESPONSE_STATUS_CODE -> {
                long status = number(columns.value, columns.valueFrom, columns.valueTo);
                // 0, 000 and -1: no answer was sent.
                if (status != 0 && !isMinusOne(columns)) {
                    if (status < 100 || status > 999) {
                        return failure(
                                Reason.STATUS, op, columns, "is not a status; expected three digits, for example 200");
                    }
                    into.setHttpResponseStatusCode((int) status);
                }
            }
            case HTTP_RESPONSE_BYTES -> {
                // A plus: HAProxy wrote the line before the answer was through.
                int plus = columns.value[columns.valueFrom] == '+' ? 1 : 0;
                long size = number(columns.value, columns.valueFrom + plus, columns.valueTo);
                if (size < 0) {
                    return failure(Reason.SIZE, op, columns, "is not a size; expected bytes, for example 1380");
                }
                into.setHttpResponseBytes(size);
            }
            case HTTP_RESPONSE_MIME_TYPE -> into.setHttpResponseMimeType(text(op, columns));
            case USER_AGENT_ORIGINAL -> into.setUserAgentOriginal(text(op, columns));
            case EVENT_ACTION -> into.setEventAction(text(op, columns));
            case EVENT_DURATION -> {
                return duration(op, columns, into);
            }
            case PROXY_HIERARCHY -> into.setProxyHierarchy(text(op, columns));
            case OBSERVER_HOSTNAME -> into.setObserverHostname(text(op, columns));
        }
        return null;
    }

    private static boolean isMinusOne(Columns columns) {
        byte[] b = columns.value;
        int from = columns.valueFrom;
        return columns.valueTo - from == 2 && b[from] == '-' && b[from + 1] == '1';
    }

    private static Failure failure(Reason reason, Op op, Columns columns, String message) {
        int end = Math.min(columns.valueTo, columns.valueFrom + 40);
        String value = Printable.line(Text.decode(columns.value, columns.valueFrom, end));
        return new Failure(
                reason,
                op.field == Field.REQUEST ? "url_original" : op.field.label(),
                "'" + value + (end < columns.valueTo ? "...' " : "' ") + message);
    }

    /** The usual methods as constants: no text is made of them. */
    private static String method(Op op, Columns columns) {
        byte[] b = columns.value;
        int from = columns.valueFrom;
        switch (columns.valueTo - from) {
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
                if (isAt(b, from, CONNECT)) {
                    return "CONNECT";
                }
                break;
            default:
        }
        return text(op, columns);
    }

    private static String text(Op op, Columns columns) {
        String read = op.plain ? columns.textOf(op.columns[0]) : null;
        return read != null ? Text.clean(read) : Text.clean(columns.value, columns.valueFrom, columns.valueTo);
    }

    /** {@code GET /a b HTTP/1.1}: the target is what is between the first space and the version. */
    private static void request(String request, ProxyEvent into) {
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

    private static @Nullable String version(String text) {
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

    private static void domain(String text, ProxyEvent into) {
        // What stands in the URL itself is what was asked for.
        if (into.getUrlDomain() != null) {
            return;
        }
        String host = text;
        if (host.startsWith("[") && host.indexOf(']') > 0) {
            int close = host.indexOf(']');
            portOf(host.substring(close + 1), into);
            host = host.substring(1, close);
        } else {
            int colon = host.indexOf(':');
            if (colon > 0 && host.lastIndexOf(':') == colon) {
                portOf(host.substring(colon), into);
                host = host.substring(0, colon);
            }
        }
        // The dot of the root, as logs of DNS have it.
        host = host.length() > 1 && host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        if (!host.isEmpty()) {
            into.setUrlDomain(host);
            into.setDestinationDomain(host);
        }
    }

    private static void portOf(String colonAndPort, ProxyEvent into) {
        byte[] b = colonAndPort.getBytes(StandardCharsets.ISO_8859_1);
        long port = b.length > 1 && b[0] == ':' ? number(b, 1, b.length) : -1;
        if (port > 0 && port <= 65_535) {
            into.setUrlPort((int) port);
            into.setDestinationPort((int) port);
        }
    }

    private static void path(String text, ProxyEvent into) {
        if (into.getUrlPath() != null) {
            return;
        }
        int question = text.indexOf('?');
        into.setUrlPath(question < 0 ? text : text.substring(0, question));
        if (question >= 0 && question + 1 < text.length()) {
            into.setUrlQuery(text.substring(question + 1));
        }
    }

    /** A URL of its parts, where the log has no whole one. */
    private static void join(ProxyEvent into) {
        String host = into.getUrlDomain();
        if (into.getUrlFull() != null) {
            return;
        }
        if ("CONNECT".equals(into.getHttpRequestMethod())) {
            if (into.getUrlOriginal() == null && host != null) {
                into.setUrlOriginal(into.getUrlPort() == null ? host : host + ":" + into.getUrlPort());
                into.setUrlPath(null);
            }
            return;
        }
        String original = into.getUrlOriginal();
        if (host != null && original != null && into.getUrlPath() == null && original.startsWith(host)) {
            behindHost(original.substring(host.length()), into);
        }
        String path = into.getUrlPath();
        String query = into.getUrlQuery();
        if (path == null && query == null && into.getUrlOriginal() == null && into.getUrlScheme() == null) {
            return;
        }
        StringBuilder target = new StringBuilder();
        if (path != null) {
            target.append(path.startsWith("/") ? "" : "/").append(path);
        } else if (query != null || host != null) {
            target.append('/');
        }
        if (query != null) {
            target.append('?').append(query);
        }
        if (into.getUrlScheme() != null && host != null) {
            StringBuilder full = new StringBuilder(into.getUrlScheme()).append("://");
            full.append(host.indexOf(':') < 0 ? host : "[" + host + "]");
            if (into.getUrlPort() != null) {
                full.append(':').append(into.getUrlPort());
            }
            into.setUrlFull(full.append(target).toString());
        }
        if (into.getUrlOriginal() == null) {
            into.setUrlOriginal(into.getUrlFull() != null ? into.getUrlFull() : target.toString());
        }
    }

    /** Path and query of a URL that the log has without its scheme. */
    private static void behindHost(String rest, ProxyEvent into) {
        int slash = rest.indexOf('/');
        String port = slash < 0 ? rest : rest.substring(0, slash);
        portOf(port, into);
        if (slash >= 0 && (port.isEmpty() || port.startsWith(":"))) {
            path(rest.substring(slash), into);
        }
    }

    /** An address without its port; the first of a list; null where it has a control character in it. */
    private static @Nullable String address(Op op, Columns columns) {
        byte[] b = columns.value;
        int from = columns.valueFrom;
        int to = columns.valueTo;
        int plain = from;
        while (plain < to && (b[plain] >= '0' && b[plain] <= '9' || b[plain] == '.')) {
            plain++;
        }
        if (plain == to) {
            return new String(b, from, to - from, StandardCharsets.ISO_8859_1);
        }
        for (int i = from; i < to; i++) {
            if (b[i] == ',') {
                to = i;
            }
        }
        if (Text.hasControls(b, from, to)) {
            return null;
        }
        // 10.0.0.1:80, and 10.0.0.1:80:X1 of SonicWall.
        String front =
                plain > from && b[plain] == ':' ? new String(b, from, plain - from, StandardCharsets.ISO_8859_1) : "";
        if (front.indexOf('.') > 0 && Addresses.canonical(front) != null) {
            return front;
        }
        String text = Text.clean(b, from, to).strip();
        // tcp://10.0.0.1:80, as Envoy has it.
        text = text.substring(text.indexOf("://") < 0 ? 0 : text.indexOf("://") + 3);
        int colon = text.lastIndexOf(':');
        if (text.isEmpty() || colon < 0) {
            return text.isEmpty() || text.equals("-") ? null : text;
        }
        if (text.startsWith("[")) {
            int close = text.indexOf(']');
            return close > 0 ? text.substring(1, close) : text;
        }
        if (!op.withPort && (Addresses.canonical(text) != null || colon != text.indexOf(':') && !isPort(text, colon))) {
            return text;
        }
        return colon > 0 && isPort(text, colon) ? text.substring(0, colon) : text;
    }

    private static boolean isPort(String text, int colon) {
        for (int i = colon + 1; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return text.length() - colon <= 6;
    }

    /** A port, alone or behind an address; -1 where there is none. */
    private static int port(Op op, Columns columns) {
        byte[] b = columns.value;
        int start = columns.valueFrom;
        int to = columns.valueTo;
        int from = start;
        int dots = 0;
        while (from < to && (b[from] >= '0' && b[from] <= '9' || b[from] == '.')) {
            dots += b[from] == '.' ? 1 : 0;
            from++;
        }
        if (dots == 3 && from < to && b[from] == ':') {
            // Behind an address of version 4, whatever follows: 10.0.0.1:80:X1, or 10.0.0.1:80, 10.0.0.2:80.
            from++;
            int end = from;
            while (end < to && b[end] >= '0' && b[end] <= '9') {
                end++;
            }
            to = end;
        } else {
            from = to;
            while (from > start && b[from - 1] != ':') {
                from--;
            }
            if (!op.withPort && from > start && isAddress(b, start, to)) {
                return -1;
            }
        }
        long port = number(b, from, to);
        return port > 65_535 ? -1 : (int) port;
    }

    /** An address of version 6 with nothing around or behind it. */
    private static boolean isAddress(byte[] b, int from, int to) {
        return b[from] != '['
                && to - from <= LONGEST_ADDRESS
                && Addresses.canonical(new String(b, from, to - from, StandardCharsets.ISO_8859_1)) != null;
    }

    private static @Nullable Failure duration(Op op, Columns columns, ProxyEvent into) {
        byte[] b = columns.value;
        int from = columns.valueFrom;
        int to = columns.valueTo;
        boolean negative = b[from] == '-';
        int start = negative || b[from] == '+' ? from + 1 : from;
        int dot = start;
        while (dot < to && b[dot] >= '0' && b[dot] <= '9') {
            dot++;
        }
        long whole = dot == start && dot < to && b[dot] == '.' ? 0 : number(b, start, dot);
        double fraction = 0;
        if (dot < to) {
            try {
                String text = new String(b, start, Math.min(to - start, 40), StandardCharsets.ISO_8859_1);
                double all = b[dot] == '.' || (b[dot] | 0x20) == 'e' ? Double.parseDouble(text) : -1;
                whole = all < 0 || all > TOO_MUCH ? -1 : (long) all;
                fraction = all - whole;
            } catch (NumberFormatException e) {
                whole = -1;
            }
        }
        if (whole < 0 || whole > Long.MAX_VALUE / op.unit - 1) {
            return failure(Reason.DURATION, op, columns, "is not a duration; expected a number, for example 62");
        }
        // A clock that was set back makes a negative duration: it took no time that is known.
        if (!negative) {
            into.setEventDuration(whole * op.unit + Math.round(fraction * op.unit));
        }
        return null;
    }

    /** A run of digits as a number; -1 where it is empty, longer than 18 digits or has anything else in it. */
    private static long number(byte[] b, int from, int to) {
        if (from >= to || to - from > 18) {
            return -1;
        }
        long value = 0;
        for (int i = from; i < to; i++) {
            int digit = b[i] - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return value;
    }
}
