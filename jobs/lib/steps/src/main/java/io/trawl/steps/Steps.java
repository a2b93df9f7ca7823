package io.trawl.steps;

import io.trawl.flow.Step;
import io.trawl.parsing.Parser;
import io.trawl.record.ProxyEvent;
import io.trawl.record.RawLine;
import org.apache.avro.specific.SpecificRecord;

/** Trawl's steps by name, to be imported statically: {@code Flow.of(lines).then(parse(squid)).then(expect(ProxyEvent.class))}. */
public final class Steps {
    private Steps() {}

    /** RawLine to ProxyEvent, or an invalid record with the reason; named parsed. */
    public static Step<RawLine, ProxyEvent> parse(Parser parser) {
        return new ParseStep(parser);
    }

    /**
     * Keeps what meets the expectations of its schema; the line of what does not becomes an invalid record. Named valid.RECORD,
     * for example valid.ProxyEvent.
     */
    public static <T extends SpecificRecord> Step<T, T> expect(Class<T> record) {
        return new ExpectStep<>(record);
    }
}
