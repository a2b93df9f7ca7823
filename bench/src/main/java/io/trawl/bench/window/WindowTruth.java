package io.trawl.bench.window;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.base.Json;
import io.trawl.bench.frame.BenchFailure;
import io.trawl.bench.hot.HotRun;
import io.trawl.bench.hot.HotSite;
import io.trawl.bench.traffic.Envelopes;
import io.trawl.traffic.Planted;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Holds what the swept windows have left against what was sent and planted in them. */
final class WindowTruth {
    private final HotSite site;
    private final Envelopes envelopes;
    private final long lines;

    /** @param lines in each window that has some */
    WindowTruth(HotSite site, Envelopes envelopes, long lines) {
        this.site = site;
        this.envelopes = envelopes;
        this.lines = lines;
    }

    /** A time counts only if the result is right: every line swept, and in HBase what was planted, line by line. */
    void hold(List<WindowRun> swept, int windows) throws IOException, InterruptedException {
        for (int i = 0; i < swept.size(); i++) {
            long wanted = i <= windows ? lines : 0;
            if (swept.get(i).lines() != wanted) {
                throw new BenchFailure("window " + swept.get(i).start() + " has "
                        + swept.get(i).lines() + " lines where " + wanted + " were sent: its time says nothing");
            }
        }
        Map<String, Integer> found = new HashMap<>();
        for (String line : detections()) {
            JsonNode one = Json.MAPPER.readTree(line);
            found.merge(
                    key(
                            one.path("line").path("host").asText(),
                            one.path("line").path("file_offset").asText(),
                            one.path("indicator_value").asText(),
                            one.path("field").asText(),
                            one.path("how").asText()),
                    1,
                    Integer::sum);
        }
        int planted = 0;
        for (long number = 0; number < (windows + 1) * lines; number++) {
            for (Planted one : envelopes.planted(number)) {
                planted++;
                String key = key(
                        one.proxy(), Long.toString(envelopes.place(number)), one.indicator(), one.field(), one.how());
                if (!Integer.valueOf(1).equals(found.remove(key))) {
                    throw new BenchFailure("HBase has not once what was planted: " + key + "; the times say nothing");
                }
            }
        }
        if (!found.isEmpty()) {
            throw new BenchFailure("HBase has " + found.size() + " detections that were not planted, the first one: "
                    + found.keySet().iterator().next() + "; the times say nothing");
        }
        site.say("HBase has the %,d detections that were planted, and no others", planted);
    }

    private List<String> detections() throws IOException, InterruptedException {
        ProcessBuilder builder = HotRun.trawlRun(site.stack(), site.home(), List.of());
        builder.command(
                site.home().resolve("bin/trawl").toString(), "detections", "--json", "--lines", "--limit", "1000000");
        Path log = site.work().resolve("detections.log");
        Process process = builder.redirectError(log.toFile()).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new BenchFailure("detections failed: " + Files.readString(log).strip());
        }
        return said.lines().toList();
    }

    private static String key(String host, String offset, String indicator, String field, String how) {
        return "host " + host + ", byte " + offset + ", " + indicator + " in " + field + " (" + how + ")";
    }
}
