package io.trawl.etl;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.record.InvalidRecord;
import io.trawl.record.RawLine;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.streaming.Durations;
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

    private Path out;
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
        out = Files.createDirectories(folder.resolve("out"));
    }

    private Tally chain(Source<RawLine> lines, ListStore<InvalidRecord> invalid) throws Exception {
        Object store =
                page.loadClass("example.TextFiles").getConstructor(Path.class).newInstance(out);
        Method chain = page.loadClass("example.SlowJob").getMethod("chain", Source.class, Store.class, Store.class);
        return (Tally) chain.invoke(null, lines, store, invalid);
    }

    private List<String> written() throws IOException {
        List<String> lines = new ArrayList<>();
        try (Stream<Path> files = Files.list(out)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".txt")).toList()) {
                lines.addAll(Files.readAllLines(file));
            }
        }
        return lines;
    }

    private static List<RawLine> lines() {
        return List.of(Lines.line(0, SLOW), Lines.line(1, QUICK), Lines.line(2, "nonsense"));
    }

    @Test
    void onAList() throws Exception {
        ListStore<InvalidRecord> invalid = Store.list("invalid");
        Tally tally = chain(Source.of(lines()), invalid);
        assertThat(written()).containsExactly("slow.example");
        assertThat(tally.count("in")).isEqualTo(3);
        assertThat(invalid.records())
                .extracting(InvalidRecord::getMessage)
                .containsExactly("1 columns; expected 5, between tabs");
    }

    @Test
    void onAWindowOfTheLakeAndOnADStream() throws Exception {
        Settings settings = Settings.defaults()
                .with("lake.warehouse", folder.resolve("lake").toUri().toString());
        SparkConf conf = new SparkConf()
                .setMaster("local[2]")
                .setAppName("your own job")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.driver.bindAddress", "127.0.0.1");
        Jobs.configure(conf, settings);
        try (SparkSession spark = SparkSession.builder().config(conf).getOrCreate();
                Lake lake = Lake.open(settings, spark.sparkContext().hadoopConfiguration())) {
            JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
            LakeStore<RawLine> raw =
                    lake.replacing(LakeTable.RAW_LINES, Lake.of("proxy", Lines.WINDOW), null, Map.of());
            Etl.from(Source.of(lines())).store(raw).run();
            chain(
                    Source.of(lake.read(
                            spark,
                            LakeTable.RAW_LINES,
                            "proxy",
                            Lines.WINDOW,
                            raw.committed().snapshotId())),
                    Store.list("invalid"));
            assertThat(written()).containsExactly("slow.example");

            try (JavaStreamingContext streaming = new JavaStreamingContext(context, Durations.milliseconds(100))) {
                var queue = new java.util.ArrayDeque<>(List.of(context.parallelize(lines(), 1)));
                ListStore<InvalidRecord> invalid = Store.list("invalid");
                Tally tally = chain(Source.of(streaming.queueStream(queue)), invalid);
                streaming.start();
                long until = System.nanoTime() + 30_000_000_000L;
                while (tally.count("in") < 3 && System.nanoTime() < until) {
                    streaming.awaitTerminationOrTimeout(50);
                }
                streaming.stop(false, true);
                assertThat(tally.count("slow")).isEqualTo(1);
                assertThat(invalid.records()).hasSize(1);
            }
        }
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
