package io.trawl.hotdetect;

import io.trawl.base.JobFailure;
import org.jspecify.annotations.Nullable;

/** A failure that trying again does not mend: the driver ends, and the one that follows may begin anew. */
final class FatalFailure extends JobFailure {
    private static final long serialVersionUID = 1L;

    FatalFailure(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
