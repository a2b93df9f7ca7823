package io.trawl.intel.index;

import io.trawl.intel.canonical.Answers;
import io.trawl.intel.canonical.Canonical;
import io.trawl.intel.canonical.Mails;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Tells the events that no indicator can match, which are nearly all, by single values of them: what is said of a value
 * holds wherever it comes again, at any port and at any time. An event has no match where
 *
 * <ul>
 *   <li>none of its values may match: {@code url_domain} as a {@linkplain #domain domain}, {@code destination_ip} and, of
 *       a web server, {@code source_ip} as an {@linkplain #address address}, its {@linkplain #referrer referrer} and its
 *       {@linkplain #userAgent user agent},
 *   <li>none of the fields of {@link #beyondWeb} may match by its value,
 *   <li>its {@code url_full}, if it has one, {@linkplain #isPlainly is plainly} a URL of its {@code url_domain},
 *   <li>and no {@linkplain #anyUrl indicator looks at URLs of any host}.
 * </ul>
 *
 * Of any other event the index itself is to be asked. Immutable, and safe for use by several threads.
 */
public final class EventSieve {
    private static final List<String> HASHES = List.of(
            "tls_client_ja3",
            "tls_server_ja3s",
            "tls_server_hash_sha1",
            "file_hash_md5",
            "file_hash_sha1",
            "file_hash_sha256");

    private final IndexFile index;

    EventSieve(IndexFile index) {
        this.index = index;
    }

    /** Whether an event that asked for this host, name or address, may match by it or by a URL of it; false is certain. */
    public boolean domain(String text) {
        Canonical.Kind kind = Canonical.plain(text, 0, text.length());
        // What is in no canonical form yet may be another host in the eyes of who reads the URL.
        return kind == null || index.mayMatch(kind, text, 0, text.length());
    }

    /** Whether an event with this address of its peer or client may match by it; false is certain. */
    public boolean address(String text) {
        Canonical.Result host = Canonical.host(text);
        String canonical = host.canonical();
        return canonical != null
                && host.isAddress()
                && index.mayMatchAddress(host.kind(), canonical, 0, canonical.length());
    }

    /** Whether an event with this referrer may match by it; false is certain. */
    public boolean referrer(String text) {
        return EventFields.mayMatchReferrer(index, text);
    }

    /** Whether an event with this user agent may match by it; false is certain. */
    public boolean userAgent(String text) {
        return index.mayMatchUserAgent(text);
    }

    /**
     * The fields that logs of DNS, TLS, mail and files have, by column, each with what says whether an event may match by a
     * value of it; false is certain. Few events have any.
     */
    public Map<String, Predicate<String>> beyondWeb() {
        Map<String, Predicate<String>> fields = new LinkedHashMap<>();
        fields.put("dns_question_name", this::domain);
        fields.put("dns_answers_data", this::answers);
        fields.put("tls_client_server_name", this::domain);
        for (String hash : HASHES) {
            fields.put(hash, text -> index.mayMatchHash(text.toLowerCase(Locale.ROOT)));
        }
        fields.put("email_from_address", this::mails);
        fields.put("email_to_address", this::mails);
        return fields;
    }

    private boolean answers(String text) {
        boolean[] may = {false};
        Answers.hosts(text, answer -> may[0] |= domain(answer));
        return may[0];
    }

    private boolean mails(String text) {
        boolean[] may = {false};
        Mails.domains(text, domain -> may[0] |= index.mayMatchMail(domain));
        return may[0];
    }

    /** Whether there are indicators that match URLs of any host, as by their path. */
    public boolean anyUrl() {
        return index.hasPaths();
    }

    /**
     * Whether a URL plainly is one of a host: scheme://host, and then its end or the path. EventFields asks the same of
     * Strings: to make these of the bytes would cost three to four times as much as the question.
     *
     * @param url in UTF-8
     * @param host array[from, to), in UTF-8
     */
    public static boolean isPlainly(ByteBuffer url, byte[] host, int from, int to) {
        int at = authority(url);
        int end = at + to - from;
        if (at < 0 || end > url.limit()) {
            return false;
        }
        for (int i = from; i < to; i++) {
            if (url.get(at + i - from) != host[i]) {
                return false;
            }
        }
        return end == url.limit() || "/?#".indexOf(url.get(end)) >= 0;
    }

    /** Where the authority begins in scheme://authority; -1 if the URL does not begin so. */
    private static int authority(ByteBuffer url) {
        for (int i = url.position(); i < url.limit(); i++) {
            byte c = url.get(i);
            if (c == ':') {
                boolean slashes = i + 2 < url.limit() && url.get(i + 1) == '/' && url.get(i + 2) == '/';
                return i > url.position() && slashes ? i + 3 : -1;
            }
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
            if (!letter && (i == url.position() || !(c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.'))) {
                return -1;
            }
        }
        return -1;
    }
}
