package io.trawl.bench.frame;

import java.util.Arrays;
import java.util.Locale;

/**
 * How a number of times are spread, in seconds. A quantile is a value that was measured: the lowest one that so many are
 * not above.
 */
public record Quantiles(int count, double p50, double p95, double p99, double max) {
    /** @param millis at least one */
    public static Quantiles ofMillis(long[] millis) {
        if (millis.length == 0) {
            throw new BenchFailure("nothing came to be measured");
        }
        long[] sorted = millis.clone();
        Arrays.sort(sorted);
        return new Quantiles(
                sorted.length, at(sorted, 0.5), at(sorted, 0.95), at(sorted, 0.99), sorted[sorted.length - 1] / 1e3);
    }

    private static double at(long[] sorted, double share) {
        return sorted[(int) Math.max(0, Math.ceil(share * sorted.length) - 1)] / 1e3;
    }

    /** Adds the four of them to an outcome. */
    public void addTo(Outcome outcome, String name) {
        outcome.figure(name + ".p50_seconds", p50)
                .figure(name + ".p95_seconds", p95)
                .figure(name + ".p99_seconds", p99)
                .figure(name + ".max_seconds", max);
    }

    public static String head() {
        return String.format(
                Locale.ROOT, "%-44s %8s %8s %8s %8s %8s%n", "seconds", "p50", "p95", "p99", "max", "lines");
    }

    public String row(String label) {
        return String.format(Locale.ROOT, "%-44s %8.3f %8.3f %8.3f %8.3f %,8d%n", label, p50, p95, p99, max, count);
    }
}
