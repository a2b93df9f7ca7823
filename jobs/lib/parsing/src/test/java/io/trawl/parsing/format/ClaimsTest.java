package io.trawl.parsing.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** No format takes lines of another for its own, but where both have the same grammar (formats/claims.txt). */
class ClaimsTest {
    private static final double MOST = 0.005;

    @Test
    void lessThanHalfAPercentOfOtherFormatsLinesAreTaken() throws IOException {
        Map<String, List<byte[]>> lines = Claims.lines(Path.of(System.getProperty("trawl.corpora"), "formats"));
        assertThat(lines).hasSize(76);
        Map<String, Set<String>> same = same(lines.keySet());
        List<String> wrong = new ArrayList<>();
        Claims.of(lines, DeclaredFormatsTest.FORMATS).forEach((format, taken) -> {
            Set<String> allowed = new HashSet<>(same.getOrDefault(format, Set.of()));
            allowed.add(format);
            int others = 0;
            int claimed = 0;
            for (Map.Entry<String, List<byte[]>> folder : lines.entrySet()) {
                if (!allowed.contains(folder.getKey())) {
                    others += folder.getValue().size();
                    claimed += taken.getOrDefault(folder.getKey(), 0);
                }
            }
            if (claimed >= MOST * others && claimed > 0) {
                wrong.add(String.format(
                        Locale.ROOT, "%s takes %d of %d lines of other formats: %s", format, claimed, others, taken));
            }
        });
        assertThat(wrong).isEmpty();
    }

    private static Set<String> folders(String listed, Set<String> all) {
        if (listed.equals("*")) {
            return all;
        }
        Set<String> folders = Set.of(listed.split(","));
        assertThat(all).as(listed).containsAll(folders);
        return folders;
    }

    private static Map<String, Set<String>> same(Set<String> all) throws IOException {
        Map<String, Set<String>> same = new HashMap<>();
        Path file = Path.of(System.getProperty("trawl.home"), "jobs/lib/parsing/src/test/resources/formats/claims.txt");
        for (String line : Files.readAllLines(file)) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String[] columns = line.split(" \\| ", 3);
            assertThat(columns).as(line).hasSize(3);
            assertThat(same.put(columns[0], folders(columns[1], all))).as(line).isNull();
        }
        return same;
    }
}
