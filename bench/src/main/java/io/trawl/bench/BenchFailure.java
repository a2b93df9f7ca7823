package io.trawl.bench;

/** A benchmark that has no figures: its message says why, one line. */
final class BenchFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BenchFailure(String message) {
        super(message);
    }
}
