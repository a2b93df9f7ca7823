package io.trawl.bench;

import io.trawl.etl.Jobs;
import io.trawl.etl.Lake;
import io.trawl.etl.LakeStore;
import io.trawl.etl.LakeTable;
import io.trawl.etl.Ledger;
import io.trawl.etl.Settings;
import io.trawl.etl.Window;
import io.trawl.maintain.MaintainJob;
import io.trawl.record.ClientSightings;
import io.trawl.record.LedgerEntry;
import io.trawl.record.Observable;
import io.trawl.record.RawLine;
import io.trawl.stack.Options;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.TableMetadata;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SizeEstimator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Whether a lake that grows by the hour costs more and more. */
@Command(
        name = "growth",
        header = "commits, metadata, heap and ledger after 100 and after 10,000 windows, with maintain each day",
        description = {
            "",
            "Makes a lake in a folder (.trawl/bench/growth, SQLite) and commits hourly windows to raw_lines and observables, one "
                    + "small file each, with the ledger entries of five stages; the job maintain runs after each 24 "
                    + "windows with its settings as shipped, by a clock that follows the windows. Compares the 24 "
                    + "windows up to the 100th with the last 24: median seconds of a window's seven commits, bytes of the "
                    + "newest metadata files, heap that the snapshots of three loaded tables take, and seconds of what a job asks the "
                    + "ledger for.",
            "",
            "With --windows 1k it takes more than seven minutes on two cores; the default takes hours.",
            ""
        })
final class GrowthBench implements Bench {
    private static final String SOURCE = "proxy";
    private static final int FIRST = 100;
    private static final int DAY = 24;
    private static final double GOAL = 1.5;
    private static final List<String> STAGES = List.of("ingest", "validate", "enrich", "load", "audit");
    private static final List<LakeTable<?>> TABLES =
            List.of(LakeTable.RAW_LINES, LakeTable.OBSERVABLES, LakeTable.LEDGER);
    /** As much as an audit of some proxies notes. */
    private static final String DETAIL = "{\"proxies\":\"" + "x".repeat(2_000) + "\"}";

    /** Ahead of the clock by which snapshots are stamped, so that only the ledger says which are kept. */
    private final Instant begin = Instant.now().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofDays(10));

    @Option(names = "--windows", paramLabel = "N", description = "Windows in all (default: 10k).")
    private Size windows = new Size(10_000);

    /** What a stretch of 24 windows cost: each a median, or a mean over the day. */
    private record Cost(double commits, double metadata, double heap, double ledger) {}

    @Override
    public Outcome measure(Consumer<String> progress) throws Exception {
        if (windows.value() < 2L * FIRST || windows.value() > 1_000_000) {
            throw new IllegalArgumentException("--windows " + windows.value() + ": expected 200 to 1M, as 10k");
        }
        Options project = Options.ofThisProject();
        Path folder = Files.createDirectories(project.home().resolve(".trawl/bench"));
        try (FileChannel lock = Folder.lock(folder)) {
            Path work = folder.resolve("growth");
            Folder.delete(work);
            Files.createDirectories(work);
            try {
                return measure(work, FIRST, (int) windows.value(), progress);
            } finally {
                Folder.delete(work);
            }
        }
    }

    /**
     * Measures in an empty folder.
     *
     * @param first up to which window the first 24 are
     * @param last how many windows there are
     */
    Outcome measure(Path work, int first, int last, Consumer<String> progress) throws Exception {
        Path conf = Files.writeString(
                work.resolve("trawl.conf"),
                "lake.warehouse = " + work.resolve("lake").toUri() + "\nstate.dir = "
                        + work.resolve("state").toUri() + "\nreports.dir = "
                        + work.resolve("reports").toUri() + "\nhbase.quorum =\n");
        Settings settings = Settings.load(conf, Map.of());
        SparkConf spark = new SparkConf()
                .setMaster("local[2]")
                .setAppName("trawl bench growth")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.driver.bindAddress", "127.0.0.1")
                .set("spark.sql.shuffle.partitions", "2")
                .set("spark.local.dir", work.resolve("tmp").toString());
        Jobs.configure(spark, settings);
        try (SparkSession session = SparkSession.builder().config(spark).getOrCreate()) {
            session.sparkContext().setLogLevel("ERROR");
            return measure(conf, settings, first, last, progress);
        }
    }

    private Outcome measure(Path conf, Settings settings, int first, int last, Consumer<String> progress)
            throws Exception {
        Cost early = null;
        Cost late = null;
        double maintained = 0;
        Day day = new Day();
        for (int i = 1; i <= last; i++) {
            if (i == first - DAY + 1 || i == last - DAY + 1) {
                day = new Day();
            }
            boolean looked = i > first - DAY && i <= first || i > last - DAY;
            day.add(window(settings, i - 1), looked ? settings : null, i - 1);
            if (i == first) {
                early = day.cost();
            } else if (i == last) {
                late = day.cost();
            }
            if (i % DAY == 0) {
                Instant begun = Instant.now();
                maintain(conf, end(i - 1));
                maintained += seconds(begun);
            }
            if (i % 1_000 == 0) {
                progress.accept(String.format(Locale.ROOT, "%,d windows", i));
            }
        }
        if (early == null || late == null) {
            throw new BenchFailure("nothing was measured");
        }
        Outcome outcome = new Outcome("growth");
        outcome.figure("maintain_seconds", maintained / (last / DAY));
        compare(outcome, last, "commit_seconds", early.commits(), late.commits());
        compare(outcome, last, "metadata_bytes", early.metadata(), late.metadata());
        compare(outcome, last, "heap_bytes", early.heap(), late.heap());
        compare(outcome, last, "ledger_seconds", early.ledger(), late.ledger());
        return outcome;
    }

    private static void compare(Outcome outcome, int last, String name, double early, double late) {
        outcome.figure("early." + name, early).figure("late." + name, late);
        outcome.say(String.format(
                Locale.ROOT,
                "%-16s %,14.3f at first, %,14.3f at window %,d: %.2f",
                name,
                early,
                late,
                last,
                late / early));
        outcome.atMost(name + "_ratio", GOAL, late / early);
    }

    /** What is measured of the windows of a day. */
    private final class Day {
        private final List<Double> commits = new ArrayList<>();
        private final List<Double> metadata = new ArrayList<>();
        private final List<Double> heap = new ArrayList<>();
        private final List<Double> ledger = new ArrayList<>();

        /** @param look settings of the lake that is looked at; null: the time of the commits alone is noted */
        void add(double seconds, @Nullable Settings look, int window) throws Exception {
            commits.add(seconds);
            if (look == null) {
                return;
            }
            try (Lake lake = Lake.open(look, new Configuration())) {
                double bytes = 0;
                long held = 0;
                for (LakeTable<?> one : TABLES) {
                    TableMetadata known =
                            ((HasTableOperations) lake.table(one)).operations().current();
                    held += SizeEstimator.estimate(
                            List.of(known.snapshots(), known.snapshotLog(), known.previousFiles(), known.refs()));
                    bytes += Files.size(
                            Path.of(URI.create(known.metadataFileLocation()).getPath()));
                }
                heap.add((double) held);
                metadata.add(bytes);
                Ledger asked = new Ledger(lake);
                Window of = new Window(start(window), end(window));
                Instant begun = Instant.now();
                asked.require(SOURCE, "enrich", of);
                asked.current(SOURCE, "ingest", of.start().minus(Duration.ofHours(1)), of.start());
                if (asked.latestBefore(SOURCE, "audit", of) == null) {
                    throw new BenchFailure("the ledger has no audit before window " + of);
                }
                ledger.add(seconds(begun));
            }
        }

        Cost cost() {
            return new Cost(median(commits), mean(metadata), median(heap), median(ledger));
        }
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    }

    private Instant start(int window) {
        return begin.plus(Duration.ofHours(window));
    }

    private Instant end(int window) {
        return start(window + 1);
    }

    /** Commits a window. @return seconds that it took */
    private double window(Settings settings, int number) throws Exception {
        Window window = new Window(start(number), end(number));
        Instant begun = Instant.now();
        try (Lake lake = Lake.open(settings, new Configuration())) {
            long raw = commit(lake, LakeTable.RAW_LINES, window, line(window));
            long observables = commit(lake, LakeTable.OBSERVABLES, window, observable(window));
            Ledger ledger = new Ledger(lake);
            for (String stage : STAGES) {
                ledger.add(entry(window, number, stage, raw, observables));
            }
        }
        return seconds(begun);
    }

    private static <T extends SpecificRecord> long commit(Lake lake, LakeTable<T> table, Window window, T record) {
        LakeStore<T> store = lake.replacing(
                table,
                Lake.of(SOURCE, window),
                lake.snapshot(table),
                Map.of("trawl.run-id", "bench", "trawl.source", SOURCE, "trawl.window", window.toString()),
                1 << 20);
        store.fill(to -> to.accept(record));
        return store.committed().snapshotId();
    }

    private static LedgerEntry entry(Window window, int number, String stage, long raw, long observables) {
        LedgerEntry entry = new LedgerEntry();
        entry.setSource(SOURCE);
        entry.setStage(stage);
        entry.setWindow(window.start());
        entry.setWindowEnd(window.end());
        entry.setRunId("bench-" + number);
        entry.setSequence((long) number);
        Instant ended = window.end().plusSeconds(60);
        entry.setStarted(stage.equals("audit") ? ended : window.end());
        entry.setEnded(ended);
        entry.setCounts(new HashMap<>(Map.of("raw", 1L, "problems", 0L)));
        entry.setInputs(new HashMap<>(Map.of(LakeTable.RAW_LINES.name(), raw)));
        entry.setOutputs(
                new HashMap<>(Map.of(LakeTable.RAW_LINES.name(), raw, LakeTable.OBSERVABLES.name(), observables)));
        entry.setOffsets(List.of());
        entry.setHoles(List.of());
        entry.setVersions(new HashMap<>(Map.of("trawl", "bench")));
        entry.setDetail(stage.equals("audit") ? DETAIL : null);
        return entry;
    }

    private static RawLine line(Window window) {
        RawLine line = new RawLine();
        line.setSource(SOURCE);
        line.setWindow(window.start());
        line.setTopic("bench");
        line.setPartition(0);
        line.setOffset(0L);
        line.setAppendTime(window.start());
        line.setEventId("0".repeat(32));
        line.setHeaders(Map.of());
        line.setBody(ByteBuffer.wrap("a line".getBytes(StandardCharsets.UTF_8)));
        return line;
    }

    private static Observable observable(Window window) {
        Observable observable = new Observable();
        observable.setSource(SOURCE);
        observable.setWindow(window.start());
        observable.setType("domain");
        observable.setValue("www.example");
        observable.setFirstSeen(window.start());
        observable.setLastSeen(window.start());
        observable.setEvents(1L);
        observable.setClients(List.of(new ClientSightings("10.0.0.1", window.start(), window.start(), 1L)));
        return observable;
    }

    private static void maintain(Path conf, Instant now) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Jobs.run(
                new String[] {"--conf", conf.toString()},
                new MaintainJob(Clock.fixed(now, ZoneOffset.UTC), step -> {}),
                Clock.systemUTC(),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        if (status != 0) {
            throw new BenchFailure(err.toString(StandardCharsets.UTF_8).strip());
        }
    }

    private static double seconds(Instant begun) {
        return Duration.between(begun, Instant.now()).toNanos() / 1e9;
    }
}
