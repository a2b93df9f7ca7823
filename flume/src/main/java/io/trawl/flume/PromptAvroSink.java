package io.trawl.flume;

import java.util.concurrent.TimeUnit;
import org.apache.flume.Channel;
import org.apache.flume.Context;
import org.apache.flume.Event;
import org.apache.flume.EventDeliveryException;
import org.apache.flume.Transaction;
import org.apache.flume.lifecycle.LifecycleState;
import org.apache.flume.sink.AvroSink;
import org.jspecify.annotations.Nullable;

/**
 * Flume's Avro sink, without the seconds that Flume's runner adds when the channel ran empty (1 s, then 2, up to 5; they
 * cannot be set). Having emptied the channel it waits by itself and answers {@code READY}. The wait also lets lines
 * gather to a batch where they come one by one; full batches follow each other without it.
 *
 * <p>What fails goes Flume's way: {@code EventDeliveryException} when the collector is away or refuses, {@code BACKOFF}
 * when the channel cannot be read. An interrupted wait answers {@code BACKOFF} too, with the thread's flag set, and the
 * runner ends as from its own pause.
 *
 * <p>Settings: those of {@code avro}, and {@code emptyWait} = the wait in ms, 1 to 1000 (default 100).
 */
public final class PromptAvroSink extends AvroSink {
    private static final int EMPTY_WAIT = 100;
    private static final int LONGEST_WAIT = 1000;

    private volatile int emptyWait = EMPTY_WAIT;

    /** @throws IllegalArgumentException if {@code emptyWait} is not what it should be */
    @Override
    public void configure(Context context) {
        emptyWait = emptyWait(context.getString("emptyWait", Integer.toString(EMPTY_WAIT)));
        super.configure(context);
    }

    private static int emptyWait(String text) {
        int wait;
        try {
            wait = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            wait = 0;
        }
        if (wait < 1 || wait > LONGEST_WAIT) {
            throw new IllegalArgumentException(
                    "emptyWait is '" + text + "'; expected a number of milliseconds from 1 to " + LONGEST_WAIT
                            + ", for example emptyWait = " + EMPTY_WAIT);
        }
        return wait;
    }

    @Override
    public synchronized void setChannel(Channel channel) {
        super.setChannel(new Watched(channel));
    }

    @Override
    public Status process() throws EventDeliveryException {
        Watched channel = (Watched) getChannel();
        Status status = super.process();
        // Flume says BACKOFF both of an empty channel and of one that failed.
        if (!channel.ranEmpty || (status == Status.BACKOFF && channel.taken > 0)) {
            return status;
        }
        try {
            TimeUnit.MILLISECONDS.sleep(emptyWait);
            return Status.READY;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Status.BACKOFF;
        }
    }

    /** The sink's channel, and what the sink's one thread saw of it since its last transaction began. */
    private static final class Watched implements Channel {
        private final Channel channel;
        private int taken;
        private boolean ranEmpty;

        Watched(Channel channel) {
            this.channel = channel;
        }

        @Override
        public Transaction getTransaction() {
            taken = 0;
            ranEmpty = false;
            return channel.getTransaction();
        }

        @Override
        public @Nullable Event take() {
            Event event = channel.take();
            if (event == null) {
                ranEmpty = true;
            } else {
                taken++;
            }
            return event;
        }

        @Override
        public void put(Event event) {
            channel.put(event);
        }

        @Override
        public void start() {
            channel.start();
        }

        @Override
        public void stop() {
            channel.stop();
        }

        @Override
        public LifecycleState getLifecycleState() {
            return channel.getLifecycleState();
        }

        @Override
        public void setName(String name) {
            channel.setName(name);
        }

        @Override
        public String getName() {
            return channel.getName();
        }
    }
}
