package io.trawl.bench.parse;

import io.trawl.parsing.Parser;
import io.trawl.parsing.format.DeclaredFormat;
import io.trawl.record.ProxyEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lines of a format as a site has them: those of a corpus, or else the samples of the declaration. */
final class RealLines {
    /** A time for lines whose time has no year. */
    static final Instant ARRIVED = Instant.parse("2024-06-12T10:11:12Z");

    private RealLines() {}

    /**
     * The lines that the format reads.
     *
     * @param corpora a folder with NAME/raw.log; null if there is none
     */
    static List<byte[]> of(DeclaredFormat format, @Nullable Path corpora) throws IOException {
        Path raw = corpora == null ? null : corpora.resolve(format.name()).resolve("raw.log");
        List<byte[]> lines = raw != null && Files.exists(raw) ? valid(format, raw) : List.of();
        if (!lines.isEmpty()) {
            return lines;
        }
        List<byte[]> samples = new ArrayList<>();
        for (String sample : format.samples()) {
            samples.add(sample.getBytes(StandardCharsets.UTF_8));
        }
        return valid(format, samples);
    }

    private static List<byte[]> valid(Parser format, Path file) throws IOException {
        List<byte[]> lines = new ArrayList<>();
        for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
            lines.add(line.getBytes(StandardCharsets.ISO_8859_1));
        }
        return valid(format, lines);
    }

    private static List<byte[]> valid(Parser format, List<byte[]> lines) {
        return lines.stream()
                .filter(line -> format.parse(line, ARRIVED, new ProxyEvent()) == null)
                .toList();
    }
}
