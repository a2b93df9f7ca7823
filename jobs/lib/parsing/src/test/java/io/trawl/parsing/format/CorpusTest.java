package io.trawl.parsing.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.parsing.format.CorpusReport.Miss;
import io.trawl.parsing.format.CorpusReport.Shares;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the formats make of others' corpora, as a table in target/formats.txt, and each deviation with its reason. */
class CorpusTest {
    private static final double LINES = 0.97;
    private static final double FIELDS = 0.96;

    private static Map<String, Shares> report = Map.of();
    private static String table = "";

    @BeforeAll
    static void readsTheCorpora() throws IOException {
        Path corpora = Path.of(System.getProperty("trawl.corpora"), "formats");
        assertThat(corpora)
                .as("the test needs the corpora; set the system property trawl.corpora")
                .isDirectory();
        report = CorpusReport.read(corpora, DeclaredFormatsTest.FORMATS);
        table = CorpusReport.table(report);
        Files.writeString(Path.of(System.getProperty("java.io.tmpdir"), "formats.txt"), table);
        assertThat(report).hasSize(76);
    }

    @Test
    void linesAreParsed() {
        assertThat(report.values().stream()
                        .mapToDouble(Shares::ofLines)
                        .average()
                        .orElse(0))
                .as(table)
                .isGreaterThanOrEqualTo(LINES);
    }

    @Test
    void fieldsAreAsTheirAuthorsExpect() {
        assertThat(report.values().stream()
                        .filter(shares -> shares.fields > 0)
                        .mapToDouble(Shares::ofFields)
                        .average()
                        .orElse(0))
                .as(table)
                .isGreaterThanOrEqualTo(FIELDS);
    }

    @Test
    void eachDeviationIsListedWithItsReason() throws IOException {
        Set<String> listed = listed();
        List<String> unlisted = new ArrayList<>();
        for (Map.Entry<String, Shares> one : report.entrySet()) {
            for (Miss miss : one.getValue().misses) {
                if (!listed.remove(one.getKey() + " " + miss.row() + " " + miss.what())) {
                    unlisted.add(one.getKey() + " | " + miss.row() + " | " + miss.what() + " | " + miss.text());
                }
            }
        }
        assertThat(unlisted).isEmpty();
        assertThat(listed).as("listed, but as expected").isEmpty();
    }

    /** Folder, row and field of each deviation of the resource formats/deviations.txt. */
    private static Set<String> listed() throws IOException {
        Set<String> listed = new TreeSet<>();
        Map<String, String> reasons = new TreeMap<>();
        Path file =
                Path.of(System.getProperty("trawl.home"), "jobs/lib/parsing/src/test/resources/formats/deviations.txt");
        for (String line : Files.readAllLines(file)) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String[] columns = line.split(" \\| ", 4);
            assertThat(columns).as(line).hasSize(4);
            assertThat(columns[3]).as(line).isNotBlank();
            for (String row : columns[1].split(",")) {
                for (String field : columns[2].split(",")) {
                    String key = columns[0] + " " + row + " " + field;
                    assertThat(reasons.put(key, columns[3])).as(line).isNull();
                    listed.add(key);
                }
            }
        }
        return listed;
    }
}
