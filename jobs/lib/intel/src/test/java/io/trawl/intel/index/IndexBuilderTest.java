package io.trawl.intel.index;

import static io.trawl.intel.Events.get;
import static io.trawl.intel.Events.indicator;
import static io.trawl.intel.Events.matches;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trawl.record.ProxyEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexBuilderTest {
    private static final int MANY = 2_000_000;
    private static final String HEAP = "48m";

    @TempDir
    private Path folder;

    /** Builds an index of many indicators, a range in a hundred, and looks some up. */
    static final class Child {
        public static void main(String[] args) throws IOException {
            Path file = Path.of(args[0]);
            try (IndexBuilder builder = IndicatorIndex.builder(file.getParent())) {
                for (int i = 0; i < MANY; i++) {
                    builder.add(
                            i % 100 == 0
                                    ? indicator("cidr", range(i))
                                    : indicator("domain", "domain-" + i * 2_654_435_761L % MANY + ".example"));
                }
                builder.write(file);
            }
            IndicatorIndex index = IndicatorIndex.open(file);
            for (int i = 0; i < MANY; i += 1000) {
                ProxyEvent event = get("http://a.domain-" + (i + 1) * 2_654_435_761L % MANY + ".example/");
                event.setDestinationIp(range(i).replace(".0/30", ".3"));
                if (matches(index, event).size() != 2) {
                    throw new IllegalStateException("indicator " + i + " is not found: " + matches(index, event));
                }
            }
        }

        private static String range(int i) {
            return "10." + (i / 100 >> 8) + "." + (i / 100 & 255) + ".0/30";
        }
    }

    @Test
    void theHeapDoesNotGrowWithTheIndicators() throws Exception {
        Path file = folder.resolve("many.index");
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + HEAP,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("out").toFile())
                .start();

        assertThat(child.waitFor()).as(() -> read(folder.resolve("out"))).isZero();
        assertThat(Files.size(file)).isGreaterThan(60L << 20);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void whatIsTooMuchForTheHeapIsOnDiskAndTheIndexIsTheSame() throws IOException {
        List<String> expected = new ArrayList<>();
        List<String> values = new ArrayList<>();
        try (IndexBuilder builder = IndicatorIndex.builder(folder)) {
            for (int i = 0; i < 100_000; i++) {
                String value = "http://h" + i + ".example:81/" + "x".repeat(i % 300);
                builder.add(indicator("url", value));
                values.add(value);
            }
            builder.build().forEach(indicator -> expected.add(indicator.getValue()));
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            builder.write(out);

            assertThat(out.size()).isGreaterThan(10 * Scratch.IN_HEAP);
            assertThat(matches(builder.build(), get(values.get(77_777)))).hasSize(1);
        }
        assertThat(expected).isEqualTo(values);
        assertThat(Files.list(folder)).isEmpty();
    }

    @Test
    void aFailureLeavesNoFileBehind() throws IOException {
        try (IndexBuilder builder = IndicatorIndex.builder(folder)) {
            for (int i = 0; i < 50_000; i++) {
                builder.add(indicator("domain", "domain-" + i + ".example"));
            }
            OutputStream full = new OutputStream() {
                @Override
                public void write(int b) throws IOException {
                    throw new IOException("No space left on device");
                }
            };

            assertThatThrownBy(() -> builder.write(full)).hasMessage("No space left on device");
            assertThatThrownBy(() -> builder.write(folder.resolve("none/a.index")))
                    .isInstanceOf(IOException.class);
            assertThat(Files.list(folder)).isEmpty();
        }
    }

    @Test
    void aFolderThatIsNotThereIsNamed() throws IOException {
        Path none = folder.resolve("none");
        try (IndexBuilder builder = IndicatorIndex.builder(none)) {
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 100_000; i++) {
                            builder.add(indicator("domain", "domain-" + i + ".example"));
                        }
                    })
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageStartingWith("no temporary file in " + none + ": ");
        }
    }
}
