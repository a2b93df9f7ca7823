package io.trawl.parsing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The corpora that tests take as oracles. They are no part of the project; a test that needs them fails without. */
final class Corpora {
    private Corpora() {}

    static Path file(String name) {
        Path file = Path.of(System.getProperty("trawl.corpora", "no system property trawl.corpora"), name);
        if (!Files.exists(file)) {
            throw new AssertionError(
                    "the test needs " + file + "; set the system property trawl.corpora to the folder of the corpora");
        }
        return file;
    }

    static List<String> lines(String name) throws IOException {
        return Files.readAllLines(file(name), StandardCharsets.UTF_8);
    }
}
