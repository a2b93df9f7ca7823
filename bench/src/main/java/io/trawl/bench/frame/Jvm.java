package io.trawl.bench.frame;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Another JVM of this machine, as /proc and jcmd show it. */
public record Jvm(String name, long pid) {
    private static final Pattern USED = Pattern.compile("(?:generation|heap).*?used (\\d+)K");

    /**
     * What it holds.
     *
     * @param heap megabytes in use after a full collection
     * @param files open file descriptors
     * @param sockets those of them that are sockets
     * @param resident megabytes of memory
     */
    public record Holds(double heap, int files, int sockets, double resident) {}

    public Holds holds() throws IOException, InterruptedException {
        jcmd("GC.run");
        double heap = 0;
        Matcher used = USED.matcher(jcmd("GC.heap_info"));
        while (used.find()) {
            heap += Long.parseLong(used.group(1)) / 1024.0;
        }
        int files = 0;
        int sockets = 0;
        try (Stream<Path> open = Files.list(proc("fd"))) {
            for (Path one : open.toList()) {
                files++;
                sockets += target(one).startsWith("socket:") ? 1 : 0;
            }
        }
        return new Holds(heap, files, sockets, status("VmRSS"));
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return "closed meanwhile";
        }
    }

    /** Most memory that was resident, MB. */
    public double peak() throws IOException {
        return status("VmHWM");
    }

    private double status(String key) throws IOException {
        return Files.readString(proc("status"))
                        .lines()
                        .filter(line -> line.startsWith(key))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                        .findFirst()
                        .orElse(0)
                / 1024.0;
    }

    /** Seconds of user and system time since it began. */
    public double cpu() throws IOException {
        return Cpu.seconds(Files.readString(proc("stat")));
    }

    private Path proc(String file) {
        return Path.of("/proc", Long.toString(pid), file);
    }

    private String jcmd(String command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), Long.toString(pid), command)
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new BenchFailure("jcmd " + pid + " " + command + " failed: " + said.strip());
        }
        return said;
    }
}
