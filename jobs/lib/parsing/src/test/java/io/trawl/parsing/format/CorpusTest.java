package io.trawl.parsing.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.parsing.format.CorpusReport.Shares;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the formats make of others' corpora, as a table in target/formats.txt; the shares may rise only. */
class CorpusTest {
    private static final double LINES = 0.85;
    private static final double FIELDS = 0.91;

    @Test
    void theShareOfLinesAndFieldsIsKept() throws IOException {
        Path corpora = Path.of(System.getProperty("trawl.corpora"), "formats");
        assertThat(corpora)
                .as("the test needs the corpora; set the system property trawl.corpora")
                .isDirectory();
        Map<String, Shares> report = CorpusReport.read(corpora, DeclaredFormatsTest.FORMATS);
        String table = CorpusReport.table(report);
        Files.writeString(Path.of(System.getProperty("java.io.tmpdir"), "formats.txt"), table);
        assertThat(report).hasSize(76);
        assertThat(report.values().stream()
                        .mapToDouble(Shares::ofLines)
                        .average()
                        .orElse(0))
                .as(table)
                .isGreaterThan(LINES);
        assertThat(report.values().stream()
                        .filter(shares -> shares.fields > 0)
                        .mapToDouble(Shares::ofFields)
                        .average()
                        .orElse(0))
                .as(table)
                .isGreaterThan(FIELDS);
    }
}
