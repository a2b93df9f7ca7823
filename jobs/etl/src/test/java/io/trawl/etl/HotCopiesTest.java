package io.trawl.etl;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.record.Detection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.hadoop.hbase.Cell;
import org.apache.hadoop.hbase.CellComparator;
import org.apache.hadoop.hbase.KeyValue;
import org.apache.hadoop.hbase.client.Result;
import org.junit.jupiter.api.Test;

/** Which of two messages of one line is the copy, by the row that HBase has. */
class HotCopiesTest {
    private static final Duration UNIT = Duration.ofHours(1);
    private static final Instant HERE = Instant.parse("2026-11-24T10:00:00Z");
    private static final Instant BEFORE = HERE.minus(UNIT);
    private static final Instant LATER = HERE.plus(UNIT);

    private static Detection hit(Instant window, int partition, long offset) {
        Detection hit = new Detection();
        hit.setDetectionId("00112233445566778899aabbccddeeff");
        hit.setSource("proxy");
        hit.setWindow(window);
        hit.setPartition(partition);
        hit.setOffset(offset);
        return hit;
    }

    private static Cell cell(String path, Detection hit) {
        CellName name =
                new CellName(path, new Window(hit.getWindow(), hit.getWindow().plus(UNIT)), hit.getSource());
        return new KeyValue(
                new byte[] {1},
                HBase.FAMILY,
                name.bytes(),
                path.equals(HBaseStore.HOT)
                        ? HBaseStore.hotVersion(hit.getPartition(), hit.getOffset())
                        : new Load(name, 1, 0).stamp(),
                "{}".getBytes(StandardCharsets.UTF_8));
    }

    private static Cell hot(Instant window, int partition, long offset) {
        return cell(HBaseStore.HOT, hit(window, partition, offset));
    }

    private static Result row(Cell... cells) {
        List<Cell> sorted = new ArrayList<>(Arrays.asList(cells));
        sorted.sort(CellComparator.getInstance());
        return Result.create(sorted);
    }

    private static boolean isCopy(Detection hit, Cell... cells) {
        return new HotCopies().isCopy(hit, row(cells));
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
        assertThat(isCopy(hit(HERE, 0, 50), cell("batch", hit(BEFORE, 0, 7)))).isFalse();
        Detection foreign = hit(BEFORE, 0, 7);
        foreign.setSource("another");
        assertThat(isCopy(hit(HERE, 0, 50), cell(HBaseStore.HOT, foreign))).isFalse();
    }

    @Test
    void theSecondOfABatchIsACopy() {
        HotCopies batch = new HotCopies();
        assertThat(batch.isCopy(hit(HERE, 0, 50), Result.EMPTY_RESULT)).isFalse();
        assertThat(batch.isCopy(hit(HERE, 0, 51), Result.EMPTY_RESULT)).isTrue();
        assertThat(batch.isCopy(hit(LATER, 0, 52), Result.EMPTY_RESULT)).isTrue();
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
                        put.add(cell(HBaseStore.HOT, message));
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
                    put.add(cell(HBaseStore.HOT, message));
                    alerts++;
                }
            }
            assertThat(alerts).isOne();
        }
    }
}
