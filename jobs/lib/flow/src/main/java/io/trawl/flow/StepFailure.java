package io.trawl.flow;

import io.trawl.base.JobFailure;

/** A step, or what comes after it in the chain, threw: a bug, named with the record it was met on. */
public final class StepFailure extends JobFailure {
    private static final long serialVersionUID = 1L;

    public StepFailure(String step, String origin, Exception cause) {
        super("step " + step + " failed on " + origin + ": " + cause, cause);
    }
}
