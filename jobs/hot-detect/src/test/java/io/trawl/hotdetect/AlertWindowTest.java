package io.trawl.hotdetect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.trawl.hotdetect.batch.TimedDetection;
import io.trawl.record.Alert;
import io.trawl.record.Detection;
import io.trawl.record.RuleReason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AlertWindowTest {
    private static final Instant START = Instant.parse("2026-11-24T10:00:00Z");
    private static final Duration LENGTH = Duration.ofMinutes(10);

    private final AlertWindow window = new AlertWindow(LENGTH);
    private int number;

    private TimedDetection sighted(@Nullable String client, String indicator, int second) {
        Detection detection = new Detection();
        detection.setTags(List.of());
        detection.setReferences(List.of());
        detection.setWhy(List.of());
        detection.setDetectionId("%032x".formatted(++number));
        detection.setEventId("%032x".formatted(1000 + number));
        detection.setSource("proxy");
        detection.setWindow(START);
        detection.setSweep("hot");
        detection.setTimestamp(START.plusSeconds(second));
        detection.setOffset(number);
        detection.setClient(client);
        detection.setField("url.domain");
        detection.setValue(indicator);
        detection.setHow("exact");
        detection.setIndicatorId("%032x".formatted(indicator.hashCode()));
        detection.setIndicatorType("domain");
        detection.setIndicatorValue(indicator);
        detection.setLabels(List.of("botnet"));
        detection.setFeed("feed");
        return new TimedDetection(detection, START.plusSeconds(second).toEpochMilli(), true);
    }

    @Test
    void aDetectionThatWasCutMakesTheSameAlert() {
        TimedDetection whole = sighted("10.0.0.1", "evil.example", 3);
        whole.detection().setValue("http://evil.example/" + "x".repeat(1 << 20));
        whole.detection().setUrlOriginal("http://evil.example/" + "y".repeat(1 << 20));
        TimedDetection cut = whole.cut();

        assertThat(cut.length()).isEqualTo(2L * TimedDetection.LONGEST);
        assertThat(cut.cut()).isEqualTo(cut);
        assertThat(window.of(List.of(cut), START)).isEqualTo(window.of(List.of(whole), START));
        TimedDetection plain = sighted("10.0.0.1", "evil.example", 3);
        assertThat(plain.cut()).isSameAs(plain);
    }

    private List<Alert> batch(TimedDetection... sighted) {
        AlertWindow.Change change = window.of(List.of(sighted), START);
        window.accept(change);
        return change.alerts();
    }

    private TimedDetection ruled(String rule, String value) {
        TimedDetection ruled = sighted("10.0.0.1", value, 3);
        ruled.detection().setIndicatorType("rule");
        ruled.detection().setIndicatorValue("a rule");
        ruled.detection().setRuleId(rule);
        ruled.detection().setWhy(List.of(new RuleReason("part", "url.domain", value, value)));
        return ruled;
    }

    @Test
    void aClientAndARuleAreOneAlertButEachLookAlikeIsOneOfItsOwn() {
        List<Alert> alerts = batch(ruled("r-1", "a.example"), ruled("r-1", "b.example"), ruled("r-2", "a.example"));

        assertThat(alerts)
                .extracting(Alert::getRuleId, Alert::getCount)
                .containsExactly(tuple("r-1", 2L), tuple("r-2", 1L));
        assertThat(alerts.get(0).getReason()).isEqualTo("part: url.domain b.example");
        assertThat(batch(ruled("lookalike-homoglyph", "a.example"), ruled("lookalike-homoglyph", "b.example")))
                .extracting(Alert::getValue)
                .containsExactly("a.example", "b.example");
        // A driver that goes on knows them.
        assertThat(batch(ruled("lookalike-homoglyph", "b.example")))
                .extracting(Alert::getValue, Alert::getRevision)
                .containsExactly(tuple("b.example", 2));
    }

    @Test
    void theFirstDetectionIsANewAlertWithItsFields() {
        TimedDetection first = sighted("10.0.0.1", "evil.example", 3);

        Alert alert = batch(first).get(0);

        assertThat(alert.getDetectionId()).isEqualTo(first.detection().getDetectionId());
        assertThat(alert.getRevision()).isEqualTo(1);
        assertThat(alert.getCount()).isEqualTo(1);
        assertThat(alert.getOpened()).isEqualTo(START.plusSeconds(3));
        assertThat(alert.getStored()).isEqualTo(START);
        assertThat(alert.getIndicatorValue()).isEqualTo("evil.example");
        assertThat(alert.getLabels()).containsExactly("botnet");
        assertThat(alert.getFeed()).isEqualTo("feed");
        assertThat(alert.getEventTime()).isEqualTo(START.plusSeconds(3));
    }

    @Test
    void furtherOnesOfTheSameClientAndIndicatorCountInItAndSayTheNewest() {
        TimedDetection first = sighted("10.0.0.1", "evil.example", 0);
        batch(first);
        TimedDetection last = sighted("10.0.0.1", "evil.example", 599);

        List<Alert> alerts = batch(sighted("10.0.0.1", "evil.example", 5), last);

        Alert alert = alerts.get(0);
        assertThat(alerts).hasSize(1);
        assertThat(alert.getDetectionId()).isEqualTo(first.detection().getDetectionId());
        assertThat(alert.getLatestDetectionId()).isEqualTo(last.detection().getDetectionId());
        assertThat(alert.getRevision()).isEqualTo(2);
        assertThat(alert.getCount()).isEqualTo(3);
        assertThat(alert.getFirstSeen()).isEqualTo(START);
        assertThat(alert.getLastSeen()).isEqualTo(START.plusSeconds(599));
    }

    @Test
    void behindTheWindowAnotherAlertIsOpenedAlsoWithinABatch() {
        List<Alert> alerts = batch(
                sighted("10.0.0.1", "evil.example", 0),
                sighted("10.0.0.1", "evil.example", 1),
                sighted("10.0.0.1", "evil.example", 600),
                sighted("10.0.0.1", "evil.example", 601));

        assertThat(alerts).extracting(Alert::getRevision).containsExactly(1, 1);
        assertThat(alerts).extracting(Alert::getCount).containsExactly(2L, 2L);
        assertThat(alerts).extracting(Alert::getDetectionId).doesNotHaveDuplicates();
    }

    @Test
    void anotherClientAnotherIndicatorAndNoClientAreAlertsOfTheirOwn() {
        assertThat(batch(
                        sighted("10.0.0.1", "evil.example", 0),
                        sighted("10.0.0.2", "evil.example", 0),
                        sighted("10.0.0.1", "bad.example", 0),
                        sighted(null, "evil.example", 0)))
                .hasSize(4);
    }

    @Test
    void whatAnAllowlistSuppressesIsNoAlert() {
        TimedDetection allowed = sighted("10.0.0.1", "evil.example", 0);
        allowed.detection().setSuppressedBy("ours");

        assertThat(batch(allowed)).isEmpty();
    }

    @Test
    void nothingIsKeptOfABatchUntilItIsAccepted() {
        TimedDetection one = sighted("10.0.0.1", "evil.example", 0);
        AlertWindow.Change tried = window.of(List.of(one), START);

        AlertWindow.Change again = window.of(List.of(one), START.plusSeconds(5));

        assertThat(again.alerts()).extracting(Alert::getRevision).containsExactly(1);
        assertThat(tried.alerts()).extracting(Alert::getCount).isEqualTo(List.of(1L));
        window.accept(again);
        window.of(List.of(sighted("10.0.0.1", "evil.example", 1)), START);
        assertThat(batch(sighted("10.0.0.1", "evil.example", 2)))
                .extracting(Alert::getRevision, Alert::getCount)
                .containsExactly(org.assertj.core.groups.Tuple.tuple(2, 2L));
    }

    @Test
    void whatIsReadBackFromTheTopicInAnyOrderIsGoneOnWith() {
        TimedDetection first = sighted("10.0.0.1", "evil.example", 0);
        List<Alert> one = batch(first);
        List<Alert> two = batch(sighted("10.0.0.1", "evil.example", 1));

        AlertWindow restarted = new AlertWindow(LENGTH);
        restarted.restore(one);
        restarted.restore(two);

        Alert next = restarted
                .of(List.of(sighted("10.0.0.1", "evil.example", 2)), START)
                .alerts()
                .get(0);
        assertThat(next.getRevision()).isEqualTo(3);
        assertThat(next.getCount()).isEqualTo(3);
    }

    @Test
    void aLineThatComesAgainCountsOnce() {
        TimedDetection first = sighted("10.0.0.1", "evil.example", 0);

        assertThat(batch(first, first)).extracting(Alert::getCount).containsExactly(1L);
        assertThat(batch(first)).isEmpty();
    }

    @Test
    void longTextIsCutSoThatAnyLineIsAMessage() {
        String text = "x".repeat(1 << 20);
        TimedDetection first = sighted("10.0.0.1", text, 0);
        first.detection().setUrlOriginal(text);
        first.detection().setSourceUserName(text);

        Alert alert = batch(first).get(0);

        assertThat(alert.getUrlOriginal()).hasSize(TimedDetection.LONGEST);
        assertThat(alert.getIndicatorValue()).hasSize(TimedDetection.LONGEST);
        assertThat(alert.getSourceUserName()).hasSize(TimedDetection.LONGEST);
        assertThat(batch(sighted("10.0.0.1", text, 1)))
                .extracting(Alert::getRevision)
                .containsExactly(2);
    }

    @Test
    void aPartitionThatIsBehindHasAlertsOfItsOwn() {
        // As when one partition has caught up after a night, and another one has not.
        for (int second = 0; second < 500; second++) {
            List<Alert> alerts = batch(
                    sighted("10.0.0.1", "evil.example", second), sighted("10.0.0.1", "evil.example", 36_000 + second));

            assertThat(alerts).extracting(Alert::getRevision).containsExactly(second + 1, second + 1);
        }
        assertThat(window.size()).isEqualTo(2);
    }

    @Test
    void aPartitionThatStaysBehindKeepsAnAlertForAsLong() {
        for (int minute = 0; minute < 10; minute += 3) {
            List<Alert> alerts = batch(
                    sighted("10.0.0.1", "evil.example", minute * 60),
                    sighted("10.0.0.2", "evil.example", 36_000 + minute * 60));

            assertThat(alerts).extracting(Alert::getCount).containsExactly(minute / 3 + 1L, minute / 3 + 1L);
        }
    }

    @Test
    void ofTwoAlertsTheOneThatWasOpenThenCounts() {
        TimedDetection first = sighted("10.0.0.1", "evil.example", 0);
        TimedDetection second = sighted("10.0.0.1", "evil.example", 605);
        batch(first, second);

        assertThat(batch(sighted("10.0.0.1", "evil.example", 599)))
                .extracting(Alert::getDetectionId)
                .containsExactly(first.detection().getDetectionId());
        assertThat(batch(sighted("10.0.0.1", "evil.example", 604)))
                .extracting(Alert::getDetectionId)
                .containsExactly(second.detection().getDetectionId());
    }

    @Test
    void whatIsOverIsForgotten() {
        for (int minute = 0; minute < 600; minute++) {
            batch(sighted("10.0.0." + minute, "evil.example", minute * 60));
        }

        assertThat(window.size()).isLessThan(40);
    }
}
