package io.trawl.intel.index;

import static io.trawl.intel.Events.get;
import static io.trawl.intel.Events.indicator;
import static io.trawl.intel.Events.matches;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trawl.record.Indicator;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexFileTest {
    @TempDir
    private Path folder;

    private static List<Indicator> indicators(int count) {
        List<Indicator> indicators = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            indicators.add(
                    switch (i % 5) {
                        case 0 -> indicator("ipv4", "10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255));
                        case 1 -> indicator("url", "http://h" + i + ".example/path/" + i);
                        case 2 -> indicator("cidr", "11." + (i >> 8 & 255) + "." + (i & 255) + ".0/24");
                        default -> indicator("domain", "domain-" + i + ".example");
                    });
        }
        return indicators;
    }

    private static byte[] bytes(List<Indicator> indicators) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        IndicatorIndex.write(indicators, out);
        return out.toByteArray();
    }

    @Test
    void aWrittenIndexIsTheSameMappedAndRead() throws IOException {
        List<Indicator> indicators = indicators(5000);
        Path file = folder.resolve("a.index");
        IndexBuilder builder = IndicatorIndex.builder().snapshotId(7);
        indicators.forEach(builder::add);
        builder.write(file);

        try (var in = Files.newInputStream(file)) {
            for (IndicatorIndex index : List.of(IndicatorIndex.open(file), IndicatorIndex.read(in))) {
                List<Indicator> back = new ArrayList<>();
                index.forEach(back::add);
                assertThat(back).isEqualTo(indicators);
                assertThat(index.snapshotId()).isEqualTo(7);
                assertThat(matches(index, get("http://a.domain-4999.example/"))).hasSize(1);
                assertThat(matches(index, get("http://h4996.example/path/4996")))
                        .hasSize(1);
            }
        }
        assertThat(Files.list(folder)).containsExactly(file);
    }

    @Test
    void theSameIndicatorsGiveTheSameBytes() throws IOException {
        assertThat(bytes(indicators(1000))).isEqualTo(bytes(indicators(1000)));
    }

    @Test
    void anIndicatorTakesLessThanAHundredBytes() throws IOException {
        assertThat(bytes(indicators(20_000)).length / 20_000).isLessThan(60);
    }

    @Test
    void aFileThatWasCutShortIsRefused() throws IOException {
        byte[] whole = bytes(indicators(100));
        Path file = folder.resolve("a.index");
        for (int length = 0; length < whole.length; length += length < 200 ? 1 : 97) {
            byte[] part = java.util.Arrays.copyOf(whole, length);
            Files.write(file, part);
            String message = length < 8
                    ? "no index of indicators; expected a file that trawl index build or refresh-indicators wrote"
                    : length < 128
                            ? "the index was cut short: it has " + length + " bytes, its header alone has 128"
                            : "the index was cut short: it has " + length + " of " + whole.length + " bytes";

            assertThatThrownBy(() -> IndicatorIndex.read(new ByteArrayInputStream(part)))
                    .isInstanceOf(IOException.class)
                    .hasMessage(message);
            assertThatThrownBy(() -> IndicatorIndex.open(file)).hasMessage(file + ": " + message);
        }
    }

    @Test
    void aFileWithOneBitChangedIsRefused() throws IOException {
        byte[] whole = bytes(indicators(20));
        Path file = folder.resolve("a.index");
        for (int at = 0; at < whole.length; at++) {
            byte[] changed = whole.clone();
            changed[at] ^= (byte) (1 << at % 8);
            Files.write(file, changed);

            assertThatThrownBy(() -> IndicatorIndex.read(new ByteArrayInputStream(changed)))
                    .as("byte " + at)
                    .isInstanceOf(IOException.class);
            assertThatThrownBy(() -> IndicatorIndex.open(file)).as("byte " + at).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aFileThatGoesOnIsRefused() throws IOException {
        byte[] longer = java.util.Arrays.copyOf(bytes(indicators(20)), 5000);

        assertThatThrownBy(() -> IndicatorIndex.read(new ByteArrayInputStream(longer)))
                .hasMessageStartingWith("the index was changed: it continues after its ");
    }

    @Test
    void anotherFileIsNoIndex() throws IOException {
        Path file = folder.resolve("a.txt");
        Files.writeString(file, "evil.example\n".repeat(100), StandardCharsets.UTF_8);

        assertThatThrownBy(() -> IndicatorIndex.open(file))
                .hasMessage(
                        file
                                + ": no index of indicators; expected a file that trawl index build or refresh-indicators wrote");
        assertThatThrownBy(() -> IndicatorIndex.open(folder.resolve("none"))).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void anotherVersionIsNamed() throws IOException {
        byte[] newer = bytes(indicators(20));
        newer[8] = 5;

        assertThatThrownBy(() -> IndicatorIndex.read(new ByteArrayInputStream(newer)))
                .hasMessage("the index is of version 5, this program reads versions 2 to 4; build it again");
    }
}
