package io.trawl.bench.frame;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process has used of the machine, as /proc/self has it. */
public final class Cpu {
    /** Clock ticks a second in /proc: 100 on every Linux that Java runs on. */
    private static final double TICKS = 100;

    private Cpu() {}

    /** Seconds of user and system time of all threads since the process began. */
    public static double seconds() {
        return seconds(read("/proc/self/stat"));
    }

    /** The same of a process whose /proc/PID/stat this is. */
    public static double seconds(String stat) {
        // The name of the program may have blanks and brackets in it.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS;
    }

    /** The most memory that the process has had, MB. */
    public static double peak() {
        return read("/proc/self/status")
                        .lines()
                        .filter(line -> line.startsWith("VmHWM"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                        .findFirst()
                        .orElse(0)
                / 1024.0;
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
