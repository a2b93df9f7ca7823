package io.trawl.bench;

/** Wall and CPU time of this process since the stopwatch was made. */
final class Stopwatch {
    private final long wall = System.nanoTime();
    private final double cpu = Cpu.seconds();

    /** Seconds. */
    record Lap(double wall, double cpu) {}

    Lap lap() {
        double used = Cpu.seconds() - cpu;
        return new Lap((System.nanoTime() - wall) / 1e9, used);
    }
}
