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
    void whatHasNoCanonicalFormIsNotObserved() {
        assertThat(Observables.host("a b")).isNull();
        assertThat(Observables.host("")).isNull();
    }
}
