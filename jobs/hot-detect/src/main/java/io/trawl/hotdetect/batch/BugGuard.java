package io.trawl.hotdetect.batch;

import io.trawl.base.JobFailure;
import io.trawl.flow.Step;
import io.trawl.parsing.Failure;
import io.trawl.parsing.Parser;
import io.trawl.parsing.Reason;
import io.trawl.parsing.Records;
import io.trawl.record.Detection;
import io.trawl.record.ProxyEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Parser and engine, that go on behind a bug: the line it was met on is counted under the reason {@code bug} and named in
 * the log. A job of a window fails there; here one line must not hold up all that come after it.
 */
public final class BugGuard {
    private static final Logger LOG = LoggerFactory.getLogger(BugGuard.class);

    private BugGuard() {}

    /** A parser that never throws. */
    public record Parsing(Parser parser) implements Parser {
        private static final long serialVersionUID = 1L;

        @Override
        public String name() {
            return parser.name();
        }

        @Override
        public int version() {
            return parser.version();
        }

        @Override
        public String id() {
            return parser.id();
        }

        @Override
        public List<Parser> formats() {
            return parser.formats();
        }

        @Override
        public Parser under(String header) {
            return new Parsing(parser.under(header));
        }

        @Override
        public boolean hasRecords() {
            return parser.hasRecords();
        }

        @Override
        public @Nullable Records records(byte[] message) {
            try {
                return parser.records(message);
            } catch (RuntimeException | StackOverflowError e) {
                LOG.error("parser {} failed on a message of {} bytes", parser.id(), message.length, e);
                return Records.none(Reason.BUG, String.valueOf(e));
            }
        }

        @Override
        public @Nullable Failure parse(byte[] line, ProxyEvent into) {
            return parse(line, null, into);
        }

        @Override
        public @Nullable Failure parse(byte[] line, @Nullable Instant arrived, ProxyEvent into) {
            return parse(line, arrived, into, format -> {});
        }

        @Override
        public @Nullable Failure parse(
                byte[] line, @Nullable Instant arrived, ProxyEvent into, Consumer<? super Parser> by) {
            try {
                return parser.parse(line, arrived, into, by);
            } catch (RuntimeException | StackOverflowError e) {
                LOG.error("parser {} failed on a line of {} bytes", parser.id(), line.length, e);
                return new Failure(Reason.BUG, null, String.valueOf(e));
            }
        }
    }

    /** An engine that never throws, but for a snapshot that cannot be opened. */
    public record Judging(Step<ProxyEvent, Detection> engine) implements Step<ProxyEvent, Detection> {
        private static final long serialVersionUID = 1L;

        @Override
        public String name() {
            return engine.name();
        }

        @Override
        public void apply(ProxyEvent event, Out<? super Detection> out) {
            // Passed on behind the try: what a store throws is not the engine's.
            List<Detection> found = new ArrayList<>();
            try {
                engine.apply(event, new Out<>() {
                    @Override
                    public void emit(Detection detection) {
                        found.add(detection);
                    }

                    @Override
                    public void reject(Reason reason, @Nullable String field, String message) {
                        out.reject(reason, field, message);
                    }
                });
            } catch (JobFailure e) {
                throw e;
            } catch (Exception | StackOverflowError e) {
                LOG.error(
                        "judging the line at partition {} offset {} failed",
                        event.getPartition(),
                        event.getOffset(),
                        e);
                out.reject(Reason.BUG, null, String.valueOf(e));
                return;
            }
            found.forEach(out::emit);
        }
    }
}
