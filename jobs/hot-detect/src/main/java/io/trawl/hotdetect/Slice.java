package io.trawl.hotdetect;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The first messages of a partition's share of a batch, up to so many bytes: how large messages are is known only when they
 * are read. The message that goes over is the last one, so there is at least one. Nor is a further one given when so much
 * time has passed since the first: whoever takes them has judged it before asking for the next.
 */
final class Slice implements Iterator<ConsumerRecord<byte[], byte[]>> {
    private final Iterator<ConsumerRecord<byte[], byte[]>> messages;
    private final ReadSoFar read;
    private final LongSupplier clock;
    private final long nanos;
    private long left;
    private long begun;
    private boolean first = true;

    /**
     * @param bytes of keys and values, above zero
     * @param nanos time for all but the last message
     * @param read told of each message
     */
    Slice(Iterator<ConsumerRecord<byte[], byte[]>> messages, long bytes, long nanos, ReadSoFar read) {
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
        return (first || left > 0 && clock.getAsLong() - begun < nanos) && messages.hasNext();
    }

    @Override
    public ConsumerRecord<byte[], byte[]> next() {
        if (!first && left <= 0) {
            throw new NoSuchElementException();
        }
        ConsumerRecord<byte[], byte[]> message = messages.next();
        if (first) {
            first = false;
            begun = clock.getAsLong();
        }
        // Of a key or value that is null the size is -1.
        left -= Math.max(0, message.serializedKeySize()) + Math.max(0, message.serializedValueSize());
        read.add(message);
        return message;
    }
}
