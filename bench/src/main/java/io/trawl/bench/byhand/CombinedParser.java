package io.trawl.bench.byhand;

import io.trawl.parsing.Failure;
import io.trawl.parsing.Parser;
import io.trawl.parsing.Reason;
import io.trawl.record.ProxyEvent;
import org.jspecify.annotations.Nullable;

/**
 * The Common Log Format and what grew from it: {@code client ident user [time] "request" status bytes}, with
 * {@code "referrer" "user agent"} after it (combined), a virtual host before it (vhost_combined), or Squid's
 * {@code result:hierarchy} at the end (Squid's logformat combined and common); also mod_ssl's request log,
 * {@code [time] client protocol cipher "request" bytes}. What a site appends is passed over.
 *
 * <p>In quoted columns Apache's and Squid's escapes ({@code \"}, {@code \\}, {@code \xhh}, {@code \n}) are undone.
 */
public final class CombinedParser implements Parser {
    private static final long serialVersionUID = 1L;

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
        Failure failure = ClfTime.read(in, into);
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
        return CombinedTrailer.read(in, into, squid);
    }

    /**
     * Where [time] begins, -1 if there is none: the first [ after a space that ends as a time does, before a quote.
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
        Failure failure = ClfTime.read(in, into);
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

    private @Nullable Failure request(Scanner in, ProxyEvent into) {
        in.skipSpaces();
        if (in.ended() || in.bytes[in.at] != '"') {
            return new Failure(Reason.SYNTAX, "url_original", "no \"request\" behind [time]");
        }
        int close = squid ? Quotes.closingBeforeStatus(in) : Quotes.closing(in);
        if (close < 0) {
            return new Failure(Reason.SYNTAX, "url_original", "the \"request\" has no closing quote");
        }
        String request = Quotes.text(in, in.at + 1, close, squid);
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
}
