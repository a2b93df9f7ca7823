package io.trawl.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.base.Settings;
import io.trawl.base.State;
import io.trawl.base.Window;
import io.trawl.kafka.files.LogFile;
import io.trawl.kafka.files.LogScan;
import io.trawl.refreshindicators.RefreshIndicatorsJob;
import io.trawl.run.Job;
import io.trawl.run.Jobs;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * A lake with indicators, windows of a second, each a log file, and the jobs on them. Tests extend it: each begins with the
 * lake that {@link #begin} has made.
 */
abstract class FilesLake {
    @TempDir
    static Path folder;

    static SparkSession spark;
    private static KeptFolder kept;

    private final Instant start;
    LakeFolder lake;
    Settings settings;

    /** @param start of the first window */
    FilesLake(Instant start) {
        this.start = start;
    }

    /** The settings of the lake that is open. */
    abstract Settings written() throws Exception;

    /** What happens once, before all tests. */
    void before() throws Exception {}

    /** Makes the lake that each test of a class begins with. */
    static void begin(FilesLake test) throws Exception {
        Path feed = Files.writeString(folder.resolve("feed.txt"), "evil.example\n");
        try (LakeFolder lake = LakeFolder.open(folder.resolve("lake"))) {
            test.lake = lake;
            test.settings = test.written();
            spark = QuickSpark.start(test.settings);
            assertThat(test.run(new RefreshIndicatorsJob(), "--feeds", feed.toString()))
                    .isEmpty();
            test.before();
        }
        kept = new KeptFolder(folder.resolve("lake"), folder.resolve("kept"));
    }

    @AfterAll
    static void end() {
        spark.close();
    }

    @BeforeEach
    void open() throws Exception {
        kept.restore();
        lake = LakeFolder.open(folder.resolve("lake"));
        settings = written();
    }

    @AfterEach
    void close() throws Exception {
        lake.close();
    }

    Window window(int number) {
        Instant from = start.plusSeconds(number);
        return new Window(from, from.plusSeconds(1));
    }

    /**
     * What came in a window: a file of the log, as it is from its beginning.
     *
     * @param generation which file of the log it is
     */
    void cameFrom(int number, String generation, String text) throws Exception {
        Path file = Files.writeString(folder.resolve(number + ".log"), text);
        LogScan scan = LogScan.of(file, Long.MAX_VALUE, Collections.emptySortedSet(), 1000);
        State.at(settings.text("state.dir"), LakeRows.HADOOP)
                .replace(
                        LogFile.name(Sweep.SOURCE, window(number).start()),
                        new LogFile(
                                        number,
                                        window(number).start(),
                                        "access.log",
                                        generation,
                                        file.toString(),
                                        scan.bytes(),
                                        scan.lines(),
                                        scan.digest())
                                .json());
    }

    /** Runs a job. Gives its status and what it said; nothing if all was well. */
    String run(Job job, String... arguments) {
        List<String> all = new ArrayList<>(List.of("--conf", lake.conf().toString()));
        all.addAll(List.of(arguments));
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int status = Jobs.run(
                all.toArray(new String[0]),
                job,
                Clock.systemUTC(),
                new PrintStream(said, true, StandardCharsets.UTF_8));
        return status == 0
                ? ""
                : status + " " + said.toString(StandardCharsets.UTF_8).strip();
    }

    String run(Job job, int number, String... more) {
        List<String> all = new ArrayList<>(
                List.of("--source", Sweep.SOURCE, "--window", window(number).toString()));
        all.addAll(List.of(more));
        return run(job, all.toArray(new String[0]));
    }

    void mustRun(int number, List<Supplier<Job>> jobs) {
        jobs.forEach(job -> assertThat(run(job.get(), number)).isEmpty());
    }

    JsonNode report(String job, int number) throws Exception {
        return Objects.requireNonNull(State.at(settings.text("reports.dir"), LakeRows.HADOOP)
                .read(job + "/" + Sweep.SOURCE + "/"
                        + window(number).start().toString().replace(":", "") + ".json"));
    }
}
