package io.trawl.parsing;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.record.ProxyEvent;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * Lines that Squid 5.7 wrote when it was driven with good, bad, cut and hostile requests, one of each shape, with query
 * strings stripped and not, white space stripped, allowed and encoded, and appended columns. Names and addresses were
 * replaced by reserved ones: the client is 198.51.100.4, the peer 192.0.2.7, and 203.0.113.66 is what requests pretend.
 */
class RecordedSquidTest {
    private static final String PRETENDED_AND_APPENDED =
            "/ x HIER_DIRECT/203.0.113.66 text/html - HIER_DIRECT/192.0.2.7 text/html \"";

    private static List<byte[]> lines(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(RecordedSquidTest.class.getResourceAsStream(name))) {
            byte[] all = in.readAllBytes();
            List<byte[]> lines = new ArrayList<>();
            int from = 0;
            for (int i = 0; i < all.length; i++) {
                if (all[i] == '\n') {
                    lines.add(java.util.Arrays.copyOfRange(all, from, i));
                    from = i + 1;
                }
            }
            return lines;
        }
    }

    @Test
    void everyNativeLineIsAnEvent() throws IOException {
        List<byte[]> lines = lines("squid-5.7-native.log");
        assertThat(lines.size()).isEqualTo(161);
        for (byte[] line : lines) {
            ProxyEvent event = Parsed.event("squid", line);
            assertThat(event.getSourceIp()).isIn("198.51.100.4", "::1", "::");
            assertThat(event.getEventAction()).matches("(TCP|NONE)_[A-Z_]+");
            assertThat(event.getProxyHierarchy()).isIn("HIER_DIRECT", "HIER_NONE");
            if (new String(line, java.nio.charset.StandardCharsets.ISO_8859_1).contains(PRETENDED_AND_APPENDED)) {
                continue;
            }
            assertThat(event.getDestinationIp()).as(event.getUrlOriginal()).isIn("192.0.2.7", "::1", null);
            assertThat(event.getHttpResponseBytes()).isNotNull();
            assertThat(event.getUrlOriginal()).isNotNull();
            host(event);
        }
    }

    @Test
    void everyCombinedLineIsAnEvent() throws IOException {
        List<byte[]> lines = lines("squid-5.7-combined.log");
        assertThat(lines.size()).isEqualTo(297);
        for (byte[] line : lines) {
            ProxyEvent event = Parsed.event("squid-combined", line);
            assertThat(event.getSourceIp()).isIn("198.51.100.4", "::1", "::");
            assertThat(event.getEventAction()).matches("(TCP|NONE)_[A-Z_]+");
            assertThat(event.getProxyHierarchy()).isIn("HIER_DIRECT", "HIER_NONE");
            assertThat(event.getHttpResponseBytes()).isNotNull();
            assertThat(event.getUrlOriginal()).isNotNull();
            assertThat(event.getHttpRequestReferrer())
                    .satisfiesAnyOf(
                            none -> assertThat(none).isNull(),
                            whole -> assertThat(whole)
                                    .startsWith("http://ref.example/a\"b\\c")
                                    .endsWith(" d"),
                            copied -> assertThat(copied).isEqualTo(event.getUserAgentOriginal()));
            host(event);
        }
    }

    /** Whatever was asked for by scheme://host or CONNECT has that host. */
    private static void host(ProxyEvent event) {
        String target = event.getUrlOriginal();
        boolean connect = "CONNECT".equals(event.getHttpRequestMethod());
        if (!connect && !target.contains("://")) {
            assertThat(event.getUrlDomain()).as(target).isNull();
            return;
        }
        if (target.startsWith("cache_object:")
                || target.startsWith("http:///")
                || target.equals("http://")
                || target.startsWith("http://:")
                || target.startsWith(":")) {
            assertThat(event.getUrlDomain()).as(target).isNull();
            return;
        }
        assertThat(event.getUrlDomain()).as(target).isNotEmpty().doesNotContain("/", "[", "]", "@");
        assertThat(target).contains(event.getUrlDomain());
    }

    @Test
    void theSameRequestIsTheSameInBothFormats() throws IOException {
        ProxyEvent nativeForm = event("squid", "squid-5.7-native.log", "/a\"b\\c -");
        ProxyEvent combinedForm = event("squid-combined", "squid-5.7-combined.log", "/a\\\"b\\\\c HTTP/1.1");
        assertThat(nativeForm.getUrlFull())
                .isEqualTo("http://origin.example:8080/a\"b\\c")
                .isEqualTo(combinedForm.getUrlFull());
        assertThat(nativeForm.getEventAction()).isEqualTo(combinedForm.getEventAction());
        assertThat(nativeForm.getHttpResponseBytes()).isEqualTo(combinedForm.getHttpResponseBytes());
    }

    @Test
    void whatARequestPretendsIsPartOfItsUrl() throws IOException {
        ProxyEvent event = event("squid", "squid-5.7-native.log", "/ x HIER_DIRECT/203.0.113.66 text/html -");
        assertThat(event.getUrlOriginal())
                .isEqualTo("http://origin.example:8080/ x HIER_DIRECT/203.0.113.66 text/html");
        assertThat(event.getDestinationIp()).isEqualTo("192.0.2.7");
    }

    @Test
    void aUsersNameIsWhatWasAuthenticated() throws IOException {
        assertThat(event("squid", "squid-5.7-native.log", "dom\\\\user").getSourceUserName())
                .isEqualTo("dom\\user");
        assertThat(event("squid-combined", "squid-5.7-combined.log", "a user with spaces")
                        .getSourceUserName())
                .isEqualTo("a user with spaces");
        assertThat(event("squid-combined", "squid-5.7-combined.log", "us%c3%a9r")
                        .getSourceUserName())
                .isEqualTo("us\u00E9r");
        assertThat(event("squid-combined", "squid-5.7-combined.log", "us%e9r").getSourceUserName())
                .isEqualTo("us%E9r");
    }

    /** A limit of the native format: where a user's name has spaces, all but its end counts as URL. */
    @Test
    void ofAUserWithSpacesTheNativeFormatKeepsTheEnd() throws IOException {
        ProxyEvent event = event("squid", "squid-5.7-native.log", "a user with spaces");
        assertThat(event.getSourceUserName()).isEqualTo("spaces");
        assertThat(event.getUrlDomain()).isEqualTo("origin.example");
        assertThat(event.getDestinationIp()).isEqualTo("192.0.2.7");
    }

    /** Squid 5.7 does so with its built-in formats: neither request may pass for the other one. */
    @Test
    void twoLinesThatSquidRanTogetherAreRefused() {
        String next =
                "1795527871.873     47 198.51.100.9 TCP_MISS/200 293 GET http://b.example/ - HIER_DIRECT/192.0.2.7 text/html";
        String cut = "1795527871.826      0 198.51.100.4 NONE_NONE/400 21661 GET http://a.example/?q=";
        String line = cut + "z".repeat(8191 - cut.length()) + "\0" + next;
        assertThat(Parsed.failure("squid", line).reason()).isEqualTo(Reason.SYNTAX);
        assertThat(Parsed.failure("squid", line).message()).startsWith("the line was cut at 8191 bytes");
        String combined =
                "198.51.100.4 - - [24/Nov/2026:13:44:31 +0000] \"GET http://a.example/ HTTP/1.1\" 200 1 \"-\" \"";
        String combinedLine =
                combined + "x".repeat(8191 - combined.length()) + "\0" + combined + "-\" TCP_MISS:HIER_NONE";
        assertThat(Parsed.failure("squid-combined", combinedLine).message())
                .startsWith("the line was cut at 8191 bytes");
    }

    /** A limit: only a site that both allows white space in URLs and appends columns can be told a false peer. */
    @Test
    void withSpacesInUrlsAndAppendedColumnsTheFirstHierarchyCounts() throws IOException {
        ProxyEvent event = event("squid", "squid-5.7-native.log", PRETENDED_AND_APPENDED);
        assertThat(event.getDestinationIp()).isEqualTo("203.0.113.66");
        assertThat(event.getUrlDomain()).isEqualTo("origin.example");
    }

    private static ProxyEvent event(String format, String file, String part) throws IOException {
        for (byte[] line : lines(file)) {
            if (new String(line, java.nio.charset.StandardCharsets.ISO_8859_1).contains(part)) {
                return Parsed.event(format, line);
            }
        }
        throw new AssertionError(file + " has no line with " + part);
    }
}
