package io.trawl.steps.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A folder of this machine that is gone with all that is in it when it is closed. */
public record TemporaryFolder(Path path) implements AutoCloseable {
    /** @param name what its name begins with */
    public static TemporaryFolder create(String name) throws IOException {
        return new TemporaryFolder(Files.createTempDirectory(name));
    }

    @Override
    public void close() throws IOException {
        List<Path> files;
        try (Stream<Path> inside = Files.walk(path)) {
            files = inside.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) {
            Files.deleteIfExists(file);
        }
    }
}
