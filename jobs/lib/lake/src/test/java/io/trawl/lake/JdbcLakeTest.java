package io.trawl.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.trawl.base.JobFailure;
import io.trawl.base.Settings;
import io.trawl.base.Window;
import io.trawl.record.RawLine;
import io.trawl.testing.Lines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lake's catalog in a database. */
class JdbcLakeTest {
    private static final Configuration HADOOP = new Configuration();
    private static final Window FIRST = Window.parse("2026-11-24T10:00:00Z/2026-11-24T11:00:00Z");

    @TempDir
    Path folder;

    private Settings settings;

    @BeforeEach
    void settings() {
        settings = Settings.defaults()
                .with("lake.warehouse", folder.resolve("lake").toUri().toString());
    }

    private static LakeStore<RawLine> store(Lake lake, Window window) {
        return lake.replacing(
                LakeTable.RAW_LINES,
                Lake.of("proxy", window),
                lake.snapshot(LakeTable.RAW_LINES),
                Map.of("trawl.run-id", "r"),
                1 << 20);
    }

    private static void fill(LakeStore<RawLine> store, Window window, String line) {
        store.fill(to -> to.accept(Lines.line("proxy", window, 0, line)));
    }

    private static Window hour(int hour) {
        return new Window(FIRST.start().plusSeconds(3600L * hour), FIRST.end().plusSeconds(3600L * hour));
    }

    private List<String> metadata() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("lake/trawl/raw_lines/metadata"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".metadata.json"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void aWriterThatStalledForMoreCommitsThanMetadataIsKeptIsRefusedAndTheRowsAreRight() throws Exception {
        try (Lake lake = Lake.open(settings, HADOOP);
                Lake slow = Lake.open(settings, HADOOP)) {
            lake.table(LakeTable.RAW_LINES)
                    .updateProperties()
                    .set("write.metadata.previous-versions-max", "3")
                    .commit();
            fill(store(lake, hour(0)), hour(0), "a");
            LakeStore<RawLine> stalled = store(slow, hour(0));
            LakeStore<RawLine> other = store(slow, hour(100));
            for (int i = 1; i <= 10; i++) {
                fill(store(lake, hour(i)), hour(i), "x");
            }
            fill(store(lake, hour(0)), hour(0), "b");
            assertThat(metadata())
                    .as("what is older than the newest and three more is deleted")
                    .hasSize(4);

            assertThatExceptionOfType(LakeStore.Overtaken.class).isThrownBy(() -> fill(stalled, hour(0), "late"));
            // Another window: nothing stands against it, and nothing of the commits in between is lost.
            fill(other, hour(100), "y");
            long rows = 0;
            for (int i = 0; i <= 100; i++) {
                rows += lake.isEmpty(LakeTable.RAW_LINES, "proxy", hour(i), lake.snapshot(LakeTable.RAW_LINES)) ? 0 : 1;
            }
            assertThat(rows).isEqualTo(12);
        }
    }

    /** Operations whose answer to the next commit is lost: the database has done it, and Iceberg is told that it has not. */
    private static final class Deaf extends ForwardingOperations {
        private int lost;

        Deaf(TableOperations operations) {
            super(operations);
        }

        @Override
        public void commit(TableMetadata base, TableMetadata metadata) {
            operations.commit(base, metadata);
            if (lost++ == 0) {
                throw new CommitFailedException("has been changed");
            }
        }
    }

    @Test
    void aCommitWhoseAnswerIsLostIsMadeOnceAndItsFilesStay() throws Exception {
        try (Lake lake = Lake.open(settings, HADOOP)) {
            fill(store(lake, hour(0)), hour(0), "a");
            TableOperations operations =
                    ((JdbcLake) lake.catalog()).newTableOps(TableIdentifier.of("trawl", LakeTable.RAW_LINES.name()));
            Table table =
                    new org.apache.iceberg.BaseTable(new ConfirmedCommits(new Deaf(operations)), "lake.raw_lines");
            LakeStore<RawLine> store = new LakeStore<>(
                    table,
                    LakeTable.RAW_LINES,
                    Lake.of("proxy", hour(1)),
                    lake.snapshot(LakeTable.RAW_LINES),
                    Map.of());
            fill(store, hour(1), "b");

            Snapshot newest = lake.table(LakeTable.RAW_LINES).currentSnapshot();
            assertThat(newest.snapshotId()).isEqualTo(store.committed().snapshotId());
            assertThat(newest.sequenceNumber()).isEqualTo(2);
            assertThat(Files.exists(Path.of(java.net.URI.create(newest.manifestListLocation()))))
                    .isTrue();
            assertThat(lake.isEmpty(LakeTable.RAW_LINES, "proxy", hour(1), newest.snapshotId()))
                    .isFalse();
        }
    }

    @Test
    void severalProcessesMakeTheCatalogAndCommitAtTheSameMoment() throws Exception {
        int writers = 4;
        int commits = 5;
        Path go = folder.resolve("go");
        List<Process> processes = IntStream.range(0, writers)
                .mapToObj(writer -> start(writer, commits, go))
                .toList();
        Files.createFile(go);
        for (Process process : processes) {
            // As long as one commits, it moves.
            assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
            assertThat(process.exitValue())
                    .as(() -> read(folder.resolve("writers.log")))
                    .isZero();
        }
        try (Lake lake = Lake.open(settings, HADOOP)) {
            assertThat(lake.table(LakeTable.RAW_LINES).snapshots()).hasSize(writers * commits);
            for (int hour = 0; hour < writers * commits; hour++) {
                assertThat(lake.isEmpty(LakeTable.RAW_LINES, "proxy", hour(hour), lake.snapshot(LakeTable.RAW_LINES)))
                        .isFalse();
            }
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private Process start(int writer, int commits, Path go) {
        try {
            return new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx256m",
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Writer.class.getName(),
                            folder.resolve("lake").toUri().toString(),
                            Integer.toString(writer * commits),
                            Integer.toString(commits),
                            go.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            folder.resolve("writers.log").toFile()))
                    .start();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** A process that commits windows to a lake. */
    public static final class Writer {
        public static void main(String[] args) throws Exception {
            while (!Files.exists(Path.of(args[3]))) {
                Thread.onSpinWait();
            }
            int from = Integer.parseInt(args[1]);
            Settings settings = Settings.defaults().with("lake.warehouse", args[0]);
            long begun = System.nanoTime();
            try (Lake lake = Lake.open(settings, HADOOP)) {
                for (int hour = from; hour < from + Integer.parseInt(args[2]); hour++) {
                    fill(store(lake, hour(hour)), hour(hour), "line");
                }
            }
            System.out.println("writer from " + from + ": " + (System.nanoTime() - begun) / 1_000_000 + " ms");
            System.exit(0);
        }
    }

    @Test
    void aCatalogThatAnotherProcessHoldsIsWaitedFor() throws Exception {
        try (Lake lake = Lake.open(settings, HADOOP)) {
            fill(store(lake, hour(0)), hour(0), "a");
            LakeStore<RawLine> store = store(lake, hour(1));
            Thread committing;
            try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("lake/catalog.db"));
                    Statement statement = other.createStatement()) {
                statement.execute("BEGIN IMMEDIATE");
                committing = new Thread(() -> fill(store, hour(1), "b"));
                committing.start();
                committing.join(1_000);
                assertThat(committing.isAlive()).as("it waits").isTrue();
                statement.execute("COMMIT");
            }
            committing.join();
            assertThat(store.committed().sequenceNumber()).isEqualTo(2);
        }
    }

    @Test
    void passwordsComeFromAFileAlone() throws Exception {
        Settings cluster = settings.with("lake.catalog.uri", "jdbc:postgresql://db.example/lake")
                .with("lake.catalog.jdbc.user", "trawl");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LakeSettings.of(cluster.with("lake.catalog.jdbc.password", "secret")))
                .withMessageStartingWith(
                        "setting lake.catalog.jdbc.password: a password in settings appears in arguments")
                .withMessageNotContaining("secret");
        Path file = Files.writeString(folder.resolve("password"), "secret\n");
        assertThat(LakeSettings.of(cluster.with("lake.password.file", file.toString()))
                        .catalog())
                .containsEntry("password-file", file.toString())
                .doesNotContainValue("secret");
        assertThatExceptionOfType(JobFailure.class)
                .isThrownBy(() -> Lake.open(cluster.with("lake.password.file", "/none"), HADOOP))
                .withMessageStartingWith("lake.password.file = /none cannot be read on this machine");
    }

    @Test
    void aLakeThatIsInNoFolderNamesItsCatalog() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LakeSettings.of(Settings.defaults().with("lake.warehouse", "hdfs://nn/lake")))
                .withMessageStartingWith("setting lake.catalog.uri is missing");
    }
}
