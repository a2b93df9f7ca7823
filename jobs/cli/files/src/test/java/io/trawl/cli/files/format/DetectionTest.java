package io.trawl.cli.files.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trawl.parsing.format.Formats;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The lines of each folder of others' corpora: their format is found, or it is said that it is not clear. */
class DetectionTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant ARRIVED = Instant.parse("2024-06-12T10:11:12Z");
    /** Of fewer lines nothing is expected but that no wrong format is taken. */
    private static final int SOME = 3;

    private static final Detection.Choice ALL = new Detection.Choice(Formats.shipped());

    /** Folders whose format is not found, and why. */
    private static final Map<String, String> NOT_FOUND = Map.of(
            "apache", "three lines of 36 are not of the access log",
            "aws-s3", "one line of eleven is cut",
            "cef", "three lines of 18 are the second halves of others",
            "fortigate", "one line of six is another product's",
            "key-value", "the lines have other separators, one after the other",
            "log-format-strings", "each line is in a format of its own",
            "panos", "seven lines of 67 have a placeholder for the time",
            "suricata-eve", "six lines of ten have a placeholder for the time");

    static Map<String, List<String>> lines() throws IOException {
        Path corpora = Path.of(System.getProperty("trawl.corpora", "no system property trawl.corpora"), "formats");
        assertThat(corpora).isDirectory();
        Map<String, List<String>> lines = new TreeMap<>();
        try (var folders = Files.list(corpora)) {
            for (Path folder : folders.toList()) {
                Path cases = folder.resolve("cases.jsonl");
                if (!Files.exists(cases)) {
                    continue;
                }
                List<String> own = new ArrayList<>();
                for (String row : Files.readAllLines(cases)) {
                    JsonNode one = JSON.readTree(row);
                    if (!one.path("fails").asBoolean()) {
                        own.add(one.get("raw").asText());
                    }
                }
                lines.put(folder.getFileName().toString(), own);
            }
        }
        return lines;
    }

    /** Formats that read a folder's lines since they have the same grammar, by folder: claims.txt lists them by format. */
    private static Map<String, Set<String>> same(Set<String> folders) throws IOException {
        Map<String, Set<String>> same = new HashMap<>();
        folders.forEach(folder -> same.put(folder, new HashSet<>(Set.of(folder))));
        Path file = Path.of(System.getProperty("trawl.home"), "jobs/lib/parsing/src/test/resources/formats/claims.txt");
        for (String line : Files.readAllLines(file)) {
            if (!line.isBlank() && !line.startsWith("#")) {
                String[] columns = line.split(" \\| ", 3);
                // What reads everything has not found the format.
                if (!columns[1].equals("*")) {
                    Set.of(columns[1].split(","))
                            .forEach(folder -> same.get(folder).add(columns[0]));
                }
            }
        }
        return same;
    }

    private static Detection detection(List<String> lines) {
        LogSample sample = new LogSample();
        LogSample.Part part = sample.part(ARRIVED);
        for (int i = 0; i < lines.size(); i++) {
            part.add(lines.get(i).getBytes(StandardCharsets.UTF_8), "line " + (i + 1));
        }
        return Detection.of(ALL, sample);
    }

    @Test
    void theFormatIsFoundOrItIsSaidThatItIsNotClear() throws IOException {
        Map<String, List<String>> all = lines();
        assertThat(all).hasSize(76);
        Map<String, Set<String>> same = same(all.keySet());
        List<String> wrong = new ArrayList<>();
        Set<String> notFound = new HashSet<>();
        StringBuilder report = new StringBuilder();
        all.forEach((folder, lines) -> {
            Detection detection = detection(lines);
            List<String> best = detection.best().stream().map(Candidate::name).toList();
            report.append(folder)
                    .append(": ")
                    .append(lines.size())
                    .append(" lines: ")
                    .append(detection.isClear() ? best : detection.doubt())
                    .append('\n');
            if (detection.isClear()) {
                if (!same.getOrDefault(folder, Set.of()).containsAll(best)) {
                    wrong.add(folder + " is taken for " + best);
                }
            } else if (lines.size() >= SOME && !best.contains(folder)) {
                notFound.add(folder);
            }
        });
        Files.writeString(Path.of("target/detection.txt"), report);
        assertThat(wrong).isEmpty();
        assertThat(notFound).isEqualTo(NOT_FOUND.keySet());
    }
}
