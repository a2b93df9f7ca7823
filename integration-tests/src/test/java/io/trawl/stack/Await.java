package io.trawl.stack;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Waits for a condition by looking again and again. */
public final class Await {
    private Await() {}

    /**
     * Looks until the answer is the one awaited.
     *
     * @param what names what is awaited, for the failure's message
     * @param look is called until the test takes its answer; what it throws counts as not yet
     * @return that answer
     */
    public static <T> T until(String what, Duration atMost, Callable<T> look, Predicate<T> test) {
        return until(what, atMost, 100, look, test);
    }

    /** The same for what passes quickly: looks more often. */
    public static <T> T often(String what, Duration atMost, Callable<T> look, Predicate<T> test) {
        return until(what, atMost, 20, look, test);
    }

    private static <T> T until(String what, Duration atMost, long millis, Callable<T> look, Predicate<T> test) {
        Instant end = Instant.now().plus(atMost);
        @Nullable T last = null;
        @Nullable Exception failure = null;
        while (Instant.now().isBefore(end)) {
            try {
                T answer = look.call();
                if (test.test(answer)) {
                    return answer;
                }
                last = answer;
                failure = null;
            } catch (Exception e) {
                failure = e;
            }
            try {
                Thread.sleep(millis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        AssertionError error =
                new AssertionError(what + ": not within " + atMost.toSeconds() + " s; last seen: " + last);
        if (failure != null) {
            error.addSuppressed(failure);
        }
        throw error;
    }
}
