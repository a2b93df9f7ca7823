package io.trawl.cli.files;

import io.trawl.parsing.Failure;
import io.trawl.parsing.Parser;
import io.trawl.parsing.PlainLine;
import io.trawl.parsing.Reason;
import io.trawl.parsing.format.Formats;
import io.trawl.record.ProxyEvent;
import io.trawl.schema.Expectations;
import io.trawl.schema.Violation;
import java.time.Instant;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * A line to an event, or to the reason why it is none: what a job takes for valid, which is that the format's parser
 * reads it and that the event meets the expectations of its schema. Safe for use by several threads.
 */
final class LogReader {
    private final Parser parser;
    private final Expectations expectations = Expectations.of(ProxyEvent.getClassSchema());
    private final boolean webServer;

    /**
     * A line that was read.
     *
     * @param event null where the line is invalid
     * @param failure null where it is valid
     */
    record Read(@Nullable ProxyEvent event, @Nullable Failure failure) {}

    private LogReader(Parser parser, boolean webServer) {
        this.parser = parser;
        this.webServer = webServer;
    }

    /** @throws IllegalArgumentException where there is no such format, or none was given */
    static LogReader of(@Nullable String format) {
        if (format == null) {
            throw new IllegalArgumentException(
                    "--format is missing: expected a format's name, for example --format squid (bin/trawl formats lists them)");
        }
        return new LogReader(Formats.shipped().parser(format, ZoneOffset.UTC), format.equals("combined"));
    }

    /** Whether the format is a web server's: its clients are strangers and are matched, too. */
    boolean isWebServer() {
        return webServer;
    }

    /** A reader of lines that are valid for sure, for one thread; null where the format has none. */
    @Nullable
    PlainLine plainLine() {
        return parser.plainLine();
    }

    Read read(byte[] line) {
        ProxyEvent event = new ProxyEvent();
        Failure failure = parser.parse(line, event);
        if (failure == null) {
            // Where a job has the line's way through broker and lake; the schema requires something.
            event.setEventId("");
            event.setSource("");
            event.setWindow(Instant.EPOCH);
            Violation violation = expectations.check(event);
            if (violation == null) {
                return new Read(event, null);
            }
            failure = new Failure(Reason.EXPECTATION, violation.field(), violation.message());
        }
        return new Read(null, failure);
    }
}
