package io.trawl.hbase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trawl.base.Window;
import io.trawl.schema.word.SweepKind;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.hadoop.hbase.Cell;
import org.apache.hadoop.hbase.KeyValue;
import org.apache.hadoop.hbase.client.Delete;
import org.apache.hadoop.hbase.client.Result;
import org.apache.hadoop.hbase.client.ResultScanner;
import org.apache.hadoop.hbase.client.metrics.ScanMetrics;
import org.apache.hadoop.hbase.util.Bytes;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HBaseRetentionTest {
    private static final Instant HOUR = Instant.parse("2026-11-24T10:00:00Z");

    /** A scan's rows, of which the last ones cannot be read; HBase's own iterator makes its IOException an unchecked one. */
    private record Broken(Iterator<Result> rows, IOException failure) implements ResultScanner {
        @Override
        public Result next() throws IOException {
            if (rows.hasNext()) {
                return rows.next();
            }
            throw failure;
        }

        @Override
        public void close() {}

        @Override
        public boolean renewLease() {
            return false;
        }

        @Override
        public @Nullable ScanMetrics getScanMetrics() {
            return null;
        }
    }

    /** A cell as a scan of keys gives it, with the length of its value. */
    private static Cell cell(String row, String qualifier, long stamp, int length) {
        return new KeyValue(
                Bytes.toBytes(row), Bytes.toBytes("d"), Bytes.toBytes(qualifier), stamp, Bytes.toBytes(length));
    }

    private static String name(int hours) {
        Instant start = HOUR.plusSeconds(3600L * hours);
        return new CellName(SweepKind.BATCH, new Window(start, start.plusSeconds(3600)), "proxy").toString();
    }

    private static Result row(Cell... cells) {
        return Result.create(cells);
    }

    @Test
    void cellsOfOldWindowsGoAndTombstonesThatHideNothingWithTheirOwnStamps() throws IOException {
        List<Result> rows = List.of(
                row(
                        cell("a", name(0), 7, 100),
                        cell("a", name(1), 8, 1),
                        cell("a", name(2), 9, 1),
                        cell("a", "foreign", 9, 1)),
                row(cell("b", name(2), 9, 100)));
        List<Delete> deleted = new ArrayList<>();

        HBaseRetention.Counts counts = HBaseRetention.delete(
                rows,
                deleted::addAll,
                name -> name.window().start().equals(HOUR),
                name -> !name.window().start().isAfter(HOUR.plusSeconds(3600)));

        assertThat(counts).isEqualTo(new HBaseRetention.Counts(1, 1));
        assertThat(deleted).hasSize(1);
        assertThat(deleted.get(0).getFamilyCellMap().get(Bytes.toBytes("d")))
                .extracting(Cell::getTimestamp)
                .containsExactly(7L, 8L);
    }

    @Test
    void aScanThatBreaksFailsAsTheIoExceptionThatItIs() {
        IOException failure = new IOException("region is gone");

        assertThatThrownBy(() -> HBaseRetention.delete(
                        new Broken(List.of(row(cell("a", name(0), 7, 100))).iterator(), failure),
                        deletes -> {},
                        name -> true,
                        name -> true))
                .isSameAs(failure);
    }

    @Test
    void aDeletionThatFailsIsNotCountedAsDone() {
        IOException failure = new IOException("no answer");

        assertThatThrownBy(() -> HBaseRetention.delete(
                        List.of(row(cell("a", name(0), 7, 100))),
                        deletes -> {
                            throw failure;
                        },
                        name -> true,
                        name -> true))
                .isSameAs(failure);
    }
}
