package io.trawl.flume;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.flume.Context;
import org.apache.flume.Event;
import org.apache.flume.interceptor.Interceptor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds to every line of a TAILDIR source the header {@code generation}: which file of the log it was read from, between
 * two rotations. Host, log, generation and byte offset name a line for good, so that a line which is sent twice is known
 * as a copy. A line longer than the limit is cut to it and gets the header {@code oversize}, its full length in bytes. In a
 * log whose columns are named by a line of the file, each line gets the header {@code header_line}: the last such line
 * before it, also if the agent was started in the middle of the file.
 *
 * <p>An event without the headers {@code file} and {@code byteoffset} passes as it came. It never throws: TAILDIR would
 * then forget where it stood in the file and lose the lines of that batch. The source calls it from one thread.
 */
public final class OriginInterceptor implements Interceptor {
    /** Header set by this class: 16 hex digits, with the inode before them where the log is rotated by renaming. */
    public static final String GENERATION = "generation";
    /** Header set by this class on a line that was cut: how long it was, in bytes. */
    public static final String OVERSIZE = "oversize";

    /** Header set by this class: the last line before this one in its file that names the columns. */
    public static final String HEADER_LINE = "header_line";

    static final String FILE = "file";
    static final String BYTE_OFFSET = "byteoffset";
    private static final Logger LOG = LoggerFactory.getLogger(OriginInterceptor.class);

    private final Generations generations;
    private final int maxLineBytes;
    private long cut;

    OriginInterceptor(Rotation rotation, int maxLineBytes, HeaderLines headerLines) {
        this.generations = new Generations(rotation, headerLines);
        this.maxLineBytes = maxLineBytes;
    }

    @Override
    public void initialize() {}

    @Override
    public Event intercept(Event event) {
        generations.nextBatch();
        mark(event);
        return event;
    }

    @Override
    public List<Event> intercept(List<Event> events) {
        generations.nextBatch();
        for (Event event : events) {
            mark(event);
        }
        return events;
    }

    /** Lines that were found in no file, so far. */
    long unknown() {
        return generations.unknown();
    }

    private void mark(Event event) {
        try {
            Map<String, String> headers = event.getHeaders();
            String file = headers.get(FILE);
            long offset = offset(headers.get(BYTE_OFFSET));
            byte[] line = event.getBody();
            if (file == null || offset < 0 || line == null) {
                return;
            }
            Generations.Place place = generations.of(file, offset, line);
            headers.put(GENERATION, place.generation());
            if (place.header() != null) {
                headers.put(HEADER_LINE, place.header());
            }
            if (line.length > maxLineBytes) {
                event.setBody(Arrays.copyOf(line, maxLineBytes));
                headers.put(OVERSIZE, Integer.toString(line.length));
                cut++;
            }
        } catch (RuntimeException e) {
            LOG.error("an event was left as it came", e);
        }
    }

    private static long offset(@Nullable String text) {
        try {
            return text == null ? -1 : Long.parseLong(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    @Override
    public void close() {
        LOG.info("lines of unknown generation: {}, lines cut to {} bytes: {}", unknown(), maxLineBytes, cut);
    }

    /**
     * Settings: {@code rotation} = rename | copytruncate, how the log is rotated (default rename); {@code maxLineBytes}
     * = the longest line that is sent whole, in bytes (default 1048576); {@code headerLine} = how a line begins that names
     * the columns of the lines after it, for example {@code #Fields:}; several are separated by blanks (default none);
     * {@code required} = words separated by blanks
     * that must not hold an unresolved {@code ${...}}, so that an agent whose environment was forgotten does not start
     * (default none).
     */
    public static final class Builder implements Interceptor.Builder {
        private static final int MAX_LINE_BYTES = 1024 * 1024;

        private Rotation rotation = Rotation.RENAME;
        private int maxLineBytes = MAX_LINE_BYTES;
        private String headerLine = "";

        /** @throws IllegalArgumentException if a setting is not what it should be */
        @Override
        public void configure(Context context) {
            for (String word : context.getString("required", "").split("\\s+")) {
                if (word.contains("${")) {
                    throw new IllegalArgumentException("the agent's environment has no " + word
                            + "; expected a value, for example TRAWL_HOST=proxy1.example");
                }
            }
            rotation = Rotation.of(context.getString("rotation", "rename"));
            headerLine = context.getString("headerLine", "");
            String limit = context.getString("maxLineBytes", Integer.toString(MAX_LINE_BYTES));
            try {
                maxLineBytes = Integer.parseInt(limit);
            } catch (NumberFormatException e) {
                maxLineBytes = 0;
            }
            if (maxLineBytes < 1) {
                throw new IllegalArgumentException("maxLineBytes is '" + limit
                        + "'; expected a number of bytes from 1 on, for example maxLineBytes = 1048576");
            }
        }

        @Override
        public Interceptor build() {
            return new OriginInterceptor(rotation, maxLineBytes, new HeaderLines(headerLine));
        }
    }
}
