package io.trawl.columns.read;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.iceberg.shaded.org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.iceberg.shaded.org.apache.parquet.column.values.rle.RunLengthBitPackingHybridEncoder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RunLengthsTest {
    static IntStream widths() {
        return IntStream.rangeClosed(0, 32);
    }

    @ParameterizedTest
    @MethodSource("widths")
    void areReadAsParquetWritesThem(int width) throws Exception {
        SplittableRandom random = new SplittableRandom(width);
        int[] numbers = new int[1 + random.nextInt(5_000)];
        for (int i = 0; i < numbers.length; ) {
            int value = width == 0 ? 0 : random.nextInt() >>> 32 - width;
            for (int times = random.nextInt(4) == 0 ? random.nextInt(100) : 1;
                    times > 0 && i < numbers.length;
                    times--) {
                numbers[i++] = value;
            }
        }
        byte[] bytes;
        try (RunLengthBitPackingHybridEncoder encoder =
                new RunLengthBitPackingHybridEncoder(width, 64, 1 << 20, HeapByteBufferAllocator.getInstance())) {
            for (int number : numbers) {
                encoder.writeInt(number);
            }
            bytes = encoder.toBytes().toByteArray();
        }

        int[] read = new int[numbers.length];
        RunLengths.read(bytes, 0, bytes.length, width, read, read.length);

        assertThat(read).isEqualTo(numbers);
    }
}
