package io.trawl.hotdetect.batch;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The first messages of a partition's share of a batch, up to so many bytes: how large messages are is known only when they
 * are read. The message that goes over is the last one, so there is at least one. Nor is a further one given when so much
 * time has passed since the first: whoever takes them has judged it before asking for the next.
 */
public final class Slice implements Iterator<ConsumerRecord<byte[], byte[]>> {
    private final Iterator<ConsumerRecord<byte[], byte[]>> messages;
    private final ReadSoFar read;
    private final LongSupplier clock;
    private final long nanos;
    private long left;
    private @Nullable ConsumerRecord<byte[], byte[]> last;
    private long begun;
    private long newest = Long.MIN_VALUE;

    /**
     * @param bytes of keys and values, above zero
     * @param nanos time for all but the last message
     * @param read told at the end where it is
     */
    public Slice(Iterator<ConsumerRecord<byte[], byte[]>> messages, long bytes, long nanos, ReadSoFar read) {
        this(messages, bytes, nanos, read, System::nanoTime);
    }

    Slice(
            Iterator<ConsumerRecord<byte[], byte[]>> messages,
            long bytes,
            long nanos,
            ReadSoFar read,
            LongSupplier clock) {
        this.messages = messages;
        this.nanos = nanos;
        this.read = read;
        this.clock = clock;
        this.left = bytes;
    }

    @Override
    public boolean hasNext() {
        boolean more = (last == null || left > 0 && clock.getAsLong() - begun < nanos) && messages.hasNext();
        if (!more && last != null) {
            read.add(new ReadSoFar.Place(last.partition(), last.offset() + 1, newest));
            // What was given is done: no further one, also if the clock or the messages should say so.
            left = 0;
        }
        return more;
    }

    @Override
    public ConsumerRecord<byte[], byte[]> next() {
        if (last != null && left <= 0) {
            throw new NoSuchElementException();
        }
        ConsumerRecord<byte[], byte[]> message = messages.next();
        if (last == null) {
            begun = clock.getAsLong();
        }
        last = message;
        newest = Math.max(newest, message.timestamp());
        // Of a key or value that is null the size is -1.
        left -= Math.max(0, message.serializedKeySize()) + Math.max(0, message.serializedValueSize());
        return message;
    }
}
