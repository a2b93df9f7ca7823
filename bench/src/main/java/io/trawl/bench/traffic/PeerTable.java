package io.trawl.bench.traffic;

import io.trawl.bench.frame.BenchFailure;
import io.trawl.intel.feed.Feeds;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Indicators as peers take them: "kind TAB value". */
public final class PeerTable {
    private PeerTable() {}

    /** The indicators as the peer takes them: canonical already, in one table, without those that are valid no longer. */
    public static void write(Path feeds, Path table) throws IOException {
        try (Writer out = Files.newBufferedWriter(table);
                Stream<Path> files = Files.list(feeds)) {
            for (Path file : files.sorted().toList()) {
                try (InputStream in = Files.newInputStream(file)) {
                    Feeds.read(
                            in,
                            file.getFileName().toString(),
                            indicator -> {
                                if (indicator.getValidUntil() != null) {
                                    return;
                                }
                                String kind = indicator.getType().startsWith("ip") ? "ip" : indicator.getType();
                                String value = kind.equals("url")
                                        ? indicator.getValue().replaceFirst("^[a-z]+://", "")
                                        : indicator.getValue();
                                try {
                                    out.write(kind + "\t" + value + "\n");
                                } catch (IOException e) {
                                    throw new UncheckedIOException(e);
                                }
                            },
                            rejected -> {
                                throw new BenchFailure(
                                        "feed " + file + " line " + rejected.line() + ": " + rejected.reason());
                            });
                }
            }
        }
    }
}
