package io.trawl.bench.frame;

/** A benchmark that has no figures: its message says why, one line. */
public final class BenchFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BenchFailure(String message) {
        super(message);
    }
}
