package io.trawl.cli.files;

import java.util.Arrays;
import java.util.concurrent.CompletableFuture;

/** Whole lines of one input, one behind the other, and what came of them. Used again when it has been written. */
final class Batch {
    /** What a pipe or a disk gives quickly, and a core works on for about a millisecond. */
    static final int SIZE = 1 << 18;

    final Output output = new Output();
    byte[] bytes = new byte[SIZE];
    int length;
    String file = "";

    /** Number of the first line, which is known when the batches before this one have been looked through. */
    CompletableFuture<Long> first = new CompletableFuture<>();
    /** Number of the first line behind this batch. */
    CompletableFuture<Long> next = new CompletableFuture<>();

    long lines;
    long found;
    /** Bytes of a line that is longer than any that is read; the batch is that line then. */
    long oversize;
    /** Lines to work on: where each begins and ends, and how many lines stand before it. */
    private int[] kept = new int[3 * 64];

    void clear(String name) {
        output.clear();
        if (bytes.length > SIZE) {
            bytes = new byte[SIZE];
        }
        length = 0;
        file = name;
        lines = 0;
        found = 0;
        oversize = 0;
    }

    /** Gives each line to a work, in order, but for those that it passes over. */
    void run(LineWork work) {
        int size;
        long number;
        try {
            size = oversize > 0 ? 0 : look(work.passing());
            lines = oversize > 0 ? 1 : lines;
            // Batches are begun in order, so what is waited for is at work.
            number = first.join();
            next.complete(number + lines);
        } catch (RuntimeException | Error e) {
            next.completeExceptionally(e);
            throw e;
        }
        if (oversize > 0) {
            found += work.oversize(file, number, oversize, output);
        }
        for (int i = 0; i < size; i += 3) {
            found += work.line(file, number + kept[i + 2], Arrays.copyOfRange(bytes, kept[i], kept[i + 1]), output);
        }
    }

    /** Counts the lines, the last of which may be without its end, and keeps those to work on. */
    private int look(LineWork.Passing passing) {
        int size = 0;
        int count = 0;
        for (int from = 0; from < length; count++) {
            int to = passing.end(bytes, from, length);
            if (to < 0) {
                to = from;
                while (to < length && bytes[to] != '\n') {
                    to++;
                }
                if (size == kept.length) {
                    kept = Arrays.copyOf(kept, 2 * size);
                }
                kept[size] = from;
                kept[size + 1] = to;
                kept[size + 2] = count;
                size += 3;
            }
            from = to + 1;
        }
        lines = count;
        return size;
    }
}
