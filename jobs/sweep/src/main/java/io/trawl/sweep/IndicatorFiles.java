package io.trawl.sweep;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.trawl.base.Json;
import io.trawl.intel.allow.Allowlists;
import io.trawl.intel.feed.Feeds;
import io.trawl.intel.lookalike.brand.BrandsFile;
import io.trawl.kafka.files.LogScan;
import io.trawl.kafka.files.PackedFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/** The feeds, allowlists and rules of a command, looked at before anything is started. */
final class IndicatorFiles {
    private IndicatorFiles() {}

    /** There is an indicator: no more need be read. */
    private static final class Found extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Found() {
            super(null, null, false, false);
        }
    }

    /** @throws IllegalArgumentException they cannot be read, or have no indicator */
    static void check(SweptBy by) throws IOException {
        List<Path> feeds = by.feeds();
        List<Path> allowlists = by.allowlists();
        if (feeds.isEmpty()) {
            throw new IllegalArgumentException(
                    "--indicators is missing: expected files of indicators, for example --indicators feed.txt");
        }
        for (Path feed : feeds) {
            LogInputs.requireFile("--indicators", feed);
            if (PackedFile.isPacked(feed)) {
                throw new IllegalArgumentException("--indicators " + feed
                        + " is packed: expected text; unpack it first, for example with gunzip -k");
            }
        }
        for (Path file : by.files().toList()) {
            if (file.toString().contains(",")) {
                throw new IllegalArgumentException(
                        "'" + file + "' has a comma in its name, which separates files here: rename it");
            }
        }
        for (Path path : by.rules()) {
            if (!Files.exists(path)) {
                throw new IllegalArgumentException("--rules " + path + ": no such file or folder");
            }
        }
        if (by.placeholders() != null) {
            LogInputs.requireFile("--placeholders", by.placeholders());
        }
        if (by.stixMapping() != null) {
            LogInputs.requireFile("--stix-mapping", by.stixMapping());
        }
        if (!Set.of("none", "low", "medium", "high").contains(by.oddHosts())) {
            throw new IllegalArgumentException("--odd-hosts " + by.oddHosts() + ": expected low, medium or high");
        }
        if (by.fields() != null) {
            LogInputs.requireFile("--fields", by.fields());
        }
        if (by.brands() != null) {
            LogInputs.requireFile("--brands", by.brands());
            try {
                BrandsFile.read(by.brands());
            } catch (IOException e) {
                throw new IllegalArgumentException("--brands " + e.getMessage(), e);
            }
        }
        for (Path list : allowlists) {
            if (!Files.exists(list)) {
                throw new IllegalArgumentException("--allowlist " + list + ": no such file or folder");
            }
        }
        try {
            Allowlists.read(allowlists);
        } catch (IOException e) {
            throw new IllegalArgumentException("--allowlist " + e.getMessage(), e);
        }
        AtomicReference<String> rejected = new AtomicReference<>("it has no line");
        try {
            for (Path feed : feeds) {
                try (InputStream in = Files.newInputStream(feed)) {
                    Feeds.read(
                            in,
                            String.valueOf(feed.getFileName()),
                            indicator -> {
                                throw new Found();
                            },
                            line -> rejected.compareAndSet(
                                    "it has no line", "line " + line.line() + ": " + line.reason()));
                }
            }
        } catch (Found e) {
            return;
        }
        String first = "--indicators " + feeds.get(0);
        throw new IllegalArgumentException((feeds.size() == 1 ? first + " has" : first + " and the others have")
                + " no indicator (" + rejected.get()
                + "): expected a domain, address, range or URL a line, for example evil.example");
    }

    /** What files hold, and those of folders, in their order; a file is known by its name, too, since rows name it. */
    static ArrayNode digests(List<Path> files) throws IOException {
        ArrayNode digests = Json.MAPPER.createArrayNode();
        for (Path file : files) {
            try (Stream<Path> inside = Files.walk(file)) {
                for (Path one : inside.filter(Files::isRegularFile).sorted().toList()) {
                    digests.add(one.getFileName() + " "
                            + LogScan.of(one, Long.MAX_VALUE, Collections.emptySortedSet(), Integer.MAX_VALUE)
                                    .digest());
                }
            }
        }
        return digests;
    }
}
