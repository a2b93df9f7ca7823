package io.trawl.hbase;

import io.trawl.base.Times;
import io.trawl.record.ClientSightings;
import io.trawl.record.Observable;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.hbase.Cell;
import org.jspecify.annotations.Nullable;

/**
 * The cells of an observable: what one window saw of a value. Numbers and texts are in Avro's binary form; times are
 * microseconds, and what can be told from another one is its distance. docs/hbase.md has the layout.
 */
final class ObservableBytes {
    private byte[] bytes = new byte[1024];
    private int size;

    /**
     * The bytes of a cell.
     *
     * @param clients those of its clients that are to be in it
     */
    byte[] of(Observable observable, List<ClientSightings> clients, boolean withValue) {
        size = 0;
        long first = Times.micros(observable.getFirstSeen());
        add(first);
        add(Times.micros(observable.getLastSeen()) - first);
        add(observable.getEvents());
        add(observable.getClients().size());
        add(withValue ? observable.getValue() : "");
        add(clients.size());
        for (ClientSightings client : clients) {
            long began = Times.micros(client.getFirstSeen());
            add(client.getClient());
            add(began - first);
            add(Times.micros(client.getLastSeen()) - began);
            add(client.getEvents());
        }
        return Arrays.copyOf(bytes, size);
    }

    /**
     * A cell as read.
     *
     * @param clients how many clients the value has in the window
     * @param value null if the row's key has it
     * @param some the clients that this cell has
     */
    record Read(
            Instant first,
            Instant last,
            long events,
            long clients,
            @Nullable String value,
            List<ClientSightings> some) {}

    static Read read(Cell cell) {
        Reader reader = new Reader(cell);
        long first = reader.number();
        Instant last = Times.instant(first + reader.number());
        long events = reader.number();
        long clients = reader.number();
        String value = reader.text();
        List<ClientSightings> some = new ArrayList<>();
        for (long left = reader.number(); left > 0; left--) {
            String client = reader.text();
            long began = first + reader.number();
            Instant ended = Times.instant(began + reader.number());
            some.add(new ClientSightings(client, Times.instant(began), ended, reader.number()));
        }
        return new Read(Times.instant(first), last, events, clients, value.isEmpty() ? null : value, some);
    }

    private void add(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        add(utf8.length);
        room(utf8.length);
        System.arraycopy(utf8, 0, bytes, size, utf8.length);
        size += utf8.length;
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

    private static final class Reader {
        private final byte[] bytes;
        private int at;

        Reader(Cell cell) {
            this.bytes = cell.getValueArray();
            this.at = cell.getValueOffset();
        }

        long number() {
            long number = 0;
            for (int shift = 0; ; shift += 7) {
                byte next = bytes[at++];
                number |= (long) (next & 0x7F) << shift;
                if (next >= 0) {
                    return number >>> 1 ^ -(number & 1);
                }
            }
        }

        String text() {
            int length = Math.toIntExact(number());
            String text = new String(bytes, at, length, StandardCharsets.UTF_8);
            at += length;
            return text;
        }
    }
}
