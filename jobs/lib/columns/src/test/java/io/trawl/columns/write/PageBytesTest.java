package io.trawl.columns.write;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.SplittableRandom;
import org.apache.iceberg.shaded.org.apache.parquet.column.values.rle.RunLengthBitPackingHybridDecoder;
import org.junit.jupiter.api.Test;

/** What is packed here is unpacked by Parquet's own decoder. */
class PageBytesTest {
    @Test
    void parquetUnpacksWhatIsPacked() throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        for (int width = 0; width <= 21; width++) {
            for (int count : new int[] {1, 7, 8, 9, 31, 64, 1_000}) {
                int[] numbers = random.ints(count, 0, 1 << width).toArray();
                check(numbers, width);
                int[] same = random.ints(1, 0, 1 << width).toArray();
                check(
                        java.util.stream.IntStream.range(0, count)
                                .map(i -> same[0])
                                .toArray(),
                        width);
            }
        }
    }

    private static void check(int[] numbers, int width) throws IOException {
        PageBytes out = new PageBytes();
        // What an earlier page left in the array must not show.
        out.ensure(8_000);
        java.util.Arrays.fill(out.array, (byte) -1);
        out.putPacked(numbers, numbers.length, width);
        RunLengthBitPackingHybridDecoder decoder =
                new RunLengthBitPackingHybridDecoder(width, new ByteArrayInputStream(out.array, 0, out.size));
        for (int i = 0; i < numbers.length; i++) {
            assertThat(decoder.readInt())
                    .as("number %d of %d, %d bits", i, numbers.length, width)
                    .isEqualTo(numbers[i]);
        }
    }

    @Test
    void aWidthHoldsTheGreatestNumberAndNoMore() {
        assertThat(PageBytes.width(0)).isZero();
        assertThat(PageBytes.width(1)).isEqualTo(1);
        assertThat(PageBytes.width(255)).isEqualTo(8);
        assertThat(PageBytes.width(256)).isEqualTo(9);
    }
}
