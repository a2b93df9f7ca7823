package io.trawl.hotdetect.batch;

import static io.trawl.steps.Steps.parse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trawl.base.JobFailure;
import io.trawl.flow.Flow;
import io.trawl.flow.ListStore;
import io.trawl.flow.Step;
import io.trawl.flow.Store;
import io.trawl.flow.Tally;
import io.trawl.parsing.Failure;
import io.trawl.parsing.Parser;
import io.trawl.parsing.Records;
import io.trawl.parsing.flume.Origin;
import io.trawl.parsing.format.Formats;
import io.trawl.record.Detection;
import io.trawl.record.ProxyEvent;
import io.trawl.record.RawLine;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BugGuardTest {
    /** Fails on a line that begins with an exclamation mark. */
    private static class Fragile implements Parser {
        private static final long serialVersionUID = 1L;

        @Override
        public String name() {
            return "fragile";
        }

        @Override
        public int version() {
            return 1;
        }

        @Override
        public @Nullable Failure parse(byte[] line, ProxyEvent into) {
            if (line[0] == '!') {
                throw new IllegalStateException("not thought of");
            }
            into.setUrlOriginal(new String(line, java.nio.charset.StandardCharsets.UTF_8));
            return null;
        }
    }

    private static RawLine line(String text) {
        RawLine line = new RawLine();
        line.setEventId("e");
        line.setSource("proxy");
        line.setWindow(Instant.EPOCH);
        line.setTopic("t");
        line.setAppendTime(Instant.EPOCH);
        line.setHeaders(Map.of());
        line.setBody(ByteBuffer.wrap(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        return line;
    }

    @Test
    void aLineThatABugIsMetOnIsCountedAndTheNextOnesGoOn() {
        ListStore<Detection> found = Store.list("found");
        Tally tally = Flow.of(List.of(line("!"), line("bug"), line("fine")))
                .then(parse(new BugGuard.Parsing(new Fragile())))
                .then(new BugGuard.Judging(Step.of("judged", (event, out) -> {
                    out.emit(new Detection());
                    if (event.getUrlOriginal().equals("bug")) {
                        throw new ArithmeticException("nor this");
                    }
                })))
                .into(found)
                .run();

        assertThat(tally.counts()).containsEntry("in", 3L).containsEntry("invalid.bug", 2L);
        // What an event had before the bug is not half an answer.
        assertThat(found.records()).hasSize(1);
    }

    @Test
    void aParserGetsTheTimeAtWhichALineArrivedAndSaysWhichFormatItWas() {
        Parser parser = Formats.shipped().parser(List.of("squid", "syslog-3164"), ZoneOffset.UTC);
        RawLine line = line("<134>Nov 24 10:59:58 gw app: said");
        line.setAppendTime(Instant.parse("2019-11-24T11:00:00Z"));
        ListStore<ProxyEvent> batch = Store.list("events");
        ListStore<ProxyEvent> hot = Store.list("events");
        Tally expected = Flow.of(List.of(line)).then(parse(parser)).into(batch).run();
        Tally tally = Flow.of(List.of(line))
                .then(parse(new BugGuard.Parsing(parser)))
                .into(hot)
                .run();
        assertThat(hot.records().get(0).getTimestamp()).isEqualTo(Instant.parse("2019-11-24T10:59:58Z"));
        assertThat(hot.records()).isEqualTo(batch.records());
        assertThat(tally.counts()).isEqualTo(expected.counts()).containsEntry("stored.events.syslog-3164", 1L);
        assertThat(new BugGuard.Parsing(parser).id()).isEqualTo(parser.id());
    }

    @Test
    void theRecordsOfAMessageAreTheEventsThatTheBatchPathMakes() {
        Parser parser = Formats.shipped().parser(List.of("squid", "azure-front-door"), ZoneOffset.UTC);
        RawLine line =
                line("{\"records\":[{\"time\":\"2024-06-12T10:11:12Z\",\"properties\":{\"clientIp\":\"192.0.2.7\","
                        + "\"requestUri\":\"https://a.example/\"}},{\"time\":\"2024-06-12T10:11:13Z\",\"properties\":{\"clientIp\":"
                        + "\"192.0.2.8\",\"requestUri\":\"https://b.example/\"}},{}]}");
        ListStore<ProxyEvent> batch = Store.list("events");
        ListStore<ProxyEvent> hot = Store.list("events");
        Tally expected = Flow.of(List.of(line)).then(parse(parser)).into(batch).run();
        Tally tally = Flow.of(List.of(line))
                .then(parse(new BugGuard.Parsing(parser)))
                .into(hot)
                .run();
        assertThat(hot.records()).hasSize(2).isEqualTo(batch.records());
        assertThat(hot.records()).extracting(ProxyEvent::getEventId).containsExactly("e", Origin.recordId("e", 1));
        assertThat(tally.counts())
                .isEqualTo(expected.counts())
                .containsEntry(Tally.WRAPPED, 1L)
                .containsEntry(Tally.RECORDS, 3L);
    }

    @Test
    void aMessageThatABugIsMetOnIsCounted() {
        Parser fragile = new Fragile() {
            private static final long serialVersionUID = 1L;

            @Override
            public boolean hasRecords() {
                return true;
            }

            @Override
            public Records records(byte[] message) {
                throw new IllegalStateException("not thought of");
            }
        };
        Tally tally = Flow.of(List.of(line("x")))
                .then(parse(new BugGuard.Parsing(fragile)))
                .run();
        assertThat(tally.counts()).containsEntry("invalid.bug", 1L);
    }

    @Test
    void aFailureOfTheWorldIsNone() {
        assertThatThrownBy(() -> Flow.of(List.of(line("fine")))
                        .then(parse(new BugGuard.Parsing(new Fragile())))
                        .then(new BugGuard.Judging(Step.of("judged", (event, out) -> {
                            throw new JobFailure("the index is gone", null);
                        })))
                        .run())
                .isInstanceOf(JobFailure.class)
                .hasMessageContaining("the index is gone");
    }
}
