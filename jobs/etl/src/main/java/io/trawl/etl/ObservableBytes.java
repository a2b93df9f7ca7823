package io.trawl.etl;

import io.trawl.record.ClientSightings;
import io.trawl.record.Observable;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/**
 * An observable in Avro's binary form, as its schema has it, written by hand: Avro's own writer looks each field up by
 * name and copies what is cut into several cells, which was half of what loading cost.
 */
final class ObservableBytes {
    private byte[] bytes = new byte[1024];
    private int size;

    /**
     * The bytes of an observable.
     *
     * @param clients those of its clients that are to be in it
     */
    byte[] of(Observable observable, List<ClientSightings> clients) {
        size = 0;
        add(observable.getSource());
        add(observable.getWindow());
        add(observable.getType());
        add(observable.getValue());
        add(observable.getFirstSeen());
        add(observable.getLastSeen());
        add(observable.getEvents());
        // One block of items, where there are any, and the end.
        if (!clients.isEmpty()) {
            add(clients.size());
            for (ClientSightings client : clients) {
                add(client.getClient());
                add(client.getFirstSeen());
                add(client.getLastSeen());
                add(client.getEvents());
            }
        }
        add(0);
        return Arrays.copyOf(bytes, size);
    }

    private void add(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        add(utf8.length);
        room(utf8.length);
        System.arraycopy(utf8, 0, bytes, size, utf8.length);
        size += utf8.length;
    }

    private void add(Instant time) {
        add(Rows.micros(time));
    }

    private void add(long number) {
        room(10);
        long rest = number << 1 ^ number >> 63;
        while ((rest & ~0x7FL) != 0) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    private void room(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, Math.addExact(size, more)));
        }
    }
}
