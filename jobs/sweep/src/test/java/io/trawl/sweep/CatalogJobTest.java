package io.trawl.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.base.Settings;
import io.trawl.base.Window;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeStore;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.record.Detection;
import io.trawl.schema.word.Stage;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.PrintStream;
import java.net.HttpURLConnection;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The jobs on a lake of each kind of catalog: the same rows, the same ledger, the same fence. */
class CatalogJobTest {
    private static final String GOOD =
            "1700000000.123     62 10.0.0.1 TCP_MISS/200 1380 GET http://%s/ - HIER_DIRECT/192.0.2.7 text/html\n";
    private static final String PASSWORD = "a secret of its own";

    @TempDir
    Path folder;

    enum Kind {
        SQLITE,
        POSTGRESQL,
        HADOOP,
        REST
    }

    /** A server that a catalog needs, and the settings that name it. */
    private record Server(Map<String, String> settings, AutoCloseable server) implements AutoCloseable {
        @Override
        public void close() throws Exception {
            server.close();
        }
    }

    private Server server(Kind kind) throws Exception {
        return switch (kind) {
            case SQLITE -> new Server(Map.of(), () -> {});
            case HADOOP -> new Server(Map.of("lake.type", "hadoop"), () -> {});
            case POSTGRESQL -> postgres();
            case REST -> rest();
        };
    }

    private Server postgres() throws Exception {
        EmbeddedPostgres postgres = EmbeddedPostgres.builder().start();
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE ROLE trawl LOGIN PASSWORD '" + PASSWORD + "'");
            statement.execute("CREATE DATABASE lake OWNER trawl");
        }
        Path password = Files.writeString(folder.resolve("password"), PASSWORD + "\n");
        return new Server(
                Map.of(
                        "lake.catalog.uri",
                        "jdbc:postgresql://localhost:" + postgres.getPort() + "/lake",
                        "lake.catalog.jdbc.user",
                        "trawl",
                        "lake.password.file",
                        password.toString()),
                postgres);
    }

    /** Iceberg's own server for tests, in a process of its own: its classes are those that Iceberg's Spark jar has packed. */
    private Server rest() throws Exception {
        Path classPath =
                Path.of(System.getProperty("trawl.home"), "integration-tests/servers/rest/target/rest.classpath");
        assertThat(classPath)
                .as("made by the build of integration-tests/servers/rest")
                .exists();
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        Files.readString(classPath).strip(),
                        "org.apache.iceberg.rest.RESTCatalogServer")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("rest.log").toFile());
        builder.environment()
                .putAll(Map.of(
                        "CATALOG_REST_PORT",
                        Integer.toString(port),
                        "CATALOG_URI",
                        "jdbc:sqlite:" + folder.resolve("rest.db"),
                        "CATALOG_WAREHOUSE",
                        "file://" + folder.resolve("lake/lake")));
        Process process = builder.start();
        URI uri = URI.create("http://127.0.0.1:" + port);
        while (!answers(uri)) {
            assertThat(process.isAlive())
                    .as(() -> {
                        try {
                            return Files.readString(folder.resolve("rest.log"));
                        } catch (IOException e) {
                            return e.toString();
                        }
                    })
                    .isTrue();
        }
        return new Server(Map.of("lake.type", "rest", "lake.catalog.uri", uri.toString()), () -> {
            process.destroy();
            process.waitFor();
        });
    }

    private static boolean answers(URI uri) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) uri.resolve("/v1/config").toURL().openConnection();
        connection.setReadTimeout(10_000);
        try {
            return connection.getResponseCode() == 200;
        } catch (java.net.ConnectException e) {
            return false;
        } finally {
            connection.disconnect();
        }
    }

    @ParameterizedTest
    @EnumSource
    void theJobsLeaveTheSameInEveryCatalog(Kind kind) throws Exception {
        Path feed = Files.writeString(folder.resolve("feed.txt"), "evil.example\nbad.example\n");
        Path log = Files.writeString(
                folder.resolve("access.log"),
                GOOD.formatted("www.evil.example") + GOOD.formatted("good.example") + "broken\n"
                        + GOOD.formatted("bad.example"));
        try (Server server = server(kind);
                LakeFolder lake = LakeFolder.open(folder.resolve("lake"))) {
            lake.settings("squid");
            StringBuilder more = new StringBuilder();
            server.settings()
                    .forEach((key, value) ->
                            more.append(key).append(" = ").append(value).append('\n'));
            Files.writeString(lake.conf(), more, StandardOpenOption.APPEND);
            Settings settings = Settings.load(lake.conf(), Map.of());
            List<LogInputs.Swept> logs = LogInputs.register(
                    List.of(log.toString()),
                    System.in,
                    lake,
                    settings,
                    new PrintStream(PrintStream.nullOutputStream()));
            JsonNode found;
            Map<String, List<String>> once;
            try (Sweep sweep = new Sweep(
                    lake,
                    settings,
                    LocalSpark.start(settings, lake),
                    new Progress(new PrintStream(PrintStream.nullOutputStream()), Instant.now()))) {
                found = sweep.run(
                        new SweptBy(List.of(feed), List.of(), List.of(), null, null, null, null, "none"), logs, false);
                once = LakeRows.of(settings);
                JsonNode again = sweep.run(
                        new SweptBy(List.of(feed), List.of(), List.of(), null, null, null, null, "none"), logs, true);
                assertThat(again.path("detections")).isEqualTo(found.path("detections"));
                assertThat(LakeRows.of(settings)).isEqualTo(once);
                bySpark(settings);
            }
            assertThat(found.path("valid").asInt()).isEqualTo(3);
            assertThat(found.path("invalid").asInt()).isEqualTo(1);
            assertThat(found.at("/detections/count").asInt()).isEqualTo(2);
            assertThat(once.get("detections")).hasSize(2);
            fenced(
                    settings,
                    new Window(
                            logs.get(0).file().window(),
                            logs.get(0).file().window().plus(LogInputs.UNIT)));
            assertThat(LakeRows.of(settings)).isEqualTo(once);
        }
    }

    /** By Spark's catalog, of which Trawl's own settings are part, and no password. */
    private static void bySpark(Settings settings) {
        SparkSession spark = SparkSession.active();
        assertThat(spark.table("lake.trawl.detections").count()).isEqualTo(2);
        assertThat(spark.sparkContext().getConf().toDebugString()).doesNotContain(PASSWORD);
        assertThat(settings.text("lake.warehouse")).startsWith("file:");
    }

    private static void fenced(Settings settings, Window window) throws Exception {
        try (Lake lake = Lake.open(settings, LakeRows.HADOOP)) {
            Long base = lake.snapshot(LakeTable.DETECTIONS);
            Ledger.Entry entry = new Ledger(lake).require("files", Stage.ENRICH, window);
            assertThat(entry.output(LakeTable.DETECTIONS)).isEqualTo(base);
            Snapshot same = clear(lake, Window.parse("2020-01-01T00:00:00Z/2020-01-01T01:00:00Z"), base)
                    .committed();
            assertThat(same.parentId()).as("another window").isEqualTo(base);
            Snapshot first = clear(lake, Window.parse("2020-01-01T01:00:00Z/2020-01-01T02:00:00Z"), base)
                    .committed();
            assertThat(first.parentId()).isEqualTo(same.snapshotId());
            // Detections of the window, of before the two: one of two runs has them, the other one is refused.
            List<Detection> rows = new ArrayList<>();
            try (CloseableIterable<Detection> read = lake.records(
                    LakeTable.DETECTIONS,
                    "files",
                    window,
                    base,
                    org.apache.iceberg.expressions.Expressions.alwaysTrue())) {
                read.forEach(rows::add);
            }
            store(lake, window, base).fill(to -> rows.forEach(to));
            assertThatExceptionOfType(LakeStore.Overtaken.class)
                    .isThrownBy(() -> clear(lake, window, base))
                    .withMessageContaining("another run of the same window committed");
        }
    }

    private static LakeStore<Detection> store(Lake lake, Window window, Long base) {
        return lake.replacing(
                LakeTable.DETECTIONS, Lake.of("files", window), base, Map.of("trawl.run-id", "r"), 1 << 20);
    }

    private static LakeStore<Detection> clear(Lake lake, Window window, Long base) {
        LakeStore<Detection> store = store(lake, window, base);
        store.fill(to -> {});
        return store;
    }

    @Test
    void aLakeOfAnEarlierVersionInAFolderMovesWhenItIsSweptAgain() throws Exception {
        // As an earlier version left it: with a Hadoop catalog.
        theJobsLeaveTheSameInEveryCatalog(Kind.HADOOP);
        Path lake = folder.resolve("lake");
        Map<String, List<String>> before = LakeRows.of(Settings.load(lake.resolve("trawl.conf"), Map.of()));
        try (LakeFolder again = LakeFolder.open(lake)) {
            Settings settings = again.settings("squid");
            assertThat(settings.text("lake.type")).isEqualTo("jdbc");
            assertThat(LakeRows.of(settings)).isEqualTo(before);
        }
        assertThat(lake.resolve("lake/catalog.db")).isNotEmptyFile();
    }
}
