package io.trawl.parsing;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.parsing.format.Formats;
import io.trawl.record.ProxyEvent;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SquidTest {
    private static final String TAIL = " - HIER_DIRECT/192.0.2.7 text/html";

    private static ProxyEvent event(String line) {
        return Parsed.event("squid", line);
    }

    private static ProxyEvent url(String methodAndUrl) {
        return event("1700000000.123     62 198.51.100.4 TCP_MISS/200 1380 " + methodAndUrl + TAIL);
    }

    @Test
    void everyColumnBecomesItsField() {
        ProxyEvent event = event("1700000000.123     62 198.51.100.4 TCP_MISS/200 1380 GET"
                + " http://www.example.com:8080/a/b?c=d#e alice HIER_DIRECT/192.0.2.7 text/html");
        assertThat(event.getTimestamp()).isEqualTo(Instant.parse("2023-11-14T22:13:20.123Z"));
        assertThat(event.getEventDuration()).isEqualTo(62_000_000L);
        assertThat(event.getSourceAddress()).isEqualTo("198.51.100.4");
        assertThat(event.getSourceIp()).isEqualTo("198.51.100.4");
        assertThat(event.getEventAction()).isEqualTo("TCP_MISS");
        assertThat(event.getHttpResponseStatusCode()).isEqualTo(200);
        assertThat(event.getHttpResponseBytes()).isEqualTo(1380L);
        assertThat(event.getHttpRequestMethod()).isEqualTo("GET");
        assertThat(event.getUrlOriginal()).isEqualTo("http://www.example.com:8080/a/b?c=d#e");
        assertThat(event.getUrlFull()).isEqualTo(event.getUrlOriginal());
        assertThat(event.getUrlScheme()).isEqualTo("http");
        assertThat(event.getUrlDomain()).isEqualTo("www.example.com");
        assertThat(event.getUrlPort()).isEqualTo(8080);
        assertThat(event.getUrlPath()).isEqualTo("/a/b");
        assertThat(event.getUrlQuery()).isEqualTo("c=d");
        assertThat(event.getDestinationDomain()).isEqualTo("www.example.com");
        assertThat(event.getDestinationPort()).isEqualTo(8080);
        assertThat(event.getSourceUserName()).isEqualTo("alice");
        assertThat(event.getProxyHierarchy()).isEqualTo("HIER_DIRECT");
        assertThat(event.getDestinationAddress()).isEqualTo("192.0.2.7");
        assertThat(event.getDestinationIp()).isEqualTo("192.0.2.7");
        assertThat(event.getHttpResponseMimeType()).isEqualTo("text/html");
    }

    @Test
    void fieldsThatTheLineHasNotStayNull() {
        ProxyEvent event = event("1700000000.123 - - NONE_NONE/000 - - - - HIER_NONE/- -");
        assertThat(event.getEventDuration()).isNull();
        assertThat(event.getSourceAddress()).isNull();
        assertThat(event.getSourceIp()).isNull();
        assertThat(event.getHttpResponseStatusCode()).isNull();
        assertThat(event.getHttpResponseBytes()).isNull();
        assertThat(event.getHttpRequestMethod()).isNull();
        assertThat(event.getUrlOriginal()).isNull();
        assertThat(event.getUrlDomain()).isNull();
        assertThat(event.getSourceUserName()).isNull();
        assertThat(event.getDestinationAddress()).isNull();
        assertThat(event.getDestinationIp()).isNull();
        assertThat(event.getHttpResponseMimeType()).isNull();
        assertThat(event.getHttpVersion()).isNull();
        assertThat(event.getUserAgentOriginal()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "www.example.com:443, www.example.com, 443",
        "192.0.2.9:443/, 192.0.2.9, 443",
        "[2001:db8::1]:8443, 2001:db8::1, 8443",
        "[2001:db8::1]:8443/, 2001:db8::1, 8443",
        "fe80::1%25eth0:443, fe80::1%25eth0, 443",
        "user:pw@www.example.com:443, www.example.com, 443"
    })
    void connectHasHostAndPort(String target, String host, int port) {
        ProxyEvent event = url("CONNECT " + target);
        assertThat(event.getUrlOriginal()).isEqualTo(target);
        assertThat(event.getUrlDomain()).isEqualTo(host);
        assertThat(event.getDestinationDomain()).isEqualTo(host);
        assertThat(event.getUrlPort()).isEqualTo(port);
        assertThat(event.getDestinationPort()).isEqualTo(port);
        assertThat(event.getUrlFull()).isNull();
        assertThat(event.getUrlPath()).isNull();
        assertThat(event.getUrlScheme()).isNull();
    }

    @Test
    void aPortThatIsNoneIsLeftOutAndTheHostKept() {
        assertThat(url("CONNECT www.example.com:99999").getUrlPort()).isNull();
        assertThat(url("CONNECT www.example.com:99999").getUrlDomain()).isEqualTo("www.example.com");
        assertThat(url("CONNECT www.example.com").getUrlDomain()).isEqualTo("www.example.com");
        assertThat(url("CONNECT :443").getUrlDomain()).isNull();
    }

    @Test
    void aUrlMayHaveSpaces() {
        ProxyEvent event = url("GET http://www.example.com/a b  c?q=1 2");
        assertThat(event.getUrlOriginal()).isEqualTo("http://www.example.com/a b  c?q=1 2");
        assertThat(event.getUrlQuery()).isEqualTo("q=1 2");
        assertThat(event.getSourceUserName()).isNull();
        assertThat(event.getProxyHierarchy()).isEqualTo("HIER_DIRECT");
    }

    @Test
    void aUrlCannotPretendToBeTheColumnsBehindIt() {
        ProxyEvent event = url("GET http://www.example.com/ x HIER_DIRECT/203.0.113.66 text/html");
        assertThat(event.getUrlOriginal()).isEqualTo("http://www.example.com/ x HIER_DIRECT/203.0.113.66 text/html");
        assertThat(event.getDestinationIp()).isEqualTo("192.0.2.7");
    }

    @Test
    void appendedColumnsCannotPretendToBeTheHierarchy() {
        ProxyEvent event = event("1700000000.123 62 198.51.100.4 TCP_MISS/200 1380 GET http://www.example.com/" + TAIL
                + " \"-\" \"Agent 7 HIER_DIRECT/203.0.113.66 text/html\"");
        assertThat(event.getDestinationIp()).isEqualTo("192.0.2.7");
        assertThat(event.getUrlOriginal()).isEqualTo("http://www.example.com/");
        assertThat(event.getHttpResponseMimeType()).isEqualTo("text/html");
    }

    @Test
    void appendedColumnsArePassedOver() {
        ProxyEvent event = event("1700000000.123 62 198.51.100.4 TCP_MISS/200 1380 GET http://www.example.com -"
                + " HIER_DIRECT/192.0.2.7 - [User-Agent: curl\\r\\n] [HTTP/1.1 200 OK\\r\\n]");
        assertThat(event.getUrlOriginal()).isEqualTo("http://www.example.com");
        assertThat(event.getUrlPath()).isEmpty();
        assertThat(event.getDestinationIp()).isEqualTo("192.0.2.7");
        assertThat(event.getHttpResponseMimeType()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"10.0.0.1\0x", "10.0.0.1\0", "host\u001B[2J", "10.0.0.1\u007F", "host\u009B2J", "host\u202E"})
    void aClientWithAControlCharacterIsNone(String client) {
        ProxyEvent event = event("1700000000.123 62 " + client
                + " TCP_MISS/200 1 GET http://www.example.com/ - HIER_DIRECT/192.0.2.7 -");
        assertThat(event.getSourceAddress()).isNull();
        assertThat(event.getSourceIp()).isNull();
        assertThat(event.getUrlDomain()).isEqualTo("www.example.com");
    }

    @Test
    void anAddressBehindNat64IsTheIpv4Address() {
        ProxyEvent event = event(
                "1700000000.123 62 10.0.0.1 TCP_MISS/200 1 GET http://www.example.com/ - HIER_DIRECT/64:ff9b::c000:207 -");
        assertThat(event.getDestinationAddress()).isEqualTo("64:ff9b::c000:207");
        assertThat(event.getDestinationIp()).isEqualTo("192.0.2.7");
    }

    @Test
    void anIpv6ClientIsCanonicalAndItsZoneDropped() {
        ProxyEvent event = event("1700000000.123 62 FE80:0:0:0::1%eth0 TCP_MISS/200 1 GET http://[2001:DB8::1]:81/"
                + " - HIER_DIRECT/2001:db8:0:0::1 -");
        assertThat(event.getSourceAddress()).isEqualTo("FE80:0:0:0::1%eth0");
        assertThat(event.getSourceIp()).isEqualTo("fe80::1");
        assertThat(event.getUrlDomain()).isEqualTo("2001:DB8::1");
        assertThat(event.getUrlPort()).isEqualTo(81);
        assertThat(event.getDestinationIp()).isEqualTo("2001:db8::1");
    }

    @Test
    void aMappedClientIsItsIpv4Address() {
        ProxyEvent event =
                event("1700000000.123 62 ::ffff:198.51.100.4 TCP_MISS/200 1 GET http://www.example.com/" + TAIL);
        assertThat(event.getSourceIp()).isEqualTo("198.51.100.4");
    }

    @Test
    void aClientThatIsANameHasNoAddress() {
        ProxyEvent event = event("1700000000.123 62 pc7.example.net TCP_MISS/200 1 GET http://www.example.com/" + TAIL);
        assertThat(event.getSourceAddress()).isEqualTo("pc7.example.net");
        assertThat(event.getSourceIp()).isNull();
    }

    @Test
    void aPeerThatIsANameHasNoAddress() {
        ProxyEvent event = event("1700000000.123 62 198.51.100.4 TCP_MISS/200 1 GET http://www.example.com/ -"
                + " FIRSTUP_PARENT/parent.example.net text/html");
        assertThat(event.getDestinationAddress()).isEqualTo("parent.example.net");
        assertThat(event.getDestinationIp()).isNull();
    }

    @Test
    void status000MeansThatNoneWasSent() {
        ProxyEvent event =
                event("1700000000.123 12140 198.51.100.4 TCP_MISS_ABORTED/000 0 GET http://192.0.2.8/" + TAIL);
        assertThat(event.getHttpResponseStatusCode()).isNull();
        assertThat(event.getEventAction()).isEqualTo("TCP_MISS_ABORTED");
        assertThat(event.getHttpResponseBytes()).isZero();
    }

    @Test
    void aNegativeOrMissingDurationIsNone() {
        assertThat(event("1700000000.123 -5 198.51.100.4 TCP_MISS/200 1 GET http://www.example.com/" + TAIL)
                        .getEventDuration())
                .isNull();
        assertThat(event("1700000000.123 - 198.51.100.4 TCP_MISS/200 1 GET http://www.example.com/" + TAIL)
                        .getEventDuration())
                .isNull();
    }

    @Test
    void aTimeWithoutMillisecondsIsATime() {
        assertThat(event("1726124251 0 198.51.100.4 TCP_DENIED/403 1 CONNECT www.example.com:443 - HIER_NONE/- -")
                        .getTimestamp())
                .isEqualTo(Instant.ofEpochSecond(1_726_124_251));
        assertThat(event("1726124251.5 0 198.51.100.4 TCP_DENIED/403 1 CONNECT www.example.com:443 - HIER_NONE/- -")
                        .getTimestamp())
                .isEqualTo(Instant.ofEpochMilli(1_726_124_251_500L));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "- error:transaction-end-before-headers",
                "- error:invalid-request",
                "GET error:request-too-large",
                "GET error:invalid-request"
            })
    void whatSquidCouldNotReadIsAnEventWithoutAHost(String methodAndUrl) {
        ProxyEvent event =
                event("1700000000.123 0 198.51.100.4 NONE_NONE/400 3913 " + methodAndUrl + " - HIER_NONE/- text/html");
        assertThat(event.getUrlOriginal()).startsWith("error:");
        assertThat(event.getUrlDomain()).isNull();
        assertThat(event.getUrlFull()).isNull();
        assertThat(event.getUrlPath()).isNull();
        assertThat(event.getHttpResponseStatusCode()).isEqualTo(400);
    }

    @Test
    void aTargetWithoutAHostKeepsItsPath() {
        ProxyEvent event = url("GET /favicon.ico?x");
        assertThat(event.getUrlDomain()).isNull();
        assertThat(event.getUrlPath()).isEqualTo("/favicon.ico");
        assertThat(event.getUrlQuery()).isEqualTo("x");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "urn:isbn:0451450523",
                "mailto:a@example.com",
                "about:blank",
                "http:www",
                "http://",
                "http:///x",
                "*"
            })
    void aTargetWithoutAuthorityHasNoHost(String target) {
        ProxyEvent event = url("GET " + target);
        assertThat(event.getUrlOriginal()).isEqualTo(target);
        assertThat(event.getUrlDomain()).isNull();
    }

    @Test
    void aStrippedQueryIsAnEmptyOne() {
        assertThat(url("GET http://www.example.com/x?").getUrlQuery()).isEmpty();
        assertThat(url("GET http://www.example.com/x").getUrlQuery()).isNull();
        assertThat(url("GET http://www.example.com?a=1").getUrlQuery()).isEqualTo("a=1");
    }

    @Test
    void userinfoIsNoPartOfTheHost() {
        assertThat(url("GET http://good.example@evil.example:81/").getUrlDomain())
                .isEqualTo("evil.example");
        assertThat(url("GET http://a:b@evil.example/@good.example").getUrlDomain())
                .isEqualTo("evil.example");
    }

    @Test
    void squidsEscapesInAUsersNameAreUndone() {
        String before = "1700000000.123 62 198.51.100.4 TCP_MISS/200 1 GET http://www.example.com/ ";
        String after = " HIER_DIRECT/192.0.2.7 text/html";
        assertThat(event(before + "EXAMPLE\\\\alice" + after).getSourceUserName())
                .isEqualTo("EXAMPLE\\alice");
        assertThat(event(before + "ren%c3%a9" + after).getSourceUserName()).isEqualTo("ren\u00E9");
        assertThat(event(before + "50%25" + after).getSourceUserName()).isEqualTo("50%");
        assertThat(event(before + "alice@EXAMPLE.COM" + after).getSourceUserName())
                .isEqualTo("alice@EXAMPLE.COM");
    }

    @Test
    void bytesThatAreNotUtf8BecomePercentEscapes() {
        byte[] line =
                "1700000000.123 62 198.51.100.4 TCP_MISS/200 1 GET http://www.example.com/\u00E9?\u00FF - HIER_NONE/- -"
                        .getBytes(StandardCharsets.ISO_8859_1);
        assertThat(Parsed.event("squid", line).getUrlOriginal()).isEqualTo("http://www.example.com/%E9?%FF");
    }

    @Test
    void utf8StaysAsItIs() {
        assertThat(url("GET http://b\u00FCcher.example/\u65E5\u672C/\uD83D\uDE00")
                        .getUrlFull())
                .isEqualTo("http://b\u00FCcher.example/\u65E5\u672C/\uD83D\uDE00");
    }

    @ParameterizedTest
    @ValueSource(strings = {"C0AF", "EDA080", "F4908080", "E282", "80", "F0808080", "FE"})
    void malformedUtf8IsEscapedByteByByte(String hex) {
        byte[] bad = java.util.HexFormat.of().parseHex(hex);
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        line.writeBytes("1700000000.123 62 198.51.100.4 TCP_MISS/200 1 GET http://h.example/"
                .getBytes(StandardCharsets.US_ASCII));
        line.writeBytes(bad);
        line.writeBytes(TAIL.getBytes(StandardCharsets.US_ASCII));
        assertThat(Parsed.event("squid", line.toByteArray()).getUrlPath())
                .isEqualTo("/" + hex.replaceAll("(..)", "%$1"));
    }

    @Test
    void whatActsOnAReaderIsAPercentEscape() {
        assertThat(url("GET http://www.example.com/a\0b").getUrlPath()).isEqualTo("/a%00b");
        ProxyEvent event = event("1700000000.123 62 10.0.0.1 TCP_\u001B/200 1 GE\u007FT"
                + " http://h\u202E.example/\u2028?\u0085 us%0aer HIER_DIRECT/192.0.2.7 te\u200Fxt/html");
        assertThat(event.getEventAction()).isEqualTo("TCP_%1B");
        assertThat(event.getHttpRequestMethod()).isEqualTo("GE%7FT");
        assertThat(event.getUrlDomain()).isEqualTo("h%E2%80%AE.example");
        assertThat(event.getUrlPath()).isEqualTo("/%E2%80%A8");
        assertThat(event.getUrlQuery()).isEqualTo("%C2%85");
        assertThat(event.getSourceUserName()).isEqualTo("us%0Aer");
        assertThat(event.getHttpResponseMimeType()).isEqualTo("te%E2%80%8Fxt/html");
    }

    @Test
    void aPeerWithAControlCharacterIsNone() {
        ProxyEvent event = event("1700000000.123 62 10.0.0.1 TCP_MISS/200 1 GET http://www.example.com/"
                + " - HIER_DIRECT/192.0.2.7\0x -");
        assertThat(event.getDestinationAddress()).isNull();
        assertThat(event.getDestinationIp()).isNull();
        assertThat(event.getProxyHierarchy()).isEqualTo("HIER_DIRECT");
    }

    @Test
    void aLineOfOneMegabyteIsRead() {
        String path = "/" + "x".repeat(1 << 20);
        assertThat(url("GET http://www.example.com" + path).getUrlPath()).isEqualTo(path);
    }

    @Test
    void aCarriageReturnAtTheEndIsNoPartOfTheLine() {
        assertThat(url("GET http://www.example.com/").getHttpResponseMimeType()).isEqualTo("text/html");
        assertThat(event("1700000000.123 62 198.51.100.4 TCP_MISS/200 1 GET http://www.example.com/" + TAIL + "\r")
                        .getHttpResponseMimeType())
                .isEqualTo("text/html");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t", "  \t ", "\r"})
    void aLineOfWhiteSpaceIsEmpty(String line) {
        assertThat(Parsed.failure("squid", line).reason()).isEqualTo(Reason.EMPTY);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            timestamp                 | TIMESTAMP | x 62 198.51.100.4 TCP_MISS/200 1 GET http://h.example/ - HIER_NONE/- -
            timestamp                 | TIMESTAMP | -1700000000.123 62 198.51.100.4 TCP_MISS/200 1 GET http://h.example/ - HIER_NONE/- -
            timestamp                 | TIMESTAMP | 170000000000000 62 198.51.100.4 TCP_MISS/200 1 GET http://h.example/ - HIER_NONE/- -
            event_duration            | SYNTAX    | 2019/10/11 09:14:49 kid1| Accepting HTTP Socket connections
            timestamp                 | SYNTAX    | 1700000000.123
            event_duration            | SYNTAX    | 1700000000.123 6x2 198.51.100.4 TCP_MISS/200 1 GET http://h.example/ - HIER_NONE/- -
            event_duration            | DURATION  | 1700000000.123 --5 198.51.100.4 TCP_MISS/200 1 GET http://h.example/ - HIER_NONE/- -
            event_duration            | DURATION  | 1700000000.123 99999999999999 198.51.100.4 TCP_MISS/200 1 GET http://h.example/ - HIER_NONE/- -
            event_duration            | SYNTAX    | 1700000000.123 62
            source_address            | SYNTAX    | 1700000000.123 62 198.51.100.4
            event_action              | SYNTAX    | 1700000000.123 62 198.51.100.4 TCP_MISS 1 GET http://h.example/ - HIER_NONE/- -
            http_response_status_code | STATUS    | 1700000000.123 62 198.51.100.4 TCP_MISS/20 1 GET http://h.example/ - HIER_NONE/- -
            http_response_status_code | STATUS    | 1700000000.123 62 198.51.100.4 TCP_MISS/2000 1 GET http://h.example/ - HIER_NONE/- -
            http_response_status_code | SYNTAX    | 1700000000.123 62 198.51.100.4 TCP_MISS/200
            http_response_bytes       | SIZE      | 1700000000.123 62 198.51.100.4 TCP_MISS/200 -1 GET http://h.example/ - HIER_NONE/- -
            http_response_bytes       | SYNTAX    | 1700000000.123 62 198.51.100.4 TCP_MISS/200 1
            http_request_method       | SYNTAX    | 1700000000.123 62 198.51.100.4 TCP_MISS/200 1 GET
            url_original              | SYNTAX    | 1700000000.123 62 198.51.100.4 TCP_MISS/200 1 GET http://h.example/
            source_user_name          | SYNTAX    | 1700000000.123 62 198.51.100.4 TCP_MISS/200 1 GET http://h.example/ -
            proxy_hierarchy           | SYNTAX    | 1700000000.123 62 198.51.100.4 TCP_MISS/200 1 GET http://h.example/ - HIER_NONE
            """)
    void anInvalidLineSaysWhichFieldAndWhy(String field, Reason reason, String line) {
        Failure failure = Parsed.failure("squid", line);
        assertThat(failure.reason()).isEqualTo(reason);
        assertThat(failure.field()).isEqualTo(field);
        assertThat(failure.message()).contains("expected").hasSizeLessThan(250);
    }

    @Test
    void aMessageHasNoControlCharactersInIt() {
        assertThat(Parsed.failure("squid", "\u001b[31m\0\u0007 62").message()).doesNotContainPattern("\\p{Cntrl}");
    }

    @Test
    void itsNameAndVersionAreItsId() {
        assertThat(Formats.shipped().parser("squid", ZoneOffset.UTC).id()).isEqualTo("squid/2");
    }
}
