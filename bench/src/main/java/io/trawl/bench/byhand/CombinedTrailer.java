package io.trawl.bench.byhand;

import io.trawl.parsing.Failure;
import io.trawl.parsing.Reason;
import io.trawl.record.ProxyEvent;
import org.jspecify.annotations.Nullable;

/** What combined formats have after the size: referrer, user agent, and Squid's {@code result:hierarchy}. */
final class CombinedTrailer {
    private CombinedTrailer() {}

    /**
     * Reads what is there of it.
     *
     * @param squid whether a last column result:hierarchy is Squid's
     */
    static @Nullable Failure read(Scanner in, ProxyEvent into, boolean squid) {
        in.skipSpaces();
        int start = in.at;
        int[] closes = {-1, -1};
        for (int column = 0; column < 2 && !in.ended() && in.bytes[in.at] == '"'; column++) {
            int close = Quotes.closing(in);
            closes[column] = close;
            if (close < 0) {
                break;
            }
            String text = Quotes.text(in, in.at + 1, close, squid);
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
            return unescaped(in, start, into);
        }
        if (colon > 0) {
            into.setEventAction(in.text(in.at, colon));
            into.setProxyHierarchy(in.text(colon + 1, end));
        }
        return null;
    }

    /** The same, read from its end, of Squid's own combined format, which escapes no quotes. */
    private static @Nullable Failure unescaped(Scanner in, int start, ProxyEvent into) {
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

    /** Where the result of Squid's result:hierarchy ends, -1 if the column does not look like one. */
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
