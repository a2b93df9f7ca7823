package io.trawl.etl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.trawl.parsing.Reason;
import io.trawl.record.InvalidRecord;
import io.trawl.record.ProxyEvent;
import io.trawl.record.RawLine;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;

class EtlTest {
    static final String GOOD =
            "1700000000.123     62 10.0.0.1 TCP_MISS/200 1380 GET http://www.example.com/a?b=c u1 HIER_DIRECT/192.0.2.7 text/html";

    @Test
    void aChainFillsEveryStoreWhereItStands() {
        ListStore<RawLine> raw = Store.list("raw");
        ListStore<ProxyEvent> events = Store.list("events");
        ListStore<String> hosts = Store.list("hosts");
        ListStore<InvalidRecord> invalid = Store.list("invalid");
        Tally tally = Etl.from(
                        Source.of(List.of(Lines.line(0, GOOD), Lines.line(1, "no log line"), Lines.line(2, GOOD))))
                .store(raw)
                .parse(io.trawl.parsing.Formats.parser("squid", ZoneId.of("UTC")))
                .expect(ProxyEvent.SCHEMA$)
                .store(events)
                .storeInvalid(invalid)
                .<String>step("hosts", (event, out) -> out.emit(event.getUrlDomain()))
                .store(hosts)
                .run();
        assertThat(raw.records()).hasSize(3);
        assertThat(events.records()).extracting(ProxyEvent::getOffset).containsExactly(0L, 2L);
        assertThat(hosts.records()).containsExactly("www.example.com", "www.example.com");
        assertThat(invalid.records()).hasSize(1);
        InvalidRecord record = invalid.records().get(0);
        assertThat(new String(Origin.bytes(record.getRaw()), StandardCharsets.UTF_8))
                .isEqualTo("no log line");
        assertThat(record.getParser()).startsWith("squid/");
        assertThat(tally.count("in")).isEqualTo(3);
        assertThat(tally.count("valid")).isEqualTo(2);
        assertThat(tally.count("invalid")).isEqualTo(1);
        assertThat(tally.count("stored.hosts")).isEqualTo(2);
    }

    @Test
    void ofATasksFailureThatSparkGivesAsTextTheFirstOfOurMessagesIsTold() {
        String text =
                "Job aborted due to stage failure: Lost task 0.0: io.trawl.etl.StepFailure: step x failed on a line: y"
                        + "\n\tat io.trawl.etl.TaskRun.push(TaskRun.java:1)\nCaused by: io.trawl.etl.JobFailure: z";
        assertThat(Jobs.message(new IllegalStateException(text))).isEqualTo("step x failed on a line: y");
        assertThat(Jobs.message(new IllegalStateException(text.replace("Step", "Job"))))
                .isEqualTo("step x failed on a line: y");
    }

    @Test
    void aStepThatThrowsFailsTheRunAndNamesTheLine() {
        assertThatExceptionOfType(JobFailure.class)
                .isThrownBy(() -> Etl.from(Source.of(List.of(Lines.line(7, GOOD))))
                        .<String>step("broken", (line, out) -> {
                            throw new IllegalStateException("a bug");
                        })
                        .run())
                .withMessageContaining("step broken failed on the line at t partition 0 offset 7")
                .withMessageContaining("a bug");
    }

    @Test
    void aStepSeesTheLineThatARecordCameFrom() {
        ListStore<String> places = Store.list("places");
        Etl.from(Source.of(List.of(Lines.line(7, GOOD), Lines.line(8, "no log line"), Lines.line(9, GOOD))))
                .parse(io.trawl.parsing.Formats.parser("squid", ZoneId.of("UTC")))
                .<String>step("placed", (event, out) -> {
                    RawLine line = out.line();
                    out.emit(event.getOffset() + " " + (line == null ? "none" : line.getOffset()));
                })
                .store(places)
                .run();
        assertThat(places.records()).containsExactly("7 7", "9 9");

        ListStore<Boolean> without = Store.list("without");
        Etl.from(Source.of(List.of("no line")))
                .<Boolean>step("asked", (text, out) -> out.emit(out.line() == null))
                .store(without)
                .run();
        assertThat(without.records()).containsExactly(true);
    }

    @Test
    void aLineThatTheAgentCutOrThatHasNoEnvelopeIsInvalidAndSaysSo() {
        ListStore<InvalidRecord> invalid = Store.list("invalid");
        RawLine cut = Lines.line(0, "the beginning");
        cut.setOversize(2_000_000L);
        RawLine foreign = Lines.line(1, "{}");
        foreign.setEnvelopeError("not a Flume event");
        Etl.from(Source.of(List.of(cut, foreign)))
                .parse(io.trawl.parsing.Formats.parser("squid", ZoneId.of("UTC")))
                .storeInvalid(invalid)
                .run();
        assertThat(invalid.records())
                .extracting(InvalidRecord::getReason)
                .containsExactly(Reason.OVERSIZE.code(), Reason.ENVELOPE.code());
        assertThat(invalid.records().get(0).getMessage()).contains("2000000 bytes");
    }

    @Test
    void aStoreThatIsFilledOneByOneTakesAllOrNothing() {
        ListStore<String> store = Store.list("some");
        store.fill(to -> List.of("a", "b").forEach(to));
        assertThat(store.records()).containsExactly("a", "b");

        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> store.fill(to -> {
                    to.accept("c");
                    throw new IllegalStateException("the source broke");
                }));
        assertThat(store.records()).containsExactly("a", "b");
    }
}
