package io.trawl.hotdetect;

import io.trawl.base.JobFailure;
import io.trawl.flow.StepFailure;
import io.trawl.run.Jobs;
import java.net.ConnectException;
import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tries again what a server that is away has made fail, after longer and longer pauses, and says what it waits for. */
final class Patience {
    static final Duration FIRST_WAIT = Duration.ofMillis(500);
    private static final Logger LOG = LoggerFactory.getLogger(Patience.class);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

    private final Stop stop;
    private final Progress progress;

    Patience(Stop stop, Progress progress) {
        this.stop = stop;
        this.progress = progress;
    }

    /** Tries until it is done, as long as the end is not asked for. */
    <V> V until(Supplier<V> what) {
        for (Duration wait = FIRST_WAIT; ; wait = longer(wait)) {
            try {
                return what.get();
            } catch (FatalFailure e) {
                throw e;
            } catch (JobFailure e) {
                waiting(e);
                stop.pause(wait);
            }
        }
    }

    /** Says what failed, and whether that is a server that is waited for. */
    void waiting(Exception e) {
        String why = Jobs.message(e);
        boolean named = names(e);
        if (named) {
            progress.waiting(why);
        } else {
            progress.failed(why);
        }
        LOG.warn("tried again: {}", why, named ? null : e);
    }

    /** Whether a failure names a server that is waited for; anything else may be a bug, and no sign of life. */
    static boolean names(Throwable failure) {
        boolean names = false;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (isOf(cause, StepFailure.class)) {
                return false;
            }
            names |= isOf(cause, JobFailure.class) || cause instanceof ConnectException;
        }
        return names;
    }

    /** Spark gives a task's failure as text only. */
    private static boolean isOf(Throwable failure, Class<?> type) {
        return type.isInstance(failure) || String.valueOf(failure.getMessage()).contains(type.getName() + ":");
    }

    static Duration longer(Duration wait) {
        Duration twice = wait.multipliedBy(2);
        return twice.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : twice;
    }
}
