package io.trawl.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.audit.AuditJob;
import io.trawl.base.Settings;
import io.trawl.base.State;
import io.trawl.base.Window;
import io.trawl.enrich.EnrichJob;
import io.trawl.hbase.Load;
import io.trawl.ingest.IngestJob;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.load.LoadJob;
import io.trawl.maintain.MaintainJob;
import io.trawl.refreshindicators.RefreshIndicatorsJob;
import io.trawl.replay.ReplayJob;
import io.trawl.run.Job;
import io.trawl.run.Jobs;
import io.trawl.schema.word.Stage;
import io.trawl.stack.SharedStack;
import io.trawl.validate.ValidateJob;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hbase.Cell;
import org.apache.hadoop.hbase.CellUtil;
import org.apache.hadoop.hbase.CompareOperator;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.Delete;
import org.apache.hadoop.hbase.client.Result;
import org.apache.hadoop.hbase.client.ResultScanner;
import org.apache.hadoop.hbase.client.Scan;
import org.apache.hadoop.hbase.client.Table;
import org.apache.hadoop.hbase.filter.QualifierFilter;
import org.apache.hadoop.hbase.filter.SubstringComparator;
import org.apache.hadoop.hbase.util.Bytes;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * One source of the stack with a topic of its own, and the jobs on its windows, run in this JVM.
 *
 * <p>Longer than other classes, since it is the one way of the tests to a source: its topic, its jobs, its lake and
 * its cells.
 */
final class Sweeper {
    /** Short, so that a test need not wait for a window to close. */
    static final Duration UNIT = Duration.ofSeconds(2);

    static final List<String> STAGES = List.of("ingest", "validate", "enrich", "load");

    /** Read once: its files are many. */
    static final Configuration HADOOP = new Configuration();

    private final Path conf;
    private final String source;
    private final Map<String, String> settings = new TreeMap<>();
    private volatile @Nullable Settings loaded;

    Sweeper(Path conf, String name, Map<String, String> more) {
        this.conf = conf;
        this.source = name;
        settings.putAll(settingsOf(name));
        settings.put("window.margin", "PT0S");
        // Tests share one lake, each with indicators of its own.
        settings.put("indicators.shrink", "100");
        settings.put("ingest.task.messages", "1000");
        settings.putAll(more);
    }

    /** Settings of a source. */
    static Map<String, String> settingsOf(String name) {
        String source = "source." + name;
        return Map.of(
                source + ".topic",
                name,
                source + ".format",
                "squid",
                source + ".window",
                UNIT.toString(),
                source + ".silence",
                "PT1H");
    }

    /** Makes a feed the indicators of the lake that the tests share, and gives the stack's broker. */
    static Broker begin(Path conf, Path folder, String feed, String... more) throws Exception {
        Sweeper any = new Sweeper(conf, "any", Map.of());
        List<String> options = new ArrayList<>(List.of(
                "--feeds", Files.writeString(folder.resolve("feed.txt"), feed).toString()));
        options.addAll(List.of(more));
        any.mustRun("refresh-indicators", null, options.toArray(new String[0]));
        return new Broker(any.settings().text("kafka.bootstrap"));
    }

    String source() {
        return source;
    }

    /** The source of a DAG, to look at what its sweeps left; its jobs are run by Airflow. */
    static Sweeper swept(Path conf, String source) {
        return new Sweeper(conf, source, Map.of());
    }

    Settings settings() {
        Settings known = loaded;
        if (known == null) {
            known = Settings.load(conf, settings);
            loaded = known;
        }
        return known;
    }

    /**
     * Has audits expect a source's lines since an instant: what another test had the proxies write before is in no
     * window.
     */
    static void expectFrom(Path conf, String source, Instant from) throws java.io.IOException {
        Files.writeString(conf, "source." + source + ".audit.from = " + from + "\n", StandardOpenOption.APPEND);
    }

    /** What a job said. */
    record Said(int status, String error) {}

    static Job job(String name) {
        return switch (name) {
            case "ingest" -> new IngestJob();
            case "validate" -> new ValidateJob();
            case "enrich" -> new EnrichJob();
            case "load" -> new LoadJob();
            case "audit" -> new AuditJob();
            case "maintain" -> new MaintainJob();
            case "replay" -> new ReplayJob();
            case "refresh-indicators" -> new RefreshIndicatorsJob();
            default -> throw new IllegalArgumentException(name);
        };
    }

    /** Arguments of a job on a window. */
    List<String> arguments(@Nullable Window window, String... more) {
        List<String> arguments = new ArrayList<>(List.of("--conf", conf.toString()));
        if (window != null) {
            arguments.addAll(List.of("--source", source, "--window", window.toString()));
        }
        settings.forEach((key, value) -> arguments.addAll(List.of("--set", key + "=" + value)));
        arguments.addAll(List.of(more));
        return arguments;
    }

    private static @Nullable SparkSession spark;

    /** The one session of all jobs that the tests run in their own JVM: to make and end one each takes longer than most jobs. */
    private static synchronized void shareSpark(Settings settings) {
        if (spark == null) {
            SparkConf conf = new SparkConf().setMaster("local[2]").setAppName("tests");
            Jobs.configure(conf, settings);
            spark = SparkSession.builder().config(conf).getOrCreate();
        }
    }

    Said run(String job, @Nullable Window window, String... more) {
        shareSpark(settings());
        ByteArrayOutputStream error = new ByteArrayOutputStream();
        int status = Jobs.run(
                arguments(window, more).toArray(new String[0]),
                job(job),
                Clock.systemUTC(),
                new PrintStream(error, true, StandardCharsets.UTF_8));
        return new Said(status, error.toString(StandardCharsets.UTF_8).strip());
    }

    void mustRun(String job, @Nullable Window window, String... more) {
        Said said = run(job, window, more);
        assertThat(said.status()).as(job + ": " + said.error()).isZero();
    }

    /** Sweeps a window: the four jobs and the audit. */
    void sweep(Window window) {
        STAGES.forEach(stage -> mustRun(stage, window));
        mustRun("audit", window);
    }

    /** Starts a job in a JVM of its own. */
    Process start(String job, Window window) throws java.io.IOException {
        List<String> command = SharedStack.driver();
        command.addAll(List.of(
                "-Dspark.master=local[1]",
                "-Dspark.ui.enabled=false",
                job(job).getClass().getName()));
        command.addAll(arguments(window));
        File log = File.createTempFile("job-" + job, ".log");
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
    }

    /** Waits for the next window to begin that no test has yet, and gives it. */
    static Window nextWindow() throws InterruptedException {
        Window window = claim(UNIT, System.currentTimeMillis() + UNIT.toMillis());
        awaitTime(window.start());
        return window;
    }

    /** End of the last window that a test has taken. */
    private static long taken;

    /**
     * A window of a test's own: what it counts is its own lines.
     *
     * @param within a time, milliseconds; the window is the one that holds it, or a later one
     */
    private static synchronized Window claim(Duration length, long within) {
        long unit = length.toMillis();
        long start = Math.max(within / unit, (taken + unit - 1) / unit) * unit;
        taken = start + unit;
        return new Window(Instant.ofEpochMilli(start), Instant.ofEpochMilli(taken));
    }

    /** Sends messages in the first moments of a window, and gives the window when it has closed. */
    Window fill(Broker broker, List<Broker.Message> messages) throws Exception {
        return fill(broker, messages, landed -> {});
    }

    /** The same; says where the messages have landed. */
    Window fill(Broker broker, List<Broker.Message> messages, Consumer<List<RecordMetadata>> told) throws Exception {
        Duration unit = settings().source(source).unit();
        for (int tries = 0; tries < 20; tries++) {
            // The one that is open, where most of it is left.
            Window window = claim(unit, System.currentTimeMillis() + unit.toMillis() * 3 / 4);
            awaitTime(window.start());
            List<RecordMetadata> landed = broker.send(source, messages);
            if (landed.stream()
                    .allMatch(m -> m.timestamp() < window.end().toEpochMilli()
                            && m.timestamp() >= window.start().toEpochMilli())) {
                told.accept(landed);
                awaitEnd(window);
                return window;
            }
        }
        throw new AssertionError("the broker never took the messages within one window of " + unit);
    }

    /** Waits until a window has closed. */
    static void awaitEnd(Window window) throws InterruptedException {
        awaitTime(window.end());
    }

    private static void awaitTime(Instant instant) throws InterruptedException {
        for (long left; (left = Duration.between(Instant.now(), instant).toMillis()) >= 0; ) {
            java.util.concurrent.TimeUnit.MILLISECONDS.sleep(left + 1);
        }
    }

    /** The rows of the stage's current result, as text without what names the run. */
    List<String> lake(LakeTable<?> table, String stage, Window window) throws Exception {
        try (Lake lake = Lake.open(settings(), HADOOP)) {
            Ledger.Entry entry = new Ledger(lake).require(source, new Stage(stage), window);
            List<String> rows = new ArrayList<>();
            try (CloseableIterable<Record> records = IcebergGenerics.read(lake.table(table))
                    .useSnapshot(entry.output(table))
                    .where(Lake.of(source, window))
                    .build()) {
                for (Record record : records) {
                    StringBuilder row = new StringBuilder();
                    record.struct().fields().forEach(field -> {
                        Object value = record.getField(field.name());
                        row.append(field.name())
                                .append('=')
                                .append(
                                        value instanceof java.nio.ByteBuffer bytes
                                                ? Bytes.toStringBinary(bytes)
                                                : value)
                                .append(' ');
                    });
                    rows.add(row.toString());
                }
            }
            rows.sort(null);
            return rows;
        }
    }

    /** The records of the stage's current result, by column. */
    List<Map<String, Object>> records(LakeTable<?> table, String stage, Window window) throws Exception {
        try (Lake lake = Lake.open(settings(), HADOOP)) {
            Ledger.Entry entry = new Ledger(lake).require(source, new Stage(stage), window);
            List<Map<String, Object>> all = new ArrayList<>();
            try (CloseableIterable<Record> records = IcebergGenerics.read(lake.table(table))
                    .useSnapshot(entry.output(table))
                    .where(Lake.of(source, window))
                    .build()) {
                for (Record record : records) {
                    Map<String, Object> columns = new TreeMap<>();
                    record.struct().fields().forEach(field -> columns.put(field.name(), record.getField(field.name())));
                    all.add(columns);
                }
            }
            return all;
        }
    }

    /** Values of one column of the stage's current result, sorted. */
    List<String> column(LakeTable<?> table, String stage, Window window, String column) throws Exception {
        try (Lake lake = Lake.open(settings(), HADOOP)) {
            Ledger.Entry entry = new Ledger(lake).require(source, new Stage(stage), window);
            List<String> values = new ArrayList<>();
            try (CloseableIterable<Record> records = IcebergGenerics.read(lake.table(table))
                    .useSnapshot(entry.output(table))
                    .where(Lake.of(source, window))
                    .build()) {
                for (Record record : records) {
                    Object value = record.getField(column);
                    values.add(
                            value instanceof java.nio.ByteBuffer bytes
                                    ? new String(Bytes.toBytes(bytes), StandardCharsets.ISO_8859_1)
                                    : String.valueOf(value));
                }
            }
            values.sort(null);
            return values;
        }
    }

    /** Counts of the current ledger entry of a stage. */
    Map<String, Long> counts(String stage, Window window) throws Exception {
        try (Lake lake = Lake.open(settings(), HADOOP)) {
            return new Ledger(lake).require(source, new Stage(stage), window).counts();
        }
    }

    /** Every run of a stage of a window that the ledger knows, oldest first. */
    List<Ledger.Entry> runs(String stage, Window window) throws Exception {
        try (Lake lake = Lake.open(settings(), HADOOP)) {
            return new Ledger(lake).entries(source, new Stage(stage), window);
        }
    }

    /** Everything that a window left in lake and HBase. */
    TreeMap<String, List<String>> everything(Window window) throws Exception {
        TreeMap<String, List<String>> everything = new TreeMap<>();
        everything.put("raw_lines", lake(LakeTable.RAW_LINES, "ingest", window));
        everything.put("proxy_events", lake(LakeTable.PROXY_EVENTS, "validate", window));
        everything.put("invalid_records", lake(LakeTable.INVALID_RECORDS, "validate", window));
        everything.put("detections", lake(LakeTable.DETECTIONS, "enrich", window));
        everything.put("observables", lake(LakeTable.OBSERVABLES, "enrich", window));
        everything.put("hbase.detections", hbase("detections", window));
        everything.put("hbase.observables", hbase("observables", window));
        return everything;
    }

    /** Cells that a window left in an HBase table: row, qualifier and value. */
    List<String> hbase(String table, Window window) throws Exception {
        TreeSet<String> cells = new TreeSet<>();
        String own = window + ":" + source;
        // Chosen by the server, which ignores case: the tables have what all tests have left in them.
        Scan scan = new Scan().setFilter(new QualifierFilter(CompareOperator.EQUAL, new SubstringComparator(own)));
        try (Table open = io.trawl.hbase.HBase.connection(settings()).getTable(TableName.valueOf(table));
                ResultScanner rows = open.getScanner(scan)) {
            for (Result row : rows) {
                for (Cell cell : row.rawCells()) {
                    String name = Bytes.toString(CellUtil.cloneQualifier(cell));
                    if (name.contains(own) && !Load.isTombstone(cell)) {
                        cells.add(Bytes.toStringBinary(row.getRow()) + " " + name + " "
                                + Bytes.toStringBinary(CellUtil.cloneValue(cell)));
                    }
                }
            }
        }
        return new ArrayList<>(cells);
    }

    /** Takes a window's cells, and no other's, out of the HBase rows whose keys end with an id in hexadecimal. */
    void deleteFromHBase(String table, Window window, String id) throws Exception {
        deleteFromHBase(table, "", window, id);
    }

    /** The same for the cells of one path, as hot; of all of them where it is empty. */
    void deleteFromHBase(String table, String path, Window window, String id) throws Exception {
        byte[] tail = Bytes.fromHex(id);
        try (Table open = io.trawl.hbase.HBase.connection(settings()).getTable(TableName.valueOf(table));
                ResultScanner rows = open.getScanner(new Scan())) {
            for (Result row : rows) {
                byte[] key = row.getRow();
                if (key.length > tail.length && Bytes.equals(Bytes.tail(key, tail.length), tail)) {
                    // By version: a delete of the whole row would also hide what is put later, at lower versions.
                    Delete delete = new Delete(key);
                    for (Cell cell : row.rawCells()) {
                        byte[] qualifier = CellUtil.cloneQualifier(cell);
                        String name = Bytes.toString(qualifier);
                        if (name.startsWith(path) && name.contains(window + ":" + source)) {
                            delete.addColumn(CellUtil.cloneFamily(cell), qualifier, cell.getTimestamp());
                        }
                    }
                    if (!delete.isEmpty()) {
                        open.delete(delete);
                    }
                }
            }
        }
    }

    /** A report that a job wrote. */
    @Nullable
    JsonNode report(String job, Window window) throws Exception {
        return State.at(settings().text("reports.dir"), HADOOP)
                .read(job + "/" + source + "/" + window.start().toString().replace(":", "") + ".json");
    }

    static String unique(String prefix) {
        return prefix + "-" + UUID.randomUUID().toString().substring(0, 8);
    }
}
