package io.trawl.hotdetect;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The first messages of a partition's share of a batch, up to so many bytes: how large messages are is known only when they
 * are read. The message that goes over is the last one, so there is at least one.
 */
final class Slice implements Iterator<ConsumerRecord<byte[], byte[]>> {
    private final Iterator<ConsumerRecord<byte[], byte[]>> messages;
    private final ReadSoFar read;
    private long left;

    /**
     * @param bytes of keys and values, above zero
     * @param read told of each message
     */
    Slice(Iterator<ConsumerRecord<byte[], byte[]>> messages, long bytes, ReadSoFar read) {
        this.messages = messages;
        this.read = read;
        this.left = bytes;
    }

    @Override
    public boolean hasNext() {
        return left > 0 && messages.hasNext();
    }

    @Override
    public ConsumerRecord<byte[], byte[]> next() {
        if (left <= 0) {
            throw new NoSuchElementException();
        }
        ConsumerRecord<byte[], byte[]> message = messages.next();
        // Of a key or value that is null the size is -1.
        left -= Math.max(0, message.serializedKeySize()) + Math.max(0, message.serializedValueSize());
        read.add(message);
        return message;
    }
}
