package io.trawl.bench.match;

import io.trawl.traffic.Line;
import io.trawl.traffic.Planted;
import io.trawl.traffic.Traffic;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * A log in memory, and the truth about it. Its hits are the same with any number of indicators from 10,000 on, since
 * each set of indicators is contained in the larger ones.
 *
 * @param bytes the log
 * @param lines how many lines it has
 * @param hits numbers of the lines, from 0, that some indicator matches
 * @param plainHits numbers of those of which a join of hosts with domains and IPv4 addresses knows
 */
record MatchLog(byte[] bytes, int lines, BitSet hits, BitSet plainHits) {
    private static final long SEED = 1;

    static Traffic traffic(long lines, long indicators) {
        return Traffic.builder(SEED, lines).indicators(indicators).build();
    }

    static MatchLog of(Iterable<Line> lines) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 28);
        BitSet hits = new BitSet();
        BitSet plainHits = new BitSet();
        int number = 0;
        for (Line line : lines) {
            bytes.writeBytes(line.bytes());
            bytes.write('\n');
            hits.set(number, !line.planted().isEmpty());
            plainHits.set(number, line.planted().stream().anyMatch(MatchLog::isPlain));
            number++;
        }
        return new MatchLog(bytes.toByteArray(), number, hits, plainHits);
    }

    private static boolean isPlain(Planted planted) {
        return planted.field().equals("url.domain")
                && (planted.type().equals("domain") || planted.type().equals("ipv4"));
    }

    /** Numbers of the lines that a matcher finds. */
    BitSet found(LineMatcher matcher) {
        BitSet found = new BitSet();
        int number = 0;
        for (int from = 0; from < bytes.length; number++) {
            int to = from;
            while (bytes[to] != '\n') {
                to++;
            }
            if (matcher.matches(bytes, from, to)) {
                found.set(number);
            }
            from = to + 1;
        }
        return found;
    }

    /** The text of some lines. */
    Set<String> text(BitSet numbers) {
        Set<String> text = new TreeSet<>();
        int number = 0;
        for (int from = 0; from < bytes.length; number++) {
            int to = from;
            while (bytes[to] != '\n') {
                to++;
            }
            if (numbers.get(number)) {
                text.add(new String(bytes, from, to - from, StandardCharsets.ISO_8859_1));
            }
            from = to + 1;
        }
        return text;
    }

    void write(Path file) throws IOException {
        Files.write(file, bytes);
    }
}
