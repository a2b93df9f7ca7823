package io.trawl.parsing.format;

import io.trawl.parsing.Parser;
import io.trawl.record.ProxyEvent;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Nanoseconds of CPU a line of declared formats and of the parsers written by hand, in turns, so that a busy machine slows both.
 * By hand: {@code SpeedLoop FORMAT=FILE ...}, where FORMAT may be DECLARED:PEER.
 */
final class SpeedLoop {
    private static final int LINES = 50_000;
    private static final int ROUNDS = 25;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private SpeedLoop() {}

    public static void main(String[] args) throws IOException {
        Path formats = Path.of(System.getProperty("trawl.home"), "formats");
        for (String arg : args) {
            String[] parts = arg.split("=", 2);
            String[] names = parts[0].split(":", 2);
            Parser declared = DeclaredFormat.of(formats.resolve(names[0] + ".yaml"), ZoneOffset.UTC);
            Parser peer = names.length > 1 ? Formats.shipped().parser(names[1], ZoneOffset.UTC) : null;
            List<byte[]> lines = lines(Path.of(parts[1]));
            long bytes = lines.stream().mapToLong(line -> line.length + 1).sum();
            long best = Long.MAX_VALUE;
            long bestPeer = Long.MAX_VALUE;
            for (int round = 0; round < ROUNDS; round++) {
                best = Math.min(best, nanos(declared, lines));
                bestPeer = peer == null ? 1 : Math.min(bestPeer, nanos(peer, lines));
            }
            System.out.printf(
                    Locale.ROOT,
                    "%-20s %6.0f ns/line %6.2f ns/byte  by hand %6.0f ns/line  ratio %.2f%n",
                    names[0],
                    (double) best / LINES,
                    (double) best / bytes,
                    (double) bestPeer / LINES,
                    (double) best / bestPeer);
        }
    }

    private static List<byte[]> lines(Path file) throws IOException {
        List<byte[]> once = new ArrayList<>();
        for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
            once.add(line.getBytes(StandardCharsets.ISO_8859_1));
        }
        List<byte[]> lines = new ArrayList<>();
        for (int i = 0; i < LINES; i++) {
            lines.add(once.get(i % once.size()).clone());
        }
        return lines;
    }

    private static volatile @Nullable Object sink;

    private static long nanos(Parser parser, List<byte[]> lines) {
        long start = THREADS.getCurrentThreadCpuTime();
        for (byte[] line : lines) {
            ProxyEvent event = new ProxyEvent();
            parser.parse(line, event);
            sink = event;
        }
        return THREADS.getCurrentThreadCpuTime() - start;
    }
}
