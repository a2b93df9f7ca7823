package io.trawl.bench.frame;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Waits as long as something moves: gives up only when all has been the same for minutes. */
public final class Movement {
    private static final Duration STILL = Duration.ofMinutes(5);

    private final Duration still;
    private @Nullable Object seen;
    private long since = System.nanoTime();

    public Movement() {
        this(STILL);
    }

    public Movement(Duration still) {
        this.still = still;
    }

    /**
     * Takes a look: whatever differs from the last one has moved.
     *
     * @param now all that shows movement: states, counts, CPU time
     * @param standing what is still, and where its log is
     * @throws BenchFailure nothing has moved for too long
     */
    public void look(Object now, Supplier<String> standing) {
        long at = System.nanoTime();
        if (!Objects.equals(now, seen)) {
            seen = now;
            since = at;
        } else if (at - since > still.toNanos()) {
            throw new BenchFailure(
                    "nothing has moved for " + Duration.ofNanos(at - since).toSeconds() + " s: " + standing.get());
        }
    }
}
