package io.trawl.cli.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trawl.hbase.HBaseReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What `detections --value` and `sightings` take. */
class TargetTest {
    @Test
    void aHostWithoutACanonicalFormIsAskedForAsItIsStored() {
        assertThat(Cli.target("A|B.evil.example.")).isEqualTo(HBaseReader.Target.domain("a|b.evil.example"));
        assertThat(Cli.target("%ff.evil.example")).isEqualTo(HBaseReader.Target.domain("%FF.evil.example"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a|b", "evil.example:443", "1.2.3.4.5", "a|b/evil.example", ""})
    void whatIsNoHostIsRefused(String value) {
        assertThatThrownBy(() -> Cli.target(value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith(
                        "expected a domain, an address or a range, for example evil.example, 192.0.2.1 or 192.0.2.0/24");
    }
}
