package io.trawl.bench.path;

import io.trawl.base.Json;
import io.trawl.bench.frame.Size;
import io.trawl.bench.match.IndexBench;
import io.trawl.bench.traffic.GeneratedLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/**
 * An index of some size that a window is pinned to, as if its first sweep had been with it.
 *
 * @param size indicators, as 10k
 * @param state the folder that a job takes for its state, a URI
 */
record PinnedIndex(String size, String state) {
    /**
     * Makes the feeds, the index and the pin.
     *
     * @param size as 10k
     * @param log the log's lines, whose hits do not depend on how many indicators there are
     */
    static PinnedIndex make(String size, GeneratedLog log, Path folder, String source, Instant window)
            throws IOException {
        Path index = Files.createDirectories(folder).resolve("indicators.index");
        Path feeds = Files.createDirectories(folder.resolve("feeds"));
        log.writeFeeds(feeds);
        IndexBench.build(feeds, index);
        Path state = folder.resolve("state");
        Path pins =
                state.resolve("indicators/" + source + "/" + window.toString().replace(":", ""));
        Files.createDirectories(pins);
        Files.writeString(
                pins.resolve("000000.json"),
                Json.MAPPER
                        .createObjectNode()
                        .put("snapshot", Size.of(size).value())
                        .put("index", index.toUri().toString())
                        .put("run_id", "bench")
                        .toString());
        return new PinnedIndex(size, state.toUri().toString());
    }
}
