package io.trawl.cli.files.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.parsing.format.DeclaredFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A draft of any lines is a declaration, and its own samples are right. */
class DraftTest {
    private static final Instant ARRIVED = Instant.parse("2024-06-12T10:11:12Z");

    private static DeclaredFormat draft(List<String> lines) {
        LogSample sample = new LogSample();
        LogSample.Part part = sample.part(ARRIVED);
        for (String line : lines) {
            part.add(line.getBytes(StandardCharsets.UTF_8), "line");
        }
        return DeclaredFormat.of("draft.yaml", Draft.of(sample, "draft"), ZoneOffset.UTC);
    }

    @Test
    void aDraftOfAnyLinesPassesItsOwnTest() throws IOException {
        DetectionTest.lines().forEach((folder, lines) -> {
            DeclaredFormat format = draft(lines);
            assertThat(format.failures()).as(folder).isEmpty();
        });
    }

    @Test
    void aProxysTargetIsAUrlOrAHostWithItsPort() {
        DeclaredFormat format = draft(List.of(
                "1700000000.123 198.51.100.4 TCP_MISS 200 GET http://a.example/b 12",
                "1700000001.123 198.51.100.4 TCP_TUNNEL 200 CONNECT b.example:443 13"));
        assertThat(format.allSamples().get(0).event())
                .containsEntry("url_original", "http://a.example/b")
                .containsEntry("http_request_method", "GET")
                .containsEntry("source_ip", "198.51.100.4")
                .containsEntry("timestamp", "2023-11-14T22:13:20.123Z");
    }

    @Test
    void aSecondUrlIsTheReferrer() {
        assertThat(draft(
                                List.of(
                                        "198.51.100.4 [12/Jun/2024:10:11:12 +0000] \"GET /a HTTP/1.1\" 200 5 \"http://r.example/\""))
                        .allSamples()
                        .get(0)
                        .event())
                .containsEntry("http_request_referrer", "http://r.example/")
                .containsEntry("url_path", "/a")
                .containsEntry("http_response_bytes", "5");
    }

    @Test
    void aDateAndAClockAreOneTime() {
        assertThat(draft(List.of("date=2024-06-12 time=10:11:12 srcip=192.0.2.1 dstip=203.0.113.5 action=accept"))
                        .allSamples()
                        .get(0)
                        .event())
                .containsEntry("timestamp", "2024-06-12T10:11:12Z")
                .containsEntry("source_ip", "192.0.2.1")
                .containsEntry("destination_ip", "203.0.113.5")
                .containsEntry("event_action", "accept");
    }
}
