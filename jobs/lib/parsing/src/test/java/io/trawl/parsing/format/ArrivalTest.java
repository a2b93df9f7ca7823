package io.trawl.parsing.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.parsing.Failure;
import io.trawl.parsing.Reason;
import io.trawl.record.ProxyEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the time at which a line arrived is used for. */
class ArrivalTest {
    private static final Instant ARRIVED = Instant.parse("2024-06-12T10:11:12.345Z");
    private static final String TIMELESS = "CEF:0|CyberArk|PTA|12.6|1|Theft|8|suser=mike src=192.0.2.1";

    private static DeclaredFormat format(String keys) {
        return DeclaredFormat.of(
                "mine.yaml",
                "name: mine\ntitle: Mine\nlink: none\nverified: true\nenvelope: [syslog]\n" + keys
                        + "\nmap: {timestamp: [rt], source_address: src}\nsamples: [{line: '', refused: empty}]\n",
                ZoneOffset.UTC);
    }

    private static ProxyEvent read(DeclaredFormat format, String line) {
        ProxyEvent event = new ProxyEvent();
        assertThat(format.parse(line.getBytes(StandardCharsets.UTF_8), ARRIVED, event))
                .isNull();
        return event;
    }

    private static Failure refused(DeclaredFormat format, String line, @Nullable Instant arrived) {
        Failure failure = format.parse(line.getBytes(StandardCharsets.UTF_8), arrived, new ProxyEvent());
        assertThat(failure).isNotNull();
        return failure;
    }

    @Test
    void aLineWithoutTimeGetsIt() {
        ProxyEvent event = read(format("arrival: true\ngrammar: {cef: {}}"), TIMELESS);
        assertThat(event.getTimestamp()).isEqualTo(ARRIVED);
        assertThat(event.getSourceIp()).isEqualTo("192.0.2.1");
    }

    @Test
    void onlyIfTheFormatSaysSo() {
        assertThat(refused(format("grammar: {cef: {}}"), TIMELESS, ARRIVED).reason())
                .isEqualTo(Reason.TIMESTAMP);
    }

    @Test
    void onlyIfSomebodyKnowsIt() {
        assertThat(refused(format("arrival: true\ngrammar: {cef: {}}"), TIMELESS, null)
                        .reason())
                .isEqualTo(Reason.TIMESTAMP);
    }

    @Test
    void theLinesOwnTimeAndThenTheEnvelopesComeFirst() {
        DeclaredFormat format = format("arrival: true\ngrammar: {cef: {}}");
        assertThat(read(format, TIMELESS + " rt=1539321047341").getTimestamp())
                .isEqualTo(Instant.parse("2018-10-12T05:10:47.341Z"));
        assertThat(read(format, "<134>2024-06-11T01:02:03Z host " + TIMELESS).getTimestamp())
                .isEqualTo(Instant.parse("2024-06-11T01:02:03Z"));
    }

    @Test
    void aTimeThatCannotBeReadIsNotReplaced() {
        Failure failure = refused(format("arrival: true\ngrammar: {cef: {}}"), TIMELESS + " rt=yesterday", ARRIVED);
        assertThat(failure.reason()).isEqualTo(Reason.TIMESTAMP);
        assertThat(failure.message()).startsWith("'yesterday' is not a time");
    }

    @Test
    void itTellsTheYearOfATimeWithoutOne() {
        DeclaredFormat format = format("grammar: {cef: {}}");
        assertThat(read(format, "<134>Dec 31 23:59:59 host " + TIMELESS).getTimestamp())
                .isEqualTo(Instant.parse("2023-12-31T23:59:59Z"));
    }

    @Test
    void aWrappedFormatHasAnEnvelope() {
        DeclaredFormat format = format("wrapped: true\ngrammar: {cef: {}}");
        assertThat(refused(format, TIMELESS + " rt=1539321047341", ARRIVED).message())
                .isEqualTo("no envelope around the line; expected, for example, <134>Jun 12 10:11:12 host");
        assertThat(read(format, "<134>" + TIMELESS + " rt=1539321047341").getTimestamp())
                .isNotNull();
    }
}
