package io.trawl.parsing.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
            assertThat(copy.id()).isEqualTo("squid/1");
            assertThat(copy.failures()).isEmpty();
        }
    }
}
