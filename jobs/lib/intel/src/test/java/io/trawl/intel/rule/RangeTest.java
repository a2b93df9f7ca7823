package io.trawl.intel.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RangeTest {
    @ParameterizedTest
    @CsvSource({
        "192.0.2.0/24,192.0.2.255,true",
        "192.0.2.0/24,192.0.3.0,false",
        "192.0.2.9/24,192.0.2.1,true",
        "192.0.2.1,192.0.2.1,true",
        "0.0.0.0/0,255.255.255.255,true",
        "0.0.0.0/0,::1,false",
        "::/0,192.0.2.1,false",
        "::/0,2001:db8::1,true",
        "2001:db8::/32,2001:DB8:0:0::1,true",
        "2001:db8::/32,2001:db9::1,false",
        "2001:db8::1/128,2001:db8::1,true",
        "::ffff:10.0.0.0/104,10.9.9.9,true",
        "10.0.0.0/8,::ffff:10.1.2.3,true",
        "10.0.0.0/8,[::ffff:a01:203],true",
        "10.0.0.0/8,0xa010203,true",
        "10.0.0.0/8,012.1.2.3,true",
        "10.0.0.0/8,ten.example,false",
        "10.0.0.0/8,'',false",
    })
    void aRangeHoldsItsAddressesInEachNotation(String range, String address, boolean holds) {
        assertThat(Range.parse(range).holds(address)).isEqualTo(holds);
    }

    @Test
    void aRangeHoldsSmallerOnes() {
        assertThat(Range.parse("10.0.0.0/8").holds(Range.parse("10.1.0.0/16"))).isTrue();
        assertThat(Range.parse("10.1.0.0/16").holds(Range.parse("10.0.0.0/8"))).isFalse();
        assertThat(Range.parse("10.1.0.0/16").holds(Range.parse("10.1.0.0/16"))).isTrue();
        assertThat(Range.parse("::/0").holds(Range.parse("10.1.0.0/16"))).isFalse();
    }

    @Test
    void aRangeIsWrittenWithoutWhatComesAfterItsPrefix() {
        assertThat(Range.parse("10.1.2.3/8")).hasToString("10.0.0.0/8").isEqualTo(Range.parse("::ffff:10.0.0.0/104"));
        assertThat(Range.parse("2001:db8:ffff::1/32")).hasToString("2001:db8::/32");
        assertThat(Range.parse("10.1.2.3")).hasToString("10.1.2.3/32");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/8",
                "10.0.0.0/33",
                "10.0.0.0/",
                "10.0.0.0/-1",
                "10/8",
                "::/129",
                "a.example",
                "::ffff:10.0.0.0/95"
            })
    void whatIsNoRangeIsRefused(String text) {
        assertThat(Range.of(text)).isNull();
        assertThatThrownBy(() -> Range.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "'" + text + "' is no range of addresses; expected for example 192.0.2.0/24 or 2001:db8::/32");
    }
}
