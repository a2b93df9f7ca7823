package io.trawl.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class CodeVersionTest {
    @Test
    void isTheRootPoms() throws IOException {
        String pom = Files.readString(Path.of(System.getProperty("trawl.home"), "pom.xml"));
        assertThat(Run.CODE_VERSION).matches("[0-9]+\\.[0-9]+\\.[0-9]+.*");
        assertThat(pom).contains("<revision>" + Run.CODE_VERSION + "</revision>");
    }
}
