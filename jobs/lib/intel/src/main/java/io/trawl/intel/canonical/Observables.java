package io.trawl.intel.canonical;

import io.trawl.schema.PlainText;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * What of an event is worth remembering by itself: whom it contacted, that is the host that was asked for
 * ({@code url.domain}, {@code dns.question.name}, {@code tls.client.server_name}), the peer's address ({@code
 * destination.ip}) and what DNS answered ({@code dns.answers.data}), each value once an event; and with which user agent.
 */
public final class Observables {
    private static final String DOMAIN = "domain";
    private static final String USER_AGENT = "user_agent";
    /** Bytes of a user agent that is observed unchanged, at most; servers refuse headers of more than 8 or 16 KB. */
    private static final int LONGEST_AGENT = 4_000;

    private Observables() {}

    /**
     * An observable.
     *
     * @param type domain, ipv4, ipv6 or user_agent
     * @param value canonical; a host without a canonical form as it is, in printable ASCII; a user agent unchanged
     */
    public record Seen(String type, String value) {}

    /**
     * The observable of a host as a log has it, name or address. What has no canonical form is a domain, too, and is
     * below its longest suffix that has one: its octets in lower case, {@code %} and all but printable ASCII as %XX.
     *
     * @return null if there is nothing
     */
    public static @Nullable Seen host(String host) {
        Canonical.Result result = Canonical.host(host);
        String value = result.canonical();
        if (value != null) {
            return new Seen(result.kind().type().text(), value);
        }
        String text = OddHost.of(host).text();
        return text.isEmpty() ? null : new Seen(DOMAIN, text);
    }

    /**
     * The observable of a user agent as a log has it: unchanged, but for what an event's text never has ({@link
     * PlainText}): events of older versions had it. One of more than 4,000 bytes in UTF-8 is observed as
     * the characters within its first 4,000, {@code …sha256:} and the SHA-256 of all of it in hex: that has more than 4,000
     * bytes, too, so it is no other's value.
     *
     * @return null if the log has none: an empty text, or {@code -}
     */
    public static @Nullable Seen userAgent(String logged) {
        if (logged.isEmpty() || logged.equals("-")) {
            return null;
        }
        String text = PlainText.of(logged);
        if (text.length() <= LONGEST_AGENT / 3) {
            return new Seen(USER_AGENT, text);
        }
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        if (utf8.length <= LONGEST_AGENT) {
            return new Seen(USER_AGENT, text);
        }
        int end = LONGEST_AGENT;
        while ((utf8[end] & 0xC0) == 0x80) {
            end--;
        }
        return new Seen(USER_AGENT, new String(utf8, 0, end, StandardCharsets.UTF_8) + "\u2026sha256:" + sha256(utf8));
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    /** Whether an observable is a host without a canonical form. */
    public static boolean isOdd(String type, String value) {
        return type.equals(DOMAIN)
                && Canonical.plain(value, 0, value.length()) == null
                && Canonical.host(value).canonical() == null;
    }
}
