package io.trawl.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MotionTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    @Test
    void whatDoesNothingStandsStillUntilItsLogGrows() throws Exception {
        Path log = Files.writeString(folder.resolve("log"), "started\n");
        Process idle = new ProcessBuilder("sleep", "600").start();
        try {
            Motion motion = new Motion(log, () -> Motion.processorTime(idle.toHandle()));
            Await.until("a still process", SOON, motion::still, still -> still.toSeconds() >= 2);

            Files.writeString(log, "a line\n", StandardOpenOption.APPEND);

            Await.until("a log that moves", SOON, motion::still, Duration::isZero);
        } finally {
            idle.destroyForcibly();
        }
    }

    @Test
    void whatWorksInSilenceMovesAndSoDoesWhatItStarted() throws Exception {
        Process busy = new ProcessBuilder("bash", "-c", "(while :; do :; done) & wait").start();
        try {
            Path none = folder.resolve("none");
            Await.until(
                    "processor time",
                    SOON,
                    () -> Motion.processorTime(busy.toHandle()),
                    time -> time.orElse(Duration.ZERO).toMillis() > 0);
            long begun = System.nanoTime();
            Motion motion = new Motion(none, () -> Motion.processorTime(busy.toHandle()));
            Optional<Duration> before = Motion.processorTime(busy.toHandle());
            Await.until(
                    "seconds of work",
                    SOON,
                    () -> {
                        motion.still();
                        return Motion.processorTime(busy.toHandle()).orElseThrow();
                    },
                    time -> time.compareTo(before.orElseThrow().plusSeconds(3)) > 0);

            // However slowly it gets on beside others.
            assertThat(motion.still())
                    .isLessThan(Duration.ofNanos(System.nanoTime() - begun).minusSeconds(1));
        } finally {
            busy.descendants().forEach(ProcessHandle::destroyForcibly);
            busy.destroyForcibly();
        }
    }
}
