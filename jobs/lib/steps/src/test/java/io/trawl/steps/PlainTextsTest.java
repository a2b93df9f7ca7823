package io.trawl.steps;

import static io.trawl.steps.Steps.expect;
import static io.trawl.steps.Steps.parse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.trawl.flow.Flow;
import io.trawl.flow.ListStore;
import io.trawl.flow.Store;
import io.trawl.parsing.Failure;
import io.trawl.parsing.Parser;
import io.trawl.parsing.format.Formats;
import io.trawl.record.InvalidRecord;
import io.trawl.record.ProxyEvent;
import io.trawl.record.RawLine;
import io.trawl.testing.Lines;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A text that acts on a terminal, a page or a key gets past no parser, nor past the schema. */
class PlainTextsTest {
    /** A parser of a site, which takes the line as it is. */
    private record Trusting() implements Parser {
        @Override
        public String name() {
            return "trusting";
        }

        @Override
        public int version() {
            return 1;
        }

        @Override
        public Failure parse(byte[] line, ProxyEvent into) {
            into.setTimestamp(Instant.EPOCH);
            into.setSourceAddress(new String(line, StandardCharsets.UTF_8));
            return null;
        }
    }

    private static void run(
            Parser parser, List<RawLine> lines, ListStore<ProxyEvent> events, ListStore<InvalidRecord> invalid) {
        Flow.of(lines)
                .then(parse(parser))
                .then(expect(ProxyEvent.class))
                .into(events)
                .rejectsInto(invalid)
                .run();
    }

    @Test
    void aParserThatLetsAControlCharacterThroughMakesNoEvent() {
        ListStore<ProxyEvent> events = Store.list("events");
        ListStore<InvalidRecord> invalid = Store.list("invalid");

        run(new Trusting(), List.of(Lines.line(0, "10.0.0.1\0x"), Lines.line(1, "10.0.0.1")), events, invalid);

        assertThat(events.records()).extracting(ProxyEvent::getSourceAddress).containsExactly("10.0.0.1");
        assertThat(invalid.records())
                .extracting(InvalidRecord::getReason, InvalidRecord::getField)
                .containsExactly(tuple("expectation", "source_address"));
        assertThat(invalid.records().get(0).getMessage()).startsWith("'10.0.0.1%00x' had a control character");
    }

    @Test
    void theAgentsNameOfItsHostIsPlainToo() {
        ListStore<ProxyEvent> events = Store.list("events");
        ListStore<InvalidRecord> invalid = Store.list("invalid");
        RawLine line = Lines.line(0, Lines.GOOD);
        line.setHost("proxy\u001B[31m");

        run(Formats.shipped().parser("squid", ZoneOffset.UTC), List.of(line), events, invalid);

        assertThat(invalid.records()).isEmpty();
        assertThat(events.records()).extracting(ProxyEvent::getObserverHostname).containsExactly("proxy%1B[31m");
    }
}
