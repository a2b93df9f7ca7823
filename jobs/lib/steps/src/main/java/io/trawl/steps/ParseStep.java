package io.trawl.steps;

import io.trawl.base.Buffers;
import io.trawl.flow.Step;
import io.trawl.parsing.Failure;
import io.trawl.parsing.Parser;
import io.trawl.parsing.Reason;
import io.trawl.record.ProxyEvent;
import io.trawl.record.RawLine;

/** RawLine to ProxyEvent. */
final class ParseStep implements Step<RawLine, ProxyEvent> {
    private static final long serialVersionUID = 1L;
    private final Parser parser;

    ParseStep(Parser parser) {
        this.parser = parser;
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
        ProxyEvent event = new ProxyEvent();
        Failure failure = parser.parse(Buffers.bytes(line.getBody()), event);
        if (failure != null) {
            out.reject(failure.reason(), failure.field(), failure.message());
            return;
        }
        event.setEventId(line.getEventId());
        event.setSource(line.getSource());
        event.setWindow(line.getWindow());
        event.setPartition(line.getPartition());
        event.setOffset(line.getOffset());
        event.setObserverHostname(line.getHost());
        out.emit(event);
    }
}
