package io.trawl.bench.store;

import io.trawl.base.Settings;
import io.trawl.base.Window;
import io.trawl.bench.frame.BenchFailure;
import io.trawl.flow.Store;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeStore;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.maintain.MaintainJob;
import io.trawl.record.ClientSightings;
import io.trawl.record.LedgerEntry;
import io.trawl.record.Observable;
import io.trawl.record.RawLine;
import io.trawl.run.Jobs;
import io.trawl.schema.word.Stage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Serializable;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.spark.util.SizeEstimator;

/**
 * A lake that grows by the hour, and that maintain works on after each day, by a clock that follows the windows.
 *
 * <p>A real window is seven commits, as the jobs make them: raw_lines, observables, and five entries of the ledger. Others are
 * cloned, a calendar month at a time: three commits bring what maintain would have left of the month, then maintain runs once.
 * That is one small data file of each window in raw_lines and in observables, in one manifest a month; and in the ledger the
 * same entries, in a file for each stage of a day, of which maintain makes one of the month. What real commits leave besides is
 * not there at the end either: their snapshots have expired, their metadata files are deleted, their manifests are merged by
 * month. What retention deletes, orphans and all else is left to maintain, since it goes by the age of windows.
 */
final class GrownLake {
    /** Windows of a day. */
    static final int DAY = 24;
    /** Days after which maintain orders the manifests of a table that has one commit an hour. */
    private static final int ORDERED = 3;
    /** A day's entries of the ledger are merged when the next day is over; before the end there may be a part of a day. */
    private static final int LEDGER_DAYS = 3;

    private static final String SOURCE = "proxy";
    private static final List<String> STAGES = List.of("ingest", "validate", "enrich", "load", "audit");
    private static final List<LakeTable<?>> TABLES =
            List.of(LakeTable.RAW_LINES, LakeTable.OBSERVABLES, LakeTable.LEDGER);
    /** As much as an audit of some proxies notes. */
    private static final String DETAIL = "{\"proxies\":\"" + "x".repeat(2_000) + "\"}";

    private final Path conf;
    private final Settings settings;
    private final Instant begin;
    private final Plan plan;
    private final Consumer<String> progress;
    /** A job reads it once. */
    private final Configuration hadoop = new Configuration();

    private final List<Double> maintained = new ArrayList<>();
    private int done;

    /**
     * Which windows are real.
     *
     * @param from how many are real before the first that is cloned
     * @param until the first that is real again, counted from 0
     */
    record Plan(int from, int until) {
        /** Without a clone. */
        static final Plan REAL = new Plan(Integer.MAX_VALUE, Integer.MAX_VALUE);

        /**
         * Real are all whose snapshots can still be there at the end and those of a day more, and those whose entries in the
         * ledger the last maintain merges or leaves.
         *
         * @param first so many are real at least before the first that is cloned
         * @param last how many there are
         * @param kept for how long a window can be rerun, with its grace
         */
        static Plan of(int first, int last, Duration kept) {
            int tail = Math.max(Math.toIntExact(kept.plusHours(1).minusNanos(1).toHours()) + DAY, LEDGER_DAYS * DAY);
            // Where maintain would have ordered the manifests, so that it does it on the same days from there on.
            int period = ORDERED * DAY;
            int from = (first + period - 1) / period * period;
            int until = (last - tail) / period * period;
            return until > from ? new Plan(from, until) : REAL;
        }

        int cloned() {
            return until - from;
        }
    }

    /**
     * What a window cost.
     *
     * @param commits seconds of its seven commits
     * @param metadata bytes of the newest metadata file of each table
     * @param heap bytes that the snapshots of the tables take when they are loaded
     * @param ledger seconds of what a job asks the ledger for
     */
    record Cost(double commits, double metadata, double heap, double ledger) {}

    /**
     * A lake in an empty folder.
     *
     * @param begin of its first window: a day's begin, ahead of the clock by which snapshots are stamped, so that only the
     *     ledger says which are kept
     * @param more settings that differ from those that are shipped
     */
    GrownLake(Path folder, Instant begin, Plan plan, Map<String, String> more, Consumer<String> progress)
            throws IOException {
        Map<String, String> all = new TreeMap<>(more);
        all.put("lake.warehouse", folder.resolve("lake").toUri().toString());
        all.put("state.dir", folder.resolve("state").toUri().toString());
        all.put("reports.dir", folder.resolve("reports").toUri().toString());
        all.put("hbase.quorum", "");
        this.conf = Files.write(
                Files.createDirectories(folder).resolve("trawl.conf"),
                all.entrySet().stream()
                        .map(one -> one.getKey() + " = " + one.getValue())
                        .toList());
        this.settings = Settings.load(conf, Map.of());
        this.begin = begin;
        this.plan = plan;
        this.progress = progress;
    }

    Lake open() {
        return Lake.open(settings, hadoop);
    }

    /** Seconds of each run of maintain. */
    List<Double> maintained() {
        return List.copyOf(maintained);
    }

    /** Grows to so many windows. */
    void growTo(int windows) throws Exception {
        while (done < windows) {
            if (done >= plan.from() && done < plan.until()) {
                int before = done;
                Instant begun = Instant.now();
                done = stretch(done, plan.until());
                double seconds = seconds(begun);
                maintain(String.format(Locale.ROOT, "windows %,d to %,d cloned in %.1f s", before + 1, done, seconds));
            } else {
                commit(done);
                grown();
            }
        }
    }

    /** Grows by a real window and looks what it costs. */
    Cost measure() throws Exception {
        double commits = commit(done);
        Cost cost = cost(commits, of(done));
        grown();
        return cost;
    }

    private void grown() {
        done++;
        if (done % DAY == 0) {
            maintain(String.format(Locale.ROOT, "%,d windows", done));
        }
    }

    private Cost cost(double commits, Window window) throws Exception {
        try (Lake lake = open()) {
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
            Ledger asked = new Ledger(lake);
            Instant begun = Instant.now();
            asked.require(SOURCE, Stage.ENRICH, window);
            asked.current(SOURCE, Stage.INGEST, window.start().minus(Duration.ofHours(1)), window.start());
            if (asked.latestBefore(SOURCE, Stage.AUDIT, window) == null) {
                throw new BenchFailure("the ledger has no audit before window " + window);
            }
            return new Cost(commits, bytes, held, seconds(begun));
        }
    }

    private Instant start(int window) {
        return begin.plus(Duration.ofHours(window));
    }

    private Instant end(int window) {
        return start(window + 1);
    }

    private Window of(int number) {
        return new Window(start(number), end(number));
    }

    /** Commits a window. @return seconds that it took */
    private double commit(int number) throws Exception {
        Window window = of(number);
        Instant begun = Instant.now();
        try (Lake lake = open()) {
            Map<String, String> summary =
                    Map.of("trawl.run-id", "bench", Lake.SOURCE, SOURCE, Lake.WINDOW, window.toString());
            long raw =
                    commit(lake, LakeTable.RAW_LINES, Lake.of(SOURCE, window), summary, List.of(List.of(line(window))));
            long observables = commit(
                    lake,
                    LakeTable.OBSERVABLES,
                    Lake.of(SOURCE, window),
                    summary,
                    List.of(List.of(observable(window))));
            Ledger ledger = new Ledger(lake);
            for (String stage : STAGES) {
                ledger.add(entry(window, number, stage, raw, observables));
            }
        }
        return seconds(begun);
    }

    /**
     * Commits windows as maintain leaves them: those of one month.
     *
     * @param until no window from here on
     * @return the first that is left to be committed
     */
    private int stretch(int from, int until) throws Exception {
        List<List<RawLine>> lines = new ArrayList<>();
        List<List<Observable>> observables = new ArrayList<>();
        YearMonth month = month(from);
        int end = from;
        for (; end < until && month(end).equals(month); end++) {
            lines.add(List.of(line(of(end))));
            observables.add(List.of(observable(of(end))));
        }
        Expression rows = Expressions.and(
                Expressions.equal("source", SOURCE),
                Expressions.greaterThanOrEqual("window", micros(start(from))),
                Expressions.lessThan("window", micros(start(end))));
        Map<String, String> summary = Map.of("trawl.run-id", "bench");
        try (Lake lake = open()) {
            long raw = commit(lake, LakeTable.RAW_LINES, rows, summary, lines);
            long seen = commit(lake, LakeTable.OBSERVABLES, rows, summary, observables);
            List<List<LedgerEntry>> entries = new ArrayList<>();
            for (int number = from; number < end; number++) {
                if (number == from || number % DAY == 0) {
                    entries.add(new ArrayList<>());
                }
                for (String stage : STAGES) {
                    entries.get(entries.size() - 1).add(entry(of(number), number, stage, raw, seen));
                }
            }
            commit(lake, LakeTable.LEDGER, Expressions.alwaysFalse(), summary, entries);
        }
        return end;
    }

    private YearMonth month(int window) {
        return YearMonth.from(start(window).atOffset(ZoneOffset.UTC));
    }

    private static long micros(Instant time) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, time);
    }

    /** Commits records, each list in files of its own. @return the snapshot */
    private static <T extends SpecificRecord> long commit(
            Lake lake, LakeTable<T> table, Expression rows, Map<String, String> summary, List<List<T>> records)
            throws Exception {
        LakeStore<T> store = lake.replacing(table, rows, lake.snapshot(table), summary, 1 << 20);
        List<Serializable> receipts = new ArrayList<>();
        for (int i = 0; i < records.size(); i++) {
            Store.Writer<T> writer = store.open(i, i);
            for (T record : records.get(i)) {
                writer.write(record);
            }
            receipts.add(writer.close());
        }
        store.commit(receipts);
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

    /** @param what has been done so far */
    private void maintain(String what) {
        Instant begun = Instant.now();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Jobs.run(
                new String[] {"--conf", conf.toString()},
                new MaintainJob(Clock.fixed(end(done - 1), ZoneOffset.UTC), step -> {}),
                Clock.systemUTC(),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        if (status != 0) {
            throw new BenchFailure(err.toString(StandardCharsets.UTF_8).strip());
        }
        double seconds = seconds(begun);
        maintained.add(seconds);
        progress.accept(String.format(Locale.ROOT, "%s, maintain %.1f s", what, seconds));
    }

    private static double seconds(Instant begun) {
        return Duration.between(begun, Instant.now()).toNanos() / 1e9;
    }
}
