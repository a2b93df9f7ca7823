package io.trawl.hotdetect;

import io.trawl.run.Jobs;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.util.ShutdownHookManager;
import org.jspecify.annotations.Nullable;

/**
 * The end of the job: asked for by SIGTERM, by a newer driver, or by what cannot be mended here. Whatever waits, waits
 * on this.
 */
final class Stop {
    /** Before Spark's own hook and that of HDFS, so that the batch in hand still has both. */
    private static final int BEFORE_SPARK = 100;
    /** Less than the worker grants a driver (spark.worker.driverTerminateTimeout). */
    private static final Duration GRACE = Duration.ofSeconds(9);

    private static final Duration LATE = GRACE.minusSeconds(2);

    /** Thrown by what was waiting when the end was asked for. */
    static final class Requested extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private final CountDownLatch requested = new CountDownLatch(1);
    private final CountDownLatch finished = new CountDownLatch(1);
    private volatile @Nullable RuntimeException failure;
    private volatile long since;

    /** A stop that SIGTERM asks for; the process then lives until {@link #finished} or the grace is over. */
    static Stop onSignal() {
        Stop stop = new Stop();
        ShutdownHookManager.get()
                .addShutdownHook(
                        () -> {
                            stop.request(null);
                            stop.awaitFinished(GRACE);
                        },
                        BEFORE_SPARK,
                        GRACE.toSeconds() + 1,
                        TimeUnit.SECONDS);
        return stop;
    }

    /** @param why what the job fails with; null if it was told to end */
    void request(@Nullable RuntimeException why) {
        synchronized (this) {
            if (requested.getCount() > 0) {
                failure = why;
                since = System.nanoTime();
            }
        }
        requested.countDown();
    }

    /** What it was asked for with, in one line; null if it was told to end, or was not asked for. */
    @Nullable
    String why() {
        RuntimeException why = failure;
        return why == null ? null : Jobs.message(why);
    }

    boolean requested() {
        return requested.getCount() == 0;
    }

    /** Whether the end was asked for so long ago that what is in hand is better given up, while there is time to put away. */
    boolean isLate() {
        return requested() && System.nanoTime() - since > LATE.toNanos();
    }

    /** Waits so long, and no longer than until the end is asked for. */
    void pause(Duration time) {
        try {
            if (requested.await(time.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new Requested();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Requested();
        }
    }

    /** Waits so long for the end to be asked for; gives whether it was. */
    boolean await(Duration time) throws InterruptedException {
        return requested.await(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Waits until the end is asked for; throws what it was asked for with. */
    void await() throws InterruptedException {
        requested.await();
        RuntimeException why = failure;
        if (why != null) {
            throw why;
        }
    }

    /** Says that all is put away. */
    void finished() {
        finished.countDown();
    }

    private void awaitFinished(Duration time) {
        try {
            if (!finished.await(time.toMillis(), TimeUnit.MILLISECONDS)) {
                System.err.println("trawl hot-detect: the batch in hand did not end in time; it will be done again");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
