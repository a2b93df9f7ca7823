package io.trawl.parsing.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.trawl.parsing.Failure;
import io.trawl.record.ProxyEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Directives of servers' format strings that no declared format has, by the servers' documents. */
class ServerStringsTest {
    private static final Instant ARRIVED = Instant.parse("2024-06-12T10:11:12Z");

    private static Map<String, String> event(String grammar, String line) {
        DeclaredFormat format = DeclaredFormat.of(
                "mine.yaml",
                "name: mine\ntitle: mine\nlink: none\nverified: false\narrival: true\ngrammar:\n" + grammar
                        + "\nsamples: [{line: '', refused: empty}]\n",
                ZoneOffset.UTC);
        ProxyEvent event = new ProxyEvent();
        Failure failure = format.parse(line.getBytes(StandardCharsets.UTF_8), ARRIVED, event);
        assertThat(failure).as(line).isNull();
        return DeclaredFormat.fields(event);
    }

    private static Map<String, String> event(String dialect, String format, String line) {
        return event("  " + dialect + ": '" + format + "'", line);
    }

    @Test
    void apachesTimeMayBeSeveralDirectives() {
        assertThat(event(
                        "apache",
                        "%h %l %u [%{%d/%b/%Y %T}t.%{msec_frac}t %{%z}t] \"%r\" %>s",
                        "192.0.2.7 - - [12/Jun/2024 10:11:12.345 +0200] \"GET / HTTP/1.1\" 200"))
                .containsEntry("timestamp", "2024-06-12T08:11:12.345Z")
                .containsEntry("http_response_status_code", "200");
        assertThat(event(
                        "apache",
                        "%{begin:sec}t.%{begin:usec_frac}t %a \"%r\" %s",
                        "1718187072.345678 192.0.2.7 \"GET /a HTTP/1.1\" 404"))
                .containsEntry("timestamp", "2024-06-12T10:11:12.345678Z")
                .containsEntry("source_ip", "192.0.2.7")
                .containsEntry("url_path", "/a");
    }

    @Test
    void apachesConditionsAndTrailersAreRead() {
        assertThat(
                        event(
                                "apache",
                                "%a %{c}a %t \"%r\" %>s %!200,304{Referer}i %{Digest}^ti %{ms}T",
                                "192.0.2.7 10.0.0.1 [12/Jun/2024:10:11:12 +0000] \"GET / HTTP/1.1\" 404 http://r.example/ - 62"))
                .containsEntry("source_address", "192.0.2.7")
                .containsEntry("http_request_referrer", "http://r.example/")
                .containsEntry("event_duration", "62000000");
    }

    @Test
    void anAttributeOfTomcatsRequestIsNoRequest() {
        assertThat(event(
                        "apache",
                        "%h %t \"%{trace}r\" \"%r\" %s %b %{user}s",
                        "192.0.2.7 [12/Jun/2024:10:11:12 +0000] \"0a\" \"GET /a HTTP/1.1\" 200 45 alice"))
                .containsEntry("url_original", "/a")
                .containsEntry("http_response_status_code", "200");
    }

    @Test
    void haproxysExpressionsMeanWhatTheyFetch() {
        assertThat(
                        event(
                                "haproxy",
                                "%[src]:%cp [%t] %{+Q}[req.hdr(Host)] %{+Q}r %ST %B %{+Q}[capture.req.hdr(1)]",
                                "192.0.2.7:51234 [12/Jun/2024:10:11:12.345] \"host1.example\" \"GET /a HTTP/1.1\" 200 5123 \"x\""))
                .containsEntry("source_ip", "192.0.2.7")
                .containsEntry("url_domain", "host1.example")
                .containsEntry("url_path", "/a")
                .containsEntry("timestamp", "2024-06-12T10:11:12.345Z");
    }

    @Test
    void envoysLongNamesAreThoseOfItsShortOnes() {
        assertThat(
                        event(
                                "envoy",
                                "[%START_TIME%] \"%REQUEST_HEADER(:METHOD)% %REQUEST_HEADER(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%\" %RESPONSE_CODE% %BYTES_SENT% \"%REQUEST_HEADER(USER-AGENT):40%\" %DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME%",
                                "[2024-06-12T10:11:12.345Z] \"GET /a?b=c HTTP/2\" 200 5123 \"curl/8.5.0\" 192.0.2.7:51234 host1.example"))
                .containsEntry("http_request_method", "GET")
                .containsEntry("url_query", "b=c")
                .containsEntry("url_domain", "host1.example")
                .containsEntry("source_ip", "192.0.2.7")
                .containsEntry("user_agent_original", "curl/8.5.0");
    }

    @Test
    void aSecondColumnOfAFieldCountsWhereTheFirstIsNotThere() {
        assertThat(event(
                        "envoy",
                        "[%START_TIME%] \"%REQ(:METHOD)% %REQ(:PATH)%\" \"%REQ(:AUTHORITY)%\" %DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME%",
                        "[2024-06-12T10:11:12.345Z] \"- -\" \"-\" 192.0.2.7:51234 host1.example"))
                .containsEntry("url_domain", "host1.example");
    }

    @Test
    void pairsFollowAHead() {
        String grammar =
                "  key-value: {head: '<$level> $host_name $pairs', needs: [src]}\nmap: {source_address: src, url_original: url}";
        assertThat(event(grammar, "<info> fw1 src=192.0.2.7 url=\"http://host1.example/a\""))
                .containsEntry("source_ip", "192.0.2.7")
                .containsEntry("url_path", "/a");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> event("  key-value: {head: '<$level> $rest'}", "<info> src=192.0.2.7"))
                .withMessageContaining("does not end with $pairs; expected, for example, $time $host $pairs");
    }

    @Test
    void aConnectWithAWholeUrlHasItsHost() {
        assertThat(event(
                        "apache",
                        "%h %t \"%r\" %s",
                        "192.0.2.7 [12/Jun/2024:10:11:12 +0000] \"CONNECT https://host1.example/ HTTP/1.1\" 200"))
                .containsEntry("url_domain", "host1.example")
                .containsEntry("url_scheme", "https");
    }

    @Test
    void anAddressOfVersionSixAloneHasNoPort() {
        String grammar =
                "  delimited: {columns: client server}\nmap: {source_address: client, destination_address: SERVER, destination_port: server}";
        for (String server : new String[] {"2001:db8::443", "::1", "2001:db8:0:0:0:0:0:443"}) {
            assertThat(event(grammar.replace("SERVER", "server"), "192.0.2.7," + server))
                    .as(server)
                    .containsKey("destination_ip")
                    .doesNotContainKey("destination_port");
        }
        assertThat(event(grammar.replace("SERVER", "server"), "192.0.2.7,[2001:db8::1]:443"))
                .containsEntry("destination_ip", "2001:db8::1")
                .containsEntry("destination_port", "443");
        // Where the declaration says that a port always follows the address, it does.
        assertThat(event(grammar.replace("SERVER", "{from: server, port: true}"), "192.0.2.7,2001:db8::1:443"))
                .containsEntry("destination_ip", "2001:db8::1")
                .containsEntry("destination_port", "443");
    }

    @Test
    void theNameOfAServerWithoutOneIsNoHost() {
        assertThat(event("nginx", "$remote_addr $server_name \"$request\"", "192.0.2.7 _ \"GET /a HTTP/1.1\""))
                .containsEntry("url_path", "/a")
                .doesNotContainKey("url_domain");
        String both = "$remote_addr $server_name \"$http_host\" \"$request\"";
        assertThat(event("nginx", both, "192.0.2.7 _ \"-\" \"GET /a HTTP/1.1\""))
                .doesNotContainKey("url_domain");
        assertThat(event("nginx", both, "192.0.2.7 host1.example \"_\" \"GET /a HTTP/1.1\""))
                .as("what the client sends is kept")
                .containsEntry("url_domain", "_");
    }

    @Test
    void whatAClientForwardsIsNoPeer() {
        assertThat(event(
                        "nginx",
                        "$remote_addr \"$http_x_forwarded_for\" \"$request\"",
                        "- \"192.0.2.7\" \"GET / HTTP/1.1\""))
                .doesNotContainKey("source_address");
        assertThat(event("apache", "%h \"%{X-Forwarded-For}i\" \"%r\"", "- \"192.0.2.7\" \"GET / HTTP/1.1\""))
                .doesNotContainKey("source_address");
        assertThat(event("nginx", "\"$http_x_forwarded_for\" \"$request\"", "\"192.0.2.7\" \"GET / HTTP/1.1\""))
                .containsEntry("source_ip", "192.0.2.7");
    }
}
