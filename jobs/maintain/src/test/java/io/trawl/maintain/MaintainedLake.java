package io.trawl.maintain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.base.Settings;
import io.trawl.base.State;
import io.trawl.base.Window;
import io.trawl.flow.Store;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeStore;
import io.trawl.lake.LakeTable;
import io.trawl.record.RawLine;
import io.trawl.run.Job;
import io.trawl.run.Jobs;
import io.trawl.run.Run;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A lake of a few lines that is maintained: what the tests of the job share. */
abstract class MaintainedLake {
    static final Instant HOUR = Instant.now().truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(2));

    /** After all that a run may need has expired. */
    static final Duration LATER = Duration.ofDays(5);

    /** Read once: its files are many. */
    static final Configuration HADOOP = new Configuration();

    static SparkSession spark;

    @TempDir
    Path folder;

    final Map<String, String> set = new LinkedHashMap<>();

    /**
     * One for all classes, which Spark itself ends with the JVM: each run takes a session of its own from it.
     */
    @BeforeAll
    static void startSpark() {
        spark = SparkSession.builder().master("local[2]").getOrCreate();
    }

    @BeforeEach
    void settings() {
        set.put("lake.warehouse", folder.resolve("lake").toUri().toString());
        set.put("state.dir", folder.resolve("state").toUri().toString());
        set.put("reports.dir", folder.resolve("reports").toUri().toString());
        set.put("hbase.quorum", "");
        set.put("maintain.compact.files", "2");
    }

    static Window window(int daysAgo) {
        Instant start = HOUR.minus(Duration.ofDays(daysAgo));
        return new Window(start, start.plus(Duration.ofHours(1)));
    }

    /** Stores lines of a window, each in a file of its own, as a stage; audit and load store none, and audit finds problems. */
    record StageJob(String name, int lines, long problems) implements Job {
        StageJob(String name, int lines) {
            this(name, lines, 0);
        }

        @Override
        public boolean needsHistory() {
            return !name.equals("load");
        }

        @Override
        public String purpose() {
            return "Stores lines.";
        }

        boolean stores() {
            return !name.equals("audit") && !name.equals("load");
        }

        @Override
        public List<LakeTable<?>> writes() {
            return stores() ? List.of(LakeTable.RAW_LINES) : List.of();
        }

        @Override
        public boolean recorded() {
            return true;
        }

        @Override
        public void run(Run run) throws Exception {
            if (stores()) {
                fill(run.replacing(LakeTable.RAW_LINES), run.source().name(), run.window(), lines);
            } else {
                run.sequence(1);
                run.count("problems", problems);
            }
        }
    }

    static void fill(LakeStore<RawLine> store, Window window, int lines) throws Exception {
        fill(store, "proxy", window, lines);
    }

    static void fill(LakeStore<RawLine> store, String source, Window window, int lines) throws Exception {
        List<Serializable> receipts = new ArrayList<>();
        for (int i = 0; i < lines; i++) {
            Store.Writer<RawLine> writer = store.open(i, i);
            writer.write(line(source, window, i));
            receipts.add(writer.close());
        }
        store.commit(receipts);
    }

    static RawLine line(String source, Window window, int offset) {
        RawLine line = new RawLine();
        line.setSource(source);
        line.setWindow(window.start());
        line.setTopic("t");
        line.setPartition(0);
        line.setOffset((long) offset);
        line.setAppendTime(window.start());
        line.setEventId(String.format("%032x", offset));
        line.setHeaders(Map.of());
        line.setBody(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        return line;
    }

    String run(Job job, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        set.forEach((key, value) -> all.addAll(List.of("--set", key + "=" + value)));
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Jobs.run(
                all.toArray(new String[0]), job, Clock.systemUTC(), new PrintStream(err, true, StandardCharsets.UTF_8));
        return status + " " + err.toString(StandardCharsets.UTF_8).strip();
    }

    void sweep(Window window, String... stages) {
        for (String stage : stages) {
            assertThat(run(new StageJob(stage, 3), "--source", "proxy", "--window", window.toString()))
                    .isEqualTo("0 ");
        }
    }

    JsonNode maintain(Duration later) throws IOException {
        Clock clock = Clock.fixed(Instant.now().plus(later), ZoneOffset.UTC);
        assertThat(run(new MaintainJob(clock, step -> {}))).isEqualTo("0 ");
        return Objects.requireNonNull(State.at(set.get("reports.dir"), HADOOP).read("maintain.json"))
                .path("counts");
    }

    Lake lake() {
        return Lake.open(Settings.load(null, set), HADOOP);
    }

    /** Starts of the windows that a table has rows of, with their number. */
    Map<Instant, Integer> windows() throws Exception {
        Map<Instant, Integer> windows = new LinkedHashMap<>();
        try (Lake lake = lake();
                CloseableIterable<Record> records =
                        IcebergGenerics.read(lake.table(LakeTable.RAW_LINES)).build()) {
            records.forEach(record -> windows.merge(Kept.instant(record.getField("window")), 1, Integer::sum));
        }
        return windows;
    }

    static LakeStore<RawLine> store(Lake lake, Window window, Long base) {
        return lake.replacing(
                LakeTable.RAW_LINES,
                Lake.of("proxy", window),
                base,
                Map.of("trawl.run-id", "r", "trawl.source", "proxy", "trawl.window", window.toString()),
                1 << 20);
    }

    static String name(Window window) {
        return window.start().toString().replace(":", "");
    }

    Path file(String name, int daysOld) throws IOException {
        return old(folder.resolve("state").resolve(name), daysOld);
    }

    static Path old(Path file, int days) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "{}");
        return Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(days))));
    }

    void audit(Window window, long problems) {
        assertThat(run(new StageJob("audit", 0, problems), "--source", "proxy", "--window", window.toString()))
                .isEqualTo("0 ");
    }
}
