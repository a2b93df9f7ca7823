package io.trawl.steps;

import static io.trawl.steps.Steps.expect;
import static io.trawl.steps.Steps.parse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.trawl.base.Buffers;
import io.trawl.flow.Flow;
import io.trawl.flow.ListStore;
import io.trawl.flow.Store;
import io.trawl.flow.Tally;
import io.trawl.parsing.Parser;
import io.trawl.parsing.flume.Origin;
import io.trawl.parsing.format.Formats;
import io.trawl.record.InvalidRecord;
import io.trawl.record.ProxyEvent;
import io.trawl.record.RawLine;
import io.trawl.testing.Lines;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Messages that carry several records: each is an event or an invalid record of its own. */
class RecordsTest {
    private static final String GOOD =
            "{\"timestamp\":\"2024-06-12T10:11:12Z\",\"client_ip\":\"10.0.0.1\",\"url\":\"/a\"}";
    /** It is read, but no event may be of that time. */
    private static final String FUTURE = GOOD.replace("2024-", "2290-");

    private final ListStore<ProxyEvent> events = Store.list("events");
    private final ListStore<InvalidRecord> invalid = Store.list("invalid");

    private static Parser parser(String... formats) {
        return Formats.shipped()
                .parser(
                        List.of(formats),
                        ZoneOffset.UTC,
                        Map.of("envelope", "{records: records}", "needs", "url, client_ip"));
    }

    private Tally run(Parser parser, List<RawLine> lines) {
        return Flow.of(lines)
                .then(parse(parser))
                .then(expect(ProxyEvent.class))
                .into(events)
                .rejectsInto(invalid)
                .run();
    }

    private static String text(InvalidRecord record) {
        return new String(Buffers.bytes(record.getRaw()), StandardCharsets.UTF_8);
    }

    @Test
    void eachRecordIsAnEventOrAnInvalidRecordWithItsOwnIdAndBytes() {
        RawLine message = Lines.line(7, "{\"records\":[" + GOOD + ",{\"x\":1}, " + GOOD + "," + FUTURE + "]}");
        Tally tally = run(parser("json"), List.of(message, Lines.line(8, GOOD), Lines.line(9, "{\"records\":[]}")));

        String id = message.getEventId();
        assertThat(events.records())
                .extracting(ProxyEvent::getEventId, ProxyEvent::getOffset, ProxyEvent::getObserverHostname)
                .containsExactly(
                        tuple(id, 7L, "h"),
                        tuple(Origin.recordId(id, 2), 7L, "h"),
                        tuple(Lines.line(8, GOOD).getEventId(), 8L, "h"));
        assertThat(invalid.records())
                .extracting(
                        InvalidRecord::getEventId,
                        InvalidRecord::getOffset,
                        RecordsTest::text,
                        InvalidRecord::getReason,
                        InvalidRecord::getParser)
                .containsExactly(
                        tuple(Origin.recordId(id, 1), 7L, "{\"x\":1}", "syntax", "json/1"),
                        tuple(Origin.recordId(id, 3), 7L, FUTURE, "expectation", "json/1"),
                        tuple(
                                Lines.line(9, "{\"records\":[]}").getEventId(),
                                9L,
                                "{\"records\":[]}",
                                "empty",
                                "json/1"));
        assertThat(tally.counts())
                .containsEntry("in", 3L)
                .containsEntry(Tally.WRAPPED, 1L)
                .containsEntry(Tally.RECORDS, 4L)
                .containsEntry("stored.events", 3L)
                .containsEntry("invalid", 3L);
        assertThat(tally.count("in") - tally.count(Tally.WRAPPED) + tally.count(Tally.RECORDS))
                .isEqualTo(events.records().size() + invalid.records().size());
    }

    @Test
    void recordsOfSeveralFormatsAreCountedByFormat() {
        Tally tally = run(
                parser("json", "squid"),
                List.of(
                        Lines.line(1, "{\"records\":[" + GOOD + ",\"" + Lines.GOOD + "\",\"x\"]}"),
                        Lines.line(2, Lines.GOOD)));
        assertThat(tally.counts())
                .containsEntry("stored.events.json", 1L)
                .containsEntry("stored.events.squid", 2L)
                .containsEntry("invalid.syntax", 1L);
        assertThat(invalid.records().get(0).getParser()).isEqualTo("json/1,squid/2");
    }

    @Test
    void aMessageThatIsCutOrBrokenIsInvalidAsAWhole() {
        RawLine cut = Lines.line(1, "{\"records\":[" + GOOD + "]}");
        cut.setOversize(2_000_000L);
        RawLine broken = Lines.line(2, "{\"records\":[" + GOOD + ",");
        Tally tally = run(parser("json"), List.of(cut, broken));
        assertThat(events.records()).isEmpty();
        assertThat(invalid.records())
                .extracting(InvalidRecord::getEventId, InvalidRecord::getReason)
                .containsExactly(tuple(cut.getEventId(), "oversize"), tuple(broken.getEventId(), "syntax"));
        assertThat(tally.count(Tally.WRAPPED)).isZero();
    }

    /** A replay parses an invalid record again, by its own bytes and id. */
    @Test
    void aRecordAloneIsTheSameEvent() {
        RawLine message = Lines.line(7, "{\"records\":[" + GOOD.replace("/a", "/0") + "," + GOOD + "]}");
        run(parser("json"), List.of(message));
        ProxyEvent second = events.records().get(1);
        RawLine alone = Lines.line(7, GOOD);
        alone.setEventId(Origin.recordId(message.getEventId(), 1));
        alone.setBody(ByteBuffer.wrap(GOOD.getBytes(StandardCharsets.UTF_8)));
        ListStore<ProxyEvent> again = Store.list("events");
        Flow.of(List.of(alone)).then(parse(parser("json"))).into(again).run();
        assertThat(again.records()).containsExactly(second);
    }
}
