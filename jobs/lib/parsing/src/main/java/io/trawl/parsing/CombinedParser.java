package io.trawl.parsing;

import io.trawl.parsing.internal.Addresses;
import io.trawl.parsing.internal.Targets;
import io.trawl.record.ProxyEvent;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * The Common Log Format and what grew from it: {@code client ident user [time] "request" status bytes}, with
 * {@code "referrer" "user agent"} behind it (combined), a virtual host before it (vhost_combined), or Squid's
 * {@code result:hierarchy} at the end (Squid's logformat combined and common); also mod_ssl's request log,
 * {@code [time] client protocol cipher "request" bytes}. What a site appends is passed over.
 *
 * <p>In quoted columns Apache's and Squid's escapes ({@code \"}, {@code \\}, {@code \xhh}, {@code \n}) are undone.
 */
public final class CombinedParser implements Parser {
    private static final long serialVersionUID = 1L;
    private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";

    private final boolean squid;

    /** @param squid whether a last column result:hierarchy is Squid's */
    public CombinedParser(boolean squid) {
        this.squid = squid;
    }

    @Override
    public String name() {
        return squid ? "squid-combined" : "combined";
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
        Failure cut = squid ? in.cutBySquid() : null;
        if (cut != null) {
            return cut;
        }
        in.skipSpaces();
        return line[in.at] == '[' ? sslRequest(in, into) : combined(in, into);
    }

    private @Nullable Failure combined(Scanner in, ProxyEvent into) {
        int bracket = bracket(in);
        if (bracket < 0) {
            return new Failure(
                    Reason.SYNTAX,
                    "timestamp",
                    "no [time]; expected client ident user [time] \"request\" status bytes");
        }
        String vhost = null;
        int end = in.columnEnd();
        if (columns(in, in.at, bracket) > 3) {
            int second = end;
            while (in.bytes[second] == ' ') {
                second++;
            }
            int secondEnd = second;
            while (in.bytes[secondEnd] != ' ') {
                secondEnd++;
            }
            // A virtual host before the client, or a user name with a space in it.
            if (Addresses.canonical(Scanner.decode(in.bytes, second, secondEnd)) != null) {
                vhost = in.text(in.at, end);
                in.at = second;
                end = secondEnd;
            }
        }
        client(in, end, into);
        in.at = end;
        in.skipSpaces();
        in.at = in.columnEnd();
        in.skipSpaces();
        int userEnd = bracket - 1;
        if (in.at >= userEnd) {
            return new Failure(
                    Reason.SYNTAX, "source_user_name", "too few columns before [time]; expected client ident user");
        }
        into.setSourceUserName(squid ? in.squidUser(in.at, userEnd) : in.text(in.at, userEnd));

        in.at = bracket;
        Failure failure = time(in, into);
        if (failure != null) {
            return failure;
        }
        failure = request(in, into);
        if (failure != null) {
            return failure;
        }
        if (vhost != null && into.getUrlDomain() == null) {
            int colon = vhost.lastIndexOf(':');
            String host = colon < 0 || vhost.indexOf(':') != colon ? vhost : vhost.substring(0, colon);
            into.setUrlDomain(host);
            into.setDestinationDomain(host);
        }
        failure = status(in, into);
        if (failure != null) {
            return failure;
        }
        failure = size(in, into);
        if (failure != null) {
            return failure;
        }
        return trailer(in, into);
    }

    /**
     * Where [time] begins, -1 where there is none: the first [ behind a space that ends as a time does, before a quote.
     * A user's name may have brackets in it.
     */
    private static int bracket(Scanner in) {
        int first = -1;
        for (int i = in.at + 1; i < in.bytes.length; i++) {
            if (in.bytes[i] == '[' && in.bytes[i - 1] == ' ') {
                first = first < 0 ? i : first;
                if (i + 29 < in.bytes.length
                        && in.bytes[i + 12] == ':'
                        && in.bytes[i + 27] == ']'
                        && in.bytes[i + 29] == '"') {
                    return i;
                }
            }
        }
        return first;
    }

    private static int columns(Scanner in, int from, int to) {
        int columns = 0;
        for (int i = from; i < to; i++) {
            if (in.bytes[i] != ' ' && (i == from || in.bytes[i - 1] == ' ')) {
                columns++;
            }
        }
        return columns;
    }

    private @Nullable Failure sslRequest(Scanner in, ProxyEvent into) {
        Failure failure = time(in, into);
        if (failure != null) {
            return failure;
        }
        in.skipSpaces();
        int end = in.columnEnd();
        client(in, end, into);
        in.at = end;
        // Protocol and cipher.
        for (int column = 0; column < 2; column++) {
            in.skipSpaces();
            if (in.ended() || in.bytes[in.at] == '"') {
                return new Failure(Reason.SYNTAX, null, "expected [time] client protocol cipher \"request\" bytes");
            }
            in.at = in.columnEnd();
        }
        failure = request(in, into);
        return failure != null ? failure : size(in, into);
    }

    private static void client(Scanner in, int end, ProxyEvent into) {
        String client = in.client(in.at, end);
        into.setSourceAddress(client);
        into.setSourceIp(client == null ? null : Addresses.canonical(client));
    }

    /** [26/Dec/2016:16:16:28 +0200] */
    private static @Nullable Failure time(Scanner in, ProxyEvent into) {
        int from = in.at + 1;
        int to = from;
        while (to < in.bytes.length && in.bytes[to] != ']') {
            to++;
        }
        Instant time = to < in.bytes.length && to - from == 26 ? instant(in, from) : null;
        if (time == null) {
            return new Failure(
                    Reason.TIMESTAMP,
                    "timestamp",
                    in.quote(from, to)
                            + " is not a timestamp; expected day/month/year:hour:minute:second zone, for example 26/Dec/2016:16:16:28 +0200");
        }
        into.setTimestamp(time);
        in.at = to + 1;
        return null;
    }

    private static @Nullable Instant instant(Scanner in, int at) {
        byte[] b = in.bytes;
        int month = MONTHS.indexOf(new String(b, at + 3, 3, StandardCharsets.ISO_8859_1));
        boolean shape = b[at + 2] == '/'
                && b[at + 6] == '/'
                && b[at + 11] == ':'
                && b[at + 14] == ':'
                && b[at + 17] == ':'
                && b[at + 20] == ' '
                && (b[at + 21] == '+' || b[at + 21] == '-')
                && month >= 0
                && month % 3 == 0;
        if (!shape) {
            return null;
        }
        long day = in.number(at, at + 2);
        long year = in.number(at + 7, at + 11);
        long hour = in.number(at + 12, at + 14);
        long minute = in.number(at + 15, at + 17);
        long second = in.number(at + 18, at + 20);
        long zoneHours = in.number(at + 22, at + 24);
        long zoneMinutes = in.number(at + 24, at + 26);
        if (day < 0 || year < 0 || hour < 0 || minute < 0 || second < 0 || zoneHours < 0 || zoneMinutes < 0) {
            return null;
        }
        try {
            int zone = (int) (zoneHours * 3600 + zoneMinutes * 60);
            // A leap second is the second before it: java.time has none.
            return LocalDateTime.of((int) year, month / 3 + 1, (int) day, (int) hour, (int) minute, (int)
                            Math.min(second, second == 60 ? 59 : second))
                    .toInstant(ZoneOffset.ofTotalSeconds(b[at + 21] == '-' ? -zone : zone));
        } catch (DateTimeException e) {
            return null;
        }
    }

    private @Nullable Failure request(Scanner in, ProxyEvent into) {
        in.skipSpaces();
        if (in.ended() || in.bytes[in.at] != '"') {
            return new Failure(Reason.SYNTAX, "url_original", "no \"request\" behind [time]");
        }
        int close = squid ? closingBeforeStatus(in) : closing(in);
        if (close < 0) {
            return new Failure(Reason.SYNTAX, "url_original", "the \"request\" has no closing quote");
        }
        String request = quoted(in, in.at + 1, close);
        in.at = close + 1;
        if (request == null) {
            return null;
        }
        int first = request.indexOf(' ');
        int last = request.lastIndexOf(' ');
        String version = last < 0 ? "" : request.substring(last + 1);
        boolean hasVersion = last > first && (version.startsWith("HTTP/") || version.startsWith("NONE/"));
        if (first < 0) {
            // No request at all: bytes of some other protocol.
            into.setUrlOriginal(request);
            return null;
        }
        String method = request.substring(0, first);
        into.setHttpRequestMethod(method.equals("-") || method.isEmpty() ? null : method);
        if (hasVersion && version.startsWith("HTTP/")) {
            String number = version.substring("HTTP/".length());
            // Squid's own logformat has 0.0 where there was no request.
            into.setHttpVersion(number.equals("0.0") ? null : number);
        }
        String target = request.substring(first + 1, hasVersion ? last : request.length());
        if (!target.isEmpty() && !target.equals("-")) {
            Targets.split(into.getHttpRequestMethod(), target, into);
        }
        return null;
    }

    /** Position of the quote that closes the one at hand, -1 where there is none. */
    private static int closing(Scanner in) {
        for (int i = in.at + 1; i < in.bytes.length; i++) {
            if (in.bytes[i] == '\\') {
                i++;
            } else if (in.bytes[i] == '"') {
                return i;
            }
        }
        return -1;
    }

    /**
     * The quote that closes Squid's request: Squid's own combined format escapes nothing, so a URL may have quotes in it.
     */
    private static int closingBeforeStatus(Scanner in) {
        int strict = closing(in);
        for (int i = strict; i >= 0 && i < in.bytes.length; i++) {
            if (in.bytes[i] == '"' && isNumberColumn(in, i + 1) && isNumberColumn(in, nextColumn(in, i + 2))) {
                return i;
            }
        }
        return strict;
    }

    private static int nextColumn(Scanner in, int at) {
        int i = at;
        while (i < in.bytes.length && in.bytes[i] != ' ') {
            i++;
        }
        return i;
    }

    /** Whether a space and then a number or - as a whole column follow. */
    private static boolean isNumberColumn(Scanner in, int at) {
        int end = nextColumn(in, at + 1);
        return at < in.bytes.length && in.bytes[at] == ' ' && (in.is(at + 1, end, '-') || in.number(at + 1, end) >= 0);
    }

    private @Nullable String quoted(Scanner in, int from, int to) {
        boolean escaped = false;
        for (int i = from; i < to; i++) {
            escaped |= in.bytes[i] == '\\';
        }
        if (!escaped || squid && !isEscapedBySquid(in, from, to)) {
            return in.text(from, to);
        }
        ByteArrayOutputStream text = new ByteArrayOutputStream(to - from);
        for (int i = from; i < to; i++) {
            byte b = in.bytes[i];
            if (b != '\\' || i + 1 == to) {
                text.write(b);
                continue;
            }
            byte next = in.bytes[++i];
            int high = i + 2 < to ? Character.digit(in.bytes[i + 1], 16) : -1;
            int low = i + 2 < to ? Character.digit(in.bytes[i + 2], 16) : -1;
            if (next == 'x' && high >= 0 && low >= 0) {
                text.write(high << 4 | low);
                i += 2;
            } else {
                text.write(
                        switch (next) {
                            case 'n' -> '\n';
                            case 'r' -> '\r';
                            case 't' -> '\t';
                            case 'v' -> 0x0B;
                            case 'f' -> '\f';
                            case 'b' -> '\b';
                            default -> next;
                        });
            }
        }
        byte[] bytes = text.toByteArray();
        return Scanner.decode(bytes, 0, bytes.length);
    }

    /** Whether every backslash begins an escape as a logformat of a site has them; the built-in combined has none. */
    private static boolean isEscapedBySquid(Scanner in, int from, int to) {
        for (int i = from; i < to; i++) {
            if (in.bytes[i] == '"') {
                return false;
            }
            if (in.bytes[i] == '\\') {
                i++;
                if (i == to || "\\\"nrt".indexOf(in.bytes[i]) < 0) {
                    return false;
                }
            }
        }
        return true;
    }

    private static @Nullable Failure status(Scanner in, ProxyEvent into) {
        in.skipSpaces();
        int end = in.columnEnd();
        if (in.ended()) {
            return new Failure(Reason.SYNTAX, "http_response_status_code", "the line ends before the status");
        }
        long status = in.number(in.at, end);
        // Squid writes 0 where no answer was sent.
        if (!in.is(in.at, end, '-') && status != 0) {
            if (status < 0 || end - in.at != 3) {
                return new Failure(
                        Reason.STATUS,
                        "http_response_status_code",
                        in.quote(in.at, end) + " is not a status code; expected three digits, for example 200");
            }
            into.setHttpResponseStatusCode((int) status);
        }
        in.at = end;
        return null;
    }

    private static @Nullable Failure size(Scanner in, ProxyEvent into) {
        in.skipSpaces();
        int end = in.columnEnd();
        if (in.ended()) {
            return new Failure(Reason.SYNTAX, "http_response_bytes", "the line ends before the size");
        }
        if (!in.is(in.at, end, '-')) {
            long size = in.number(in.at, end);
            if (size < 0) {
                return new Failure(
                        Reason.SIZE,
                        "http_response_bytes",
                        in.quote(in.at, end) + " is not a size; expected bytes, for example 1380");
            }
            into.setHttpResponseBytes(size);
        }
        in.at = end;
        return null;
    }

    /** Referrer, user agent, and Squid's result:hierarchy. */
    private @Nullable Failure trailer(Scanner in, ProxyEvent into) {
        in.skipSpaces();
        int start = in.at;
        int[] closes = {-1, -1};
        for (int column = 0; column < 2 && !in.ended() && in.bytes[in.at] == '"'; column++) {
            int close = closing(in);
            closes[column] = close;
            if (close < 0) {
                break;
            }
            String text = quoted(in, in.at + 1, close);
            if (column == 0) {
                into.setHttpRequestReferrer(text);
            } else {
                into.setUserAgentOriginal(text);
            }
            in.at = close + 1;
            in.skipSpaces();
        }
        boolean open = !in.ended() && in.bytes[in.at] == '"' && closes[1] < 0;
        if (!squid) {
            return open
                    ? new Failure(
                            Reason.SYNTAX,
                            closes[0] < 0 ? "http_request_referrer" : "user_agent_original",
                            "a quoted column has no closing quote")
                    : null;
        }
        int end = in.columnEnd();
        int colon = resultEnd(in, in.at, end);
        boolean quotes = start < in.bytes.length && in.bytes[start] == '"';
        if (quotes && (colon < 0 || open || in.bytes[in.at - 1] != ' ')) {
            // Quotes inside that nothing escapes.
            return unescapedTrailer(in, start, into);
        }
        if (colon > 0) {
            into.setEventAction(in.text(in.at, colon));
            into.setProxyHierarchy(in.text(colon + 1, end));
        }
        return null;
    }

    /** The same, read from its end, of Squid's own combined format, which escapes no quotes. */
    private static @Nullable Failure unescapedTrailer(Scanner in, int start, ProxyEvent into) {
        into.setHttpRequestReferrer(null);
        into.setUserAgentOriginal(null);
        int to = in.bytes.length;
        while (in.bytes[to - 1] == ' ') {
            to--;
        }
        int last = to;
        while (in.bytes[last - 1] != ' ' && last > start) {
            last--;
        }
        int colon = last > start ? resultEnd(in, last, to) : -1;
        int quotesEnd = to;
        if (colon > 0) {
            into.setEventAction(in.text(last, colon));
            into.setProxyHierarchy(in.text(colon + 1, to));
            quotesEnd = last;
            while (in.bytes[quotesEnd - 1] == ' ') {
                quotesEnd--;
            }
        }
        if (quotesEnd - start < 2 || in.bytes[quotesEnd - 1] != '"') {
            return new Failure(Reason.SYNTAX, "user_agent_original", "a quoted column has no closing quote");
        }
        int between = start + 1;
        while (between + 2 < quotesEnd - 1
                && !(in.bytes[between] == '"' && in.bytes[between + 1] == ' ' && in.bytes[between + 2] == '"')) {
            between++;
        }
        if (between + 2 < quotesEnd - 1) {
            into.setHttpRequestReferrer(in.text(start + 1, between));
            into.setUserAgentOriginal(in.text(between + 3, quotesEnd - 1));
        } else {
            into.setHttpRequestReferrer(in.text(start + 1, quotesEnd - 1));
        }
        return null;
    }

    /** Where the result of Squid's result:hierarchy ends, -1 where the column does not look like one. */
    private static int resultEnd(Scanner in, int from, int to) {
        int colon = -1;
        for (int i = from; i < to; i++) {
            byte b = in.bytes[i];
            if (b == ':' && colon < 0 && i > from) {
                colon = i;
            } else if (!(b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '_')) {
                return -1;
            }
        }
        return colon < to - 1 ? colon : -1;
    }
}
