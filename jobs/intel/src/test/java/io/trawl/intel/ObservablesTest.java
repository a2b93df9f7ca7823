package io.trawl.intel;

import static org.assertj.core.api.Assertions.assertThat;

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
