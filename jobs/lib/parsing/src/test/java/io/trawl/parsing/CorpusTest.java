package io.trawl.parsing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trawl.record.ProxyEvent;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Every line of others' corpora against the fields that they expect. Where Trawl reads a field otherwise,
 * deviations.json says so and why; a deviation that is none any more fails too.
 */
class CorpusTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Field by field what differs between what a corpus expects and what came; a dash is what a log has for nothing. */
    private static final class Comparison {
        final List<String> differences = new ArrayList<>();
        private final String where;

        Comparison(String where) {
            this.where = where;
        }

        void field(String name, @Nullable Object expected, @Nullable Object actual) {
            String wants = expected == null || expected.equals("-") ? "null" : expected.toString();
            String has = actual == null ? "null" : actual.toString();
            if (!wants.equals(has)) {
                differences.add(where + " " + name + ": expected " + wants + ", came " + has);
            }
        }
    }

    private static List<String> deviations(String corpus) throws IOException {
        try (InputStream in = CorpusTest.class.getResourceAsStream("deviations.json")) {
            List<String> known = new ArrayList<>();
            for (JsonNode deviation : JSON.readTree(in).get(corpus)) {
                assertThat(deviation.get("reason").asText()).isNotBlank();
                known.add(deviation.get("difference").asText());
            }
            return known;
        }
    }

    private static @Nullable Object value(JsonNode node, String name) {
        JsonNode value = node.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        return value.isNumber() ? (Object) value.asLong() : value.asText();
    }

    @Test
    void metronsLinesHaveMetronsFields() throws IOException {
        List<String> raw = Corpora.lines("proxy/squid/metron-squid.raw");
        List<String> parsed = Corpora.lines("proxy/squid/metron-squid.parsed.json");
        assertThat(raw).hasSize(2).hasSameSizeAs(parsed);
        for (int i = 0; i < raw.size(); i++) {
            JsonNode expected = JSON.readTree(parsed.get(i));
            ProxyEvent event = Parsed.event("squid", raw.get(i));
            assertThat(event.getEventDuration())
                    .isEqualTo(expected.get("elapsed").asLong() * 1_000_000);
            assertThat(event.getHttpResponseStatusCode())
                    .isEqualTo(expected.get("code").asInt());
            assertThat(event.getDestinationIp())
                    .isEqualTo(expected.get("ip_dst_addr").asText());
            assertThat(event.getSourceIp())
                    .isEqualTo(expected.get("ip_src_addr").asText());
            assertThat(event.getHttpRequestMethod())
                    .isEqualTo(expected.get("method").asText());
            assertThat(event.getHttpResponseBytes())
                    .isEqualTo(expected.get("bytes").asLong());
            assertThat(event.getEventAction()).isEqualTo(expected.get("action").asText());
            assertThat(event.getUrlOriginal()).isEqualTo(expected.get("url").asText());
            assertThat(event.getUrlDomain())
                    .isEqualTo(expected.get("full_hostname").asText());
            assertThat(event.getTimestamp())
                    .isEqualTo(Instant.ofEpochMilli(expected.get("timestamp").asLong()));
            assertThat(event.getProxyHierarchy()).isEqualTo("DIRECT");
            assertThat(event.getHttpResponseMimeType()).isEqualTo("text/html");
        }
    }

    @Test
    void datadogsLinesHaveDatadogsFields() throws IOException {
        JsonNode all = JSON.readTree(
                Corpora.file("proxy/squid/datadog-squid-tests.json").toFile());
        List<String> differences = new ArrayList<>();
        int withFields = 0;
        for (int i = 0; i < all.size(); i++) {
            JsonNode expected = all.get(i).get("expect");
            if (!expected.has("epoch_ms")) {
                continue;
            }
            withFields++;
            ProxyEvent event = Parsed.event("squid", all.get(i).get("sample").asText());
            Comparison line = new Comparison("line " + (i + 1));
            line.field(
                    "@timestamp",
                    value(expected, "epoch_ms"),
                    event.getTimestamp().toEpochMilli());
            line.field("duration_ms", value(expected, "duration_ms"), event.getEventDuration() / 1_000_000);
            line.field("method", value(expected, "method"), event.getHttpRequestMethod());
            line.field("status", value(expected, "status"), event.getHttpResponseStatusCode());
            line.field("bytes", value(expected, "bytes"), event.getHttpResponseBytes());
            line.field("client", value(expected, "client"), event.getSourceIp());
            line.field("dest", value(expected, "dest"), event.getDestinationIp());
            line.field("peer_status", value(expected, "peer_status"), event.getProxyHierarchy());
            line.field("content_type", value(expected, "content_type"), event.getHttpResponseMimeType());
            line.field(
                    "action",
                    expected.get("protocol").asText() + "_"
                            + expected.get("result").asText(),
                    event.getEventAction());
            line.field("url", value(expected, "url"), event.getUrlFull());
            line.field("scheme", value(expected, "scheme"), event.getUrlScheme());
            line.field("host", value(expected, "host"), event.getUrlDomain());
            line.field("port", value(expected, "port"), event.getUrlPort());
            line.field("path", value(expected, "path"), event.getUrlPath());
            line.field("query", query(expected.path("query")), event.getUrlQuery());
            differences.addAll(line.differences);
        }
        assertThat(withFields).isEqualTo(10);
        assertThat(differences).containsExactlyElementsOf(deviations("datadog"));
    }

    private static @Nullable String query(JsonNode query) {
        List<String> pairs = new ArrayList<>();
        query.fields()
                .forEachRemaining(
                        pair -> pairs.add(pair.getKey() + "=" + pair.getValue().asText()));
        return pairs.isEmpty() ? null : String.join("&", pairs);
    }

    /** Lines without expected fields: which formats read them, all others refuse them. */
    @Test
    void datadogsOtherLinesAreReadByTheFormatThatTheyAreIn() throws IOException {
        JsonNode all = JSON.readTree(
                Corpora.file("proxy/squid/datadog-squid-tests.json").toFile());
        Map<Integer, TreeSet<String>> read = new TreeMap<>();
        for (int i = 0; i < all.size(); i++) {
            JsonNode expected = all.get(i).get("expect");
            if (expected.has("epoch_ms")) {
                continue;
            }
            TreeSet<String> formats = new TreeSet<>();
            for (String format : List.of("squid", "squid-combined")) {
                Parsed parsed = Parsed.line(
                        format, all.get(i).get("sample").asText().getBytes(java.nio.charset.StandardCharsets.UTF_8));
                if (parsed.failure() == null) {
                    formats.add(format);
                } else {
                    assertThat(parsed.failure().message()).isNotBlank();
                }
            }
            read.put(i + 1, formats);
        }
        Map<Integer, TreeSet<String>> expected = new TreeMap<>();
        for (int line = 11; line <= 15; line++) {
            expected.put(line, new TreeSet<>(List.of("squid-combined")));
        }
        for (int line = 16; line <= 18; line++) {
            expected.put(line, new TreeSet<>(List.of("squid")));
        }
        for (int line = 19; line <= 21; line++) {
            expected.put(line, new TreeSet<>());
        }
        assertThat(read).isEqualTo(expected);
    }

    @Test
    void datadogsCombinedLinesHaveTheirFields() throws IOException {
        JsonNode all = JSON.readTree(
                Corpora.file("proxy/squid/datadog-squid-tests.json").toFile());
        ProxyEvent tunnel =
                Parsed.event("squid-combined", all.get(10).get("sample").asText());
        assertThat(tunnel.getSourceUserName()).isEqualTo("testuser1");
        assertThat(tunnel.getTimestamp()).isEqualTo(Instant.parse("2024-09-12T07:08:20Z"));
        assertThat(tunnel.getHttpRequestMethod()).isEqualTo("CONNECT");
        assertThat(tunnel.getUrlDomain()).isEqualTo("ssl.gstatic.com");
        assertThat(tunnel.getUrlPort()).isEqualTo(443);
        assertThat(tunnel.getHttpRequestReferrer()).isNull();
        assertThat(tunnel.getUserAgentOriginal()).startsWith("Mozilla/5.0 (Windows NT 10.0");
        assertThat(tunnel.getEventAction()).isEqualTo("NONE_NONE");
        assertThat(tunnel.getProxyHierarchy()).isEqualTo("HIER_DIRECT");

        ProxyEvent cut =
                Parsed.event("squid-combined", all.get(13).get("sample").asText());
        assertThat(cut.getUrlOriginal()).isEqualTo("error:transaction-end-before-headers");
        assertThat(cut.getHttpRequestMethod()).isNull();
        assertThat(cut.getHttpVersion()).isNull();
        assertThat(cut.getHttpResponseStatusCode()).isNull();
        assertThat(cut.getEventAction()).isEqualTo("NONE_NONE");
        assertThat(cut.getProxyHierarchy()).isEqualTo("HIER_NONE");
    }

    private static List<Path> apache(String prefix) throws IOException {
        try (Stream<Path> files = Files.list(Corpora.file("web/apache"))) {
            return files.filter(file -> file.getFileName().toString().matches(prefix + ".*\\.log"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void apachesAccessLogsHaveElasticsFields() throws IOException {
        List<String> differences = new ArrayList<>();
        int lines = 0;
        for (Path file : apache("access-")) {
            JsonNode expectations = JSON.readTree(
                    file.resolveSibling(file.getFileName() + "-expected.json").toFile());
            List<String> content = Files.readAllLines(file);
            assertThat(content).as(file.toString()).hasSize(expectations.size());
            for (int i = 0; i < content.size(); i++) {
                lines++;
                JsonNode expected = expectations.get(i);
                assertThat(expected.get("event.original").asText()).isEqualTo(content.get(i));
                ProxyEvent event = Parsed.event("combined", content.get(i));
                Comparison line = new Comparison(file.getFileName() + ":" + (i + 1));
                line.field(
                        "@timestamp", Instant.parse(expected.get("@timestamp").asText()), event.getTimestamp());
                line.field("source.address", value(expected, "source.address"), event.getSourceAddress());
                line.field("source.ip", value(expected, "source.ip"), event.getSourceIp());
                line.field("user.name", value(expected, "user.name"), event.getSourceUserName());
                line.field("http.request.method", value(expected, "http.request.method"), event.getHttpRequestMethod());
                line.field("url.original", value(expected, "url.original"), event.getUrlOriginal());
                line.field(
                        "http.response.status_code",
                        value(expected, "http.response.status_code"),
                        event.getHttpResponseStatusCode());
                line.field(
                        "http.response.body.bytes",
                        value(expected, "http.response.body.bytes"),
                        event.getHttpResponseBytes());
                line.field(
                        "http.request.referrer",
                        value(expected, "http.request.referrer"),
                        event.getHttpRequestReferrer());
                line.field("user_agent.original", value(expected, "user_agent.original"), event.getUserAgentOriginal());
                line.field("http.version", value(expected, "http.version"), event.getHttpVersion());
                line.field("destination.domain", value(expected, "destination.domain"), event.getDestinationDomain());
                line.field("url.domain", value(expected, "url.domain"), event.getUrlDomain());
                line.field("url.path", value(expected, "url.path"), event.getUrlPath());
                line.field("url.query", value(expected, "url.query"), event.getUrlQuery());
                differences.addAll(line.differences);
            }
        }
        assertThat(lines).isEqualTo(25);
        assertThat(differences).containsExactlyElementsOf(deviations("apache"));
    }

    @Test
    void apachesErrorLogsAreRefusedWithAReason() throws IOException {
        int lines = 0;
        for (Path file : apache("error-")) {
            for (String line : Files.readAllLines(file)) {
                for (String format : Parsed.FIRST) {
                    Failure failure = Parsed.failure(format, line);
                    assertThat(failure.reason()).isIn(Arrays.asList(Reason.TIMESTAMP, Reason.SYNTAX));
                    assertThat(failure.message()).contains("expected");
                }
                lines++;
            }
        }
        assertThat(lines).isEqualTo(13);
    }
}
