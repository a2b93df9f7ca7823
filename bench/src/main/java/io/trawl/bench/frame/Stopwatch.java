package io.trawl.bench.frame;

/** Wall and CPU time of this process since the stopwatch was made. */
public final class Stopwatch {
    private final long wall = System.nanoTime();
    private final double cpu = Cpu.seconds();

    /** Seconds. */
    public record Lap(double wall, double cpu) {}

    public Lap lap() {
        double used = Cpu.seconds() - cpu;
        return new Lap((System.nanoTime() - wall) / 1e9, used);
    }
}
