package io.trawl.hbase;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.base.Window;
import io.trawl.record.Detection;
import io.trawl.schema.word.SweepKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.apache.hadoop.hbase.Cell;
import org.apache.hadoop.hbase.CellComparator;
import org.apache.hadoop.hbase.CellUtil;
import org.apache.hadoop.hbase.KeyValue;
import org.apache.hadoop.hbase.client.Result;
import org.apache.hadoop.hbase.filter.Filter;
import org.junit.jupiter.api.Test;

/** Which of two messages of one line is the copy, by the row that HBase has. */
class HotCopiesTest {
    private static final int SALTS = 4;
    private static final Duration UNIT = Duration.ofHours(1);
    private static final Instant HERE = Instant.parse("2026-11-24T10:00:00Z");
    private static final Instant BEFORE = HERE.minus(UNIT);
    private static final Instant LATER = HERE.plus(UNIT);

    private static Detection hit(Instant window, int partition, long offset) {
        Detection hit = new Detection();
        hit.setTags(List.of());
        hit.setReferences(List.of());
        hit.setWhy(List.of());
        hit.setDetectionId("00112233445566778899aabbccddeeff");
        hit.setTimestamp(Instant.EPOCH);
        hit.setSource("proxy");
        hit.setWindow(window);
        hit.setPartition(partition);
        hit.setOffset(offset);
        return hit;
    }

    private static Cell cell(SweepKind path, Detection hit) {
        CellName name =
                new CellName(path, new Window(hit.getWindow(), hit.getWindow().plus(UNIT)), hit.getSource());
        return new KeyValue(
                new byte[] {1},
                HBase.FAMILY,
                name.bytes(),
                path == SweepKind.HOT
                        ? HBaseStore.hotVersion(hit.getPartition(), hit.getOffset())
                        : new Load(name, 1, 0).stamp(),
                "{\"url\": \"http://www.evil.example/\"}".getBytes(StandardCharsets.UTF_8));
    }

    private static Cell hot(Instant window, int partition, long offset) {
        return cell(SweepKind.HOT, hit(window, partition, offset));
    }

    /** What a region server sends of a row's cells. */
    private static Result row(Cell... cells) {
        List<Cell> sorted = new ArrayList<>(Arrays.asList(cells));
        sorted.sort(CellComparator.getInstance());
        Filter filter =
                Objects.requireNonNull(HotCopies.get(SALTS, hit(HERE, 0, 0)).getFilter());
        List<Cell> sent = new ArrayList<>();
        try {
            for (Cell cell : sorted) {
                if (filter.filterCell(cell) == Filter.ReturnCode.INCLUDE) {
                    sent.add(filter.transformCell(cell));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Result.create(sent);
    }

    private static boolean isCopy(Detection hit, Cell... cells) {
        return new HotCopies().isCopy(hit, true, row(cells));
    }

    @Test
    void noValueIsFetchedAndNothingThatAnotherPathHasPut() {
        Cell[] large = {
            large(SweepKind.HOT, hit(BEFORE, 0, 7)),
            large(SweepKind.BATCH, hit(BEFORE, 0, 7)),
            large(SweepKind.HOT, hit(HERE, 0, 50))
        };
        Result row = row(large);
        assertThat(row.size()).isEqualTo(2);
        assertThat(row.rawCells())
                .allSatisfy(cell -> assertThat(cell.getValueLength()).isLessThanOrEqualTo(Integer.BYTES));
        assertThat(new HotCopies().isCopy(hit(HERE, 0, 50), true, row)).isTrue();
    }

    private static Cell large(SweepKind path, Detection hit) {
        Cell cell = cell(path, hit);
        return new KeyValue(
                new byte[] {1}, HBase.FAMILY, CellUtil.cloneQualifier(cell), cell.getTimestamp(), new byte[1 << 20]);
    }

    @Test
    void aTombstoneIsNoDetection() {
        Cell gone = hot(BEFORE, 0, 7);
        Cell tombstone = new KeyValue(
                new byte[] {1}, HBase.FAMILY, CellUtil.cloneQualifier(gone), gone.getTimestamp(), Load.TOMBSTONE);
        assertThat(isCopy(hit(HERE, 0, 50), tombstone)).isFalse();
        assertThat(isCopy(hit(HERE, 0, 50), gone)).isTrue();
    }

    /** With the salts that the driver asked for: tasks do not need the master. */
    @Test
    void rowsAreAskedForWithTheGivenSaltsSomeHundredAtOnce() throws Exception {
        List<Detection> hits = new ArrayList<>();
        BitSet placed = new BitSet();
        for (int i = 0; i < 1_100; i++) {
            Detection hit = hit(HERE, 0, i);
            hit.setDetectionId("%032x".formatted(i));
            hits.add(hit);
            placed.set(i);
        }
        List<byte[]> asked = new ArrayList<>();
        BitSet copies = HotCopies.among(SALTS, hits, placed, gets -> {
            assertThat(gets).hasSizeLessThanOrEqualTo(500);
            gets.forEach(get -> asked.add(get.getRow()));
            Result[] rows = new Result[gets.size()];
            Arrays.fill(rows, Result.EMPTY_RESULT);
            rows[0] = row(hot(BEFORE, 0, 7));
            return rows;
        });
        assertThat(asked)
                .usingElementComparator(Arrays::compare)
                .containsExactlyElementsOf(
                        hits.stream().map(hit -> Keys.main(SALTS, hit)).toList());
        assertThat(copies.stream()).containsExactly(0, 500, 1_000);
    }

    /** Of a file that is not known: validate keeps such a line in each window, and once in each. */
    @Test
    void aLineWithoutAPlaceIsACopyInItsWindowOnly() {
        assertThat(new HotCopies().isCopy(hit(HERE, 0, 50), false, row(hot(BEFORE, 0, 7))))
                .isFalse();
        assertThat(new HotCopies().isCopy(hit(HERE, 0, 50), false, row(hot(BEFORE, 0, 7), hot(HERE, 0, 49))))
                .isTrue();
        HotCopies batch = new HotCopies();
        assertThat(batch.isCopy(hit(BEFORE, 0, 50), false, Result.EMPTY_RESULT)).isFalse();
        assertThat(batch.isCopy(hit(HERE, 0, 51), false, Result.EMPTY_RESULT)).isFalse();
        assertThat(batch.isCopy(hit(HERE, 0, 52), false, Result.EMPTY_RESULT)).isTrue();
    }

    @Test
    void aLineOfAnEarlierWindowOrMessageIsACopy() {
        assertThat(isCopy(hit(HERE, 0, 50), hot(BEFORE, 0, 7))).isTrue();
        assertThat(isCopy(hit(HERE, 0, 50), hot(HERE, 0, 49))).isTrue();
        assertThat(isCopy(hit(HERE, 1, 5), hot(HERE, 0, 49))).isTrue();
    }

    @Test
    void aMessageThatIsReadAgainIsNone() {
        assertThat(isCopy(hit(HERE, 0, 50))).isFalse();
        assertThat(isCopy(hit(HERE, 0, 50), hot(HERE, 0, 50))).isFalse();
        // Also where its copy was put meanwhile.
        assertThat(isCopy(hit(HERE, 0, 50), hot(HERE, 0, 50), hot(LATER, 0, 80)))
                .isFalse();
    }

    @Test
    void whatOthersHavePutIsNotAskedFor() {
        assertThat(isCopy(hit(HERE, 0, 50), cell(SweepKind.BATCH, hit(BEFORE, 0, 7))))
                .isFalse();
        Detection foreign = hit(BEFORE, 0, 7);
        foreign.setSource("another");
        assertThat(isCopy(hit(HERE, 0, 50), cell(SweepKind.HOT, foreign))).isFalse();
    }

    @Test
    void theSecondOfABatchIsACopy() {
        HotCopies batch = new HotCopies();
        assertThat(batch.isCopy(hit(HERE, 0, 50), true, Result.EMPTY_RESULT)).isFalse();
        assertThat(batch.isCopy(hit(HERE, 0, 51), true, Result.EMPTY_RESULT)).isTrue();
        assertThat(batch.isCopy(hit(LATER, 0, 52), true, Result.EMPTY_RESULT)).isTrue();
    }

    /** Messages of one line, read in any order, in batches of any size, each of which may be read again after its puts. */
    @Test
    void ofMessagesOfOneLineThatAreReadInAnyOrderOneAlwaysAlerts() {
        Random random = new Random(13);
        for (int round = 0; round < 2_000; round++) {
            List<Detection> messages = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                messages.add(hit(BEFORE.plus(UNIT.multipliedBy(random.nextInt(3))), random.nextInt(2), i));
            }
            List<Detection> orders = new ArrayList<>(messages);
            java.util.Collections.shuffle(orders, random);
            List<Cell> put = new ArrayList<>();
            int alerts = 0;
            for (Detection message : orders) {
                boolean killed = random.nextBoolean();
                for (int attempt = killed ? 0 : 1; attempt < 2; attempt++) {
                    if (!isCopy(message, put.toArray(new Cell[0]))) {
                        put.add(cell(SweepKind.HOT, message));
                        // What is put before a kill is not alerted.
                        alerts += attempt;
                    }
                }
            }
            assertThat(alerts).isPositive();
            // In the broker's order one it is.
            messages.sort(java.util.Comparator.comparing(Detection::getWindow)
                    .thenComparing(Detection::getPartition)
                    .thenComparing(Detection::getOffset));
            put.clear();
            alerts = 0;
            for (Detection message : messages) {
                if (!isCopy(message, put.toArray(new Cell[0]))) {
                    put.add(cell(SweepKind.HOT, message));
                    alerts++;
                }
            }
            assertThat(alerts).isOne();
        }
    }
}
