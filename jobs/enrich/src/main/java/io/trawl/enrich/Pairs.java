package io.trawl.enrich;

import java.util.Arrays;

/**
 * Pairs of a value and a client, each with its first and last time and its events, added up. Plain arrays: a window has
 * nearly as many pairs as events, and an object for each was half of what enrich cost.
 */
final class Pairs {
    private int[] values = new int[1024];
    private int[] clients = new int[1024];
    private long[] firsts = new long[1024];
    private long[] lasts = new long[1024];
    private long[] events = new long[1024];
    /** Number + 1 of the pair in a slot; 0 if the slot is free. */
    private int[] slots = new int[2048];

    private int size;

    int size() {
        return size;
    }

    int client(int pair) {
        return clients[pair];
    }

    long first(int pair) {
        return firsts[pair];
    }

    long last(int pair) {
        return lasts[pair];
    }

    long events(int pair) {
        return events[pair];
    }

    /** Adds to a pair; times in microseconds since 1970. */
    void add(int value, int client, long first, long last, long times) {
        int slot = slot(value, client);
        for (int found = slots[slot]; found != 0; found = slots[slot]) {
            int pair = found - 1;
            if (values[pair] == value && clients[pair] == client) {
                firsts[pair] = Math.min(firsts[pair], first);
                lasts[pair] = Math.max(lasts[pair], last);
                events[pair] += times;
                return;
            }
            slot = slot + 1 & slots.length - 1;
        }
        if (size == values.length) {
            grow();
            add(value, client, first, last, times);
            return;
        }
        values[size] = value;
        clients[size] = client;
        firsts[size] = first;
        lasts[size] = last;
        events[size] = times;
        slots[slot] = ++size;
    }

    private int slot(int value, int client) {
        long mixed = ((long) value << 32 | client) * 0x9E3779B97F4A7C15L;
        return (int) (mixed >>> 36) & slots.length - 1;
    }

    private void grow() {
        values = Arrays.copyOf(values, 2 * size);
        clients = Arrays.copyOf(clients, 2 * size);
        firsts = Arrays.copyOf(firsts, 2 * size);
        lasts = Arrays.copyOf(lasts, 2 * size);
        events = Arrays.copyOf(events, 2 * size);
        slots = new int[4 * size];
        for (int pair = 0; pair < size; pair++) {
            int slot = slot(values[pair], clients[pair]);
            while (slots[slot] != 0) {
                slot = slot + 1 & slots.length - 1;
            }
            slots[slot] = pair + 1;
        }
    }

    /**
     * The pairs by value: those of value v are {@code order[starts[v]]} to {@code order[starts[v + 1] - 1]}.
     *
     * @param count how many values there are
     */
    Grouped byValue(int count) {
        int[] order = new int[size];
        Arrays.setAll(order, pair -> pair);
        return grouped(order, values, count);
    }

    /**
     * The same, the pairs of a value in the order of their clients.
     *
     * @param count how many values there are
     * @param ranks place of each client in that order
     */
    Grouped byValueAndClient(int count, int[] ranks) {
        int[] rank = new int[size];
        Arrays.setAll(rank, pair -> ranks[clients[pair]]);
        int[] order = new int[size];
        Arrays.setAll(order, pair -> pair);
        return grouped(grouped(order, rank, ranks.length).order(), values, count);
    }

    /** Pairs by a key of theirs, less than count; those that have the same key stay in order. */
    private static Grouped grouped(int[] pairs, int[] keys, int count) {
        int[] starts = new int[count + 1];
        for (int pair : pairs) {
            starts[keys[pair] + 1]++;
        }
        for (int key = 0; key < count; key++) {
            starts[key + 1] += starts[key];
        }
        int[] next = starts.clone();
        int[] order = new int[pairs.length];
        for (int pair : pairs) {
            order[next[keys[pair]]++] = pair;
        }
        return new Grouped(starts, order);
    }

    /** See {@link #byValue}. */
    record Grouped(int[] starts, int[] order) {}
}
