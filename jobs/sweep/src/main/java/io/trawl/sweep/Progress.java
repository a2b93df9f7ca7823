package io.trawl.sweep;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;

/** Says on a terminal what is being done. */
final class Progress {
    private final PrintStream err;
    private final Instant began;
    private final boolean shown = Boolean.getBoolean("trawl.progress");

    Progress(PrintStream err, Instant began) {
        this.err = err;
        this.began = began;
    }

    void say(String what) {
        if (shown) {
            err.printf("%5.1f s  %s%n", Duration.between(began, Instant.now()).toMillis() / 1000.0, Text.clean(what));
        }
    }
}
