package io.trawl.kafka.files;

import io.trawl.base.JobFailure;
import io.trawl.base.LogSource;
import io.trawl.base.Settings;
import io.trawl.base.State;
import io.trawl.base.Window;
import io.trawl.kafka.Messages;
import io.trawl.kafka.Offsets;
import io.trawl.parsing.flume.Origin;
import io.trawl.record.OffsetSpan;
import io.trawl.record.RawLine;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Log files of this machine instead of a topic: each is a partition and a window of its own, and an offset is the
 * number of a line, from 0. The state folder has the file of a window (see {@link LogFile}).
 */
public final class LogFiles implements Messages {
    /** The longest line that is taken whole, bytes, as at Flume's agent. */
    private static final int LONGEST = 1 << 20;

    private final LogSource source;
    private final State state;
    private final int most;
    private final Map<Instant, LogScan> scans = new HashMap<>();

    LogFiles(LogSource source, Settings settings, State state) {
        this.source = source;
        this.state = state;
        this.most = settings.number("ingest.task.messages");
    }

    /** Counts the lines of the window's file; they are the window as long as the file holds what it held. */
    @Override
    public Offsets.Span of(Window window) throws IOException {
        LogFile file = LogFile.of(source, window, state);
        LogScan scan = scan(file);
        if (!scan.digest().equals(file.digest())) {
            throw new JobFailure(
                    "log " + file.path() + " no longer holds what it held when its window was made: sweep it again",
                    null);
        }
        return new Offsets.Span(
                List.of(new OffsetSpan(file.number(), 0L, scan.lines())), List.of(), Map.of(), List.of());
    }

    /** @param spans whole files */
    @Override
    public JavaRDD<RawLine> read(JavaSparkContext spark, Window window, List<OffsetSpan> spans) throws IOException {
        LogFile file = LogFile.of(source, window, state);
        // A packed file can only be read from its beginning.
        List<Long> starts =
                PackedFile.isPacked(file.file()) ? List.of(0L) : scan(file).starts();
        List<Part> parts = new ArrayList<>();
        for (int i = 0; i < starts.size(); i++) {
            parts.add(new Part(
                    source.name(),
                    source.topic(),
                    file,
                    starts.get(i),
                    i + 1 < starts.size() ? starts.get(i + 1) : file.bytes(),
                    (long) i * most));
        }
        return spark.parallelize(parts, Math.max(1, parts.size())).flatMap(Part::lines);
    }

    private LogScan scan(LogFile file) throws IOException {
        LogScan known = scans.get(file.window());
        if (known != null) {
            return known;
        }
        try {
            LogScan scan = LogScan.of(file.file(), file.bytes(), Collections.emptySortedSet(), most);
            scans.put(file.window(), scan);
            return scan;
        } catch (NoSuchFileException e) {
            throw new JobFailure("log " + file.path() + " is gone: sweep it again from its new place", e);
        }
    }

    @Override
    public void close() {}

    /**
     * Neighbouring lines of a file.
     *
     * @param from byte at which the first of them begins
     * @param until byte after the last one
     * @param first number of the first one
     */
    private record Part(String source, String topic, LogFile file, long from, long until, long first)
            implements Serializable {

        Iterator<RawLine> lines() throws IOException {
            InputStream in = PackedFile.open(file.file());
            in.skipNBytes(from);
            return new Lines(this, in);
        }
    }

    /** Reads the lines of a part, and closes the file after the last of them. */
    private static final class Lines implements Iterator<RawLine> {
        private final Part part;
        private final InputStream in;
        private final byte[] buffer = new byte[1 << 16];
        private int at;
        private int filled;
        /** Of the line at hand, as much as is kept, and one byte more, which may be a CR. */
        private byte[] line = new byte[1 << 10];

        private long begin;
        private long offset;

        Lines(Part part, InputStream in) {
            this.part = part;
            this.in = in;
            this.begin = part.from();
            this.offset = part.first();
        }

        @Override
        public boolean hasNext() {
            return begin < part.until();
        }

        @Override
        public RawLine next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            try {
                return read();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private RawLine read() throws IOException {
            long length = 0;
            int kept = 0;
            boolean ended = false;
            byte last = 0;
            while (!ended && begin + length < part.until()) {
                if (at == filled) {
                    fill();
                }
                int end = at;
                while (end < filled && buffer[end] != '\n') {
                    end++;
                }
                int count = (int) Math.min(end - at, part.until() - begin - length);
                int keep = Math.min(count, LONGEST + 1 - kept);
                if (kept + keep > line.length) {
                    line = Arrays.copyOf(line, Math.max(kept + keep, Math.min(LONGEST + 1, line.length * 2)));
                }
                System.arraycopy(buffer, at, line, kept, keep);
                kept += keep;
                length += count;
                last = count > 0 ? buffer[at + count - 1] : last;
                at += count;
                if (at < filled && begin + length < part.until() && buffer[at] == '\n') {
                    at++;
                    ended = true;
                }
            }
            long next = begin + length + (ended ? 1 : 0);
            if (ended && length > 0 && last == '\r') {
                length--;
            }
            RawLine raw = raw(Arrays.copyOf(line, (int) Math.min(length, Math.min(kept, LONGEST))), length);
            begin = next;
            offset++;
            if (!hasNext()) {
                in.close();
            }
            return raw;
        }

        private void fill() throws IOException {
            at = 0;
            filled = in.read(buffer, 0, buffer.length);
            if (filled <= 0) {
                filled = 0;
                throw new JobFailure("log " + part.file().path() + " has become shorter: sweep it again", null);
            }
        }

        private RawLine raw(byte[] body, long length) {
            LogFile file = part.file();
            RawLine raw = new RawLine();
            raw.setSource(part.source());
            raw.setWindow(file.window());
            raw.setTopic(part.topic());
            raw.setPartition(file.number());
            raw.setOffset(offset);
            raw.setAppendTime(file.window());
            raw.setHost(LogFile.HOST);
            raw.setLog(file.log());
            raw.setGeneration(file.generation());
            raw.setFileOffset(begin);
            raw.setOversize(length > LONGEST ? length : null);
            raw.setHeaders(Map.of());
            raw.setBody(ByteBuffer.wrap(body));
            raw.setEventId(Origin.eventId(
                    LogFile.HOST, file.log(), file.generation(), begin, body, part.topic(), file.number(), offset));
            return raw;
        }
    }
}
