package io.trawl.base;

import org.jspecify.annotations.Nullable;

/** The world is broken, or a bug showed: the job fails with this one line, and the old result stays. */
public class JobFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public JobFailure(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
