package io.trawl.parity;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.base.Json;
import io.trawl.hbase.CellName;
import io.trawl.hbase.HBase;
import io.trawl.hbase.HBaseReader;
import io.trawl.hbase.HBaseStore;
import io.trawl.hbase.Keys;
import io.trawl.record.Detection;
import io.trawl.record.RuleReason;
import io.trawl.schema.word.SweepKind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.hbase.Cell;
import org.apache.hadoop.hbase.KeyValue;
import org.apache.hadoop.hbase.client.Result;
import org.junit.jupiter.api.Test;

/** What becomes of one detection of the batch sweep, by its row in HBase. */
class ParityTest extends Compared {
    private Verdict batch(Detection detection, Cell... hot) {
        Cell[] cells = Arrays.copyOf(hot, hot.length + 1);
        cells[hot.length] = cell("batch", VERSION, detection);
        basis().batch(detection, row(cells), findings);
        return verdict();
    }

    @Test
    void whatBothHaveIsEqual() {
        Verdict verdict = batch(detection(120), hotCell(hot(120, WINDOW.start())));
        assertThat(verdict.equal()).isEqualTo(1);
        assertThat(verdict.moved()).isZero();
        assertThat(verdict.lacking().missing()).isZero();
        assertThat(verdict.counts())
                .containsEntry("hot_equal", 1L)
                .containsEntry("hot_only", 0L)
                .containsEntry("hot_batch_only", 0L)
                .containsEntry("hot_different", 0L)
                .containsEntry("hot_unexplained", 0L);
    }

    @Test
    void aLineThatTheHotPathHasInAnotherWindowIsTheSameLine() {
        Verdict verdict = batch(detection(120), hotCell(hot(120, BEFORE)));
        assertThat(verdict.equal()).isEqualTo(1);
        assertThat(verdict.moved()).isEqualTo(1);
    }

    @Test
    void otherFieldsAreNamed() {
        Detection changed = hot(120, WINDOW.start());
        changed.setHow("exact");
        changed.setFeed("f");
        Verdict verdict = batch(detection(120), hotCell(changed));
        assertThat(why(only(verdict, Kind.DIFFERENT, Reason.UNEXPLAINED))).isEqualTo("fields that differ: feed, how");
        assertThat(verdict.note())
                .startsWith("hot path disagrees: 0 equal, 1 different (1 unexplained, for example " + ID
                        + ", partition 0 offset 120: fields that differ: feed, how)");
    }

    @Test
    void otherFieldsByOtherIndicatorsAreExplained() {
        Detection changed = hot(100, WINDOW.start());
        changed.setIndicatorSnapshot(6);
        changed.setConfidence(5);
        Difference difference = only(batch(detection(100), hotCell(changed)), Kind.DIFFERENT, Reason.OTHER_INDICATORS);
        assertThat(why(difference))
                .isEqualTo("indicators 6 in the hot path, " + SNAPSHOT
                        + " in the batch sweep; fields that differ: confidence, indicator_snapshot");
    }

    private static Detection lookAlike(Detection detection, int score, String part) {
        detection.setHow("rule");
        detection.setIndicatorId("lookalike-homoglyph");
        detection.setRuleId("lookalike-homoglyph");
        detection.setScore(score);
        detection.setWhy(List.of(new RuleReason("score", "url.domain", "paypa1.example", part)));
        return detection;
    }

    @Test
    void aRuleThatAsksForNewDomainsIsOnlyBatch() {
        Detection batch = detection(120);
        batch.setHow("rule");
        batch.setRuleId("r");
        batch.setWhy(List.of(new RuleReason("new", "trawl.domain.new", "true", "true")));
        assertThat(why(only(batch(batch), Kind.ONLY_BATCH, Reason.NEW_DOMAIN)))
                .isEqualTo("the hot path does not know trawl.domain.new, and does not run the rule");
    }

    @Test
    void aLookAlikeThatOnlyTheBatchSweepScoresByWhatWasSeenIsExplained() {
        only(batch(lookAlike(detection(120), 54, "+8 not seen before")), Kind.ONLY_BATCH, Reason.NEW_DOMAIN);
    }

    @Test
    void aScoreThatDiffersByWhatWasSeenIsExplained() {
        Detection hot = lookAlike(hot(120, WINDOW.start()), 70, "+78 homoglyph");
        Difference difference = only(
                batch(lookAlike(detection(120), 62, "-8 seen before"), hotCell(hot)),
                Kind.DIFFERENT,
                Reason.NEW_DOMAIN);
        assertThat(why(difference)).endsWith("; fields that differ: score, why");
    }

    @Test
    void aLookAlikeThatDiffersInMoreThanItsScoreIsUnexplained() {
        Detection hot = lookAlike(hot(120, WINDOW.start()), 70, "+78 homoglyph");
        hot.setClient("10.0.0.2");
        only(batch(lookAlike(detection(120), 62, "-8 seen before"), hotCell(hot)), Kind.DIFFERENT, Reason.UNEXPLAINED);
    }

    @Test
    void aCellOfAnOlderVersionOfTrawlIsComparedByItsFields() {
        Detection hot = hot(120, WINDOW.start());
        String reordered = "{\"labels\":[\"a\"],"
                + Json.of(hot).toString().replace(",\"labels\":[\"a\"]", "").substring(1);
        Cell cell = new KeyValue(
                Keys.main(4, hot),
                HBase.FAMILY,
                new CellName(SweepKind.HOT, WINDOW, hot.getSource()).bytes(),
                HBaseStore.hotVersion(0, 120),
                reordered.getBytes(StandardCharsets.UTF_8));
        assertThat(batch(detection(120), cell).equal()).isEqualTo(1);
    }

    @Test
    void aDetectionThatTheHotPathReadAndHasNotIsUnexplained() {
        Difference difference = only(batch(detection(120)), Kind.ONLY_BATCH, Reason.UNEXPLAINED);
        assertThat(why(difference)).contains("stored up to offset 200", "same indicators (" + SNAPSHOT + ")");
    }

    @Test
    void withOtherIndicatorsItIsExplained() {
        assertThat(why(only(batch(detection(109)), Kind.ONLY_BATCH, Reason.OTHER_INDICATORS)))
                .isEqualTo("indicators 6 in the hot path, " + SNAPSHOT + " in the batch sweep");
    }

    @Test
    void whatIsNotCommittedIsNotYetThere() {
        only(batch(detection(200)), Kind.ONLY_BATCH, Reason.NOT_YET);
        assertThat(verdict().judged()).isFalse();
        assertThat(verdict().behind()).isEqualTo(100);
        assertThat(verdict().note()).startsWith("hot path: 0 equal, 1 only batch (1 not yet); it is 100 lines behind");
    }

    @Test
    void whatWasThereWhenTheHotPathBeganIsExplained() {
        assertThat(why(only(batch(detection(89)), Kind.ONLY_BATCH, Reason.BEFORE)))
                .isEqualTo("the hot path began at offset 90");
    }

    @Test
    void whatRetentionDeletedIsExplained() {
        only(batch(detection(159)), Kind.ONLY_BATCH, Reason.DELETED);
    }

    @Test
    void aCopyThatTheHotPathKeptInsteadIsExplained() {
        assertThat(why(only(batch(detection(120), hotCell(hot(7, BEFORE))), Kind.ONLY_BATCH, Reason.COPY)))
                .isEqualTo("the hot path has partition 0 offset 7, window 2026-11-24T09:00:00Z");
    }

    @Test
    void aCellOfAnotherSourceIsNoneOfThisOne() {
        Detection foreign = hot(120, BEFORE);
        foreign.setSource("another");
        only(batch(detection(120), hotCell(foreign)), Kind.ONLY_BATCH, Reason.UNEXPLAINED);
        Detection foreignCopy = hot(7, BEFORE);
        foreignCopy.setSource("another");
        batch(detection(121), hotCell(foreignCopy));
        assertThat(verdict().differences(Kind.ONLY_BATCH)).containsOnlyKeys(Reason.UNEXPLAINED);
    }

    @Test
    void aDetectionThatHBaseLacksOrHasOfAnOlderLoadIsLacking() {
        Detection detection = detection(120);
        basis().batch(detection, row(cell("batch", VERSION - 1, detection)), findings);
        basis().batch(detection, Result.EMPTY_RESULT, findings);
        assertThat(verdict().lacking()).isEqualTo(new HBaseReader.Lacking(2, 2, List.of(ID, ID)));
    }

    @Test
    void aLineThatWasInvalidWhenTheHotPathReadItIsExplained() {
        Detection healed = detection(120);
        basis().batch(healed, row(cell("batch", VERSION, healed)), findings);
        findings.settle(events -> Set.of(), events -> {
            assertThat(events).containsExactly("e");
            return Set.of("e");
        });
        assertThat(why(only(verdict(), Kind.ONLY_BATCH, Reason.HEALED)))
                .isEqualTo("the line was invalid when the hot path read it, and was parsed again since");
    }

    @Test
    void aLineThatTheTwoParsedByDifferentFormatsIsExplained() {
        Detection detection = detection(120);
        basis(MENDED).batch(detection, row(cell("batch", VERSION, detection)), findings);
        assertThat(why(only(verdict(), Kind.ONLY_BATCH, Reason.OTHER_FORMATS))).isEqualTo(OTHER);
        assertThat(verdict().counts()).containsEntry("hot_batch_only.other_formats", 1L);
    }

    @Test
    void fieldsThatDifferByDifferentFormatsAreExplained() {
        Detection changed = hot(120, WINDOW.start());
        changed.setValue("evil.example");
        basis(MENDED).batch(detection(120), row(hotCell(changed), cell("batch", VERSION, detection(120))), findings);
        assertThat(why(only(verdict(), Kind.DIFFERENT, Reason.OTHER_FORMATS)))
                .isEqualTo(OTHER + "; fields that differ: value");
    }

    @Test
    void formatsThatNobodyKnowsExplainNothing() {
        Detection detection = detection(120);
        basis(null).batch(detection, row(cell("batch", VERSION, detection)), findings);
        only(verdict(), Kind.ONLY_BATCH, Reason.UNEXPLAINED);
    }

    private void hotInUrlDomainAndBatchIn(String field, String hotField, String indicator) {
        Detection hot = hot(120, WINDOW.start());
        hot.setField(hotField);
        basis().hot(Keys.window(4, hot, WINDOW), new HBaseStore.Place(0, 120), row(hotCell(hot)), List.of(), findings);
        Detection batch = detection(120);
        batch.setDetectionId("0123456789abcdef0123456789abcdef");
        batch.setField(field);
        batch.setIndicatorId(indicator);
        basis().batch(batch, row(cell("batch", VERSION, batch)), findings);
    }

    @Test
    void whatAnOldHotPathFoundInUrlDomainIsTheBatchSweepsInAFieldOfDnsOrTls() {
        hotInUrlDomainAndBatchIn("dns.question.name", "url.domain", "i");
        Verdict verdict = verdict();

        assertThat(verdict.differences(Kind.ONLY_HOT)).containsOnlyKeys(Reason.OTHER_FIELD);
        assertThat(verdict.differences(Kind.ONLY_BATCH)).containsOnlyKeys(Reason.OTHER_FIELD);
        assertThat(verdict.unexplained()).isZero();
        assertThat(verdict.note())
                .isEqualTo("hot path: 0 equal, 1 only hot (1 other field), 1 only batch (1 other field); "
                        + "it is 100 lines behind, so this is not final");
        assertThat(why(verdict.differences(Kind.ONLY_BATCH).get(Reason.OTHER_FIELD)))
                .isEqualTo("the hot path has it in url.domain, the batch sweep in dns.question.name");
    }

    @Test
    void anotherIndicatorOrAnotherFieldStaysUnexplained() {
        hotInUrlDomainAndBatchIn("tls.client.server_name", "url.domain", "another");
        assertThat(verdict().unexplained()).isEqualTo(2);
        hotInUrlDomainAndBatchIn("destination.ip", "url.domain", "i");
        assertThat(verdict().unexplained()).isEqualTo(4);
        hotInUrlDomainAndBatchIn("dns.question.name", "http.request.referrer", "i");
        assertThat(verdict().unexplained()).isEqualTo(6);
    }

    @Test
    void ofVeryManyThatOnlyTheBatchSweepHasSomeAreLookedUp() {
        Findings all = new Findings();
        for (int share = 0; share < 2; share++) {
            Findings some = new Findings();
            for (int i = 0; i < Findings.MOST_LATER; i++) {
                Detection detection = detection(120);
                detection.setEventId(share + "-" + i);
                basis().batch(detection, row(cell("batch", VERSION, detection)), some);
            }
            all.plus(some);
        }
        all.settle(events -> Set.of(), events -> {
            assertThat(events).hasSize(Findings.MOST_LATER);
            return events;
        });
        Verdict verdict = new Verdict(basis(), all);
        assertThat(verdict.differences(Kind.ONLY_BATCH).get(Reason.HEALED).count())
                .isEqualTo(Findings.MOST_LATER);
        Difference rest = verdict.differences(Kind.ONLY_BATCH).get(Reason.UNEXPLAINED);
        assertThat(rest.count()).isEqualTo(Findings.MOST_LATER);
        assertThat(why(rest))
                .contains("same indicators (" + SNAPSHOT + ")")
                .endsWith("; not looked up whether the line was" + " invalid once, since 10000 others were");
    }

    @Test
    void sharesAddUpAndAFewExamplesAreKept() {
        Findings all = new Findings();
        for (int i = 0; i < 4; i++) {
            Findings share = new Findings();
            for (int offset = 120; offset < 123; offset++) {
                Detection detection = detection(offset);
                basis().batch(detection, row(cell("batch", VERSION, detection)), share);
            }
            all.plus(share);
        }
        all.settle(events -> Set.of(), events -> Set.of());
        Verdict verdict = new Verdict(basis(), all);
        Difference difference = verdict.differences(Kind.ONLY_BATCH).get(Reason.UNEXPLAINED);
        assertThat(difference.count()).isEqualTo(12);
        assertThat(difference.examples()).hasSize(Difference.EXAMPLES);
        assertThat(verdict.lacking().detections()).isEqualTo(12);
        assertThat(verdict.counts())
                .containsEntry("hot_batch_only", 12L)
                .containsEntry("hot_batch_only.unexplained", 12L)
                .containsEntry("hot_unexplained", 12L)
                .containsEntry("hot_behind", 100L);
        assertThat(verdict.json()
                        .path("only_batch")
                        .path("reasons")
                        .path("unexplained")
                        .path("examples"))
                .hasSize(Difference.EXAMPLES);
        assertThat(verdict.json().path("judged").asBoolean()).isFalse();
    }

    @Test
    void aPlaceIsWhatTheVersionOfACellSays() {
        assertThat(HBaseStore.Place.of(HBaseStore.hotVersion(0, 0))).isEqualTo(new HBaseStore.Place(0, 0));
        assertThat(HBaseStore.Place.of(HBaseStore.hotVersion(9_999, 9_876_543_210L)))
                .isEqualTo(new HBaseStore.Place(9_999, 9_876_543_210L));
    }
}
