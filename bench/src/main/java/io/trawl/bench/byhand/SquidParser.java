package io.trawl.bench.byhand;

import io.trawl.parsing.Failure;
import io.trawl.parsing.Parser;
import io.trawl.parsing.Reason;
import io.trawl.record.ProxyEvent;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Squid's native access.log: {@code time elapsed client result/status bytes method URL user hierarchy/peer type}, and
 * whatever a site appends.
 *
 * <p>The URL may have spaces in it (uri_whitespace allow); the column that looks like hierarchy/peer tells where it ends:
 * the last but one of the line where nothing is appended, so that a URL cannot pretend to be the columns after it.
 * The user is then the one column before, so of a user's name with spaces all but its end counts as URL.
 * Requests that Squid itself could not read ({@code error:invalid-request}) are events without a host.
 */
public final class SquidParser implements Parser {
    private static final long serialVersionUID = 1L;

    @Override
    public String name() {
        return "squid";
    }

    @Override
    public int version() {
        return 1;
    }

    @Override
    public @Nullable Failure parse(byte[] line, ProxyEvent into) {
        Scanner in = new Scanner(line);
        if (in.isBlank()) {
            return new Failure(Reason.EMPTY, null, "the line is empty");
        }
        Failure cut = in.cutBySquid();
        if (cut != null) {
            return cut;
        }
        in.skipSpaces();

        int end = in.columnEnd();
        Instant time = time(in, in.at, end);
        if (time == null) {
            return new Failure(
                    Reason.TIMESTAMP,
                    "timestamp",
                    in.quote(in.at, end)
                            + " is not a timestamp; expected seconds since 1970 with milliseconds, for example 1700000000.123");
        }
        into.setTimestamp(time);

        in.at = end;
        in.skipSpaces();
        end = in.columnEnd();
        if (in.ended()) {
            return ended("event_duration");
        }
        if (!in.is(in.at, end, '-')) {
            boolean negative = line[in.at] == '-';
            long elapsed = in.number(negative ? in.at + 1 : in.at, end);
            if (elapsed < 0 || elapsed > Long.MAX_VALUE / 1_000_000) {
                return new Failure(
                        Reason.DURATION,
                        "event_duration",
                        in.quote(in.at, end) + " is not a duration; expected milliseconds, for example 62");
            }
            // A clock that was set back makes Squid write a negative duration: it took no time that is known.
            if (!negative) {
                into.setEventDuration(elapsed * 1_000_000);
            }
        }

        in.at = end;
        in.skipSpaces();
        end = in.columnEnd();
        if (in.ended()) {
            return ended("source_address");
        }
        String client = in.client(in.at, end);
        into.setSourceAddress(client);
        into.setSourceIp(client == null ? null : Addresses.canonical(client));

        in.at = end;
        in.skipSpaces();
        end = in.columnEnd();
        if (in.ended()) {
            return ended("event_action");
        }
        int slash = end - 1;
        while (slash > in.at && line[slash] != '/') {
            slash--;
        }
        if (slash <= in.at) {
            return new Failure(
                    Reason.SYNTAX,
                    "event_action",
                    in.quote(in.at, end) + "; expected result/status, for example TCP_MISS/200");
        }
        into.setEventAction(in.text(in.at, slash));
        long status = end - slash - 1 == 3 ? in.number(slash + 1, end) : -1;
        if (status < 0 && !in.is(slash + 1, end, '-')) {
            return new Failure(
                    Reason.STATUS,
                    "http_response_status_code",
                    in.quote(slash + 1, end) + " is not a status code; expected three digits, for example 200");
        }
        // 000: the client was gone before an answer.
        into.setHttpResponseStatusCode(status > 0 ? (Integer) (int) status : null);

        in.at = end;
        in.skipSpaces();
        end = in.columnEnd();
        if (in.ended()) {
            return ended("http_response_bytes");
        }
        if (!in.is(in.at, end, '-')) {
            long bytes = in.number(in.at, end);
            if (bytes < 0) {
                return new Failure(
                        Reason.SIZE,
                        "http_response_bytes",
                        in.quote(in.at, end) + " is not a size; expected bytes, for example 1380");
            }
            into.setHttpResponseBytes(bytes);
        }

        in.at = end;
        in.skipSpaces();
        end = in.columnEnd();
        if (in.ended()) {
            return ended("http_request_method");
        }
        String method = in.text(in.at, end);
        into.setHttpRequestMethod(method);

        in.at = end;
        in.skipSpaces();
        if (in.ended()) {
            return ended("url_original");
        }
        return rest(in, method, into);
    }

    private static Failure ended(String field) {
        return new Failure(
                Reason.SYNTAX,
                field,
                "the line ends before " + field
                        + "; expected time elapsed client result/status bytes method URL user hierarchy/peer type");
    }

    private static @Nullable Instant time(Scanner in, int from, int to) {
        int dot = from;
        while (dot < to && in.bytes[dot] != '.') {
            dot++;
        }
        long seconds = in.number(from, dot);
        if (seconds < 0 || seconds > 99_999_999_999L) {
            return null;
        }
        if (dot == to) {
            return Instant.ofEpochSecond(seconds);
        }
        int digits = to - dot - 1;
        long fraction = digits < 1 || digits > 9 ? -1 : in.number(dot + 1, to);
        if (fraction < 0) {
            return null;
        }
        for (int i = digits; i < 9; i++) {
            fraction *= 10;
        }
        return Instant.ofEpochSecond(seconds, fraction);
    }

    /** URL, user, hierarchy/peer and type. */
    private static @Nullable Failure rest(Scanner in, @Nullable String method, ProxyEvent into) {
        int urlStart = in.at;
        // The column before the one at hand, and the end of the one before that: the URL's end, if this is
        // hierarchy/peer.
        int previousStart = -1;
        int urlEnd = in.columnEnd();
        int standard = standardHierarchy(in);
        int previousEnd = urlEnd;
        in.at = urlEnd;
        while (true) {
            int before = in.at;
            in.skipSpaces();
            if (in.ended()) {
                in.at = before;
                return ended(previousStart < 0 ? "source_user_name" : "proxy_hierarchy");
            }
            int start = in.at;
            int end = in.columnEnd();
            int slash = previousStart < 0 || start < standard ? -1 : hierarchyEnd(in, start, end);
            if (slash > 0) {
                String url = in.text(urlStart, urlEnd);
                if (url != null) {
                    Targets.split(method, url, into);
                }
                into.setSourceUserName(in.squidUser(previousStart, previousEnd));
                into.setProxyHierarchy(in.text(start, slash));
                String peer = in.text(slash + 1, end);
                into.setDestinationAddress(peer);
                into.setDestinationIp(peer == null ? null : Addresses.canonical(peer));
                in.at = end;
                in.skipSpaces();
                into.setHttpResponseMimeType(in.text(in.at, in.columnEnd()));
                return null;
            }
            if (previousStart >= 0) {
                urlEnd = previousEnd;
            }
            previousStart = start;
            previousEnd = end;
            in.at = end;
        }
    }

    /** Where hierarchy/peer begins in a line that ends with it and a media type; -1 if the line does not. */
    private static int standardHierarchy(Scanner in) {
        int end = trimmed(in, in.bytes.length);
        int type = columnStart(in, end);
        boolean slash = in.is(type, end, '-');
        for (int i = type; i < end; i++) {
            byte b = in.bytes[i];
            slash |= b == '/';
            if (b == '"' || b == '[' || b == ']') {
                return -1;
            }
        }
        int hierarchyEnd = trimmed(in, type);
        int start = columnStart(in, hierarchyEnd);
        return slash && start > in.at && hierarchyEnd(in, start, hierarchyEnd) > 0 ? start : -1;
    }

    private static int trimmed(Scanner in, int end) {
        int to = end;
        while (to > 0 && in.bytes[to - 1] == ' ') {
            to--;
        }
        return to;
    }

    private static int columnStart(Scanner in, int end) {
        int start = end;
        while (start > 0 && in.bytes[start - 1] != ' ') {
            start--;
        }
        return start;
    }

    /** Where the code of hierarchy/peer ends, -1 if the column does not look like one. */
    private static int hierarchyEnd(Scanner in, int from, int to) {
        int i = from;
        while (i < to
                && (in.bytes[i] >= 'A' && in.bytes[i] <= 'Z'
                        || in.bytes[i] == '_'
                        || in.bytes[i] >= '0' && in.bytes[i] <= '9')) {
            i++;
        }
        return i > from + 1 && i < to - 1 && in.bytes[i] == '/' ? i : -1;
    }
}
