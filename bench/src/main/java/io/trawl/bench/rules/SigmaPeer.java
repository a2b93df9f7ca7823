package io.trawl.bench.rules;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.Json;
import io.trawl.bench.frame.BenchFailure;
import io.trawl.intel.rule.Field;
import io.trawl.intel.rule.Fields;
import io.trawl.record.ProxyEvent;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** pySigma's rules as SQL, run by DuckDB with one thread on a table of the events. */
final class SigmaPeer {
    private static final List<String> FIELDS = List.of(
            "url.original",
            "url.query",
            "url.path",
            "url.extension",
            "url.domain",
            "destination.domain",
            "user_agent.original",
            "http.request.method",
            "http.request.referrer",
            "http.response.status_code",
            "source.user.name",
            "destination.ip");

    /**
     * What a rule took, and found.
     *
     * @param nanos of CPU
     */
    record Found(BitSet events, long nanos) {}

    private SigmaPeer() {}

    /**
     * Judges events.
     *
     * @return by the rule's id; rules that pySigma's backend refuses are not there
     */
    static Map<String, Found> judge(Path python, Path script, Path rules, List<ProxyEvent> events, Path work)
            throws IOException, InterruptedException {
        Path table = work.resolve("events.jsonl");
        write(events, table);
        Path log = work.resolve("peer.log");
        Process process = new ProcessBuilder(python.toString(), script.toString(), rules.toString(), table.toString())
                .redirectError(log.toFile())
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            String last = Files.readString(log).strip();
            throw new BenchFailure("the peer failed: " + last.substring(last.lastIndexOf('\n') + 1));
        }
        Map<String, Found> found = new LinkedHashMap<>();
        for (String line : said.lines().toList()) {
            JsonNode rule = Json.MAPPER.readTree(line);
            BitSet numbers = new BitSet();
            rule.get("events").forEach(number -> numbers.set(number.asInt()));
            found.put(
                    rule.get("rule").asText(),
                    new Found(numbers, rule.get("cpu_nanos").asLong()));
        }
        return found;
    }

    private static void write(List<ProxyEvent> events, Path table) throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(table)) {
            for (ProxyEvent event : events) {
                ObjectNode row = Json.MAPPER.createObjectNode();
                for (String name : FIELDS) {
                    Field field = Fields.named(name);
                    if (field != null) {
                        field.reader().read(event, value -> row.put(name, value));
                    }
                }
                out.write(row.toString());
                out.write('\n');
            }
        }
    }
}
