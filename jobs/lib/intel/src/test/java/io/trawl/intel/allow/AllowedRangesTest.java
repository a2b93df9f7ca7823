package io.trawl.intel.allow;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.intel.canonical.Ip;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AllowedRangesTest {
    private final AllowedRanges ranges = new AllowedRanges();

    private @Nullable String holding(String address, int least, int most) {
        return ranges.holding(Ip.require(address), least, most);
    }

    private void add(String address, int bits, String list) {
        ranges.add(Ip.require(address), bits, list);
    }

    @Test
    void theLongestRangeDecides() {
        add("192.0.2.0", 24, "wide");
        add("192.0.2.128", 25, "narrow");
        add("2001:db8::", 32, "wide 6");
        add("2001:db8:0:1::", 64, "narrow 6");

        assertThat(holding("192.0.2.129", 0, 32)).isEqualTo("narrow");
        assertThat(holding("192.0.2.1", 0, 32)).isEqualTo("wide");
        assertThat(holding("192.0.3.1", 0, 32)).isNull();
        assertThat(holding("2001:db8:0:1::5", 0, 128)).isEqualTo("narrow 6");
        assertThat(holding("2001:db8:0:2::5", 0, 128)).isEqualTo("wide 6");
        assertThat(holding("2001:db9::", 0, 128)).isNull();
    }

    @Test
    void onlyRangesOfTheBitsThatAreAskedForCount() {
        add("192.0.2.0", 24, "list");
        assertThat(holding("192.0.2.1", 24, 24)).isEqualTo("list");
        assertThat(holding("192.0.2.1", 25, 32)).isNull();
        assertThat(holding("192.0.2.1", 0, 23)).isNull();
    }

    @Test
    void ofTheSameRangeTheFirstListIsNamedAndTheRangeOfAllHoldsAll() {
        add("0.0.0.0", 0, "all");
        add("10.0.0.0", 8, "first");
        add("10.255.0.0", 8, "second");
        assertThat(holding("10.1.2.3", 0, 32)).isEqualTo("first");
        assertThat(holding("203.0.113.1", 0, 32)).isEqualTo("all");
        assertThat(holding("2001:db8::1", 0, 128)).isNull();
    }
}
