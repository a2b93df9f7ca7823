package io.trawl.bench.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveLogTest {
    @TempDir
    Path folder;

    @Test
    void everyHitHasAClientOfItsOwnAndTheTimeAtWhichItWasWritten() throws IOException {
        List<Path> files = List.of(folder.resolve("a/access.log"), folder.resolve("b/access.log"));
        LiveLog.Written written;
        try (LiveLog log = new LiveLog(files, 10_000)) {
            written = log.write(2000, 0.1, 10);
        }
        List<String> lines = new ArrayList<>();
        for (Path file : files) {
            lines.addAll(Files.readAllLines(file));
        }
        assertThat(lines).hasSize(200);
        assertThat(written.lines()).isEqualTo(200);
        Map<String, Long> found = new TreeMap<>();
        for (String line : lines) {
            String[] fields = line.strip().split(" +");
            if (written.hits().containsKey(fields[2])) {
                found.put(fields[2], new BigDecimal(fields[0]).movePointRight(3).longValueExact());
            }
        }
        assertThat(found).hasSize(20).isEqualTo(new TreeMap<>(written.hits()));
    }
}
