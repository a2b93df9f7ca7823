package io.trawl.terminal;

import java.util.Arrays;

/** Whole lines of one input, one behind the other, and what came of them. Used again when it has been written. */
final class Batch {
    /** What a pipe or a disk gives quickly, and a core works on for about a millisecond. */
    static final int SIZE = 1 << 18;

    final Output output = new Output();
    byte[] bytes = new byte[SIZE];
    int length;
    String file = "";
    /** Number of the first line. */
    long first;

    long lines;
    long found;
    /** Bytes of a line that is longer than any that is read; the batch is that line then. */
    long oversize;

    void clear(String name, long line) {
        output.clear();
        if (bytes.length > SIZE) {
            bytes = new byte[SIZE];
        }
        length = 0;
        file = name;
        first = line;
        lines = 0;
        found = 0;
        oversize = 0;
    }

    /** Gives each line to a work, in order. */
    void run(LineWork work) {
        if (oversize > 0) {
            found += work.oversize(file, first, oversize, output);
            return;
        }
        long number = first;
        int from = 0;
        LineWork.Passing passing = work.passing();
        while (from < length) {
            int to = Newlines.next(bytes, from, length);
            if (passing == null || !passing.passes(bytes, from, to)) {
                found += work.line(file, number, Arrays.copyOfRange(bytes, from, to), output);
            }
            number++;
            from = to + 1;
        }
    }

    /** Counts the lines; the last one may be without its end. */
    void count() {
        lines = Newlines.count(bytes, length) + (length > 0 && bytes[length - 1] != '\n' ? 1 : 0);
    }
}
