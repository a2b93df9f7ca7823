package io.trawl.flume;

import static io.trawl.flume.Tail.bytes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A log that is written to, and its name after a rotation. */
abstract class TailedLog {
    @TempDir
    Path folder;

    Path log;
    Path renamed;

    @BeforeEach
    void names() {
        log = folder.resolve("access.log");
        renamed = folder.resolve("access.log.1");
    }

    static void append(Path file, String text) throws IOException {
        Files.write(file, bytes(text), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
