package io.trawl.intel.canonical;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;

/** Real data beside the repository, that some tests are an oracle of. */
public final class Corpora {
    private Corpora() {}

    /** A file or folder; fails where it is absent. */
    public static Path path(String name) {
        String root = System.getProperty("trawl.corpora");
        assertThat(root)
                .as("system property trawl.corpora names the folder of the corpora; Maven sets it to ../shared/corpora")
                .isNotNull();
        Path path = Path.of(root, name);
        assertThat(Files.exists(path))
                .as(path + " is there: the corpora lie beside the repository, in ../shared/corpora")
                .isTrue();
        return path;
    }
}
