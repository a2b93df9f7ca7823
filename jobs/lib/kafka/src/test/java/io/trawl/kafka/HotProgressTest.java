package io.trawl.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trawl.base.Json;
import io.trawl.base.SourceParser.Used;
import io.trawl.kafka.HotProgress.TakeUp;
import io.trawl.record.OffsetSpan;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HotProgressTest {
    private static final TakeUp FIRST = takeUp("""
            {"snapshot":7,"index":"hdfs://x/7.index","run_id":"r","taken":"2026-11-24T10:00:00Z","from":{"0":10}}
            """);
    private static final TakeUp SECOND = takeUp("""
            {"snapshot":8,"index":"hdfs://x/8.index","run_id":"r","taken":"2026-11-24T11:00:00Z",
             "from":{"0":20,"1":5},"skipped":{"0":{"from":15,"until":18}},
             "formats":{"parser":"squid/3,my-gateway/1","format.my-gateway":"0123","zone":"UTC"}}
            """);

    private static TakeUp takeUp(String json) {
        try {
            return TakeUp.of(Json.MAPPER.readTree(json));
        } catch (IOException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static HotProgress progress(Map<Integer, Long> committed) {
        return new HotProgress(List.of(FIRST, SECOND), committed);
    }

    @Test
    void aSnapshotCountsFromItsOffsetsOn() {
        HotProgress progress = progress(Map.of());
        assertThat(progress.snapshot(0, 9)).isNull();
        assertThat(progress.snapshot(0, 10)).isEqualTo(7);
        assertThat(progress.snapshot(0, 19)).isEqualTo(7);
        assertThat(progress.snapshot(0, 20)).isEqualTo(8);
    }

    @Test
    void aPartitionThatATakeUpDoesNotNameBeginsAtZero() {
        HotProgress progress = progress(Map.of());
        assertThat(progress.snapshot(1, 0)).isEqualTo(7);
        assertThat(progress.snapshot(1, 5)).isEqualTo(8);
        assertThat(progress.snapshot(2, 0)).isEqualTo(8);
        assertThat(progress.isBefore(0, 9)).isTrue();
        assertThat(progress.isBefore(1, 0)).isFalse();
    }

    @Test
    void theFormatsOfALineAreThoseOfItsTakeUp() {
        HotProgress progress = progress(Map.of());
        assertThat(progress.formats(0, 20))
                .isEqualTo(new Used(List.of("squid/3", "my-gateway/1"), Map.of("my-gateway", "0123"), "UTC", 0));
        assertThat(progress.formats(0, 19)).as("an older version said nothing").isNull();
        assertThat(progress.formats(0, 9)).isNull();
    }

    @Test
    void whatRetentionDeletedIsKnown() {
        HotProgress progress = progress(Map.of());
        assertThat(progress.isSkipped(0, 14)).isFalse();
        assertThat(progress.isSkipped(0, 15)).isTrue();
        assertThat(progress.isSkipped(0, 17)).isTrue();
        assertThat(progress.isSkipped(0, 18)).isFalse();
        assertThat(progress.isSkipped(1, 15)).isFalse();
    }

    @Test
    void linesBehindAreThoseOfTheWindowThatAreNotCommitted() {
        List<OffsetSpan> window = List.of(new OffsetSpan(0, 12L, 30L), new OffsetSpan(1, 0L, 4L));
        assertThat(progress(Map.of(0, 25L, 1, 4L)).behind(window)).isEqualTo(5);
        assertThat(progress(Map.of(0, 40L, 1, 9L)).behind(window)).isZero();
        // Never committed: it stands where it began.
        assertThat(progress(Map.of()).behind(window)).isEqualTo(18 + 4);
    }

    @Test
    void linesBeforeItBeganAreNotBehind() {
        assertThat(progress(Map.of()).behind(List.of(new OffsetSpan(0, 0L, 10L))))
                .isZero();
    }

    @Test
    void withoutATakeUpThereIsNoHotPath() {
        List<TakeUp> none = List.of();
        Map<Integer, Long> committed = Map.of(0, 1L);
        assertThatThrownBy(() -> new HotProgress(none, committed))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("it never ran");
    }
}
