package io.trawl.cli.files.format;

import io.trawl.parsing.Failure;
import io.trawl.parsing.Parser;
import io.trawl.parsing.PlainLine;
import io.trawl.parsing.Reason;
import io.trawl.parsing.Records;
import io.trawl.parsing.format.DeclaredFormat;
import io.trawl.record.ProxyEvent;
import io.trawl.schema.Expectations;
import io.trawl.schema.Violation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A line to an event, or to the reason why it is none: what a job takes for valid, which is that the format's parser
 * reads it and that the event meets the expectations of its schema. The columns of a W3C log are those of the last
 * {@code #Fields} before the line. Safe for use by several threads.
 */
public final class LineReader {
    private static final Expectations EXPECTATIONS = Expectations.of(ProxyEvent.getClassSchema());
    private static final int MOST_HEADERS = 16;

    private final Parser parser;
    private final boolean follows;
    /** Whether a line may have several records: if not, none is asked about it. */
    private final boolean records;

    /** Parsers by columns. */
    private final Map<String, Parser> byFields = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Parser> eldest) {
            return size() > MOST_HEADERS;
        }
    };

    /**
     * A line that was read.
     *
     * @param event null if the line is invalid
     * @param failure null if it is valid
     */
    public record Read(@Nullable ProxyEvent event, @Nullable Failure failure) {}

    /** A reader of the lines that a parser reads. */
    public LineReader(Parser parser) {
        this.parser = parser;
        this.follows = parser.formats().stream().anyMatch(LineReader::follows);
        this.records = parser.hasRecords();
    }

    private static boolean follows(Parser one) {
        return one instanceof DeclaredFormat declared && declared.followsFields();
    }

    /** Whether lines that begin with {@code #} are directives: they describe other lines, and are not read. */
    public boolean hasDirectives() {
        return follows;
    }

    /** A reader of lines that are valid for sure, for one thread; null if the format has none. */
    public @Nullable PlainLine plainLine() {
        return parser.plainLine();
    }

    /** Takes what was read. */
    @FunctionalInterface
    public interface Each {
        /** @param record which of the records of a line it is, counted from 1; 0 for a line that is none of several */
        void take(int record, Read read);
    }

    /** Reads a line, or each of its records if it has several, in order; the arguments are those of {@link #read}. */
    public void each(byte[] line, @Nullable String fields, Instant arrived, Each each) {
        Records several = records ? parser.records(line) : null;
        if (several == null) {
            each.take(0, one(line, fields, arrived));
            return;
        }
        if (several.failure() != null) {
            each.take(0, new Read(null, several.failure()));
        }
        int number = 0;
        for (byte[] record : several.lines()) {
            each.take(++number, one(record, fields, arrived));
        }
    }

    /**
     * Reads a line. Of several records in it the first that is invalid is given, or else the first.
     *
     * @param fields what comes after the last {@code #Fields:} before it; null if there was none
     * @param arrived when the line was written, about: it tells the year of a time that has none
     */
    public Read read(byte[] line, @Nullable String fields, Instant arrived) {
        if (!records) {
            return one(line, fields, arrived);
        }
        List<Read> reads = new ArrayList<>();
        each(line, fields, arrived, (record, read) -> reads.add(read));
        return reads.stream().filter(read -> read.event() == null).findFirst().orElseGet(() -> reads.get(0));
    }

    private Read one(byte[] line, @Nullable String fields, Instant arrived) {
        ProxyEvent event = new ProxyEvent();
        Parser of = fields == null || !follows ? parser : following(fields);
        Failure failure = of.parse(line, arrived, event);
        if (failure == null) {
            // Where a job has the line's way through broker and lake; the schema requires something.
            event.setEventId("");
            event.setSource("");
            event.setWindow(Instant.EPOCH);
            Violation violation = EXPECTATIONS.checkParsed(event);
            if (violation == null) {
                return new Read(event, null);
            }
            failure = new Failure(Reason.EXPECTATION, violation.field(), violation.message());
        }
        return new Read(null, failure);
    }

    /** The parser with these columns. */
    private Parser following(String fields) {
        synchronized (byFields) {
            return byFields.computeIfAbsent(fields, names -> parser.under("#Fields:" + names));
        }
    }
}
