package io.trawl.intel.rule.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class DecimalTest {
    @Property(tries = 20_000)
    void aTextIsComparedAsANumberIs(
            @ForAll @Chars({'0', '1', '9', '.', '-', '+'}) @StringLength(max = 6) String text,
            @ForAll @CharRange(from = '0', to = '2') @StringLength(min = 1, max = 3) String digits,
            @ForAll boolean negative,
            @ForAll boolean fraction) {
        BigDecimal number = new BigDecimal((negative ? "-" : "") + digits + (fraction ? "." + digits : ""));
        int compared = new Decimal(number).compare(text);

        if (text.matches("[-+]?[0-9]+(\\.[0-9]+)?")) {
            assertThat(compared).isEqualTo(new BigDecimal(text).compareTo(number));
        } else {
            assertThat(compared).isEqualTo(Decimal.NO_NUMBER);
        }
    }

    @Test
    void aNumberOfTenMillionDigitsIsReadOnce() {
        String text = "0".repeat(5_000_000) + "9".repeat(5_000_000);
        assertThat(new Decimal(BigDecimal.TEN).compare(text)).isPositive();
        assertThat(new Decimal(BigDecimal.TEN).compare("-" + text)).isNegative();
    }

    @Test
    void aNumberThatNobodyWritesIsRefused() {
        assertThatThrownBy(() -> new Decimal(new BigDecimal("1e999999999")))
                .hasMessage("a number of more than 1000 digits; expected for example 8080");
    }
}
