package io.trawl.flume;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lines of a log that name the columns of the lines after them, such as {@code #Fields: date time c-ip}. They are known by
 * how they begin.
 */
final class HeaderLines {
    /** A longer line, in bytes, is no header line: it goes with each line of its file. */
    static final int LONGEST = 16 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(OriginInterceptor.class);

    private final List<byte[]> beginnings;
    private boolean warned;

    /** @param beginnings how such lines begin, separated by blanks; none if it is empty */
    HeaderLines(String beginnings) {
        this.beginnings = Arrays.stream(beginnings.strip().split("\\s+"))
                .filter(word -> !word.isEmpty())
                .map(word -> word.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    /** Whether there are such lines at all. */
    boolean isUsed() {
        return !beginnings.isEmpty();
    }

    /** Whether a line begins as such lines do. */
    boolean isOne(byte[] line) {
        for (byte[] beginning : beginnings) {
            if (line.length >= beginning.length
                    && Arrays.equals(line, 0, beginning.length, beginning, 0, beginning.length)) {
                return true;
            }
        }
        return false;
    }

    /**
     * What such a line is sent as.
     *
     * @param line without its line end
     * @return null if it is too long: the lines after it then have no header line
     */
    @Nullable
    String text(byte[] line) {
        int end = line.length > 0 && line[line.length - 1] == '\r' ? line.length - 1 : line.length;
        if (end > LONGEST) {
            if (!warned) {
                warned = true;
                LOG.warn("a header line of {} bytes is not sent with the lines after it: it may have {}", end, LONGEST);
            }
            return null;
        }
        return new String(line, 0, end, StandardCharsets.UTF_8);
    }

    /** The last such line of a file before a byte at which a line starts; null if there is none. */
    @Nullable
    String before(LogFile file, long offset) throws IOException {
        if (!isUsed()) {
            return null;
        }
        byte[] line = file.lastLine(beginnings, offset, LONGEST);
        return line == null ? null : text(line);
    }
}
