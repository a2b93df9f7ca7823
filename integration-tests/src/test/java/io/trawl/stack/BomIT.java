package io.trawl.stack;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bill of materials against all that was built and installed. */
class BomIT {
    private static final Path HOME = Options.ofThisProject().home();
    private static final Path DIST = HOME.resolve("target/dist");

    @TempDir
    Path folder;

    @Test
    void everyJarThatIsShippedOrStartedIsInTheBillWithItsCoordinates() throws Exception {
        JsonNode bill;
        Map<Path, String> jars;
        // Another module's jar may be made anew while the bill is written: the build goes on beside the tests.
        do {
            jars = digests(jars());
            bill = bill();
        } while (!jars.equals(digests(jars())));
        Set<String> digests = new HashSet<>();
        for (JsonNode part : bill.path("components")) {
            assertThat(part.path("purl").asText()).matches("pkg:(maven/[^/@]+/[^/@]+|pypi/[^/@]+)@[^/@]+");
            part.path("hashes").forEach(hash -> digests.add(hash.path("content").asText()));
        }

        // Trawl's libraries, four servers' and Spark's.
        assertThat(jars).hasSizeGreaterThan(400);
        jars.forEach((jar, digest) ->
                assertThat(digests.contains(digest)).as(jar.toString()).isTrue());
    }

    @Test
    void libHasOneVersionOfEachJar() throws IOException {
        List<String> names;
        try (Stream<Path> files = Files.list(DIST.resolve("lib"))) {
            names = files.map(file -> file.getFileName().toString().replaceFirst("-\\d.*", ""))
                    .toList();
        }

        assertThat(names).isNotEmpty().doesNotHaveDuplicates();
    }

    private JsonNode bill() throws IOException, InterruptedException {
        Path file = folder.resolve("bom.json");
        ProcessBuilder builder = new ProcessBuilder(
                        HOME.resolve("bin/trawl").toString(), "bom", "--output", file.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("said").toFile());
        builder.environment().put("TRAWL_NO_BUILD", "yes");
        int exit = builder.start().waitFor();
        assertThat(exit).as(Files.readString(folder.resolve("said"))).isZero();
        return new ObjectMapper().readTree(file.toFile());
    }

    private static Set<Path> jars() throws IOException {
        Set<Path> found = new HashSet<>();
        try (Stream<Path> files = Files.walk(DIST, 2)) {
            files.filter(file -> file.toString().endsWith(".jar")).forEach(found::add);
        }
        found.addAll(jarsOf(HOME.resolve(".trawl/venv/lib/python3.11/site-packages/pyspark/jars")));
        for (String server : List.of("kafka", "hadoop", "hbase", "flume")) {
            String classPath = Files.readString(DIST.resolve("servers/" + server + ".classpath"));
            Arrays.stream(classPath.strip().split(File.pathSeparator))
                    .map(Path::of)
                    .forEach(found::add);
        }
        return found;
    }

    private static List<Path> jarsOf(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jar")).toList();
        }
    }

    private static Map<Path, String> digests(Set<Path> files) throws Exception {
        Map<Path, String> digests = new TreeMap<>();
        for (Path file : files) {
            digests.put(file, sha256(file));
        }
        return digests;
    }

    private static String sha256(Path file) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }
}
