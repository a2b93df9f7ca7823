package io.trawl.bench.traffic;

import io.trawl.traffic.Line;
import io.trawl.traffic.Traffic;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The proxies' logs as they are written: Squid's native lines with the time at which each is written. Each hit has a client
 * of its own, so that each must lead to a new alert.
 */
public final class LiveLog implements AutoCloseable {
    private static final int KNOWN = 20_000;

    private final List<FileChannel> logs = new ArrayList<>();
    private final List<String[]> ordinary = new ArrayList<>();
    private final List<String[]> hits = new ArrayList<>();
    private int client;
    private long next;
    private volatile @Nullable String newest;

    /**
     * What was written.
     *
     * @param lines how many
     * @param seconds in how long
     * @param hits when each hit was written, milliseconds since 1970, by its client
     */
    public record Written(long lines, double seconds, Map<String, Long> hits) {
        public double rate() {
            return lines / seconds;
        }
    }

    /** @param indicators in the feeds that the lines hit */
    public LiveLog(List<Path> files, long indicators) throws IOException {
        Traffic traffic = Traffic.builder(GeneratedLog.SEED, 3L * KNOWN)
                .hits(100)
                .indicators(indicators)
                .build();
        for (Line line : traffic) {
            if (line.malformed() != null
                    || line.nearMiss() != null
                    || line.planted().size() > 1) {
                continue;
            }
            // Time and elapsed time, then the client.
            String[] fields = new String(line.bytes(), StandardCharsets.ISO_8859_1).split(" +", 4);
            if (line.planted().size() == 1) {
                hits.add(fields);
            } else if (ordinary.size() < KNOWN) {
                ordinary.add(fields);
            }
        }
        for (Path file : files) {
            Files.createDirectories(file.toAbsolutePath().getParent());
            logs.add(FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.APPEND, StandardOpenOption.WRITE));
        }
    }

    /**
     * Writes lines, each by itself, evenly over the time, to the logs in turn.
     *
     * @param rate lines a second
     * @param every how manieth line is a hit
     */
    public Written write(double rate, double seconds, int every) throws IOException {
        long lines = Math.max(1, Math.round(rate * seconds));
        Map<String, Long> written = new LinkedHashMap<>();
        long begun = System.nanoTime();
        for (long i = 0; i < lines; i++) {
            long due = begun + (long) (i * 1e9 / rate);
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            boolean hit = i % every == 0;
            String[] fields = hit ? hits.get((int) (next % hits.size())) : ordinary.get((int) (next % ordinary.size()));
            String from = hit ? client() : fields[2];
            long now = System.currentTimeMillis();
            String line = String.format(
                    Locale.ROOT, "%d.%03d %6s %s %s%n", now / 1000, now % 1000, fields[1], from, fields[3]);
            ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.ISO_8859_1));
            FileChannel log = logs.get((int) (next % logs.size()));
            while (bytes.hasRemaining()) {
                log.write(bytes);
            }
            if (hit) {
                written.put(from, now);
                newest = from;
            }
            next++;
        }
        return new Written(lines, (System.nanoTime() - begun) / 1e9, written);
    }

    private String client() {
        client++;
        return "10." + (100 + (client >> 16)) + "." + (client >> 8 & 255) + "." + (client & 255);
    }

    /** The client of the hit that was written last. */
    @Nullable
    public String newest() {
        return newest;
    }

    @Override
    public void close() throws IOException {
        for (FileChannel log : logs) {
            log.close();
        }
    }
}
