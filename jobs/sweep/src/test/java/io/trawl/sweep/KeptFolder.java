package io.trawl.sweep;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.stream.Stream;

/** A folder as it was once: tests begin with it, each at the same place, since the files of a lake name each other. */
final class KeptFolder {
    private final Path folder;
    private final Path kept;

    /** @param kept is made; outside of the folder */
    KeptFolder(Path folder, Path kept) throws IOException {
        this.folder = folder;
        this.kept = kept;
        copy(folder, kept);
    }

    /** Makes it what it was. */
    void restore() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
        copy(kept, folder);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            all.forEach(each -> {
                try {
                    Files.copy(each, to.resolve(from.relativize(each)), StandardCopyOption.COPY_ATTRIBUTES);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
