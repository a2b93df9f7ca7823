package io.trawl.bench.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class QuantilesTest {
    @Test
    void aQuantileIsAValueThatWasMeasured() {
        Quantiles hundred = Quantiles.ofMillis(
                LongStream.rangeClosed(1, 100).map(i -> 101 - i).toArray());
        assertThat(hundred).isEqualTo(new Quantiles(100, 0.050, 0.095, 0.099, 0.100));
    }

    @Test
    void ofFewTheWorstIsTheLastPercent() {
        assertThat(Quantiles.ofMillis(new long[] {3000, 1000})).isEqualTo(new Quantiles(2, 1, 3, 3, 3));
    }

    @Test
    void ofNothingThereIsNone() {
        assertThatThrownBy(() -> Quantiles.ofMillis(new long[0]))
                .isInstanceOf(BenchFailure.class)
                .hasMessageContaining("nothing came to be measured");
    }
}
