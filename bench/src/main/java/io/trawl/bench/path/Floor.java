package io.trawl.bench.path;

import io.trawl.base.Settings;
import io.trawl.bench.frame.Stopwatch;
import io.trawl.kafka.KafkaLines;
import io.trawl.run.Jobs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.streaming.kafka010.KafkaUtils;
import org.apache.spark.streaming.kafka010.LocationStrategies;
import org.apache.spark.streaming.kafka010.OffsetRange;

/** The least that a batch path can do: Spark reads the messages and writes them as they are to Parquet with zstd. */
final class Floor {
    private static final StructType ROW = new StructType()
            .add("partition", DataTypes.IntegerType, false)
            .add("offset", DataTypes.LongType, false)
            .add("append_time", DataTypes.TimestampType, false)
            .add("value", DataTypes.BinaryType, false);

    private final Settings settings;
    private final String topic;
    private final Map<Integer, Long> ends;

    /** @param ends how many messages each partition has */
    Floor(Settings settings, String topic, Map<Integer, Long> ends) {
        this.settings = settings;
        this.topic = topic;
        this.ends = ends;
    }

    record Took(Stopwatch.Lap startUp, Stopwatch.Lap work, long lines) {}

    /** @param out a folder of the cluster's file system */
    Took run(String out) {
        Stopwatch start = new Stopwatch();
        SparkConf conf = new SparkConf();
        Jobs.configure(conf, settings);
        conf.setAppName("floor");
        try (SparkSession spark = SparkSession.builder().config(conf).getOrCreate()) {
            spark.range(1).count();
            Stopwatch.Lap startUp = start.lap();
            System.gc();
            Stopwatch stopwatch = new Stopwatch();
            write(spark, out);
            Stopwatch.Lap work = stopwatch.lap();
            return new Took(startUp, work, spark.read().parquet(out).count());
        }
    }

    private void write(SparkSession spark, String out) {
        int most = settings.number("ingest.task.messages");
        List<OffsetRange> ranges = new ArrayList<>();
        ends.forEach((partition, end) -> {
            for (long from = 0; from < end; from += most) {
                ranges.add(OffsetRange.create(topic, partition, from, Math.min(from + most, end)));
            }
        });
        JavaRDD<ConsumerRecord<byte[], byte[]>> messages = KafkaUtils.createRDD(
                JavaSparkContext.fromSparkContext(spark.sparkContext()),
                KafkaLines.consumer(settings, "bench-floor"),
                ranges.toArray(new OffsetRange[0]),
                LocationStrategies.PreferConsistent());
        JavaRDD<InternalRow> rows = messages.map(Floor::row);
        spark.internalCreateDataFrame(rows.rdd(), ROW, false)
                .write()
                .mode(SaveMode.Overwrite)
                .option("compression", "zstd")
                .parquet(out);
    }

    private static InternalRow row(ConsumerRecord<byte[], byte[]> message) {
        return new GenericInternalRow(
                new Object[] {message.partition(), message.offset(), message.timestamp() * 1_000, message.value()});
    }
}
