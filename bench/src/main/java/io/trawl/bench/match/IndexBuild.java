package io.trawl.bench.match;

import io.trawl.base.Json;
import io.trawl.intel.feed.Feeds;
import io.trawl.intel.index.IndexBuilder;
import io.trawl.intel.index.IndicatorIndex;
import io.trawl.record.Indicator;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Builds an index in a JVM of its own, whose heap is bounded, and says on standard output what it took. */
final class IndexBuild {
    /** Read at once, then added: a clock that is asked for each one would be measured, too. */
    private static final int BATCH = 4096;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final IndexBuilder builder;
    private final List<Indicator> read = new ArrayList<>(BATCH);
    private long nanos;
    private long cpuNanos;

    private IndexBuild(IndexBuilder builder) {
        this.builder = builder;
    }

    /** @param args a folder of feeds, and the index file */
    public static void main(String[] args) throws IOException {
        Path index = Path.of(args[1]);
        try (IndexBuilder builder = IndicatorIndex.builder(
                Objects.requireNonNull(index.toAbsolutePath().getParent()))) {
            IndexBuild build = new IndexBuild(builder);
            try (Stream<Path> feeds = Files.list(Path.of(args[0]))) {
                for (Path feed : feeds.sorted().toList()) {
                    build.add(feed);
                }
            }
            build.timed(() -> builder.write(index));
            System.out.println(Json.MAPPER
                    .createObjectNode()
                    .put("indicators", builder.size())
                    .put("bytes", Files.size(index))
                    .put("nanos", build.nanos)
                    .put("cpu_nanos", build.cpuNanos));
        }
    }

    private void add(Path feed) throws IOException {
        try (InputStream in = Files.newInputStream(feed)) {
            Feeds.read(
                    in,
                    feed.getFileName().toString(),
                    indicator -> {
                        read.add(indicator);
                        if (read.size() == BATCH) {
                            addAll();
                        }
                    },
                    rejected -> {
                        throw new IllegalStateException(feed + " line " + rejected.line() + ": " + rejected.reason());
                    });
        }
        addAll();
    }

    private void addAll() {
        try {
            timed(() -> read.forEach(builder::add));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        read.clear();
    }

    private interface Work {
        void run() throws IOException;
    }

    private void timed(Work work) throws IOException {
        long wall = System.nanoTime();
        long cpu = THREADS.getCurrentThreadCpuTime();
        work.run();
        cpuNanos += THREADS.getCurrentThreadCpuTime() - cpu;
        nanos += System.nanoTime() - wall;
    }
}
