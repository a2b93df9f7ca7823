package io.trawl.run;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Trawl's version, as the root pom has it; the build writes it into a resource. */
final class CodeVersion {
    private CodeVersion() {}

    static String read() {
        try (InputStream in = CodeVersion.class.getResourceAsStream("version.txt")) {
            if (in == null) {
                throw new IllegalStateException("io/trawl/run/version.txt is missing from the jar: build it by Maven");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new IllegalStateException("io/trawl/run/version.txt cannot be read: " + e.getMessage(), e);
        }
    }
}
