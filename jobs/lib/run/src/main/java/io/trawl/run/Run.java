package io.trawl.run;

import io.trawl.base.JobFailure;
import io.trawl.base.LogSource;
import io.trawl.base.Settings;
import io.trawl.base.State;
import io.trawl.base.Window;
import io.trawl.lake.Horizon;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeStore;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.record.LedgerEntry;
import io.trawl.record.OffsetSpan;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/** One run of a job on one window: its edges, and what it has to say for the report and the ledger. */
public final class Run {
    /** Version of Trawl's code that is in the ledger. */
    public static final String CODE_VERSION = CodeVersion.read();

    private final Job job;
    private final Books books;
    private final String id;
    private final Settings settings;
    private final SparkStart spark;
    private final Lake lake;
    private final State state;
    private final @Nullable LogSource source;
    private final @Nullable Window window;
    private final Instant started = Instant.now();

    private final Map<String, Long> counts = new TreeMap<>();
    private final Map<String, String> versions = new TreeMap<>(Map.of("trawl", CODE_VERSION));
    private final List<String> notes = new ArrayList<>();
    private List<OffsetSpan> offsets = List.of();
    private List<OffsetSpan> holes = List.of();
    private @Nullable Long indicatorSnapshot;
    private @Nullable String detail;
    private @Nullable String failure;
    private long lines = SparkStart.UNKNOWN;
    private boolean unchanged;
    private boolean recorded;
    private boolean awaited;

    Run(
            Job job,
            String id,
            Settings settings,
            SparkStart spark,
            Lake lake,
            State state,
            @Nullable LogSource source,
            @Nullable Window window) {
        this.job = job;
        this.id = id;
        this.settings = settings;
        this.spark = spark;
        this.books = new Books(job, source, window);
        this.lake = lake.watched(books);
        this.state = state;
        this.source = source;
        this.window = window;
    }

    /** A run outside of a job's program, on this machine alone: Spark starts if it is asked for. */
    public static Run local(
            Job job,
            String id,
            Settings settings,
            Lake lake,
            State state,
            @Nullable LogSource source,
            @Nullable Window window) {
        SparkStart spark = new SparkStart(new SparkConf().setMaster("local[1]").setAppName("trawl"), 0, 1);
        return new Run(job, id, settings, spark, lake, state, source, window);
    }

    public String id() {
        return id;
    }

    public Settings settings() {
        return settings;
    }

    /**
     * Says how many lines the run is about, before it asks for Spark: few of them need no executors (setting
     * job.driver.lines). A run that does not say it gets executors. The earlier it is said the better: Spark starts beside
     * what the run does until it asks for it.
     */
    public void lines(long count) {
        this.lines = count;
        spark.soon(count);
    }

    /** The Spark session, started when it is asked for: a run with nothing to read does not need one. */
    public SparkSession spark() {
        return spark.session(lines);
    }

    public JavaSparkContext context() {
        return JavaSparkContext.fromSparkContext(spark().sparkContext());
    }

    public Configuration hadoop() {
        return spark.hadoop();
    }

    public Lake lake() {
        return lake;
    }

    public Ledger ledger() {
        return new Ledger(lake);
    }

    /** The folder of pins, manifests and index files. */
    public State state() {
        return state;
    }

    public LogSource source() {
        if (source == null) {
            throw new IllegalStateException("job " + job.name() + " has no source");
        }
        return source;
    }

    public Window window() {
        if (window == null) {
            throw new IllegalStateException("job " + job.name() + " has no window");
        }
        return window;
    }

    /** When the run began. */
    public Instant started() {
        return started;
    }

    public void count(String name, long value) {
        counts.merge(name, value, Long::sum);
    }

    public void counts(Map<String, Long> values) {
        values.forEach(this::count);
    }

    /**
     * What the window has in a table that the job reads ({@link Job#reads}), at the snapshot that the ledger names; an input of
     * this run from now on.
     */
    public <T extends SpecificRecord> Input<T> reading(LakeTable<T> table) {
        return new Input<>(this, table, books.reading(table));
    }

    /** Takes note of an input that no stage of the window made. */
    public void input(LakeTable<?> table, long snapshot) {
        books.input(table, snapshot);
    }

    public void version(String of, String version) {
        versions.put(of, version);
    }

    public void note(String text) {
        notes.add(text);
    }

    public void offsets(List<OffsetSpan> spans, List<OffsetSpan> deleted) {
        this.offsets = List.copyOf(spans);
        this.holes = List.copyOf(deleted);
    }

    public void indicators(long snapshot) {
        this.indicatorSnapshot = snapshot;
    }

    /** JSON that goes into the ledger's column of that name. */
    public void detail(String json) {
        this.detail = json;
    }

    /** Properties for every snapshot that this run commits. */
    public Map<String, String> properties() {
        Map<String, String> properties = new HashMap<>();
        properties.put(Lake.RUN, id);
        properties.put("trawl.stage", job.name());
        if (source != null && window != null) {
            properties.put(Lake.SOURCE, source.name());
            properties.put(Lake.WINDOW, window.toString());
        }
        return properties;
    }

    /** The snapshot of a table that the job writes ({@link Job#writes}) from before anything was read; null if it had none. */
    public @Nullable Long base(LakeTable<?> table) {
        return books.base(table);
    }

    /** A store that replaces this run's window of a table that the job writes ({@link Job#writes}). */
    public <T extends SpecificRecord> LakeStore<T> replacing(LakeTable<T> table) {
        return replacing(table, Expressions.alwaysTrue());
    }

    /** A store that replaces those rows of this run's window of a table for which a further condition holds. */
    public <T extends SpecificRecord> LakeStore<T> replacing(LakeTable<T> table, Expression which) {
        Long base = base(table);
        claim();
        return lake.replacing(table, Expressions.and(Lake.of(source().name(), window()), which), base, properties())
                .provided(() -> claims().require(window()));
    }

    /**
     * A store that adds rows to this run's window of a table that the job writes ({@link Job#writes}). Its commit is refused, as
     * that of a store that replaces them, if another one has touched the window since the run began.
     */
    public <T extends SpecificRecord> LakeStore<T> adding(LakeTable<T> table) {
        Long base = base(table);
        claim();
        return lake.replacing(table, Lake.of(source().name(), window()), base, properties())
                .adding()
                .provided(() -> claims().require(window()));
    }

    private void claim() {
        try {
            claims().claim(window(), id);
        } catch (IOException e) {
            throw new JobFailure("window " + window() + " cannot be claimed in state.dir: " + e.getMessage(), e);
        }
    }

    /**
     * Refuses a window that overlaps one of another length, or that is too old for a rerun. The window itself is claimed when
     * something is to be stored, so that a run which comes to nothing before leaves nothing behind.
     *
     * @param withHistory whether the window's earlier results must still be there
     * @throws IllegalArgumentException it does, or it is
     */
    void requireKnownWindow(boolean withHistory) throws IOException {
        claims().check(window(), id);
        if (withHistory) {
            Horizon.require(state, ledger(), source().name(), window());
        }
    }

    /** When a window of this source that has a part in the given one was claimed last; null if none was. */
    public @Nullable Instant claimed(Window within) throws IOException {
        return claims().last(within);
    }

    private WindowClaims claims() {
        return new WindowClaims(state, ledger(), source().name());
    }

    /**
     * Refuses a source whose windows now have another length than those that have been claimed at an instant.
     *
     * @throws IllegalArgumentException they overlap
     */
    public void requireUnit(Instant at) throws IOException {
        long unit = source().unit().toMillis();
        Instant start = Instant.ofEpochMilli(Math.floorDiv(at.toEpochMilli(), unit) * unit);
        claims().requireFree(new Window(start, start.plusMillis(unit)));
    }

    /** Takes note of a table that stays as an earlier run committed it; commits of this run are noted as they happen. */
    public void output(LakeTable<?> table, Snapshot snapshot) {
        books.output(table, snapshot);
    }

    /** For a stage without a table of its own: what orders its runs. */
    public void sequence(long value) {
        books.sequence(value);
    }

    /** Says that the window stays as it is: nothing was committed, and the ledger gets no entry. */
    public void unchanged() {
        if (!books.outputs().isEmpty()) {
            throw new IllegalStateException("run " + id + " has committed, so its window has changed");
        }
        this.unchanged = true;
    }

    /** Says that the run is recorded and then fails, for example since it found what it looks for. */
    public void failed(String line) {
        this.failure = line;
    }

    /**
     * Does the job: takes the snapshots of what it writes, finds what it reads, runs it, and writes the run into the ledger.
     * After that the stage of the window exists.
     *
     * @throws JobFailure the job's {@link #failed}, or it forgot something
     */
    public void execute() throws Exception {
        books.open(lake, ledger());
        job.run(this);
        if (!unchanged) {
            books.balance();
            if (job.recorded()) {
                record();
                recorded = true;
            }
        }
        job.afterwards(this);
        if (failure != null) {
            throw new JobFailure(failure, null);
        }
    }

    private void record() {
        Window of = window == null ? new Window(started, started.plusNanos(1_000)) : window;
        LedgerEntry entry = new LedgerEntry();
        entry.setSource(source == null ? "indicators" : source.name());
        entry.setStage(job.stage().name());
        entry.setWindow(of.start());
        entry.setWindowEnd(of.end());
        entry.setRunId(id);
        entry.setSequence(books.sequence());
        entry.setStarted(started);
        entry.setEnded(Instant.now());
        entry.setCounts(new HashMap<>(counts));
        entry.setInputs(new HashMap<>(books.inputs()));
        entry.setOutputs(new HashMap<>(books.outputs()));
        entry.setOffsets(offsets);
        entry.setHoles(holes);
        entry.setIndicatorSnapshot(indicatorSnapshot);
        entry.setVersions(new HashMap<>(versions));
        entry.setDetail(detail);
        ledger().add(entry);
    }

    /**
     * Refuses a run that is in the ledger and does not count there: another run of the window, which committed later, has
     * been recorded before it.
     *
     * @throws JobFailure it does not count
     */
    public void requireNotOvertaken() {
        if (recorded) {
            Ledger.Entry counts = ledger().require(source().name(), job.stage(), window());
            if (!counts.runId().equals(id)) {
                recorded = false;
                throw new JobFailure(
                        "window " + window() + " of source " + source().name() + " was overtaken by run "
                                + counts.runId() + ", whose result counts: run it again",
                        null);
            }
        }
    }

    /** What was counted so far. */
    public Map<String, Long> countsSoFar() {
        return counts;
    }

    Map<String, Long> inputsSoFar() {
        return books.inputs();
    }

    Map<String, Long> outputsSoFar() {
        return books.outputs();
    }

    /** Says that the window is unchanged since an earlier run, which the jobs that follow have not been run after yet. */
    public void awaited() {
        this.awaited = true;
    }

    /** The window, if the jobs that follow are to be run: the ledger has got an entry of this run, or they are awaited. */
    @Nullable
    Window toFollow() {
        return recorded || awaited ? window : null;
    }

    List<String> notesSoFar() {
        return notes;
    }

    @Nullable
    Long indicatorSnapshot() {
        return indicatorSnapshot;
    }

    /** A file of the state folder for this run's window, which is the only one of its start ({@link WindowClaims}). */
    public String stateFile(String kind, String name) {
        return stateFile(kind, window().start(), name);
    }

    /** The same for another window of the source. */
    public String stateFile(String kind, Instant window, String name) {
        return kind + "/" + source().name() + "/" + State.fileName(window) + "/" + name;
    }

    static String reportName(String job, @Nullable LogSource source, @Nullable Window window) throws IOException {
        return source == null || window == null
                ? job + ".json"
                : job + "/" + source.name() + "/" + window.start().toString().replace(":", "") + ".json";
    }
}
