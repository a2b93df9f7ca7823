package io.trawl.parsing.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Who changes what a shipped declaration makes of lines raises its version (formats/versions.txt). */
class DeclaredFormatsVersionTest {
    private static final Path VERSIONS =
            Path.of(System.getProperty("trawl.home"), "jobs/lib/parsing/src/test/resources/formats/versions.txt");

    @Test
    void aDeclarationThatChangedHasAnotherVersion() throws IOException {
        List<String> known = Files.readAllLines(VERSIONS, StandardCharsets.UTF_8).stream()
                .filter(line -> !line.startsWith("#"))
                .toList();
        List<String> now = Formats.shipped().names().stream()
                .map(name -> Formats.shipped().declared(name, ZoneOffset.UTC))
                .map(format -> format.name() + " " + format.version() + " " + digest(format.text()))
                .toList();
        assertThat(now.stream().filter(line -> !known.contains(line)))
                .as("changed declarations: raise their version, then write these lines to formats/versions.txt")
                .isEmpty();
        assertThat(known.stream().filter(line -> !now.contains(line)))
                .as("lines of formats/versions.txt that no declaration has any more")
                .isEmpty();
    }

    @Test
    void onlyWhatIsMadeOfLinesCounts() {
        String text = "name: a\ntitle: b\nversion: 1\n# why\nzone: UTC\nmap:\n  timestamp: t\nsamples:\n  - line: x\n";
        assertThat(digest(text.replace("title: b", "title: c")
                        .replace("line: x", "line: y")
                        .replace("# why\n", "")))
                .isEqualTo(digest(text));
        assertThat(digest(text.replace("UTC", "Europe/Berlin"))).isNotEqualTo(digest(text));
        assertThat(digest(text.replace("timestamp: t", "timestamp: u"))).isNotEqualTo(digest(text));
    }

    /** Of all keys but those for a person and the samples, which are the last one. */
    private static String digest(String text) {
        String counts = text.substring(0, text.indexOf("\nsamples:") + 1)
                .lines()
                .map(String::stripTrailing)
                .filter(line -> !line.isEmpty() && !line.strip().startsWith("#"))
                .filter(line -> !line.matches("(name|title|link|verified|version):.*"))
                .map(line -> line + "\n")
                .collect(Collectors.joining());
        try {
            byte[] sum = MessageDigest.getInstance("SHA-256").digest(counts.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(sum, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
