package io.trawl.hotdetect.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.flow.Store;
import io.trawl.record.Detection;
import java.io.Serializable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class HitStoreTest {
    private static final Instant START = Instant.parse("2026-11-24T10:00:00Z");

    /** Keeps what was put, by the puts that it came in. */
    private static final class Puts implements Store<Detection> {
        private static final long serialVersionUID = 1L;
        private final List<List<Long>> puts = new ArrayList<>();

        @Override
        public String name() {
            return "puts";
        }

        @Override
        public Writer<Detection> open(int partition, long attempt) {
            List<Long> some = new ArrayList<>();
            return new Writer<>() {
                @Override
                public void write(Detection detection) {
                    assertThat(detection.getValue()).hasSizeGreaterThanOrEqualTo(1 << 20);
                    some.add(detection.getOffset());
                }

                @Override
                public Serializable close() {
                    puts.add(some);
                    return true;
                }

                @Override
                public void abort() {
                    throw new AssertionError("aborted");
                }
            };
        }
    }

    private static TimedDetection sighted(long offset) {
        Detection detection = new Detection();
        detection.setTags(List.of());
        detection.setReferences(List.of());
        detection.setWhy(List.of());
        detection.setDetectionId("%032x".formatted(offset));
        detection.setTimestamp(START);
        detection.setOffset(offset);
        detection.setValue("x".repeat(1 << 20));
        return new TimedDetection(detection, START.toEpochMilli() + offset, true);
    }

    @Test
    void longDetectionsArePutSomeMegabytesAtATimeAndHandedOnCut() throws Exception {
        Puts puts = new Puts();
        List<Integer> asked = new ArrayList<>();
        HitStore store = new HitStore(
                (some, placed) -> {
                    asked.add(some.size());
                    BitSet copies = new BitSet();
                    for (int i = 0; i < some.size(); i++) {
                        copies.set(i, some.get(i).getOffset() % 5 == 0);
                    }
                    return copies;
                },
                puts);
        Store.Writer<TimedDetection> writer = store.open(0, 0);
        for (long offset = 0; offset < 10; offset++) {
            writer.write(sighted(offset));
        }
        store.commit(List.of(writer.close()));

        assertThat(asked).containsExactly(4, 4, 2);
        assertThat(puts.puts).containsExactly(List.of(1L, 2L, 3L), List.of(4L, 6L, 7L), List.of(8L, 9L));
        assertThat(store.copies()).isEqualTo(2);
        assertThat(store.hits())
                .extracting(hit -> hit.detection().getOffset())
                .containsExactlyElementsOf(LongStream.range(1, 10)
                        .filter(offset -> offset != 5)
                        .boxed()
                        .toList());
        assertThat(store.hits()).allMatch(hit -> hit.length() == TimedDetection.LONGEST);
    }
}
