package io.trawl.bench.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SizeTest {
    @Test
    void aSizeIsReadAsPeopleWriteIt() {
        assertThat(Size.of("250000").value()).isEqualTo(250_000);
        assertThat(Size.of("10k").value()).isEqualTo(10_000);
        assertThat(Size.of("1.2M").value()).isEqualTo(1_200_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "-1", "1.5", "k", "10 k", "1e6", "10g"})
    void whatIsNoWholeNumberFromOneOnIsRefusedWithAnExample(String text) {
        assertThatThrownBy(() -> Size.of(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'")
                .hasMessageContaining("1.2M");
    }
}
