package io.trawl.steps;

import java.util.concurrent.CountDownLatch;
import org.apache.spark.streaming.scheduler.StreamingListener;
import org.apache.spark.streaming.scheduler.StreamingListenerBatchCompleted;
import org.apache.spark.streaming.scheduler.StreamingListenerBatchStarted;
import org.apache.spark.streaming.scheduler.StreamingListenerBatchSubmitted;
import org.apache.spark.streaming.scheduler.StreamingListenerOutputOperationCompleted;
import org.apache.spark.streaming.scheduler.StreamingListenerOutputOperationStarted;
import org.apache.spark.streaming.scheduler.StreamingListenerReceiverError;
import org.apache.spark.streaming.scheduler.StreamingListenerReceiverStarted;
import org.apache.spark.streaming.scheduler.StreamingListenerReceiverStopped;
import org.apache.spark.streaming.scheduler.StreamingListenerStreamingStarted;

/** Counts micro-batches that are done. */
record Batches(CountDownLatch left) implements StreamingListener {
    static Batches counted(CountDownLatch left) {
        return new Batches(left);
    }

    @Override
    public void onBatchCompleted(StreamingListenerBatchCompleted batch) {
        left.countDown();
    }

    @Override
    public void onStreamingStarted(StreamingListenerStreamingStarted started) {}

    @Override
    public void onReceiverStarted(StreamingListenerReceiverStarted started) {}

    @Override
    public void onReceiverError(StreamingListenerReceiverError error) {}

    @Override
    public void onReceiverStopped(StreamingListenerReceiverStopped stopped) {}

    @Override
    public void onBatchSubmitted(StreamingListenerBatchSubmitted submitted) {}

    @Override
    public void onBatchStarted(StreamingListenerBatchStarted started) {}

    @Override
    public void onOutputOperationStarted(StreamingListenerOutputOperationStarted started) {}

    @Override
    public void onOutputOperationCompleted(StreamingListenerOutputOperationCompleted completed) {}
}
