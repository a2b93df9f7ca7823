package io.trawl.parsing.format;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trawl.record.ProxyEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How many lines of each other format each format takes for its own. */
final class Claims {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant ARRIVED = Instant.parse("2024-06-12T10:11:12Z");

    private Claims() {}

    /** Lines by folder of the corpora, without those that their authors refuse. */
    static Map<String, List<byte[]>> lines(Path corpora) throws IOException {
        Map<String, List<byte[]>> lines = new TreeMap<>();
        List<Path> folders;
        try (var list = Files.list(corpora)) {
            folders = list.filter(folder -> Files.exists(folder.resolve("cases.jsonl")))
                    .toList();
        }
        for (Path folder : folders) {
            List<byte[]> own = new ArrayList<>();
            for (String row : Files.readAllLines(folder.resolve("cases.jsonl"))) {
                JsonNode one = JSON.readTree(row);
                if (!one.path("fails").asBoolean()) {
                    own.add(one.get("raw").asText().getBytes(StandardCharsets.UTF_8));
                }
            }
            lines.put(folder.getFileName().toString(), own);
        }
        return lines;
    }

    /** For each format how many lines it takes of each other folder, where it takes any. */
    static Map<String, Map<String, Integer>> of(Map<String, List<byte[]>> lines, Path formats) {
        Map<String, Map<String, Integer>> claims = new TreeMap<>();
        DeclaredFormat.folder(formats).forEach((name, file) -> {
            DeclaredFormat format = DeclaredFormat.of(file, ZoneOffset.UTC);
            Map<String, Integer> taken = new TreeMap<>();
            lines.forEach((folder, own) -> {
                if (folder.equals(name)) {
                    return;
                }
                int count = 0;
                for (byte[] line : own) {
                    count += format.parse(line, ARRIVED, new ProxyEvent()) == null ? 1 : 0;
                }
                if (count > 0) {
                    taken.put(folder, count);
                }
            });
            claims.put(name, taken);
        });
        return claims;
    }

    public static void main(String[] args) throws IOException {
        Map<String, List<byte[]>> lines = lines(Path.of(System.getProperty("trawl.corpora"), "formats"));
        of(lines, Path.of(System.getProperty("trawl.home"), "formats")).forEach((format, taken) -> {
            if (!taken.isEmpty()) {
                System.out.println(format + " " + taken);
            }
        });
    }
}
