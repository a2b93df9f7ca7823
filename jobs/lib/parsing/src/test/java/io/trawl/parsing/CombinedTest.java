package io.trawl.parsing;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.record.ProxyEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CombinedTest {
    private static final String TIME = "[26/Dec/2016:16:16:28 +0200]";

    private static ProxyEvent combined(String line) {
        return Parsed.event("combined", line);
    }

    private static ProxyEvent squid(String line) {
        return Parsed.event("squid-combined", line);
    }

    private static ProxyEvent request(String request) {
        return combined("198.51.100.4 - - " + TIME + " \"" + request + "\" 200 45");
    }

    @Test
    void everyColumnBecomesItsField() {
        ProxyEvent event = combined("198.51.100.4 - alice " + TIME
                + " \"GET /a?b=c HTTP/1.1\" 200 45 \"http://www.example.com/x\" \"Mozilla/5.0 (X11)\"");
        assertThat(event.getSourceAddress()).isEqualTo("198.51.100.4");
        assertThat(event.getSourceIp()).isEqualTo("198.51.100.4");
        assertThat(event.getSourceUserName()).isEqualTo("alice");
        assertThat(event.getTimestamp()).isEqualTo(Instant.parse("2016-12-26T14:16:28Z"));
        assertThat(event.getHttpRequestMethod()).isEqualTo("GET");
        assertThat(event.getUrlOriginal()).isEqualTo("/a?b=c");
        assertThat(event.getUrlPath()).isEqualTo("/a");
        assertThat(event.getUrlQuery()).isEqualTo("b=c");
        assertThat(event.getHttpVersion()).isEqualTo("1.1");
        assertThat(event.getHttpResponseStatusCode()).isEqualTo(200);
        assertThat(event.getHttpResponseBytes()).isEqualTo(45L);
        assertThat(event.getHttpRequestReferrer()).isEqualTo("http://www.example.com/x");
        assertThat(event.getUserAgentOriginal()).isEqualTo("Mozilla/5.0 (X11)");
        assertThat(event.getUrlDomain()).isNull();
        assertThat(event.getEventAction()).isNull();
    }

    @Test
    void aVirtualHostBeforeTheClientIsTheHostAskedFor() {
        ProxyEvent event =
                combined("www.example.com:8443 2001:DB8::1 - - " + TIME + " \"GET / HTTP/2.0\" 200 45 \"-\" \"-\"");
        assertThat(event.getUrlDomain()).isEqualTo("www.example.com");
        assertThat(event.getDestinationDomain()).isEqualTo("www.example.com");
        assertThat(event.getSourceIp()).isEqualTo("2001:db8::1");
        assertThat(event.getHttpVersion()).isEqualTo("2.0");
        assertThat(event.getHttpRequestReferrer()).isNull();
        assertThat(event.getUserAgentOriginal()).isNull();
    }

    @Test
    void aVirtualHostsClientMayNameItsInterface() {
        ProxyEvent event =
                combined("www.example.com fe80::1%eth0 - - " + TIME + " \"GET / HTTP/1.1\" 200 45 \"-\" \"-\"");
        assertThat(event.getUrlDomain()).isEqualTo("www.example.com");
        assertThat(event.getSourceIp()).isEqualTo("fe80::1");
        assertThat(event.getSourceUserName()).isNull();
    }

    @Test
    void aUserMayHaveSpacesAndBrackets() {
        assertThat(combined("198.51.100.4 - alice b [ops] " + TIME + " \"GET / HTTP/1.1\" 200 45")
                        .getSourceUserName())
                .isEqualTo("alice b [ops]");
        ProxyEvent behindVirtualHost =
                combined("www.example.com 198.51.100.4 - alice b " + TIME + " \"GET / HTTP/1.1\" 200 45");
        assertThat(behindVirtualHost.getSourceUserName()).isEqualTo("alice b");
        assertThat(behindVirtualHost.getSourceIp()).isEqualTo("198.51.100.4");
    }

    @ParameterizedTest
    @CsvSource({
        "CORP\\bob, CORP\\bob",
        "CORP\\alice, CORP\\alice",
        "CORP\\nat, CORP\\nat",
        "CORP\\\\bob, CORP\\bob",
        "a\\\"b, a\"b",
        "J\\xc3\\xb6rg, J\u00F6rg",
        "CORP\\xavier, CORP\\xavier",
        "CORP\\, CORP\\"
    })
    void aUsersBackslashIsHisDomains(String logged, String user) {
        assertThat(combined("198.51.100.4 - " + logged + " " + TIME + " \"GET / HTTP/1.1\" 200 45")
                        .getSourceUserName())
                .isEqualTo(user);
    }

    @Test
    void aUserCannotPretendToBeTheRequest() {
        ProxyEvent event = combined("198.51.100.4 - x " + TIME + " \\\"GET /fake HTTP/1.1\\\" 200 1 "
                + "[27/Dec/2016:16:16:28 +0200] \"GET /real HTTP/1.1\" 401 45");
        assertThat(event.getUrlPath()).isEqualTo("/real");
        assertThat(event.getTimestamp()).isEqualTo(Instant.parse("2016-12-27T14:16:28Z"));
    }

    @Test
    void apachesEscapesAreUndone() {
        Map<String, String> paths = Map.of(
                "/a\\\"b", "/a\"b",
                "/a\\\\b", "/a\\b",
                "/\\xe6\\x97\\xa5", "/\u65E5",
                "/\\xe9", "/%E9",
                "/\\x00", "/%00",
                "/\\xzz\\x4", "/xzzx4",
                "/\\t\\n", "/%09%0A");
        assertThat(paths)
                .allSatisfy((logged, path) -> assertThat(
                                request("GET " + logged + " HTTP/1.1").getUrlPath())
                        .isEqualTo(path));
    }

    @Test
    void escapedQuotesEndNoColumn() {
        ProxyEvent event = combined("198.51.100.4 - - " + TIME
                + " \"GET /\\\" 200 1 \\\"x HTTP/1.1\" 404 45 \"http://r.example/\\\"\" \"a \\\\\"");
        assertThat(event.getUrlPath()).isEqualTo("/\" 200 1 \"x");
        assertThat(event.getHttpResponseStatusCode()).isEqualTo(404);
        assertThat(event.getHttpRequestReferrer()).isEqualTo("http://r.example/\"");
        assertThat(event.getUserAgentOriginal()).isEqualTo("a \\");
    }

    @Test
    void escapesAreUndoneAlsoWhereTheUserEndsLaterThanItSeemed() {
        ProxyEvent event = combined(
                "203.0.113.1 - a " + TIME + " \"b\" c " + TIME + " \"GET /a\\\"b HTTP/1.1\" 200 45 \"-\" \"-\"");
        assertThat(event.getUrlPath()).isEqualTo("/a\"b");
    }

    @Test
    void bytesThatAreNotUtf8BecomePercentEscapes() {
        byte[] line = ("198.51.100.4 - - " + TIME + " \"GET /\u00E9 HTTP/1.1\" 200 45 \"-\" \"\u00FC\"")
                .getBytes(StandardCharsets.ISO_8859_1);
        assertThat(Parsed.event("combined", line).getUrlPath()).isEqualTo("/%E9");
        assertThat(Parsed.event("combined", line).getUserAgentOriginal()).isEqualTo("%FC");
    }

    @Test
    void aLeapSecondIsTheSecondBeforeIt() {
        assertThat(combined("198.51.100.4 - - [31/Dec/2016:23:59:60 +0000] \"GET / HTTP/1.1\" 200 45")
                        .getTimestamp())
                .isEqualTo(Instant.parse("2016-12-31T23:59:59Z"));
    }

    @ParameterizedTest
    @CsvSource({
        "29/Feb/2016:00:00:00 +0000, 2016-02-29T00:00:00Z",
        "01/Jan/2017:00:30:00 +0530, 2016-12-31T19:00:00Z",
        "31/Dec/2016:20:00:00 -0800, 2017-01-01T04:00:00Z",
        "01/Jan/2017:00:00:00 +1400, 2016-12-31T10:00:00Z"
    })
    void theZoneIsTheLogs(String logged, Instant time) {
        assertThat(combined("198.51.100.4 - - [" + logged + "] \"GET / HTTP/1.1\" 200 45")
                        .getTimestamp())
                .isEqualTo(time);
    }

    @Test
    void aRequestMayHaveSpacesAndNoVersion() {
        assertThat(request("GET /a b c HTTP/1.0").getUrlPath()).isEqualTo("/a b c");
        assertThat(request("GET /a b").getUrlPath()).isEqualTo("/a b");
        assertThat(request("GET /a b").getHttpVersion()).isNull();
        assertThat(request("GET /").getUrlPath()).isEqualTo("/");
        assertThat(request("GET  HTTP/1.1").getUrlOriginal()).isNull();
        assertThat(request("GET HTTP/1.1").getUrlOriginal()).isEqualTo("HTTP/1.1");
    }

    @Test
    void bytesOfAnotherProtocolAreAnEventWithoutAMethod() {
        ProxyEvent event = request("\\x16\\x03\\x01");
        assertThat(event.getHttpRequestMethod()).isNull();
        assertThat(event.getUrlOriginal()).isEqualTo("%16%03%01");
        assertThat(event.getUrlDomain()).isNull();
    }

    @Test
    void aRequestThatNeverCameHasNoFields() {
        ProxyEvent event = combined("198.51.100.4 - - " + TIME + " \"-\" 408 - \"-\" \"-\"");
        assertThat(event.getHttpRequestMethod()).isNull();
        assertThat(event.getUrlOriginal()).isNull();
        assertThat(event.getHttpResponseStatusCode()).isEqualTo(408);
        assertThat(event.getHttpResponseBytes()).isNull();
    }

    @Test
    void aProxysAbsoluteTargetHasSchemeHostAndPort() {
        ProxyEvent event = request("GET http://www.example.com:8080/a?b HTTP/1.1");
        assertThat(event.getUrlFull()).isEqualTo("http://www.example.com:8080/a?b");
        assertThat(event.getUrlDomain()).isEqualTo("www.example.com");
        assertThat(event.getUrlPort()).isEqualTo(8080);
        assertThat(request("CONNECT [2001:db8::1]:443 HTTP/1.1").getUrlDomain()).isEqualTo("2001:db8::1");
    }

    @Test
    void whatASiteAppendsIsPassedOver() {
        ProxyEvent event = combined("198.51.100.4 - - " + TIME
                + " \"GET / HTTP/1.1\" 200 45 \"-\" \"a\" \"10.0.0.1, 10.0.0.2\" 0.003 pipe");
        assertThat(event.getUserAgentOriginal()).isEqualTo("a");
        assertThat(combined("198.51.100.4 - - " + TIME + " \"GET / HTTP/1.1\" 200 45 0.003")
                        .getUserAgentOriginal())
                .isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "http://evil.example/ | Mozilla  | `\"http://evil.example/\" \"Mozilla \"x\" y\"`",
                "http://evil.example/ | UA | `\"http://evil.example/\" \"UA\"\t123`",
                "http://evil.example/ |  | `\"http://evil.example/\"x\" \"UA\"`",
                "http://evil.example/ |  | `\"http://evil.example/\" \"Mozi`",
                " |  | `\"http://evil.exam`"
            })
    void whateverStandsBehindAClosingQuoteTheColumnIsWhole(String referrer, String agent, String tail) {
        String line = "198.51.100.4 - - " + TIME + " \"GET / HTTP/1.1\" 200 45 " + tail;
        for (String format : List.of("combined", "apache", "nginx", "syslog-combined")) {
            String text = format.equals("syslog-combined") ? "Jun  3 19:49:04 10.18.4.228 proxy[1300]: " + line : line;
            assertQuoted(Parsed.event(format, text), referrer, agent);
        }
        for (String format : List.of("combined", "apache")) {
            assertQuoted(Parsed.event(format, "www.example.com:80 " + line), referrer, agent);
        }
    }

    private static void assertQuoted(ProxyEvent event, String referrer, String agent) {
        assertThat(event.getHttpRequestReferrer()).isEqualTo(referrer);
        assertThat(
                        event.getUserAgentOriginal() == null
                                ? null
                                : event.getUserAgentOriginal().strip())
                .isEqualTo(agent);
        assertThat(event.getSourceIp()).isEqualTo("198.51.100.4");
    }

    @Test
    void modSslsRequestLogIsRead() {
        ProxyEvent event = combined(TIME + " 198.51.100.4 TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256 \"GET /a HTTP/1.1\" -");
        assertThat(event.getSourceIp()).isEqualTo("198.51.100.4");
        assertThat(event.getUrlPath()).isEqualTo("/a");
        assertThat(event.getHttpResponseBytes()).isNull();
    }

    @Test
    void aLineOfOneMegabyteIsRead() {
        String agent = "x".repeat(1 << 20);
        String line = "198.51.100.4 - - " + TIME + " \"GET / HTTP/1.1\" 200 45 \"-\" \"" + agent + "\"";
        assertThat(combined(line).getUserAgentOriginal()).isEqualTo(agent);
        assertThat(squid(line + " TCP_MISS:HIER_DIRECT").getUserAgentOriginal()).isEqualTo(agent);
    }

    @Test
    void squidsResultAndHierarchyStandAtTheEnd() {
        ProxyEvent event = squid("198.51.100.4 - - " + TIME
                + " \"GET http://www.example.com/ HTTP/1.1\" 200 45 \"-\" \"a\" TCP_MISS:HIER_DIRECT");
        assertThat(event.getEventAction()).isEqualTo("TCP_MISS");
        assertThat(event.getProxyHierarchy()).isEqualTo("HIER_DIRECT");
        ProxyEvent common = squid("198.51.100.4 - - " + TIME
                + " \"GET http://www.example.com/ HTTP/1.1\" 0 0 TCP_MISS_ABORTED:HIER_NONE");
        assertThat(common.getEventAction()).isEqualTo("TCP_MISS_ABORTED");
        assertThat(common.getHttpResponseStatusCode()).isNull();
    }

    /** Squid's built-in combined writes header and URL as they came. */
    @Test
    void squidsUnescapedQuotesAreRead() {
        ProxyEvent event = squid("198.51.100.4 - - " + TIME
                + " \"GET http://www.example.com/a\"b\\c HTTP/1.1\" 200 45 \"http://r.example/a\"b\\c d\""
                + " \"Agent \"7\"\\ x\" TCP_MISS:HIER_DIRECT");
        assertThat(event.getUrlOriginal()).isEqualTo("http://www.example.com/a\"b\\c");
        assertThat(event.getHttpResponseStatusCode()).isEqualTo(200);
        assertThat(event.getHttpRequestReferrer()).isEqualTo("http://r.example/a\"b\\c d");
        assertThat(event.getUserAgentOriginal()).isEqualTo("Agent \"7\"\\ x");
        assertThat(event.getEventAction()).isEqualTo("TCP_MISS");
        assertThat(event.getProxyHierarchy()).isEqualTo("HIER_DIRECT");
    }

    /** A logformat of one's own escapes quotes and backslashes. */
    @Test
    void squidsEscapedQuotesAreReadToo() {
        ProxyEvent event = squid("198.51.100.4 - - " + TIME
                + " \"GET http://www.example.com/a\\\"b\\\\c HTTP/1.1\" 200 45 \"http://r.example/a\\\"b\\\\c d\""
                + " \"Agent \\\"7\\\"\\\\ x\" TCP_MISS:HIER_DIRECT");
        assertThat(event.getUrlOriginal()).isEqualTo("http://www.example.com/a\"b\\c");
        assertThat(event.getHttpRequestReferrer()).isEqualTo("http://r.example/a\"b\\c d");
        assertThat(event.getUserAgentOriginal()).isEqualTo("Agent \"7\"\\ x");
        assertThat(event.getProxyHierarchy()).isEqualTo("HIER_DIRECT");
    }

    @Test
    void aHeaderCannotPretendToBeSquidsResult() {
        ProxyEvent event = squid(
                "198.51.100.4 - - " + TIME
                        + " \"GET http://www.example.com/ HTTP/1.1\" 403 45 \"-\" \"x\" TCP_MISS:HIER_DIRECT\" TCP_DENIED:HIER_NONE");
        assertThat(event.getEventAction()).isEqualTo("TCP_DENIED");
        assertThat(event.getProxyHierarchy()).isEqualTo("HIER_NONE");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "http://r.example/ | UA | TCP_MISS | `\"http://r.example/\" \"UA\" TCP_MISS:HIER_DIRECT 12`",
                " | | TCP_MISS | TCP_MISS:HIER_DIRECT 12",
                " | | | ``",
                " | | | 12 13",
                "http://r.example/ | UA | | `\"http://r.example/\" \"UA\" 12`",
                "http://r.example/ | | | `\"http://r.example/\" \"Mozi`"
            })
    void whatASiteAppendsToSquidsLineIsPassedOver(String referrer, String agent, String result, String tail) {
        ProxyEvent event = squid("203.0.113.190 - - " + TIME + " \"GET http://a.example/ HTTP/1.1\" 200 571 " + tail);
        assertThat(event.getHttpRequestReferrer()).isEqualTo(referrer);
        assertThat(event.getUserAgentOriginal()).isEqualTo(agent);
        assertThat(event.getEventAction()).isEqualTo(result);
        assertThat(event.getProxyHierarchy()).isEqualTo(result == null ? null : "HIER_DIRECT");
        assertThat(event.getUrlDomain()).isEqualTo("a.example");
        assertThat(event.getHttpResponseBytes()).isEqualTo(571L);
    }

    @Test
    void withoutARequestThereIsNoVersion() {
        assertThat(squid(
                                "198.51.100.4 - - " + TIME
                                        + " \"- error:transaction-end-before-headers HTTP/0.0\" 0 0 \"-\" \"-\" NONE_NONE:HIER_NONE")
                        .getHttpVersion())
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "\t", "\r"})
    void aLineOfWhiteSpaceIsEmpty(String line) {
        assertThat(Parsed.failure("combined", line).reason()).isEqualTo(Reason.EMPTY);
        assertThat(Parsed.failure("squid-combined", line).reason()).isEqualTo(Reason.EMPTY);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            source_user_name          | SYNTAX    | 198.51.100.4 - -
            source_user_name          | SYNTAX    | 198.51.100.4 - - 26/Dec/2016:16:16:28 +0200 "GET / HTTP/1.1" 200 45
            source_user_name          | SYNTAX    | 198.51.100.4 - [26/Dec/2016:16:16:28 +0200] "GET / HTTP/1.1" 200 45
            timestamp                 | SYNTAX    | 198.51.100.4 - - [26/Dec/2016:16:16:28] "GET / HTTP/1.1" 200 45
            timestamp                 | TIMESTAMP | 198.51.100.4 - - [30/Feb/2016:16:16:28 +0200] "GET / HTTP/1.1" 200 45
            timestamp                 | TIMESTAMP | 198.51.100.4 - - [26/Dez/2016:16:16:28 +0200] "GET / HTTP/1.1" 200 45
            timestamp                 | TIMESTAMP | 198.51.100.4 - - [26/anF/2016:16:16:28 +0200] "GET / HTTP/1.1" 200 45
            timestamp                 | TIMESTAMP | 198.51.100.4 - - [26/Dec/2016:24:16:28 +0200] "GET / HTTP/1.1" 200 45
            timestamp                 | TIMESTAMP | 198.51.100.4 - - [26/Dec/2016:16:16:61 +0200] "GET / HTTP/1.1" 200 45
            timestamp                 | TIMESTAMP | 198.51.100.4 - - [26/Dec/2016:16:16:28 +9900] "GET / HTTP/1.1" 200 45
            timestamp                 | SYNTAX    | 198.51.100.4 - - [26/Dec/2016:16:16:28 +0200
            timestamp                 | SYNTAX    | 198.51.100.4 - - [26/Dec/2016:16:16:28 +0200]
            timestamp                 | SYNTAX    | 198.51.100.4 - - [26/Dec/2016:16:16:28 +0200] GET
            url_original              | SYNTAX    | 198.51.100.4 - - [26/Dec/2016:16:16:28 +0200] "GET / HTTP/1.1 200 45
            url_original              | SYNTAX    | 198.51.100.4 - - [26/Dec/2016:16:16:28 +0200] "GET / HTTP/1.1"
            http_response_status_code | SYNTAX    | 198.51.100.4 - - [26/Dec/2016:16:16:28 +0200] "GET / HTTP/1.1" OK 45
            http_response_status_code | STATUS    | 198.51.100.4 - - [26/Dec/2016:16:16:28 +0200] "GET / HTTP/1.1" 20 45
            http_response_status_code | SYNTAX    | 198.51.100.4 - - [26/Dec/2016:16:16:28 +0200] "GET / HTTP/1.1" 200
            http_response_bytes       | SIZE      | 198.51.100.4 - - [26/Dec/2016:16:16:28 +0200] "GET / HTTP/1.1" 200 4x
            source_user_name          | SYNTAX    | [26/Dec/2016:16:16:28 +0200] 198.51.100.4 TLSv1.2 "GET / HTTP/1.1" 45
            """)
    void anInvalidLineSaysWhichFieldAndWhy(String field, Reason reason, String line) {
        Failure failure = Parsed.failure("combined", line);
        assertThat(failure.reason()).isEqualTo(reason);
        assertThat(failure.field()).isEqualTo(field);
        assertThat(failure.message()).isNotBlank().hasSizeLessThan(250);
    }

    @Test
    void aClientWithAControlCharacterIsNone() {
        ProxyEvent event =
                combined("10.0.0.1\0x - - [14/Nov/2023:22:13:20 +0000] \"GET /a HTTP/1.1\" 200 5 \"-\" \"-\"");
        assertThat(event.getSourceAddress()).isNull();
        assertThat(event.getUrlPath()).isEqualTo("/a");
    }
}
