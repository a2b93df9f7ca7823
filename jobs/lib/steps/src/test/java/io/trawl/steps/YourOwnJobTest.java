package io.trawl.steps;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.base.Settings;
import io.trawl.flow.Flow;
import io.trawl.flow.ListStore;
import io.trawl.flow.Store;
import io.trawl.flow.Tally;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeStore;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.record.InvalidRecord;
import io.trawl.record.RawLine;
import io.trawl.run.Job;
import io.trawl.run.Jobs;
import io.trawl.run.Run;
import io.trawl.schema.word.Stage;
import io.trawl.testing.Lines;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringWriter;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.streaming.Durations;
import org.apache.spark.streaming.api.java.JavaDStream;
import org.apache.spark.streaming.api.java.JavaStreamingContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiles and runs the code of docs/your-own-job.md. */
class YourOwnJobTest {
    private static final String SLOW = "1700000000000\t10.0.0.1\tslow.example\t200\t6000";
    private static final String QUICK = "1700000000000\t10.0.0.1\tquick.example\t200\t5";

    @TempDir
    Path folder;

    private String url;
    private URLClassLoader page;

    @BeforeEach
    void compileThePage() throws Exception {
        String text = Files.readString(Path.of(System.getProperty("trawl.home"), "docs", "your-own-job.md"));
        List<JavaFileObject> sources = new ArrayList<>();
        Matcher block = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(text);
        while (block.find()) {
            Matcher name = Pattern.compile("public final class (\\w+)").matcher(block.group(1));
            assertThat(name.find()).isTrue();
            sources.add(new Block(name.group(1), block.group(1)));
        }
        assertThat(sources).hasSize(4);
        Path classes = Files.createDirectories(folder.resolve("classes"));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        boolean compiled = compiler.getTask(
                        messages,
                        null,
                        null,
                        List.of("-d", classes.toString(), "-cp", System.getProperty("java.class.path"), "-proc:none"),
                        null,
                        sources)
                .call();
        assertThat(compiled).as(messages.toString()).isTrue();
        page = new URLClassLoader(
                new URL[] {classes.toUri().toURL()}, getClass().getClassLoader());
        Thread.currentThread().setContextClassLoader(page);
        url = "jdbc:sqlite:" + folder.resolve("slow.db") + "?busy_timeout=60000";
    }

    private Tally chain(Flow<RawLine> lines, String part, ListStore<InvalidRecord> invalid) throws Exception {
        return (Tally) page.loadClass("example.SlowJob")
                .getMethod("chain", Flow.class, Store.class, Store.class)
                .invoke(null, lines, table("r", part), invalid);
    }

    @SuppressWarnings("unchecked")
    private Store<Object> table(String run, String part) throws Exception {
        return (Store<Object>) page.loadClass("example.SlowTable")
                .getConstructor(String.class, String.class, String.class)
                .newInstance(url, run, part);
    }

    /** What the page's table has: host and part. */
    private List<String> stored() throws Exception {
        List<String> rows = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(url);
                ResultSet row = connection
                        .createStatement()
                        .executeQuery("select host || ' ' || coalesce(part, '-') from slow order by event")) {
            while (row.next()) {
                rows.add(row.getString(1));
            }
        }
        return rows;
    }

    private static List<RawLine> lines() {
        return List.of(Lines.line(0, SLOW), Lines.line(1, QUICK), Lines.line(2, "nonsense"));
    }

    @Test
    void onAList() throws Exception {
        ListStore<InvalidRecord> invalid = Store.list("invalid");
        Tally tally = chain(Flow.of(lines()), "10:00", invalid);
        assertThat(stored()).containsExactly("slow.example 10:00");
        assertThat(tally.counts())
                .containsEntry("in", 3L)
                .containsEntry("slow", 1L)
                .containsEntry("named", 1L);
        assertThat(invalid.records())
                .extracting(InvalidRecord::getMessage)
                .containsExactly("1 columns; expected 5, between tabs");
    }

    @Test
    void aRerunLeavesExactlyItsOwnRowsAndThoseOfOtherWindows() throws Exception {
        chain(Flow.of(List.of(Lines.line(3, SLOW))), "11:00", Store.list("invalid"));
        chain(Flow.of(List.of(Lines.line(0, SLOW), Lines.line(1, SLOW))), "10:00", Store.list("invalid"));
        assertThat(stored()).hasSize(3);
        for (int i = 0; i < 2; i++) {
            chain(Flow.of(lines()), "10:00", Store.list("invalid"));
            assertThat(stored()).containsExactlyInAnyOrder("slow.example 10:00", "slow.example 11:00");
        }
        chain(Flow.of(List.of(Lines.line(1, QUICK))), "10:00", Store.list("invalid"));
        assertThat(stored()).containsExactly("slow.example 11:00");
    }

    @Test
    void rowsOfAnAttemptThatFailedOrOfARunThatWasKilledAreNeverTakenOver() throws Exception {
        Object slow = page.loadClass("example.SlowHosts$Slow")
                .getConstructor(String.class, String.class)
                .newInstance("e", "host");
        Store.Writer<Object> killed = table("killed", "10:00").open(0, 7);
        killed.write(slow);
        killed.close();
        Store<Object> table = table("r", "10:00");
        Store.Writer<Object> failed = table.open(0, 7);
        for (int i = 0; i < 1_000; i++) {
            failed.write(slow);
        }
        failed.abort();
        Store.Writer<Object> good = table.open(0, 8);
        good.write(page.loadClass("example.SlowHosts$Slow")
                .getConstructor(String.class, String.class)
                .newInstance("f", "other"));
        table.commit(List.of(good.close()));
        assertThat(stored()).containsExactly("other 10:00");
    }

    @Test
    void onAWindowOfTheLakeOnADStreamAndAsADataFrame() throws Exception {
        Settings settings = Settings.defaults()
                .with("lake.warehouse", folder.resolve("lake").toUri().toString());
        SparkConf conf = new SparkConf().setMaster("local[2]").setAppName("your own job");
        Jobs.configure(conf, settings);
        try (SparkSession spark = SparkSession.builder().config(conf).getOrCreate();
                Lake lake = Lake.open(settings, spark.sparkContext().hadoopConfiguration())) {
            JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
            LakeStore<RawLine> raw =
                    lake.replacing(LakeTable.RAW_LINES, Lake.of("proxy", Lines.WINDOW), null, Map.of());
            Flow.of(lines()).into(raw).run();
            Flow<RawLine> window = Flow.of(lake.read(
                    spark,
                    LakeTable.RAW_LINES,
                    "proxy",
                    Lines.WINDOW,
                    raw.committed().snapshotId()));
            chain(window, "10:00", Store.list("invalid"));
            assertThat(stored()).containsExactly("slow.example 10:00");
            List<String> counted = clients(spark, window);
            assertThat(counted).containsExactly("[[10.0.0.1,2]]");

            JavaStreamingContext streaming = new JavaStreamingContext(context, Durations.milliseconds(100));
            try {
                // The second batch has lines of the first one again, as after a restart.
                var queue = new ArrayDeque<>(List.of(
                        context.parallelize(lines(), 1),
                        context.parallelize(List.of(Lines.line(0, SLOW), Lines.line(5, SLOW)), 2)));
                JavaDStream<RawLine> stream = streaming.queueStream(queue);
                ListStore<InvalidRecord> invalid = Store.list("invalid");
                Tally tally = chain(Flow.of(stream), null, invalid);
                List<String> batches = clients(spark, Flow.of(stream));
                streaming.start();
                long until = System.nanoTime() + 180_000_000_000L;
                while (batches.size() < 2 && System.nanoTime() < until) {
                    streaming.awaitTerminationOrTimeout(50);
                }
                streaming.stop(false, true);
                assertThat(tally.counts()).containsEntry("in", 5L).containsEntry("slow", 3L);
                assertThat(invalid.records()).hasSize(1);
                assertThat(stored()).containsExactlyInAnyOrder("slow.example 10:00", "slow.example -");
                assertThat(batches).startsWith("[[10.0.0.1,2]]", "[[10.0.0.1,2]]");
            } finally {
                streaming.stop(false, false);
            }
        }
    }

    /** Stores the lines of the page's example, as ingest would. */
    private static final class Ingest implements Job {
        @Override
        public String name() {
            return "ingest";
        }

        @Override
        public String purpose() {
            return "Stores lines.";
        }

        @Override
        public List<LakeTable<?>> writes() {
            return List.of(LakeTable.RAW_LINES);
        }

        @Override
        public void run(Run run) {
            run.replacing(LakeTable.RAW_LINES).fill(to -> lines().forEach(to));
        }
    }

    private String run(Job job) {
        ByteArrayOutputStream error = new ByteArrayOutputStream();
        List<String> arguments =
                new ArrayList<>(List.of("--source", "proxy", "--window", Lines.WINDOW.toString(), "--run-id", "r"));
        for (String set : List.of(
                "source.proxy.window=PT1H",
                "my.slow.table=" + url,
                "lake.warehouse=" + folder.resolve("lake").toUri(),
                "reports.dir=" + folder.resolve("reports").toUri(),
                "state.dir=" + folder.resolve("state").toUri(),
                "spark.conf.spark.driver.host=127.0.0.1",
                "spark.conf.spark.driver.bindAddress=127.0.0.1",
                "spark.conf.spark.ui.enabled=false")) {
            arguments.addAll(List.of("--set", set));
        }
        int status = Jobs.run(
                arguments.toArray(new String[0]),
                job,
                Clock.systemUTC(),
                new PrintStream(error, true, StandardCharsets.UTF_8));
        return status + " " + error.toString(StandardCharsets.UTF_8).strip();
    }

    @Test
    void thePagesJobRunsAfterIngestAndStandsInTheLedger() throws Exception {
        Job slow = (Job) page.loadClass("example.SlowJob").getConstructor().newInstance();
        assertThat(run(slow)).startsWith("1 trawl slow: window").contains("has no ingest yet: run ingest");
        assertThat(run(new Ingest())).isEqualTo("0 ");
        for (int i = 0; i < 2; i++) {
            assertThat(run(slow)).isEqualTo("0 ");
            assertThat(stored()).containsExactly("slow.example " + Lines.WINDOW);
        }
        try (Lake lake = Lake.open(
                Settings.defaults()
                        .with("lake.warehouse", folder.resolve("lake").toUri().toString()),
                new Configuration())) {
            Ledger ledger = new Ledger(lake);
            assertThat(ledger.entries("proxy", new Stage("slow"), Lines.WINDOW))
                    .hasSize(2)
                    .allSatisfy(entry -> {
                        assertThat(entry.input(LakeTable.RAW_LINES))
                                .isEqualTo(ledger.require("proxy", Stage.INGEST, Lines.WINDOW)
                                        .output(LakeTable.RAW_LINES));
                        assertThat(entry.counts()).containsEntry("slow", 1L).containsEntry("in", 3L);
                    });
        }
    }

    /** What the page counts, by DataFrame, as it comes. */
    private List<String> clients(SparkSession spark, Flow<RawLine> lines) throws Exception {
        List<String> counted = Collections.synchronizedList(new ArrayList<>());
        Consumer<Dataset<Row>> to = rows -> counted.add(rows.collectAsList().toString());
        page.loadClass("example.SlowJob")
                .getMethod("clients", SparkSession.class, Flow.class, Consumer.class)
                .invoke(null, spark, lines, to);
        return counted;
    }

    /** One block of the page. */
    private static final class Block extends SimpleJavaFileObject {
        private final String code;

        Block(String name, String code) {
            super(URI.create("string:///example/" + name + ".java"), Kind.SOURCE);
            this.code = code;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return code;
        }
    }
}
