package io.trawl.steps;

import static io.trawl.steps.Steps.expect;
import static io.trawl.steps.Steps.parse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.trawl.flow.Flow;
import io.trawl.flow.ListStore;
import io.trawl.flow.Store;
import io.trawl.flow.Tally;
import io.trawl.parsing.format.Formats;
import io.trawl.record.InvalidRecord;
import io.trawl.record.ProxyEvent;
import io.trawl.record.RawLine;
import io.trawl.testing.Lines;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeaderLineTest {
    private static RawLine under(long offset, String header, String text) {
        RawLine line = Lines.line(offset, text);
        line.setHeaderLine(header);
        return line;
    }

    @Test
    void linesAreReadByTheColumnsThatALineOfTheirFileNames() {
        String first = "#Fields: date time c-ip cs-host sc-status";
        String second = "#Fields: time c-ip date cs-host";
        List<RawLine> lines = List.of(
                under(0, first, "2024-06-12 10:11:12 10.0.0.1 one.example 200"),
                under(1, second, "10:11:13 10.0.0.2 2024-06-12 two.example"),
                under(2, first, "2024-06-12 10:11:14 10.0.0.3 three.example 404"),
                under(3, "#Software: x", second),
                Lines.line(4, Lines.GOOD));
        ListStore<ProxyEvent> events = Store.list("events");
        ListStore<InvalidRecord> invalid = Store.list("invalid");

        Tally tally = Flow.of(lines)
                .then(parse(Formats.shipped().parser(List.of("w3c", "squid"), ZoneId.of("UTC"))))
                .then(expect(ProxyEvent.class))
                .into(events)
                .rejectsInto(invalid)
                .run();

        assertThat(events.records())
                .extracting(event -> event.getSourceIp() + " " + event.getUrlDomain() + " " + event.getTimestamp())
                .startsWith(
                        "10.0.0.1 one.example 2024-06-12T10:11:12Z",
                        "10.0.0.2 two.example 2024-06-12T10:11:13Z",
                        "10.0.0.3 three.example 2024-06-12T10:11:14Z")
                .hasSize(4);
        assertThat(tally.counts()).containsEntry("stored.events.w3c", 3L).containsEntry("stored.events.squid", 1L);
        assertThat(invalid.records())
                .extracting(InvalidRecord::getReason, InvalidRecord::getMessage)
                .containsExactly(tuple(
                        "directive",
                        "none of w3c,squid reads it; w3c: the line describes its file and is not an event"));
    }

    @Test
    void aLineThatNamesTooManyColumnsIsFollowedByInvalidLines() {
        ListStore<InvalidRecord> invalid = Store.list("invalid");

        Flow.of(List.of(under(0, "#Fields: " + "x ".repeat(1001), "2024-06-12 10:11:15 10.0.0.4")))
                .then(parse(Formats.shipped().parser("w3c", ZoneId.of("UTC"))))
                .rejectsInto(invalid)
                .run();

        assertThat(invalid.records())
                .extracting(InvalidRecord::getReason, InvalidRecord::getMessage)
                .containsExactly(
                        tuple(
                                "syntax",
                                "the line #Fields names more than 1000 columns; expected, for example, #Fields: date time c-ip cs-uri"));
    }
}
