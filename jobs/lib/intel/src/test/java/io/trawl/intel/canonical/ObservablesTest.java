package io.trawl.intel.canonical;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ObservablesTest {
    @Test
    void aHostIsObservedInItsCanonicalForm() {
        assertThat(Observables.host("WWW.Evil.example.")).isEqualTo(new Observables.Seen("domain", "www.evil.example"));
        assertThat(Observables.host("0xC0.0.2.1")).isEqualTo(new Observables.Seen("ipv4", "192.0.2.1"));
        assertThat(Observables.host("[2001:DB8::1]")).isEqualTo(new Observables.Seen("ipv6", "2001:db8::1"));
    }

    @Test
    void whatHasNoCanonicalFormIsObservedAsItIs() {
        assertThat(Observables.host("a|b.Evil.example")).isEqualTo(new Observables.Seen("domain", "a|b.evil.example"));
        assertThat(Observables.host("a b")).isEqualTo(new Observables.Seen("domain", "a%20b"));
        assertThat(Observables.host("a\0b%ff")).isEqualTo(new Observables.Seen("domain", "a%00b%FF"));
        assertThat(Observables.host("")).isNull();
    }

    @Test
    void aUserAgentIsObservedAsItStands() {
        for (String agent : List.of("curl/8.5.0", " Mozilla/5.0 (X11;  Linux) ", "--", "évil", "evil.example")) {
            assertThat(Observables.userAgent(agent)).isEqualTo(new Observables.Seen("user_agent", agent));
        }
        assertThat(Observables.userAgent("a\0b\n\u202E"))
                .isEqualTo(new Observables.Seen("user_agent", "a%00b%0A%E2%80%AE"));
        assertThat(Observables.userAgent("")).isNull();
        assertThat(Observables.userAgent("-")).isNull();
    }

    @Test
    void longUserAgentsAreBoundedAndStayDistinct() {
        String longest = "x".repeat(4_000);
        assertThat(userAgent(longest)).isEqualTo(longest);

        Set<String> distinct = new HashSet<>();
        for (String end : List.of("a", "b", "é", "€", "\uD83D\uDE00", "a".repeat(1 << 20))) {
            for (int before = 3_996; before <= 4_000; before++) {
                String agent = "x".repeat(before) + end + "tail";
                String value = userAgent(agent);
                assertThat(value).startsWith("x".repeat(before)).doesNotContain("\uFFFD", "?");
                assertThat(value.getBytes(StandardCharsets.UTF_8)).hasSizeBetween(4_001, 4_100);
                assertThat(value).isEqualTo(userAgent(agent));
                distinct.add(value);
                // Nor is it what somebody who sends the value itself is observed as.
                distinct.add(userAgent(value));
            }
        }
        assertThat(distinct).hasSize(2 * 6 * 5);
    }

    private static String userAgent(String text) {
        return Objects.requireNonNull(Observables.userAgent(text)).value();
    }

    @Test
    void anOddHostIsToldFromAnother() {
        assertThat(Observables.isOdd("domain", "a|b.evil.example")).isTrue();
        assertThat(Observables.isOdd("domain", "evil.example")).isFalse();
        assertThat(Observables.isOdd("domain", "a*b.0xample")).isFalse();
        assertThat(Observables.isOdd("ipv6", "2001:db8::1")).isFalse();
    }

    @Test
    void anAddressBehindNat64IsTheIpv4Address() {
        assertThat(Observables.host("64:ff9b::c000:201")).isEqualTo(new Observables.Seen("ipv4", "192.0.2.1"));
    }
}
