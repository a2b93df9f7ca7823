package io.trawl.stack;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Waits for a condition by looking again and again, as long as something moves.
 *
 * <p>A wait's limit is for how long nothing may move: the value that it looks at stays the same, while the machine has
 * nothing to do. Time in which the processors are busy counts for a tenth, so a slow machine needs no longer limit.
 */
public final class Await {
    /** Servers that retry, and leases that end, may let minutes pass without anything that can be seen. */
    private static final Duration STILL = Duration.ofMinutes(4);
    /** What moves for so long and never gets there does not get there. */
    private static final Duration MOST = Duration.ofMinutes(20);

    private static final double BUSY = 0.1;
    private static final Duration FIRST_WORD = Duration.ofSeconds(20);

    private static volatile @Nullable Path logs;

    private Await() {}

    /** The folder whose logs a wait names that gives up: those that were written to last. */
    static void logsIn(Path folder) {
        logs = folder;
    }

    /**
     * Looks until the answer is the one awaited; gives up when nothing has moved for four minutes.
     *
     * @param what names what is awaited, for the failure's message
     * @param look is called until the test takes its answer; an exception counts as not yet, an error ends the wait
     * @return that answer
     */
    public static <T> T until(String what, Callable<T> look, Predicate<T> test) {
        return until(what, STILL, 100, look, test, answer -> answer);
    }

    /** The same where a part of what is looked at moves by itself, as a heartbeat's time does: it leaves that part out. */
    public static <T> T until(String what, Callable<T> look, Predicate<T> test, Function<T, ?> withoutClocks) {
        return until(what, STILL, 100, look, test, withoutClocks);
    }

    /** Both. */
    static <T> T until(String what, Duration still, Callable<T> look, Predicate<T> test, Function<T, ?> withoutClocks) {
        return until(what, still, 100, look, test, withoutClocks);
    }

    /** The same with a limit of its own for how long nothing may move. */
    public static <T> T until(String what, Duration still, Callable<T> look, Predicate<T> test) {
        return until(what, still, 100, look, test, answer -> answer);
    }

    /** The same for what passes quickly: looks more often. */
    public static <T> T often(String what, Callable<T> look, Predicate<T> test) {
        return until(what, STILL, 20, look, test, answer -> answer);
    }

    /** Waits for the end of a process, as long as it works or writes into these files; gives its exit status. */
    public static int end(String what, Process process, Path... logs) {
        until(
                "the end of " + what + (logs.length == 0 ? "" : " (" + logs[0] + ")"),
                STILL,
                20,
                () -> process.isAlive() ? "alive, its output has " + size(logs) + " bytes" : "",
                String::isEmpty,
                alive -> alive);
        return process.exitValue();
    }

    private static long size(Path... files) throws IOException {
        long bytes = 0;
        for (Path file : files) {
            bytes += Files.size(file);
        }
        return bytes;
    }

    private static <T> T until(
            String what,
            Duration still,
            long millis,
            Callable<T> look,
            Predicate<T> test,
            Function<T, ?> withoutClocks) {
        long limit = still.toNanos();
        long begun = System.nanoTime();
        long now = begun;
        long nextWord = FIRST_WORD.toNanos();
        long stillSince = begun;
        Processors then = Processors.now();
        double stood = 0;
        String last = "";
        @Nullable Exception failure = null;
        while (stood < limit && now - begun < MOST.toNanos()) {
            String seen;
            long looked = System.nanoTime();
            try {
                T answer = look.call();
                if (test.test(answer)) {
                    return answer;
                }
                seen = Objects.toString(withoutClocks.apply(answer));
                failure = null;
            } catch (Exception e) {
                seen = e.toString();
                failure = e;
            }
            try {
                // A look that is dear, as all messages of a topic, must not take the processors from what it waits for.
                long took = (System.nanoTime() - looked) / 1_000_000;
                Thread.sleep(millis < 100 ? millis : Math.max(millis, Math.min(took, 2_000)));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(what + ": the wait was interrupted; last seen: " + line(seen), e);
            }
            now = System.nanoTime();
            if (seen.equals(last)) {
                stood = (now - stillSince) * Math.max(BUSY, Processors.now().idleSince(then));
            } else {
                stood = 0;
                stillSince = now;
                then = Processors.now();
            }
            last = seen;
            if (now - begun >= nextWord) {
                System.out.printf(
                        Locale.ROOT,
                        "waiting for %s, %d s so far (seen: %s)%n",
                        what,
                        (now - begun) / 1_000_000_000L,
                        line(last));
                nextWord *= 2;
            }
        }
        AssertionError error = new AssertionError(String.format(
                Locale.ROOT,
                "%s: not within %d s, and %s; last seen: %s%s",
                what,
                (now - begun) / 1_000_000_000L,
                stood < limit
                        ? "it went on moving"
                        : "nothing moved for the last " + (now - stillSince) / 1_000_000_000L + " s",
                last,
                writtenLast()));
        if (failure != null) {
            error.addSuppressed(failure);
        }
        throw error;
    }

    /** One line of at most 200 characters. */
    private static String line(String text) {
        String line = text.replaceAll("\\s+", " ");
        return line.length() <= 200 ? line : "… " + line.substring(line.length() - 200);
    }

    private static String writtenLast() {
        Path folder = logs;
        if (folder == null) {
            return "";
        }
        try (Stream<Path> all = Files.list(folder)) {
            List<String> names = all.filter(Files::isRegularFile)
                    .sorted(Comparator.comparingLong(
                                    (Path file) -> file.toFile().lastModified())
                            .reversed())
                    .limit(3)
                    .map(file -> file.getFileName().toString())
                    .toList();
            return "; the logs are in " + folder + ", written last: " + String.join(", ", names);
        } catch (IOException e) {
            return "; the logs are in " + folder;
        }
    }

    /** What the processors have done since the machine began, in ticks. */
    private record Processors(long idle, long all) {
        private static final Path STAT = Path.of("/proc/stat");

        static Processors now() {
            try (Stream<String> lines = Files.lines(STAT, StandardCharsets.US_ASCII)) {
                // cpu user nice system idle iowait irq softirq steal ...
                String[] fields = lines.findFirst().orElse("").trim().split(" +");
                long all = 0;
                for (int i = 1; i < Math.min(fields.length, 9); i++) {
                    all += Long.parseLong(fields[i]);
                }
                return new Processors(Long.parseLong(fields[4]), all);
            } catch (IOException | RuntimeException e) {
                return new Processors(0, 0);
            }
        }

        /** Share of the time that the processors had nothing to do; 1 where that is not known. */
        double idleSince(Processors before) {
            return all > before.all ? (double) (idle - before.idle) / (all - before.all) : 1;
        }
    }
}
