package io.trawl.parsing.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.record.ProxyEvent;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The samples of each declaration in formats/ become the events that they name. */
class DeclaredFormatsTest {
    static final Path FORMATS = Path.of(System.getProperty("trawl.home"), "formats");

    @Test
    void theSamplesOfEveryFormatBecomeTheirEvents() {
        Map<String, Path> files = DeclaredFormat.folder(FORMATS);
        List<String> failures = new ArrayList<>();
        files.values()
                .forEach(file ->
                        failures.addAll(DeclaredFormat.of(file, ZoneOffset.UTC).failures()));
        assertThat(failures).isEmpty();
        assertThat(files).hasSizeGreaterThan(70);
    }

    /** A time in a header of the client, which is not the line's. */
    private static final Pattern CLIENTS = Pattern.compile("If-Modified-Since: [^\\\\]* GMT");

    /** A zone behind a time of day, or an offset, as lines write them. */
    private static final Pattern ZONE =
            Pattern.compile("\\d\\d:\\d\\d(:\\d\\d)?([.,]\\d+)? ?(Z\\b|GMT\\b|UTC\\b|[+-]\\d\\d:?\\d\\d(?!:))");

    @Test
    void aTimeWhoseLineNamesAZoneIsTheSameForEverySource() {
        List<String> others = new ArrayList<>();
        DeclaredFormat.folder(FORMATS).values().forEach(file -> {
            DeclaredFormat utc = DeclaredFormat.of(file, ZoneOffset.UTC);
            DeclaredFormat tokyo = DeclaredFormat.of(file, ZoneId.of("Asia/Tokyo"));
            boolean zoned = utc.text().lines().anyMatch(line -> line.startsWith("zone:"));
            for (Sample sample : utc.allSamples()) {
                if (sample.reason() == null
                        && sample.records().isEmpty()
                        && (zoned
                                || ZONE.matcher(CLIENTS.matcher(sample.line()).replaceAll(""))
                                        .find())) {
                    Instant one = time(utc, sample);
                    Instant other = time(tokyo, sample);
                    if (!one.equals(other)) {
                        others.add(utc.name() + ":" + sample.at() + ": " + one + " is " + other
                                + " for a source in Tokyo");
                    }
                }
            }
        });
        assertThat(others).isEmpty();
    }

    private static Instant time(DeclaredFormat format, Sample sample) {
        ProxyEvent event = new ProxyEvent();
        assertThat(format.parse(sample.line().getBytes(StandardCharsets.UTF_8), sample.arrived(), event))
                .as(sample.line())
                .isNull();
        return event.getTimestamp();
    }

    @Test
    void watchGuardsTimeInBracketsIsUtcAndTheEnvelopesIsTheSources() {
        DeclaredFormat tokyo = DeclaredFormat.of(FORMATS.resolve("watchguard.yaml"), ZoneId.of("Asia/Tokyo"));
        List<String> times = tokyo.allSamples().stream()
                .filter(sample -> sample.line().startsWith("<142>Jun 12 10:11:12 Firebox "))
                .map(sample ->
                        (sample.line().contains("(2024-06-12T") ? "brackets " : "envelope ") + time(tokyo, sample))
                .distinct()
                .toList();
        assertThat(times)
                .containsExactlyInAnyOrder(
                        "brackets 2024-06-12T08:11:12Z",
                        "brackets 2024-06-12T09:49:05Z",
                        "envelope 2024-06-12T01:11:12Z");
    }

    @Test
    void everyFormatNamesItsVendorsPage() {
        DeclaredFormat.folder(FORMATS).forEach((name, file) -> {
            DeclaredFormat format = DeclaredFormat.of(file, ZoneOffset.UTC);
            assertThat(format.link()).as(name).startsWith("http");
            assertThat(format.title()).as(name).isNotBlank();
        });
    }

    @Test
    void aFormatReachesATaskWhole() throws Exception {
        DeclaredFormat format = DeclaredFormat.of(FORMATS.resolve("squid.yaml"), ZoneOffset.UTC);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(format);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            DeclaredFormat copy = (DeclaredFormat) in.readObject();
            assertThat(copy.id()).isEqualTo("squid/2");
            assertThat(copy.failures()).isEmpty();
        }
    }
}
