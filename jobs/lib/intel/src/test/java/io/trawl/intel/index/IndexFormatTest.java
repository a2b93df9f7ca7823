package io.trawl.intel.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trawl.schema.word.IndicatorType;
import java.util.Map;
import org.junit.jupiter.api.Test;

class IndexFormatTest {
    /** Index files of releases have these numbers. */
    private static final Map<String, Integer> NUMBERS = Map.ofEntries(
            Map.entry("domain", 1),
            Map.entry("ipv4", 2),
            Map.entry("ipv6", 3),
            Map.entry("cidr", 4),
            Map.entry("url", 5),
            Map.entry("ip-port", 6),
            Map.entry("domain-port", 7),
            Map.entry("url-path", 8),
            Map.entry("user-agent", 9),
            Map.entry("user-agent-regex", 10),
            Map.entry("email-domain", 11),
            Map.entry("md5", 12),
            Map.entry("sha1", 13),
            Map.entry("sha256", 14),
            Map.entry("url-prefix", 15));

    @Test
    void everyTypeHasTheNumberThatFilesHave() {
        assertThat(NUMBERS).hasSameSizeAs(IndicatorType.values());
        NUMBERS.forEach((type, number) -> {
            assertThat(IndexFormat.code(type)).as(type).isEqualTo(number);
            assertThat(IndexFormat.type(number)).hasToString(type);
        });
    }

    @Test
    void anotherTypeIsRefused() {
        assertThatThrownBy(() -> IndexFormat.code("ja3"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("indicator type 'ja3'; expected one of domain, ipv4, ");
    }
}
