package io.trawl.cli.files.log;

import io.trawl.cli.files.format.LogSample;
import io.trawl.cli.files.terminal.Input;
import io.trawl.cli.files.terminal.Progress;
import io.trawl.parsing.Printable;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes a sample of logs: the first lines of each, and some from further places of a file that is not packed. */
public final class SampleReader {
    /** Lines from the beginning of all inputs together. */
    private static final int LINES = 1000;
    /** Of each input there are at least as many. */
    private static final int FEWEST = 20;

    private static final int PLACES = 20;
    private static final int LINES_OF_A_PLACE = 10;
    /** Longer lines are no use in a sample. */
    private static final int LONGEST = 1 << 16;

    private final LogSample sample = new LogSample();
    private final int most;
    private final boolean named;

    private SampleReader(int inputs) {
        this.most = Math.max(FEWEST, LINES / Math.max(1, inputs));
        this.named = inputs > 1;
    }

    /** A sample of all inputs, with lines from all over them. */
    public static LogSample read(List<Input> inputs, InputStream stdin) throws IOException {
        return read(inputs, stdin, true);
    }

    /**
     * A sample of the first lines.
     *
     * @param stdin the first bytes of standard input
     */
    static LogSample heads(List<Input> inputs, InputStream stdin) throws IOException {
        return read(inputs, stdin, false);
    }

    private static LogSample read(List<Input> inputs, InputStream stdin, boolean whole) throws IOException {
        SampleReader reader = new SampleReader(inputs.size());
        Progress nobody = new Progress(new PrintStream(OutputStream.nullOutputStream()), false, "formats", 0);
        for (Input input : inputs) {
            try (Input.Opened opened = input.open(stdin, nobody)) {
                reader.read(input, opened, whole);
            } catch (IOException e) {
                throw new IOException(input.name() + ": " + e.getMessage(), e);
            }
        }
        if (reader.sample.lines().isEmpty()) {
            throw new IllegalArgumentException("there is no line to look at: expected a log with at least one line");
        }
        return reader.sample;
    }

    private void read(Input input, Input.Opened opened, boolean whole) throws IOException {
        LogSample.Part part = sample.part(input.written());
        InputStream in = new BufferedInputStream(opened.stream(), LONGEST);
        Path path = input.path();
        long number = 0;
        while (number < most) {
            byte @Nullable [] line;
            try {
                line = line(in);
            } catch (IOException e) {
                // The first bytes of something packed end anywhere; a file that is damaged will be reported when it is
                // read.
                if (number > 0 && input.isStdin() && !whole) {
                    return;
                }
                throw e;
            }
            if (line == null) {
                return;
            }
            number++;
            part.add(line, place(input, "line " + number));
        }
        // Of a W3C log nobody knows the header of a place in the middle.
        if (path != null && opened.isPlainFile() && whole && !part.hasHeader()) {
            places(input, path, part);
        }
    }

    private String place(Input input, String place) {
        return named ? Printable.line(input.name()) + ", " + place : place;
    }

    private void places(Input input, Path path, LogSample.Part part) throws IOException {
        try (SeekableByteChannel channel = Files.newByteChannel(path)) {
            long size = channel.size();
            if (size < (long) PLACES * LONGEST) {
                return;
            }
            for (int i = 1; i <= PLACES; i++) {
                long at = size / (PLACES + 1) * i;
                ByteBuffer bytes = ByteBuffer.allocate(LONGEST);
                channel.position(at);
                while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
                byte[] block = bytes.array();
                int from = next(block, 0, bytes.position());
                for (int line = 0; line < LINES_OF_A_PLACE && from >= 0; line++) {
                    int to = next(block, from, bytes.position());
                    if (to < 0) {
                        break;
                    }
                    part.add(Arrays.copyOfRange(block, from, to - 1), place(input, "byte " + (at + from)));
                    from = to;
                }
            }
        }
    }

    /** Where the line begins that follows the one at a place; -1 if that has no end. */
    private static int next(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == '\n') {
                return i + 1;
            }
        }
        return -1;
    }

    /** The next line, at most the beginning of a long one; null at the end. */
    private static byte @Nullable [] line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        int one = in.read();
        if (one < 0) {
            return null;
        }
        while (one >= 0 && one != '\n') {
            if (line.size() < LONGEST) {
                line.write(one);
            }
            one = in.read();
        }
        return line.toByteArray();
    }
}
