package io.trawl.hbase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trawl.base.Window;
import io.trawl.schema.word.SweepKind;
import java.time.Instant;
import org.apache.hadoop.hbase.Cell;
import org.apache.hadoop.hbase.KeyValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoadTest {
    private static final Window WINDOW = Window.parse("2026-11-24T10:00:00Z/2026-11-24T11:00:00Z");
    private static final CellName NAME = new CellName(SweepKind.BATCH, WINDOW, "proxy");
    private static final byte[] ROW = {1};

    private static Cell cell(long stamp, byte[] value) {
        return new KeyValue(ROW, HBase.FAMILY, NAME.bytes(), stamp, value);
    }

    @Test
    void aCellIsNamedByPathWindowAndSource() {
        assertThat(NAME).hasToString("batch:2026-11-24T10:00:00Z/2026-11-24T11:00:00Z:proxy");
        assertThat(CellName.parse(NAME.toString())).isEqualTo(NAME);
        CellName odd = new CellName(SweepKind.HOT, new Window(WINDOW.start().plusMillis(1), WINDOW.end()), "Z:a/b:c");
        assertThat(CellName.parse(odd.toString())).isEqualTo(odd);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "batch", "batch:2026-11-24T10:00:00Z", "batch:2026-11-24T10:00:00Z/2026-11-24T11:00:00Z"})
    void anotherNameIsRefused(String text) {
        assertThatThrownBy(() -> CellName.parse(text)).hasMessageContaining("expected PATH:START/END:SOURCE");
    }

    @Test
    void tombstonesHideOlderResultsAndNeverTheirOwnWhateverTheAttempt() {
        for (int attempt : new int[] {0, 1, Load.ATTEMPTS - 1, Load.ATTEMPTS + 7}) {
            Load load = new Load(NAME, 7, attempt);
            assertThat(load.tombstone())
                    .isGreaterThan(new Load(NAME, 6, Load.ATTEMPTS + 7).stamp())
                    .isLessThan(new Load(NAME, 7, 0).stamp());
            assertThat(Load.sequence(cell(load.stamp(), ROW))).isEqualTo(7);
            assertThat(Load.sequence(cell(load.tombstone(), ROW))).isEqualTo(7);
        }
        assertThat(new Load(NAME, 7, 1).stamp()).isGreaterThan(new Load(NAME, 7, 0).stamp());
    }

    @Test
    void stampsAreBeyondAnyClockAndBelowTheHotPaths() {
        assertThat(new Load(NAME, 0, 0).tombstone())
                .isGreaterThan(Instant.parse("9999-12-31T00:00:00Z").toEpochMilli());
        assertThat(new Load(NAME, 1L << 40, 0).stamp()).isLessThan(HBaseStore.hotVersion(1 << 16, 1L << 43));
    }

    @Test
    void noOtherCellIsATombstone() {
        assertThat(Load.isTombstone(cell(1, Load.TOMBSTONE))).isTrue();
        assertThat(Load.isTombstone(cell(1, new byte[0]))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "3"})
    void aTableOfOtherKeysIsRefused(String layout) {
        assertThatThrownBy(() -> HBase.requireLayout("detections", layout.isEmpty() ? null : layout))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("table detections of HBase has keys of another version of Trawl")
                .hasMessageContaining("docs/hbase.md");
    }
}
