package io.trawl.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.base.Json;
import io.trawl.base.Settings;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeTable;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Longer than other classes, since its tests share the logs and the words of one command. */
class SweepJobTest {
    private static final String GOOD =
            "1700000000.123     62 10.0.0.1 TCP_MISS/200 1380 GET http://%s/ - HIER_DIRECT/192.0.2.7 text/html\n";

    @TempDir
    Path folder;

    private Path lake;
    private Path feed;
    private Path log;

    @BeforeEach
    void files() throws IOException {
        // A name that has to be quoted wherever it is written.
        lake = folder.resolve("the lake's");
        feed = Files.writeString(folder.resolve("feed.txt"), "evil.example\nbad.example\nco.uk\n");
        log = Files.writeString(
                folder.resolve("access.log"),
                line("www.evil.example") + line("good.example") + "\u001b[2Jx\u009b y\n" + line("evil.example"));
    }

    private static String line(String host) {
        return GOOD.formatted(host);
    }

    /** What a sweep said. */
    private record Said(int status, String out, String err) {
        JsonNode json() throws IOException {
            assertThat(status).as(err).isZero();
            return Json.MAPPER.readTree(out);
        }
    }

    private static Said said(String stdin, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status;
        try (SweepCommand command = new SweepCommand(
                new ByteArrayInputStream(stdin.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8))) {
            status = command.run(args);
        }
        return new Said(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private JsonNode sweep(String... more) throws IOException {
        List<String> args = new ArrayList<>(List.of(
                "--format", "squid", "--indicators", feed.toString(), "--lake", lake.toString(), "--output", "json"));
        args.addAll(List.of(more));
        return said("", args.toArray(new String[0])).json();
    }

    private Map<String, List<String>> rows() throws Exception {
        return LakeRows.of(Settings.load(lake.resolve("trawl.conf"), Map.of()));
    }

    private List<String> bytesOfTheLake() throws IOException {
        try (Stream<Path> files = Files.walk(lake.resolve("lake"))) {
            return files.filter(Files::isRegularFile)
                    .map(file -> lake.relativize(file) + " " + file.toFile().length() + " "
                            + file.toFile().lastModified())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void findsWhatIsThereAndSaysSo() throws Exception {
        JsonNode found = sweep(log.toString());
        assertThat(found.path("lines").asInt()).isEqualTo(4);
        assertThat(found.path("valid").asInt()).isEqualTo(3);
        assertThat(found.path("invalid").asInt()).isEqualTo(1);
        assertThat(found.at("/detections/count").asInt()).isEqualTo(2);
        assertThat(found.at("/detections/top/0/indicator").asText()).isEqualTo("evil.example");
        assertThat(found.at("/detections/top/0/count").asInt()).isEqualTo(2);
        assertThat(found.at("/detections/top/0/clients").asInt()).isEqualTo(1);
        assertThat(found.at("/invalid_reasons/0/count").asInt()).isEqualTo(1);
        assertThat(found.at("/invalid_reasons/0/example/line").asInt()).isEqualTo(3);
        assertThat(found.at("/indicators/count").asInt()).isEqualTo(2);
        assertThat(found.at("/indicators/rejected").asInt()).isEqualTo(1);
        assertThat(found.at("/logs/0/audit").toString()).contains("not compared with HBase");
        assertThat(rows().get("detections")).hasSize(2);
    }

    @Test
    void eachUserAgentIsAnObservableWithItsClients() throws Exception {
        String combined = "10.0.0.%d - - [24/Nov/2026:10:00:00 +0000] \"GET http://good.example/ HTTP/1.1\" 200 5%s\n";
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 1_200; i++) {
            String agent =
                    switch (i % 6) {
                        case 0 -> "";
                        case 1 -> " \"-\" \"-\"";
                        case 2 -> " \"-\" \"\"";
                        case 3 -> " \"-\" \"good.example\"";
                        case 4 -> " \"-\" \"Long/1.0 " + "x".repeat(60_000) + i % 4 + "\"";
                        default -> " \"-\" \"curl/8.5.0\"";
                    };
            lines.append(combined.formatted(i % 4, agent));
        }
        Files.writeString(log, lines);
        Said said = said("", "--format=combined", "--indicators=" + feed, "--lake=" + lake, log.toString());
        assertThat(said.status()).as(said.err()).isZero();

        List<String> seen = new ArrayList<>();
        try (Lake open = Lake.open(Settings.load(lake.resolve("trawl.conf"), Map.of()), LakeRows.HADOOP);
                CloseableIterable<Record> records =
                        IcebergGenerics.read(open.table(LakeTable.OBSERVABLES)).build()) {
            for (Record record : records) {
                String value = record.getField("value").toString();
                seen.add(String.join(
                        " ",
                        record.getField("type").toString(),
                        value.length() < 1_000 ? value : value.substring(0, 10) + value.length(),
                        record.getField("events").toString(),
                        String.valueOf(((List<?>) record.getField("clients")).size())));
            }
        }
        // Two long ones, which have their beginnings in common.
        String cut = "user_agent Long/1.0 x" + (4_000 + "\u2026sha256:".length() + 64) + " 100 1";
        assertThat(seen)
                .containsExactlyInAnyOrder(
                        "domain good.example 1200 4",
                        "user_agent good.example 200 2",
                        cut,
                        cut,
                        "user_agent curl/8.5.0 200 2");
    }

    @Test
    void aSecondSweepChangesNothingAndOneThatIsToldToSweepAgainGivesTheSameRows() throws Exception {
        JsonNode first = sweep(log.toString());
        Map<String, List<String>> rows = rows();
        List<String> files = bytesOfTheLake();
        JsonNode second = sweep(log.toString());
        assertThat(bytesOfTheLake()).isEqualTo(files);
        assertThat(second.at("/logs/0/unchanged").asBoolean()).isTrue();
        assertThat(second.path("detections")).isEqualTo(first.path("detections"));
        assertThat(second.path("invalid_reasons")).isEqualTo(first.path("invalid_reasons"));
        assertThat(second.path("indicators")).isEqualTo(first.path("indicators"));

        sweep("--again", log.toString());
        assertThat(bytesOfTheLake()).hasSizeGreaterThan(files.size());
        Map<String, List<String>> again = rows();
        // A line of a feed that is no indicator says when it was read.
        again.get("invalid_records").replaceAll(row -> row.replaceFirst("append_time=\\S+", ""));
        rows.get("invalid_records").replaceAll(row -> row.replaceFirst("append_time=\\S+", ""));
        assertThat(again).isEqualTo(rows);
    }

    @Test
    void aLogThatHasGrownKeepsItsRowsAndGetsTheNewOnes() throws Exception {
        sweep(log.toString());
        Map<String, List<String>> before = rows();
        Files.writeString(log, Files.readString(log) + line("bad.example"));
        JsonNode grown = sweep(log.toString());
        assertThat(grown.at("/logs/0/unchanged").asBoolean()).isFalse();
        assertThat(grown.at("/logs/0/lines").asInt()).isEqualTo(5);
        Map<String, List<String>> after = rows();
        assertThat(after.get("raw_lines")).hasSize(5).containsAll(before.get("raw_lines"));
        assertThat(after.get("proxy_events")).hasSize(4).containsAll(before.get("proxy_events"));
        assertThat(after.get("detections")).hasSize(3).containsAll(before.get("detections"));
    }

    @Test
    void aLogIsKnownWhateverItsNameAndPackingAndAnotherIsAdded() throws Exception {
        sweep(log.toString());
        Map<String, List<String>> before = rows();
        Path packed = folder.resolve("access.log.1.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
            out.write(Files.readAllBytes(log));
        }
        Files.writeString(log, line("bad.example"));
        JsonNode rotated = sweep(log.toString(), packed.toString());
        assertThat(rotated.at("/logs/0/unchanged").asBoolean()).isFalse();
        assertThat(rotated.at("/logs/1/unchanged").asBoolean()).isTrue();
        assertThat(rotated.path("lines").asInt()).isEqualTo(5);
        Map<String, List<String>> after = rows();
        assertThat(after.get("raw_lines")).hasSize(5).containsAll(before.get("raw_lines"));
        assertThat(after.get("detections")).hasSize(3).containsAll(before.get("detections"));
    }

    @Test
    void otherIndicatorsAndAnotherFormatCountForALogThatWasSweptBefore() throws Exception {
        assertThat(sweep(log.toString()).at("/detections/count").asInt()).isEqualTo(2);
        Files.writeString(feed, "good.example\n");
        assertThat(sweep(log.toString()).at("/detections/count").asInt()).isEqualTo(1);
        assertThat(rows().get("detections")).hasSize(1);
        Said wrong = said("", "--format=combined", "--indicators=" + feed, "--lake=" + lake, log.toString());
        assertThat(wrong.status()).as(wrong.err()).isZero();
        assertThat(wrong.out()).contains("no line is valid: is --format combined right?");
        assertThat(rows().get("proxy_events")).isEmpty();
        assertThat(rows().get("invalid_records")).hasSize(4);
    }

    @Test
    void standardInputIsALogAndWhatAStrangerWroteDoesNotActOnTheTerminal() throws Exception {
        Said said = said(
                Files.readString(log),
                "--format",
                "squid",
                "--indicators",
                feed.toString(),
                "--lake",
                lake.toString(),
                "-");
        assertThat(said.status()).as(said.err()).isZero();
        assertThat(said.out()).contains("Invalid lines").contains("evil.example");
        assertThat(said.out().replace("\n", "").chars()).noneMatch(Character::isISOControl);
        assertThat(lake.resolve("stdin")).doesNotExist();
        JsonNode found = sweep(log.toString());
        assertThat(found.at("/logs/0/unchanged").asBoolean())
                .as("the same from a file")
                .isTrue();
    }

    @Test
    void theLineForDuckDbNamesExactlyTheFilesThatCount() throws Exception {
        sweep(log.toString());
        sweep("--again", log.toString());
        String tables = Files.readString(lake.resolve("tables.sql"));
        try (Stream<Path> files = Files.walk(lake.resolve("lake/trawl/raw_lines/data"))) {
            assertThat(files.filter(file -> file.toString().endsWith(".parquet")))
                    .hasSize(2);
        }
        String raw = tables.lines()
                .filter(line -> line.contains("VIEW raw_lines"))
                .findFirst()
                .orElseThrow();
        assertThat(raw.split("\\.parquet'", -1)).hasSize(2);
        String path = raw.replaceFirst(".*read_parquet\\(\\['(.*)'\\].*", "$1").replace("''", "'");
        assertThat(Path.of(path)).exists();
    }

    private void refused(String message, String... args) {
        Said said = said("", args);
        assertThat(said.err().strip())
                .startsWith("trawl sweep: ")
                .contains(message)
                .doesNotContain("\n");
        assertThat(said.status()).isEqualTo(2);
        assertThat(said.out()).isEmpty();
    }

    private static final String MINE = """
            name: my-gateway
            title: My gateway
            link: https://gateway.example/
            verified: true
            version: 3
            grammar:
              delimited: {columns: time client url}
            map: {timestamp: time, source_address: client, url_original: url}
            samples:
              - line: nonsense
                refused: syntax
            """;

    private JsonNode file(String place) throws IOException {
        try (Stream<Path> files = Files.walk(lake.resolve(place))) {
            Path one = files.filter(file -> file.toString().endsWith(".json"))
                    .findFirst()
                    .orElseThrow();
            return Json.MAPPER.readTree(one.toFile());
        }
    }

    @Test
    void aLogOfTwoFormatsIsCountedByFormat() throws Exception {
        Path site = Files.createDirectory(folder.resolve("my formats"));
        Files.writeString(site.resolve("my-gateway.yaml"), MINE);
        Files.writeString(
                log,
                line("www.evil.example") + "2024-06-12T10:11:12Z,192.0.2.1,http://evil.example/a\n" + "nonsense\n"
                        + "2024-06-12T10:11:13Z,192.0.2.1,http://good.example/\n");
        String[] args = {
            "--format=squid,my-gateway", "--formats=" + site, "--indicators=" + feed, "--lake=" + lake, log.toString()
        };
        Said said = said("", args);
        assertThat(said.status()).as(said.err()).isZero();
        assertThat(said.out()).containsPattern("Formats +valid\n +squid +1\n +my-gateway +2\n");

        JsonNode report = file("reports/validate");
        assertThat(report.at("/counts/valid").asInt()).isEqualTo(3);
        assertThat(report.at("/counts/valid.squid").asInt()).isEqualTo(1);
        assertThat(report.at("/counts/valid.my-gateway").asInt()).isEqualTo(2);
        assertThat(rows().get("detections")).hasSize(2);
        assertThat(rows().get("invalid_records"))
                .filteredOn(row -> row.contains("source=files"))
                .singleElement()
                .asString()
                .contains("parser=squid/2,my-gateway/3 ");
        try (Lake open = Lake.open(Settings.load(lake.resolve("trawl.conf"), Map.of()), LakeRows.HADOOP);
                CloseableIterable<Record> records =
                        IcebergGenerics.read(open.table(LakeTable.LEDGER)).build()) {
            for (Record record : records) {
                if (record.getField("stage").equals("validate")) {
                    assertThat(record.getField("counts").toString())
                            .contains("valid.squid=1")
                            .contains("valid.my-gateway=2");
                    assertThat(record.getField("versions").toString())
                            .contains("parser=squid/2,my-gateway/3")
                            .containsPattern("format\\.my-gateway=[0-9a-f]{64}");
                }
            }
        }

        // Another text under the same version is another format.
        List<String> files = bytesOfTheLake();
        said("", args);
        assertThat(bytesOfTheLake()).isEqualTo(files);
        Files.writeString(site.resolve("my-gateway.yaml"), MINE + "# changed\n");
        said("", args);
        assertThat(bytesOfTheLake()).hasSizeGreaterThan(files.size());
    }

    @Test
    void aSitesFormatWinsWithANoteAndABrokenOneIsRefusedInALine() throws Exception {
        Path site = Files.createDirectory(folder.resolve("formats"));
        Path squid = Files.writeString(site.resolve("squid.yaml"), MINE.replace("my-gateway", "squid"));
        Files.writeString(log, "2024-06-12T10:11:12Z,192.0.2.1,http://evil.example/a\n");
        String[] args = {"--format=squid", "--formats=" + site, "--indicators=" + feed, "--lake=" + lake, log.toString()
        };
        Said said = said("", args);
        assertThat(said.status()).as(said.err()).isZero();
        String note = "format squid is the site's own (" + squid + "), not the one that ships with Trawl";
        assertThat(said.err()).contains("trawl sweep: " + note + "\n");
        assertThat(file("reports/validate").path("notes").get(0).asText()).isEqualTo(note);

        Files.writeString(squid, Files.readString(squid).replace("refused: syntax", "refused: size"));
        refused(squid + ":10: the sample is refused for syntax; expected it to be refused for size", args);
    }

    @Test
    void whatCannotBeDoneIsSaidInALineBeforeSparkStarts() throws IOException {
        String feeds = "--indicators=" + feed;
        String at = "--lake=" + lake;
        String file = log.toString();
        refused("--format is missing: expected a format's name, for example --format squid", feeds, at, file);
        refused("format squit is unknown: did you mean squid?", "--format", "squit", feeds, at, file);
        refused("format squit is unknown: did you mean squid?", "--format=nginx,squit", feeds, at, file);
        refused("--format ,: expected the name of a format", "--format", ",", feeds, at, file);
        refused("/absent: no such folder", "--format=squid", "--formats=" + folder + "/absent", feeds, at, file);
        refused("--output yaml: expected table or json", "--format=squid", feeds, at, "--output=yaml", file);
        refused("--indicators is missing", "--format=squid", at, file);
        refused("no log is given", "--format=squid", feeds, at);
        refused("/no.log: no such file", "--format=squid", feeds, at, folder + "/no.log");
        refused("is a folder: expected files", "--format=squid", feeds, at, folder.toString());
        refused("log '' is not the name of a file", "--format=squid", feeds, at, "");
        refused("- is given twice", "--format=squid", feeds, at, "-", "-");
        refused("/no.txt: no such file", "--format=squid", "--indicators=" + folder + "/no.txt", at, file);
        refused("Unknown option: '--lak=x'", "--format=squid", feeds, "--lak=x", file);
        Path nothing = Files.writeString(folder.resolve("nothing.txt"), "# none\nco.uk\n");
        refused("has no indicator (line 2: ", "--format=squid", "--indicators=" + nothing, at, file);
        refused("/no.json: no such file", "--format=squid", feeds, "--allowlist=" + folder + "/no.json", at, file);
        refused("--allowlist ", "--format=squid", feeds, "--allowlist=" + nothing, at, file);
        Path foreign = Files.createDirectory(folder.resolve("foreign"));
        Files.writeString(foreign.resolve("mine.txt"), "x");
        refused("has other files in it", "--format=squid", feeds, "--lake=" + foreign, file);
        refused("is a file: expected a folder", "--format=squid", feeds, "--lake=" + file, file);
        refused("cannot be written", "--format=squid", feeds, "--lake=/proc/trawl", file);
        assertThat(lake).doesNotExist();
    }

    @Test
    void logsWithoutALineAreRefusedAndOneOfThemIsPassedOver() throws IOException {
        Path empty = Files.writeString(folder.resolve("empty.log"), "");
        refused(
                "empty.log is empty: expected lines of squid",
                "--format=squid",
                "--indicators=" + feed,
                "--lake=" + lake,
                empty.toString());
        Path damaged = folder.resolve("damaged.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(damaged))) {
            out.write(Files.readAllBytes(log));
        }
        Files.write(damaged, Arrays.copyOf(Files.readAllBytes(damaged), 60));
        refused(
                "damaged.gz is damaged: the packed file ends too early",
                "--format=squid",
                "--indicators=" + feed,
                "--lake=" + lake,
                damaged.toString());
        assertThat(sweep(empty.toString(), log.toString()).path("lines").asInt())
                .isEqualTo(4);
    }

    @Test
    void twoSweepsDoNotShareALake() throws IOException {
        try (LakeFolder held = LakeFolder.open(lake)) {
            assertThat(held.path()).isEqualTo(lake);
            refused(
                    "in use by another sweep",
                    "--format=squid",
                    "--indicators=" + feed,
                    "--lake=" + lake,
                    log.toString());
        }
    }

    @Test
    void aFileOptionTakesAnyNumberWhereDashesFollow() {
        assertThat(Words.ofFiles(
                        new String[] {"--indicators", "a", "b", "--allowlist=c", "d", "--format", "f", "--", "x", "--y"
                        }))
                .containsExactly(
                        "--indicators",
                        "a",
                        "--indicators",
                        "b",
                        "--allowlist=c",
                        "--allowlist",
                        "d",
                        "--format",
                        "f",
                        "--",
                        "x",
                        "--y");
        assertThat(Words.ofFiles(new String[] {"--indicators", "a", "x"})).containsExactly("--indicators", "a", "x");
    }
}
