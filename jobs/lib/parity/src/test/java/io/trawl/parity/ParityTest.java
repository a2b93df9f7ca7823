package io.trawl.parity;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.base.Json;
import io.trawl.base.Window;
import io.trawl.hbase.CellName;
import io.trawl.hbase.HBase;
import io.trawl.hbase.HBaseReader;
import io.trawl.hbase.HBaseStore;
import io.trawl.hbase.Keys;
import io.trawl.hbase.Load;
import io.trawl.kafka.HotProgress;
import io.trawl.record.Detection;
import io.trawl.record.OffsetSpan;
import io.trawl.schema.word.SweepKind;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.hbase.Cell;
import org.apache.hadoop.hbase.CellComparator;
import org.apache.hadoop.hbase.KeyValue;
import org.apache.hadoop.hbase.client.Result;
import org.junit.jupiter.api.Test;

/** What becomes of one detection, by its row in HBase. */
class ParityTest {
    private static final Window WINDOW = Window.parse("2026-11-24T10:00:00Z/2026-11-24T11:00:00Z");
    private static final Instant BEFORE = Instant.parse("2026-11-24T09:00:00Z");
    private static final long SNAPSHOT = 4_611_686_018_427_387_905L;
    private static final long VERSION = 12;
    private static final String ID = "00112233445566778899aabbccddeeff";

    private final Findings findings = new Findings();

    private static Basis basis() {
        HotProgress.TakeUp first = new HotProgress.TakeUp(6, Map.of(0, 90L), Map.of());
        HotProgress.TakeUp second =
                new HotProgress.TakeUp(SNAPSHOT, Map.of(0, 110L), Map.of(0, new OffsetSpan(0, 150L, 160L)));
        return new Basis(
                "proxy",
                WINDOW,
                List.of(new OffsetSpan(0, 80L, 300L)),
                List.of(new OffsetSpan(0, 290L, 292L)),
                SNAPSHOT,
                VERSION,
                new HotProgress(List.of(first, second), Map.of(0, 200L)));
    }

    private static Detection detection(long offset) {
        Detection detection = new Detection();
        detection.setDetectionId(ID);
        detection.setEventId("e");
        detection.setSource("proxy");
        detection.setWindow(WINDOW.start());
        detection.setSweep("batch");
        detection.setPartition(0);
        detection.setOffset(offset);
        detection.setTimestamp(Instant.parse("2026-11-24T09:59:00Z"));
        detection.setClient("10.0.0.1");
        detection.setField("url.domain");
        detection.setValue("www.evil.example");
        detection.setHow("subdomain");
        detection.setIndicatorId("i");
        detection.setIndicatorType("domain");
        detection.setIndicatorValue("evil.example");
        detection.setLabels(List.of("a"));
        detection.setIndicatorSnapshot(SNAPSHOT);
        return detection;
    }

    private static Detection hot(long offset, Instant window) {
        Detection hot = detection(offset);
        hot.setSweep("hot");
        hot.setWindow(window);
        return hot;
    }

    private static Cell cell(String path, long version, Detection detection) {
        Window window = new Window(detection.getWindow(), detection.getWindow().plusSeconds(3_600));
        CellName name = new CellName(path, window, detection.getSource());
        return new KeyValue(
                Keys.main(4, detection),
                HBase.FAMILY,
                name.bytes(),
                path.equals("batch") ? new Load(name, version, 0).stamp() : version,
                Json.of(detection).toString().getBytes(StandardCharsets.UTF_8));
    }

    private static Cell hotCell(Detection hot) {
        return cell("hot", HBaseStore.hotVersion(hot.getPartition(), hot.getOffset()), hot);
    }

    private static Result row(Cell... cells) {
        List<Cell> sorted = new ArrayList<>(Arrays.asList(cells));
        sorted.sort(CellComparator.getInstance());
        return Result.create(sorted);
    }

    private Verdict verdict() {
        findings.settle(events -> Set.of(), events -> Set.of());
        return new Verdict(basis(), findings);
    }

    private Verdict batch(Detection detection, Cell... hot) {
        Cell[] cells = Arrays.copyOf(hot, hot.length + 1);
        cells[hot.length] = cell("batch", VERSION, detection);
        basis().batch(detection, row(cells), findings);
        return verdict();
    }

    private static Difference only(Verdict verdict, Kind kind, Reason reason) {
        for (Kind each : Kind.values()) {
            assertThat(verdict.count(each)).as(each.text()).isEqualTo(each == kind ? 1 : 0);
        }
        assertThat(verdict.differences(kind)).containsOnlyKeys(reason);
        assertThat(verdict.equal()).isZero();
        assertThat(verdict.unexplained()).isEqualTo(reason == Reason.UNEXPLAINED ? 1 : 0);
        return verdict.differences(kind).get(reason);
    }

    private static String why(Difference difference) {
        return difference.examples().get(0).why();
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
    void anEntryOfTheWindowsListWhoseRowIsGoneAndWhoseLineIsElsewhereIsOfTheBorder() {
        Detection hot = hot(300, WINDOW.start());
        basis().hot(
                        Keys.window(4, hot, WINDOW),
                        new HBaseStore.Place(0, 300),
                        Result.EMPTY_RESULT,
                        List.of(),
                        findings);
        only(verdict(), Kind.ONLY_HOT, Reason.BORDER);
    }

    @Test
    void aDetectionThatHBaseLacksOrHasOfAnOlderLoadIsLacking() {
        Detection detection = detection(120);
        basis().batch(detection, row(cell("batch", VERSION - 1, detection)), findings);
        basis().batch(detection, Result.EMPTY_RESULT, findings);
        assertThat(verdict().lacking()).isEqualTo(new HBaseReader.Lacking(2, 2, List.of(ID, ID)));
    }

    private Verdict onlyHot(Detection hot, List<Swept> others, Cell... more) {
        Cell[] cells = Arrays.copyOf(more, more.length + 1);
        cells[more.length] = hotCell(hot);
        basis().hot(
                        Keys.window(4, hot, WINDOW),
                        new HBaseStore.Place(hot.getPartition(), hot.getOffset()),
                        row(cells),
                        others,
                        findings);
        return verdict();
    }

    @Test
    void aDetectionThatTheBatchSweepHasIsNotOnlyHot() {
        Verdict verdict = onlyHot(hot(120, WINDOW.start()), List.of(), cell("batch", VERSION, detection(120)));
        assertThat(verdict.count(Kind.ONLY_HOT)).isZero();
    }

    @Test
    void aDetectionThatTheBatchSweepHasNotIsUnexplained() {
        Difference difference = only(onlyHot(hot(120, WINDOW.start()), List.of()), Kind.ONLY_HOT, Reason.UNEXPLAINED);
        assertThat(difference.examples().get(0))
                .isEqualTo(new Example(
                        ID,
                        Instant.parse("2026-11-24T09:59:00Z"),
                        "10.0.0.1",
                        "evil.example",
                        0,
                        120,
                        "the batch sweep read the line with the same indicators (" + SNAPSHOT + ")"));
    }

    @Test
    void aCellOfAnOlderSweepIsNoneOfThisOne() {
        only(
                onlyHot(hot(120, WINDOW.start()), List.of(), cell("batch", VERSION - 1, detection(120))),
                Kind.ONLY_HOT,
                Reason.UNEXPLAINED);
    }

    @Test
    void onlyHotByOtherIndicatorsIsExplained() {
        Detection hot = hot(120, WINDOW.start());
        hot.setIndicatorSnapshot(6);
        only(onlyHot(hot, List.of()), Kind.ONLY_HOT, Reason.OTHER_INDICATORS);
    }

    @Test
    void aLineThatIngestNeverGotIsExplained() {
        only(onlyHot(hot(291, WINDOW.start()), List.of()), Kind.ONLY_HOT, Reason.DELETED);
    }

    @Test
    void aLineOfTheNextWindowByItsOffsetIsOfTheBorder() {
        Detection elsewhere = detection(300);
        elsewhere.setWindow(WINDOW.end());
        only(onlyHot(hot(300, WINDOW.start()), List.of(), cell("batch", 99, elsewhere)), Kind.ONLY_HOT, Reason.BORDER);
    }

    @Test
    void aLineOfTheNextWindowWhichIsNotLoadedYetIsOfTheBorder() {
        only(onlyHot(hot(300, WINDOW.start()), List.of()), Kind.ONLY_HOT, Reason.BORDER);
    }

    @Test
    void aLineOfTheNextWindowWhoseSweepDoesNotHaveItIsUnexplained() {
        Swept next = new Swept(List.of(new OffsetSpan(0, 300L, 400L)), SNAPSHOT);
        only(onlyHot(hot(300, WINDOW.start()), List.of(next)), Kind.ONLY_HOT, Reason.UNEXPLAINED);
    }

    @Test
    void aLineOfTheNextWindowWhichWasSweptWithOtherIndicatorsIsExplained() {
        Swept next = new Swept(List.of(new OffsetSpan(0, 300L, 400L)), 9);
        assertThat(why(only(onlyHot(hot(300, WINDOW.start()), List.of(next)), Kind.ONLY_HOT, Reason.OTHER_INDICATORS)))
                .isEqualTo("indicators " + SNAPSHOT + " in the hot path, 9 in the batch sweep");
    }

    @Test
    void aLineOfWhichTheNextWindowHasAnotherCopyIsExplained() {
        Detection elsewhere = detection(310);
        elsewhere.setWindow(WINDOW.end());
        only(onlyHot(hot(300, WINDOW.start()), List.of(), cell("batch", 99, elsewhere)), Kind.ONLY_HOT, Reason.COPY);
    }

    @Test
    void aLineThatTheBatchSweepHasInAnEarlierWindowIsExplained() {
        Detection earlier = detection(60);
        earlier.setWindow(BEFORE);
        assertThat(why(only(
                        onlyHot(hot(120, WINDOW.start()), List.of(), cell("batch", 99, earlier)),
                        Kind.ONLY_HOT,
                        Reason.COPY)))
                .isEqualTo("the batch sweep has partition 0 offset 60, window 2026-11-24T09:00:00Z");
    }

    @Test
    void anOlderLoadOfTheWindowExplainsNothing() {
        only(
                onlyHot(hot(120, WINDOW.start()), List.of(), cell("batch", VERSION - 1, detection(121))),
                Kind.ONLY_HOT,
                Reason.UNEXPLAINED);
    }

    @Test
    void aLineThatValidateDroppedIsExplained() {
        // With indicators that the earlier window was not swept with: the hot path is the first to see it.
        Detection hot = hot(120, WINDOW.start());
        basis().hot(Keys.window(4, hot, WINDOW), new HBaseStore.Place(0, 120), row(hotCell(hot)), List.of(), findings);
        findings.settle(
                events -> {
                    assertThat(events).containsExactly("e");
                    return Set.of("e");
                },
                events -> Set.of());
        assertThat(why(only(verdict(), Kind.ONLY_HOT, Reason.COPY)))
                .isEqualTo("validate dropped the line, which another window keeps");
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
    void anEntryOfTheWindowsListWithoutItsRowIsSaid() {
        Detection hot = hot(120, WINDOW.start());
        basis().hot(
                        Keys.window(4, hot, WINDOW),
                        new HBaseStore.Place(0, 120),
                        Result.EMPTY_RESULT,
                        List.of(),
                        findings);
        assertThat(why(only(verdict(), Kind.ONLY_HOT, Reason.UNEXPLAINED))).contains("its row is missing");
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
