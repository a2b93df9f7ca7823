package io.trawl.etl;

import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.streaming.api.java.JavaDStream;

/**
 * Where records come from: a list, a window (anything that Spark reads as an RDD), or a DStream. The same definition
 * runs on all three.
 *
 * @param <T> what it gives
 */
public sealed interface Source<T> {

    /** Records at hand: runs in this thread, without Spark. */
    static <T> Source<T> of(List<T> records) {
        return new Listed<>(records);
    }

    /** An RDD: one run. */
    static <T> Source<T> of(JavaRDD<T> rdd) {
        return new Batch<>(rdd);
    }

    /** A DStream: a run a micro-batch. */
    static <T> Source<T> of(JavaDStream<T> stream) {
        return new Streamed<>(stream);
    }

    /** See {@link Source#of(List)}. */
    record Listed<T>(List<T> records) implements Source<T> {}

    /** See {@link Source#of(JavaRDD)}. */
    record Batch<T>(JavaRDD<T> rdd) implements Source<T> {}

    /** See {@link Source#of(JavaDStream)}. */
    record Streamed<T>(JavaDStream<T> stream) implements Source<T> {}
}
