package io.trawl.cli.files.log;

import io.trawl.cli.files.format.Directive;
import io.trawl.cli.files.output.Output;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Whole lines of one input, one after the other, and what came of them. Used again when it has been written. */
final class Batch {
    /** What a pipe or a disk gives quickly, and a core works on for about a millisecond. */
    static final int SIZE = 1 << 18;

    final Output output = new Output();
    byte[] bytes = new byte[SIZE];
    int length;
    String file = "";
    Instant arrived = Instant.EPOCH;

    /**
     * A place in an input.
     *
     * @param number of the line that begins there
     * @param fields what comes after the last {@code #Fields:} before it; null if there is none
     */
    record Place(long number, @Nullable String fields) {
        static final Place BEGINNING = new Place(1, null);
    }

    /** Where it begins, which is known when the batches before this one have been looked through. */
    CompletableFuture<Place> first = new CompletableFuture<>();
    /** Where the batch after this one begins. */
    CompletableFuture<Place> next = new CompletableFuture<>();

    long lines;
    long found;
    /** Bytes of a line that is longer than any that is read; the batch is that line then. */
    long oversize;
    /** Lines to work on: where each begins and ends, how many lines and how many headers are before it. */
    private int[] kept = new int[4 * 64];
    /** What comes after each {@code #Fields:} in it. */
    private final List<String> headers = new ArrayList<>();

    void clear(String name, Instant written) {
        output.clear();
        if (bytes.length > SIZE) {
            bytes = new byte[SIZE];
        }
        length = 0;
        file = name;
        arrived = written;
        headers.clear();
        lines = 0;
        found = 0;
        oversize = 0;
    }

    /** Gives each line to a work, in order, but for those that it passes over. */
    void run(LineWork work) {
        int size;
        Place place;
        try {
            size = oversize > 0 ? 0 : look(work.passing(), work.hasDirectives());
            lines = oversize > 0 ? 1 : lines;
            // Batches are begun in order, so what is waited for is at work.
            place = first.join();
            String last = headers.isEmpty() ? place.fields() : headers.get(headers.size() - 1);
            next.complete(new Place(place.number() + lines, last));
        } catch (RuntimeException | Error e) {
            next.completeExceptionally(e);
            throw e;
        }
        if (oversize > 0) {
            found += work.oversize(file, place.number(), oversize, output);
        }
        LineWork.Origin origin = new LineWork.Origin(file, arrived, place.fields());
        int before = 0;
        for (int i = 0; i < size; i += 4) {
            if (kept[i + 3] > before) {
                before = kept[i + 3];
                origin = new LineWork.Origin(file, arrived, headers.get(before - 1));
            }
            byte[] line = Arrays.copyOfRange(bytes, kept[i], kept[i + 1]);
            found += work.line(origin, place.number() + kept[i + 2], line, output);
        }
    }

    /** Counts the lines, the last of which may be without its end, and keeps those to work on. */
    private int look(LineWork.Passing passing, boolean directives) {
        int size = 0;
        int count = 0;
        for (int from = 0; from < length; count++) {
            int to = passing.end(bytes, from, length);
            if (to < 0) {
                to = from;
                while (to < length && bytes[to] != '\n') {
                    to++;
                }
                if (directives && Directive.is(bytes, from, to)) {
                    String fields = Directive.fields(bytes, from, to);
                    if (fields != null) {
                        headers.add(fields);
                    }
                } else {
                    size = keep(size, from, to, count);
                }
            }
            from = to + 1;
        }
        lines = count;
        return size;
    }

    private int keep(int size, int from, int to, int count) {
        if (size == kept.length) {
            kept = Arrays.copyOf(kept, 2 * size);
        }
        kept[size] = from;
        kept[size + 1] = to;
        kept[size + 2] = count;
        kept[size + 3] = headers.size();
        return size + 4;
    }
}
