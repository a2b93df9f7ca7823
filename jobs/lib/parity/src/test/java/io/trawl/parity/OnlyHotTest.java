package io.trawl.parity;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.hbase.HBaseStore;
import io.trawl.hbase.Keys;
import io.trawl.record.Detection;
import io.trawl.record.OffsetSpan;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.hbase.Cell;
import org.apache.hadoop.hbase.client.Result;
import org.junit.jupiter.api.Test;

/** What becomes of one detection of the hot path, by its row in HBase. */
class OnlyHotTest extends Compared {
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
    void aLookAlikeThatTheBatchSweepMayScoreLessIsExplained() {
        Detection hot = hot(120, WINDOW.start());
        hot.setIndicatorId("lookalike-homoglyph");
        only(onlyHot(hot, List.of()), Kind.ONLY_HOT, Reason.NEW_DOMAIN);
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
    void aLineThatTheBatchPathParsedByOtherFormatsIsExplained() {
        Detection hot = hot(120, WINDOW.start());
        basis(MENDED)
                .hot(Keys.window(4, hot, WINDOW), new HBaseStore.Place(0, 120), row(hotCell(hot)), List.of(), findings);
        assertThat(why(only(verdict(), Kind.ONLY_HOT, Reason.OTHER_FORMATS))).isEqualTo(OTHER);
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
}
