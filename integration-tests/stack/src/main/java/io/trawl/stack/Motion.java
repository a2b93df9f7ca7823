package io.trawl.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Whether a process gets anywhere: its log grows, or it uses processor time. */
final class Motion {
    /** Processor time that an idle server does not use within minutes. */
    private static final Duration WORK = Duration.ofSeconds(1);

    private static final long LOOK = Duration.ofSeconds(1).toNanos();

    private final Path log;
    private final Supplier<Optional<Duration>> processorTime;
    private long size;
    private Duration used;
    private long looked = System.nanoTime();
    private long still;

    Motion(Path log, Supplier<Optional<Duration>> processorTime) {
        this.log = log;
        this.processorTime = processorTime;
        this.size = size();
        this.used = used();
    }

    /** How long nothing has moved, as far as somebody looked: a machine that slept in between counts a moment. */
    synchronized Duration still() {
        long now = System.nanoTime();
        if (now - looked < LOOK) {
            return Duration.ofNanos(still);
        }
        still += Math.min(now - looked, 5 * LOOK);
        looked = now;
        long sizeNow = size();
        Duration usedNow = used();
        if (sizeNow != size || usedNow.minus(used).abs().compareTo(WORK) >= 0) {
            size = sizeNow;
            used = usedNow;
            still = 0;
        }
        return Duration.ofNanos(still);
    }

    private long size() {
        try {
            return Files.exists(log) ? Files.size(log) : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    private Duration used() {
        return processorTime.get().orElse(Duration.ZERO);
    }

    /** Processor time of a process and all that it started; nothing if the system does not tell. */
    static Optional<Duration> processorTime(ProcessHandle process) {
        return Stream.concat(Stream.of(process), process.descendants())
                .flatMap(each -> each.info().totalCpuDuration().stream())
                .reduce(Duration::plus);
    }
}
