package io.trawl.stack;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * When a server that fell may be started again: at once, then after a growing pause; after so many times within so long
 * it is left down.
 */
final class Restarts {
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    /** More than these are counted, not told. */
    private static final int TOLD = 100;

    private final int most;
    private final Duration within;
    private final List<LocalStack.Restart> all = new ArrayList<>();
    private Instant forgiven = Instant.MIN;
    private boolean leftDown;

    Restarts(int most, Duration within) {
        this.most = most;
        this.within = within;
    }

    /**
     * Notes that the server fell.
     *
     * @return how long to wait before it is started; nothing if it is left down
     */
    synchronized Optional<Duration> fell(Instant at, String why) {
        int before = recent(at);
        if (before >= most) {
            leftDown = true;
            return Optional.empty();
        }
        if (all.size() == TOLD) {
            all.remove(0);
        }
        all.add(new LocalStack.Restart(at, plain(why)));
        Duration pause = before == 0 ? Duration.ZERO : Duration.ofSeconds(1L << Math.min(before, 30));
        return Optional.of(pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause);
    }

    /** Starts within the last minutes that count. */
    synchronized int recent(Instant now) {
        Instant since = now.minus(within);
        return (int) all.stream()
                .filter(restart -> restart.at().isAfter(since) && restart.at().isAfter(forgiven))
                .count();
    }

    /** Somebody has started it by hand: what was before does not count. */
    synchronized void forgive(Instant at) {
        forgiven = at;
        leftDown = false;
    }

    synchronized boolean leftDown() {
        return leftDown;
    }

    synchronized List<LocalStack.Restart> all() {
        return List.copyOf(all);
    }

    /** What servers and their logs say may hold anything; it is shown in one line of a terminal. */
    static String plain(String text) {
        return text.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
    }
}
