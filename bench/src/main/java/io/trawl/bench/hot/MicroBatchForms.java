package io.trawl.bench.hot;

import static io.trawl.steps.Steps.expect;
import static io.trawl.steps.Steps.parse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.Json;
import io.trawl.base.LogSource;
import io.trawl.base.Settings;
import io.trawl.bench.frame.BenchFailure;
import io.trawl.bench.frame.Stopwatch;
import io.trawl.bench.traffic.Envelopes;
import io.trawl.flow.Flow;
import io.trawl.flow.ListStore;
import io.trawl.flow.Rows;
import io.trawl.flow.Store;
import io.trawl.kafka.KafkaLines;
import io.trawl.parsing.Parser;
import io.trawl.record.Detection;
import io.trawl.record.ProxyEvent;
import io.trawl.record.RawLine;
import io.trawl.schema.word.SweepKind;
import io.trawl.steps.IndicatorSnapshot;
import io.trawl.steps.SweepStep;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;

/**
 * A micro-batch in memory through the steps of the hot path: as records, and with events, or events and detections, as
 * DataFrames on the way. A process that is told {"conf","source","index","lines","indicators","batches","warm"} and
 * answers with seconds of wall and CPU time a batch.
 */
final class MicroBatchForms {
    private static final int PARTITIONS = 3;

    private final SparkSession spark;
    private final Parser parser;
    private final SweepStep engine;
    private final KafkaLines.Reader reader;

    private MicroBatchForms(SparkSession spark, Settings settings, LogSource source, IndicatorSnapshot snapshot) {
        this.spark = spark;
        this.parser = source.parser();
        this.engine = new SweepStep(snapshot, settings, source, SweepKind.HOT);
        this.reader = KafkaLines.Reader.ofWindows(source);
    }

    /** What a batch becomes; gives how many detections. */
    private interface Form {
        long run(JavaRDD<RawLine> lines);
    }

    public static void main(String[] args) throws IOException {
        PrintStream answers = System.out;
        System.setOut(System.err);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (SparkSession spark = SparkSession.builder()
                .config(new SparkConf().setAppName("forms"))
                .getOrCreate()) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                ObjectNode answer = Json.MAPPER.createObjectNode();
                try {
                    measure(spark, Json.MAPPER.readTree(line), answer);
                } catch (RuntimeException e) {
                    answer.put("error", String.valueOf(e.getMessage()));
                }
                answers.println(answer);
                answers.flush();
            }
        }
        System.exit(0);
    }

    private static void measure(SparkSession spark, JsonNode question, ObjectNode answer) throws IOException {
        Settings settings = Settings.load(Path.of(question.path("conf").asText()), new LinkedHashMap<>());
        MicroBatchForms forms = new MicroBatchForms(
                spark,
                settings,
                settings.source(question.path("source").asText()),
                new IndicatorSnapshot(1, question.path("index").asText(), null, null));
        int lines = question.path("lines").asInt();
        Envelopes envelopes = new Envelopes(lines, question.path("indicators").asLong());
        List<byte[]> messages = new ArrayList<>();
        for (int i = 0; i < lines; i++) {
            messages.add(envelopes.message(i));
        }
        JavaRDD<byte[]> batch = JavaSparkContext.fromSparkContext(spark.sparkContext())
                .parallelize(messages, PARTITIONS)
                .persist(StorageLevel.MEMORY_ONLY());
        KafkaLines.Reader reader = forms.reader;
        JavaRDD<RawLine> raw = batch.map(value -> reader.read(message(value)));
        Map<String, Form> all = new LinkedHashMap<>();
        all.put("records", forms::records);
        all.put("events", forms::events);
        all.put("events_and_detections", forms::both);
        Map<String, Long> found = new LinkedHashMap<>();
        Map<String, double[]> took = new LinkedHashMap<>();
        int warm = question.path("warm").asInt();
        int batches = question.path("batches").asInt();
        // In turns, so that whatever else the machine does hits all of them.
        for (int i = 0; i < warm + batches; i++) {
            for (Map.Entry<String, Form> form : all.entrySet()) {
                Stopwatch stopwatch = new Stopwatch();
                long detections = form.getValue().run(raw);
                Stopwatch.Lap lap = stopwatch.lap();
                Long before = found.putIfAbsent("detections", detections);
                if (before != null && before != detections) {
                    throw new BenchFailure(form.getKey() + " found " + detections + " where others found " + before);
                }
                if (i >= warm) {
                    double[] sum = took.computeIfAbsent(form.getKey(), any -> new double[2]);
                    sum[0] += lap.wall();
                    sum[1] += lap.cpu();
                }
            }
        }
        batch.unpersist();
        answer.put("detections", found.getOrDefault("detections", 0L));
        took.forEach((form, sum) ->
                answer.putObject(form).put("wall", sum[0] / batches).put("cpu", sum[1] / batches));
    }

    private static ConsumerRecord<byte[], byte[]> message(byte[] value) {
        return new ConsumerRecord<>(
                "forms",
                0,
                0,
                1_780_000_000_000L,
                TimestampType.LOG_APPEND_TIME,
                0,
                value.length,
                null,
                value,
                new RecordHeaders(),
                Optional.empty());
    }

    private Flow<ProxyEvent> valid(JavaRDD<RawLine> lines) {
        return Flow.of(lines).then(parse(parser)).then(expect(ProxyEvent.class));
    }

    private long records(JavaRDD<RawLine> lines) {
        ListStore<Detection> found = Store.list("found");
        valid(lines).then(engine).into(found).run();
        return found.records().size();
    }

    private Flow<Detection> detectedFromRows(JavaRDD<RawLine> lines) {
        Dataset<Row> events = Rows.dataset(spark, valid(lines).rdd(), ProxyEvent.SCHEMA$);
        return Flow.of(Rows.records(events, ProxyEvent::new)).then(engine);
    }

    private long events(JavaRDD<RawLine> lines) {
        ListStore<Detection> found = Store.list("found");
        detectedFromRows(lines).into(found).run();
        return found.records().size();
    }

    private long both(JavaRDD<RawLine> lines) {
        return Rows.dataset(spark, detectedFromRows(lines).rdd(), Detection.SCHEMA$)
                .groupBy("client", "indicator_type", "indicator_value")
                .count()
                .collectAsList()
                .stream()
                .mapToLong(row -> row.getLong(row.fieldIndex("count")))
                .sum();
    }
}
