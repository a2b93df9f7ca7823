package io.trawl.parsing.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trawl.record.ProxyEvent;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A format of W3C with the columns of a line {@code #Fields} in the place of its own. */
class W3cFieldsTest {
    private static final DeclaredFormat IIS = Formats.shipped().declared("iis", ZoneOffset.UTC);

    private static Map<String, String> fields(DeclaredFormat format, String line) {
        ProxyEvent event = new ProxyEvent();
        assertThat(format.parse(line.getBytes(StandardCharsets.UTF_8), event))
                .as(line)
                .isNull();
        return DeclaredFormat.fields(event);
    }

    @Test
    void theHeadersColumnsCountAndTheMappingStays() {
        DeclaredFormat other = IIS.withFields("time date cs-uri-stem s-ip sc-status x-own");
        assertThat(fields(other, "10:11:12 2024-06-12 /a 203.0.113.5 404 whatever"))
                .containsEntry("timestamp", "2024-06-12T10:11:12Z")
                .containsEntry("url_path", "/a")
                .containsEntry("destination_ip", "203.0.113.5")
                .containsEntry("http_response_status_code", "404")
                .doesNotContainKey("source_ip");
        assertThat(other.layouts()).hasSize(1);
        // A line with more or fewer columns is not described by the header.
        for (String line : new String[] {"10:11:12 2024-06-12 /a", "10:11:12 2024-06-12 /a 203.0.113.5 404 x y"}) {
            assertThat(other.parse(line.getBytes(StandardCharsets.UTF_8), new ProxyEvent()))
                    .as(line)
                    .isNotNull();
        }
    }

    @Test
    void tabsInTheHeaderAreBetweenColumns() {
        assertThat(fields(IIS.withFields("date\ttime\tcs(User-Agent)"), "2024-06-12\t10:11:12\tMozilla/5.0 (X11)"))
                .containsEntry("user_agent_original", "Mozilla/5.0 (X11)");
    }

    @Test
    void onlyFormatsOfW3cFollowHeaders() {
        assertThat(IIS.followsFields()).isTrue();
        assertThat(Formats.shipped().declared("nginx", ZoneOffset.UTC).followsFields())
                .isFalse();
    }

    @Test
    void aHeaderWithoutNamesIsRefused() {
        assertThatThrownBy(() -> IIS.withFields("  "))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the line #Fields names no columns; expected, for example, #Fields: date time c-ip cs-uri");
        assertThatThrownBy(() -> IIS.withFields("a ".repeat(1001)))
                .hasMessageStartingWith("the line #Fields names more than 1000 columns");
    }

    @Test
    void aFormatWithAHeaderReachesATaskWhole() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(IIS.withFields("date time sc-status"));
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertThat(fields((DeclaredFormat) in.readObject(), "2024-06-12 10:11:12 404"))
                    .containsEntry("http_response_status_code", "404");
        }
    }
}
