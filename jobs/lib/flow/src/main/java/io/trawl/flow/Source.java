package io.trawl.flow;

import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.streaming.api.java.JavaDStream;

/**
 * Where a chain's records come from.
 *
 * @param <S> what it gives
 */
sealed interface Source<S> {
    /** Records at hand: one run in this thread, without Spark. */
    record Listed<S>(List<S> records) implements Source<S> {}

    /** A window, or anything else that Spark reads: one run. */
    record Batch<S>(JavaRDD<S> rdd) implements Source<S> {}

    /** One run per micro-batch. */
    record Streamed<S>(JavaDStream<S> stream) implements Source<S> {}
}
