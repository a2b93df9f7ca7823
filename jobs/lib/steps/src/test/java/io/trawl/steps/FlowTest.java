package io.trawl.steps;

import static io.trawl.steps.Steps.expect;
import static io.trawl.steps.Steps.parse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;

import io.trawl.base.JobFailure;
import io.trawl.base.Settings;
import io.trawl.base.Window;
import io.trawl.flow.Flow;
import io.trawl.flow.ListStore;
import io.trawl.flow.Step;
import io.trawl.flow.Store;
import io.trawl.flow.Tally;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeStore;
import io.trawl.lake.LakeTable;
import io.trawl.parsing.Parser;
import io.trawl.parsing.Reason;
import io.trawl.parsing.format.Formats;
import io.trawl.parsing.format.SiteFolder;
import io.trawl.record.Detection;
import io.trawl.record.InvalidRecord;
import io.trawl.record.ProxyEvent;
import io.trawl.record.RawLine;
import io.trawl.testing.Lines;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlowTest {
    private static final Parser SQUID = Formats.shipped().parser("squid", ZoneId.of("UTC"));
    private static final List<RawLine> LINES =
            List.of(Lines.line(0, Lines.GOOD), Lines.line(1, "no log line"), Lines.line(2, Lines.GOOD));

    private static Step<String, String> shout(String name) {
        return Step.of(name, (text, out) -> out.emit(text + "!"));
    }

    @Test
    void aChainFillsEveryStoreAtItsPlaceInOnePass() {
        ListStore<RawLine> raw = Store.list("raw");
        ListStore<ProxyEvent> events = Store.list("events");
        ListStore<String> hosts = Store.list("hosts");
        ListStore<InvalidRecord> invalid = Store.list("invalid");
        int[] parsed = new int[1];
        Tally tally = Flow.of(LINES)
                .into(raw)
                .then(Step.<RawLine, RawLine>of("seen", (line, out) -> {
                    parsed[0]++;
                    out.emit(line);
                }))
                .then(parse(SQUID))
                .then(expect(ProxyEvent.class))
                .into(events)
                .rejectsInto(invalid)
                .map("hosts", event -> event.getUrlDomain())
                .into(hosts)
                .run();
        assertThat(raw.records()).hasSize(3);
        assertThat(events.records()).extracting(ProxyEvent::getOffset).containsExactly(0L, 2L);
        assertThat(hosts.records()).containsExactly("www.example.com", "www.example.com");
        assertThat(parsed[0]).isEqualTo(3);
        InvalidRecord record = invalid.records().get(0);
        assertThat(invalid.records()).hasSize(1);
        assertThat(record.getRaw()).isEqualTo(LINES.get(1).getBody());
        assertThat(record.getParser()).startsWith("squid/");
        assertThat(Path.of(System.getProperty("trawl.home"), "schemas/released"))
                .isDirectoryNotContaining("glob:**/v" + (record.getSchemaVersion() + 1))
                .isDirectoryContaining("glob:**/v" + record.getSchemaVersion());
        assertThat(tally.counts())
                .containsEntry("in", 3L)
                .containsEntry("parsed", 2L)
                .containsEntry("valid.ProxyEvent", 2L)
                .containsEntry("invalid", 1L)
                .containsEntry("invalid.syntax", 1L)
                .containsEntry("stored.raw", 3L)
                .containsEntry("stored.hosts", 2L)
                .containsEntry("stored.invalid", 1L);
    }

    /** A source with lines of two formats, one of which is the site's own. */
    private static final Map<String, String> SITE = Map.of("my-gateway", """
            name: my-gateway
            title: My gateway
            link: https://gateway.example/
            verified: true
            version: 3
            envelope: [syslog]
            grammar:
              delimited: {columns: client status host}
            map: {source_address: client, http_response_status_code: status, observer_hostname: host}
            samples: [{line: '', refused: empty}]
            """);

    private static Parser mixed() {
        return Formats.with(new SiteFolder() {
                    @Override
                    public Collection<String> names() {
                        return SITE.keySet();
                    }

                    @Override
                    public String file(String name) {
                        return name;
                    }

                    @Override
                    public String text(String name) {
                        return String.valueOf(SITE.get(name));
                    }
                })
                .parser(List.of("squid", "my-gateway"), ZoneId.of("UTC"));
    }

    @Test
    void ofSeveralFormatsEachIsCountedAndNamed() {
        ListStore<ProxyEvent> events = Store.list("events");
        ListStore<InvalidRecord> invalid = Store.list("invalid");
        Tally tally = Flow.of(List.of(
                        Lines.line(0, Lines.GOOD),
                        Lines.line(1, "<134>Nov 24 09:59:59 gw 192.0.2.1,200,gw-1"),
                        Lines.line(2, "no log line"),
                        Lines.line(3, "<134>2150-01-01T00:00:00Z gw 192.0.2.1,200,gw-1"),
                        Lines.line(4, "<134>Nov 24 09:59:59 gw 192.0.2.1,404,-")))
                .then(parse(mixed()))
                .then(expect(ProxyEvent.class))
                .into(events)
                .rejectsInto(invalid)
                .run();
        assertThat(tally.counts())
                .containsEntry("stored.events", 3L)
                .containsEntry("stored.events.squid", 1L)
                .containsEntry("stored.events.my-gateway", 2L)
                .containsEntry("stored.invalid.my-gateway", 1L);
        assertThat(invalid.records())
                .extracting(InvalidRecord::getReason, InvalidRecord::getParser)
                .containsExactly(tuple("syntax", "squid/2,my-gateway/3"), tuple("expectation", "my-gateway/3"));
        assertThat(events.records())
                .extracting(ProxyEvent::getObserverHostname)
                .as("the line's own word, else the agent's")
                .containsExactly("h", "gw-1", "h");
        // The message was appended on 24 November 2026.
        assertThat(events.records().get(1).getTimestamp()).isEqualTo(Instant.parse("2026-11-24T09:59:59Z"));
    }

    @Test
    void oneFormatIsCountedOnlyAsAWhole() {
        Tally tally =
                Flow.of(LINES).then(parse(SQUID)).into(Store.list("events")).run();
        assertThat(tally.counts().keySet()).noneMatch(name -> name.startsWith("stored.events."));
    }

    @Test
    void lambdasInferTheirTypes() {
        ListStore<Integer> lengths = Store.list("lengths");
        Tally tally = Flow.of(List.of("a b", "ccc", "dd e"))
                .flatMap("words", text -> List.of(text.split(" ")).iterator())
                .filter("long", word -> word.length() > 1)
                .map("lengths", word -> word.length())
                .into(lengths)
                .run();
        assertThat(lengths.records()).containsExactly(3, 2);
        assertThat(tally.counts()).containsEntry("words", 5L).containsEntry("long", 2L);
    }

    @Test
    void aFlowIsNotChangedByWhatIsMadeOfIt() {
        ListStore<String> one = Store.list("one");
        ListStore<String> other = Store.list("other");
        Flow<String> begun = Flow.of(List.of("a")).then(shout("loud"));
        begun.into(one);
        begun.then(shout("louder")).into(other).run();
        assertThat(one.records()).isEmpty();
        assertThat(other.records()).containsExactly("a!!");
        assertThat(begun.run().counts()).containsOnlyKeys("in", "loud", "invalid");
    }

    @Test
    void aBranchIsFilledInTheSamePassAndTheChainGoesOn() {
        ListStore<String> longer = Store.list("longer");
        ListStore<Integer> lengths = Store.list("lengths");
        Tally tally = Flow.of(List.of("a", "bb"))
                .also(some -> some.filter("longer", text -> text.length() > 1).into(longer))
                .map("lengths", String::length)
                .into(lengths)
                .run();
        assertThat(longer.records()).containsExactly("bb");
        assertThat(lengths.records()).containsExactly(1, 2);
        assertThat(tally.count("in")).isEqualTo(2);

        Flow<String> another = Flow.of(List.of("c"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Flow.of(List.of("a")).also(some -> another))
                .withMessageContaining("a branch is of another chain; expected one that goes on from its argument");
    }

    @Test
    void aNameTwiceIsRefused() {
        Flow<String> loud = Flow.of(List.of("a")).then(shout("loud")).into(Store.list("texts"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> loud.then(shout("loud")))
                .withMessage(
                        "two stages of the chain are named 'loud'; expected another name for the second, for example then(\"loud again\", step)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> loud.into(Store.list("texts")))
                .withMessage(
                        "two stores of the chain are named 'texts'; expected another name for the second, since counts and messages go by name");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> loud.rejectsInto(Store.list("texts")))
                .withMessageStartingWith("two stores of the chain are named 'texts'");
        for (String taken : List.of("", "in", "invalid", "invalid.syntax", "stored.texts")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> loud.then(taken, shout("other")))
                    .withMessageContaining("cannot be named '" + taken + "'");
        }
        assertThat(loud.then("loud again", shout("loud")).run().counts()).containsEntry("loud again", 1L);
    }

    @Test
    void twoExpectationsDoNotCollide() {
        Detection incomplete = new Detection();
        ListStore<InvalidRecord> invalid = Store.list("invalid");
        Tally tally = Flow.of(LINES)
                .then(parse(SQUID))
                .then(expect(ProxyEvent.class))
                .map("detected", event -> incomplete)
                .then(expect(Detection.class))
                .rejectsInto(invalid)
                .run();
        assertThat(tally.counts())
                .containsEntry("valid.ProxyEvent", 2L)
                .containsEntry("valid.Detection", 0L)
                .containsEntry("invalid.expectation", 2L);
        assertThat(invalid.records()).hasSize(3);
    }

    @Test
    void whatIsRejectedIsMarkedWithTheParserBeforeIt() {
        ListStore<InvalidRecord> invalid = Store.list("invalid");
        Flow.of(LINES)
                .then(Step.<RawLine, RawLine>of("first", (line, out) -> {
                    if (line.getOffset() == 0) {
                        out.reject(Reason.SYNTAX, null, "mine");
                    } else {
                        out.emit(line);
                    }
                }))
                .then(parse(SQUID))
                .then(Step.<ProxyEvent, ProxyEvent>of(
                        "last", (event, out) -> out.reject(Reason.EXPECTATION, null, "mine too")))
                .rejectsInto(invalid)
                .run();
        assertThat(invalid.records())
                .extracting(InvalidRecord::getParser)
                .containsExactly("none/0", SQUID.id(), SQUID.id());
    }

    /** It left the first one without records, and an empty commit clears the window. */
    @Test
    void aSecondStoreOfRejectedLinesIsRefusedAndTheFirstKeepsItsWindow(@TempDir Path folder) throws Exception {
        Settings settings = Settings.defaults()
                .with("lake.warehouse", folder.resolve("lake").toUri().toString());
        Window window = Window.parse("2026-11-24T10:00:00Z/2026-11-24T11:00:00Z");
        try (Lake lake = Lake.open(settings, new Configuration())) {
            LakeStore<InvalidRecord> invalid =
                    lake.replacing(LakeTable.INVALID_RECORDS, Lake.of("proxy", window), null, Map.of());
            Flow<ProxyEvent> events = Flow.of(LINES).then(parse(SQUID)).rejectsInto(invalid);
            events.run();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> events.rejectsInto(Store.list("second")).run())
                    .withMessage(
                            "rejected lines of the chain go into 'invalid_records' and cannot go into 'second' too; expected rejectsInto(store) once");
            Long now = lake.snapshot(LakeTable.INVALID_RECORDS);
            assertThat(now).isEqualTo(invalid.committed().snapshotId());
            assertThat(lake.isEmpty(LakeTable.INVALID_RECORDS, "proxy", window, now))
                    .isFalse();
        }
    }

    @Test
    void aStepThatThrowsFailsTheRunAndNamesTheRecord() {
        Step<Object, String> broken = Step.of("broken", (record, out) -> {
            throw new IllegalStateException("a bug");
        });
        assertThatExceptionOfType(JobFailure.class)
                .isThrownBy(() ->
                        Flow.of(List.of(Lines.line(7, Lines.GOOD))).then(broken).run())
                .withMessageContaining("step broken failed on the line at t partition 0 offset 7")
                .withMessageContaining("a bug");
        ProxyEvent event = new ProxyEvent();
        event.setEventId("e1");
        event.setPartition(3);
        event.setOffset(4L);
        assertThatExceptionOfType(JobFailure.class)
                .isThrownBy(() -> Flow.of(List.of(event)).then(broken).run())
                .withMessageContaining("step broken failed on event e1 (partition 3 offset 4)");
    }

    @Test
    void aStoreThatFailsIsNamedAndEveryWriterIsAborted() {
        ListStore<String> first = Store.list("first");
        Store<String> full = new Store<>() {
            @Override
            public String name() {
                return "full";
            }

            @Override
            public Writer<String> open(int partition, long attempt) throws Exception {
                throw new java.io.IOException("no space");
            }
        };
        assertThatExceptionOfType(JobFailure.class)
                .isThrownBy(() -> Flow.of(List.of("a")).into(first).into(full).run())
                .withMessageContaining("no space");
        assertThat(first.records()).isEmpty();
    }

    @Test
    void aStepSeesTheLineThatARecordCameFrom() {
        ListStore<String> places = Store.list("places");
        Flow.of(LINES)
                .then(parse(SQUID))
                .then(Step.<ProxyEvent, String>of("placed", (event, out) -> {
                    RawLine line = out.line();
                    out.emit(event.getOffset() + " " + (line == null ? "none" : line.getOffset()));
                }))
                .into(places)
                .run();
        assertThat(places.records()).containsExactly("0 0", "2 2");

        ListStore<Boolean> without = Store.list("without");
        Flow.of(List.of("no line"))
                .then(Step.<String, Boolean>of("asked", (text, out) -> out.emit(out.line() == null)))
                .into(without)
                .run();
        assertThat(without.records()).containsExactly(true);
    }

    @Test
    void aRecordThatIsRejectedHasALineToKeep() {
        assertThatExceptionOfType(JobFailure.class)
                .isThrownBy(() -> Flow.of(List.of("a"))
                        .then(Step.<String, String>of("picky", (text, out) -> out.reject(Reason.SYNTAX, null, "no")))
                        .rejectsInto(Store.list("invalid"))
                        .run())
                .withMessageContaining("step picky rejects a record, but the chain did not begin with lines");
    }

    @Test
    void aLineThatTheAgentCutOrThatHasNoEnvelopeIsInvalidAndSaysSo() {
        ListStore<InvalidRecord> invalid = Store.list("invalid");
        RawLine cut = Lines.line(0, "the beginning");
        cut.setOversize(2_000_000L);
        RawLine foreign = Lines.line(1, "{}");
        foreign.setEnvelopeError("not a Flume event");
        Flow.of(List.of(cut, foreign)).then(parse(SQUID)).rejectsInto(invalid).run();
        assertThat(invalid.records())
                .extracting(InvalidRecord::getReason)
                .containsExactly(Reason.OVERSIZE.code(), Reason.ENVELOPE.code());
        assertThat(invalid.records().get(0).getMessage()).contains("2000000 bytes");
    }

    @Test
    void aListHasNoSparkToGive() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Flow.of(List.of("a")).rdd())
                .withMessageContaining("rdd() of a list or a DStream; expected a chain on an RDD");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Flow.of(List.of("a")).datasets(rows -> null, rows -> {}))
                .withMessageContaining("datasets(rows, to) of a list; expected a chain on an RDD or a DStream");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Flow.of(List.of("a")).into(Store.list("some")).rdd())
                .withMessageContaining("a chain with the store 'some' cannot give its records to rdd()");
    }
}
