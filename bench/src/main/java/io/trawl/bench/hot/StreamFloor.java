package io.trawl.bench.hot;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.Json;
import io.trawl.base.Settings;
import io.trawl.kafka.KafkaLines;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.streaming.Durations;
import org.apache.spark.streaming.api.java.JavaInputDStream;
import org.apache.spark.streaming.api.java.JavaStreamingContext;
import org.apache.spark.streaming.kafka010.ConsumerStrategies;
import org.apache.spark.streaming.kafka010.KafkaUtils;
import org.apache.spark.streaming.kafka010.LocationStrategies;

/**
 * The least that a stream can do: micro-batches that read their messages, and nothing more. A process that is told
 * {"conf","topic","batch"} once, says {"ready":true} after its first batch, and answers {"from"} with how long messages
 * that the broker took from then on had to wait for the end of their batch.
 */
final class StreamFloor {
    /** A batch: append times of its messages, and when it had been read. */
    private record Read(long[] appended, long end) {}

    private final ConcurrentLinkedQueue<Read> batches = new ConcurrentLinkedQueue<>();

    private StreamFloor() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        PrintStream answers = System.out;
        System.setOut(System.err);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        StreamFloor floor = new StreamFloor();
        JavaStreamingContext stream = floor.start(Json.MAPPER.readTree(in.readLine()));
        while (floor.batches.isEmpty()) {
            Thread.sleep(50);
        }
        answers.println(Json.MAPPER.createObjectNode().put("ready", true));
        answers.flush();
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            long from = Json.MAPPER.readTree(line).path("from").asLong();
            ObjectNode answer = Json.MAPPER.createObjectNode();
            floor.batches.stream()
                    .flatMapToLong(batch -> LongStream.of(batch.appended())
                            .filter(append -> append >= from)
                            .map(append -> batch.end() - append))
                    .forEach(answer.withArray("millis")::add);
            answers.println(answer);
            answers.flush();
        }
        stream.stop(true, false);
        System.exit(0);
    }

    private JavaStreamingContext start(JsonNode question) throws InterruptedException {
        Settings settings = Settings.load(Path.of(question.path("conf").asText()), new LinkedHashMap<>());
        JavaSparkContext spark = new JavaSparkContext(new SparkConf().setAppName("stream floor"));
        JavaStreamingContext stream = new JavaStreamingContext(
                spark, Durations.milliseconds(question.path("batch").asLong()));
        Map<String, Object> consumer = KafkaLines.consumer(settings, "bench-stream-floor");
        consumer.put("auto.offset.reset", "latest");
        JavaInputDStream<ConsumerRecord<byte[], byte[]>> messages = KafkaUtils.createDirectStream(
                stream,
                LocationStrategies.PreferConsistent(),
                ConsumerStrategies.Subscribe(List.of(question.path("topic").asText()), consumer));
        messages.foreachRDD(rdd -> {
            List<Long> appended = rdd.map(ConsumerRecord::timestamp).collect();
            batches.add(new Read(appended.stream().mapToLong(Long::longValue).toArray(), System.currentTimeMillis()));
        });
        stream.start();
        return stream;
    }
}
