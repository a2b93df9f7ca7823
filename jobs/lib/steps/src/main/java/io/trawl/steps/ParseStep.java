package io.trawl.steps;

import io.trawl.base.Buffers;
import io.trawl.flow.Step;
import io.trawl.parsing.Failure;
import io.trawl.parsing.Parser;
import io.trawl.parsing.Reason;
import io.trawl.parsing.Records;
import io.trawl.parsing.flume.Origin;
import io.trawl.record.ProxyEvent;
import io.trawl.record.RawLine;
import io.trawl.schema.PlainText;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** RawLine to ProxyEvent; a message of several records to one of each. */
final class ParseStep implements Step<RawLine, ProxyEvent> {
    private static final long serialVersionUID = 1L;
    /** More header lines than the files of a task have. */
    private static final int MOST = 256;

    private final Parser parser;
    private final boolean several;
    /** Whether a message may be several records: if not, none is asked about it. */
    private final boolean records;
    /** The parsers for files in which a line names the columns, by that line. */
    private transient @Nullable Map<String, Parser> under;

    ParseStep(Parser parser) {
        this.parser = parser;
        this.several = parser.formats().size() > 1;
        this.records = parser.hasRecords();
    }

    @Override
    public String name() {
        return "parsed";
    }

    @Override
    public String parser() {
        return parser.id();
    }

    @Override
    public void apply(RawLine line, Out<? super ProxyEvent> out) {
        String envelope = line.getEnvelopeError();
        if (envelope != null) {
            out.reject(Reason.ENVELOPE, null, envelope);
            return;
        }
        Long oversize = line.getOversize();
        if (oversize != null) {
            out.reject(
                    Reason.OVERSIZE,
                    null,
                    "the line has " + oversize
                            + " bytes; what the agent kept of it is here, the whole line is in the proxy's log");
            return;
        }
        byte[] body = Buffers.bytes(line.getBody());
        Records cut = records ? parser.records(body) : null;
        if (cut == null) {
            parse(line, body, out);
            return;
        }
        Failure failure = cut.failure();
        if (failure != null) {
            out.reject(failure.reason(), failure.field(), failure.message());
            return;
        }
        for (int number = 0; number < cut.lines().size(); number++) {
            byte[] record = cut.lines().get(number);
            RawLine part = part(line, number, record);
            out.part(part);
            parse(part, record, out);
        }
    }

    /** A record of a message as a line: of the same place, but with an id of its own. */
    private static RawLine part(RawLine message, int number, byte[] record) {
        RawLine part = new RawLine();
        part.setEventId(Origin.recordId(message.getEventId(), number));
        part.setBody(ByteBuffer.wrap(record));
        part.setSource(message.getSource());
        part.setWindow(message.getWindow());
        part.setTopic(message.getTopic());
        part.setPartition(message.getPartition());
        part.setOffset(message.getOffset());
        part.setAppendTime(message.getAppendTime());
        part.setHost(message.getHost());
        part.setLog(message.getLog());
        part.setGeneration(message.getGeneration());
        part.setFileOffset(message.getFileOffset());
        part.setHeaderLine(message.getHeaderLine());
        part.setHeaders(message.getHeaders());
        return part;
    }

    private void parse(RawLine line, byte[] body, Out<? super ProxyEvent> out) {
        ProxyEvent event = new ProxyEvent();
        // Batch and hot path know the same time of a message, so they make the same event of it.
        Parser of = parser(line.getHeaderLine());
        Failure failure = several
                ? of.parse(body, line.getAppendTime(), event, out::readBy)
                : of.parse(body, line.getAppendTime(), event);
        if (failure != null) {
            out.reject(failure.reason(), failure.field(), failure.message());
            return;
        }
        event.setEventId(line.getEventId());
        event.setSource(line.getSource());
        event.setWindow(line.getWindow());
        event.setPartition(line.getPartition());
        event.setOffset(line.getOffset());
        if (event.getObserverHostname() == null) {
            // It comes from the agent's settings, past the parser.
            event.setObserverHostname(line.getHost() == null ? null : PlainText.of(line.getHost()));
        }
        out.emit(event);
    }

    private Parser parser(@Nullable String header) {
        if (header == null) {
            return parser;
        }
        Map<String, Parser> known = under;
        if (known == null) {
            known = new ConcurrentHashMap<>();
            under = known;
        }
        Parser found = known.get(header);
        if (found == null) {
            if (known.size() >= MOST) {
                known.clear();
            }
            found = parser.under(header);
            known.put(header, found);
        }
        return found;
    }
}
