package io.trawl.bench.parse;

import io.trawl.parsing.format.Formats;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.ZoneOffset;

/** A process that starts as a job does: it opens a site's folder of formats, and compiles the one that its source names. */
final class FolderStart {
    private FolderStart() {}

    /** Prints the nanoseconds of CPU that this took, all threads of the process together. */
    public static void main(String[] args) {
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long before = system.getProcessCpuTime();
        Formats.with(Path.of(args[0])).parser(args[1], ZoneOffset.UTC);
        System.out.println(system.getProcessCpuTime() - before);
    }
}
