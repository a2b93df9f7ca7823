package io.trawl.intel.feed;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** The lines of a text file, ended by LF, CR LF or CR. A line that is not text says so, and does not end the reading. */
final class Lines {
    /** What a line may have; of a longer one the beginning is kept. */
    static final int LONGEST = 1 << 20;

    private static final int SHOWN = 1000;

    private final InputStream in;
    private final byte[] buffer = new byte[1 << 16];
    private int at;
    private int end;
    private byte[] line = new byte[256];
    private int number;
    private final Deque<Line> back = new ArrayDeque<>();
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();

    Lines(InputStream in) {
        this.in = in;
    }

    /**
     * One line.
     *
     * @param number from 1
     * @param text without its end and without a byte order mark; U+FFFD for what is not UTF-8
     * @param fault why the text is not what the file has; null if it is
     */
    record Line(int number, String text, @Nullable Fault fault) {}

    /**
     * What is wrong with a line.
     *
     * @param decoding whether bytes of it are not UTF-8, and are in its text as U+FFFD; else the text is not all of it
     */
    record Fault(String message, boolean decoding) {}

    /** Puts a line back, to be the next one. */
    void back(Line unread) {
        back.push(unread);
    }

    /** The next line; null at the end. */
    @Nullable
    Line next() throws IOException {
        if (!back.isEmpty()) {
            return back.pop();
        }
        int length = 0;
        long whole = 0;
        boolean any = false;
        while (true) {
            if (at == end && !fill()) {
                if (!any) {
                    return null;
                }
                break;
            }
            any = true;
            int from = at;
            while (at < end && buffer[at] != '\n' && buffer[at] != '\r') {
                at++;
            }
            int some = Math.min(at - from, LONGEST - length);
            if (length + some > line.length) {
                line = Arrays.copyOf(line, Math.max(length + some, 2 * line.length));
            }
            System.arraycopy(buffer, from, line, length, some);
            length += some;
            whole += at - from;
            if (at < end) {
                boolean carriage = buffer[at++] == '\r';
                if (carriage && (at < end || fill()) && buffer[at] == '\n') {
                    at++;
                }
                break;
            }
        }
        return line(++number, length, whole);
    }

    private boolean fill() throws IOException {
        at = 0;
        end = Math.max(0, in.read(buffer));
        return end > 0;
    }

    private Line line(int lineNumber, int length, long whole) {
        if (whole > LONGEST) {
            String beginning = new String(line, 0, SHOWN, StandardCharsets.UTF_8);
            return new Line(
                    lineNumber, beginning, new Fault("longer than " + LONGEST + " bytes: it has " + whole, false));
        }
        boolean ascii = true;
        for (int i = 0; i < length; i++) {
            ascii &= line[i] > 0;
        }
        if (ascii) {
            return new Line(lineNumber, new String(line, 0, length, StandardCharsets.ISO_8859_1), null);
        }
        ByteBuffer bytes = ByteBuffer.wrap(line, 0, length);
        CharBuffer chars = CharBuffer.allocate(length);
        CoderResult result = utf8.reset().decode(bytes, chars, true);
        if (result.isError()) {
            String fault = String.format(
                    "not UTF-8: byte 0x%02X in column %d", line[bytes.position()] & 255, bytes.position() + 1);
            return new Line(lineNumber, new String(line, 0, length, StandardCharsets.UTF_8), new Fault(fault, true));
        }
        String text = chars.flip().toString();
        return new Line(lineNumber, lineNumber == 1 && text.startsWith("\uFEFF") ? text.substring(1) : text, null);
    }
}
