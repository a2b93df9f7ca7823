package io.trawl.intel;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CanonicalTest {
    @ParameterizedTest
    @CsvSource({
        "WWW.Example.COM, www.example.com",
        "example.com., example.com",
        "..a..b.example.., a.b.example",
        "b%C3%BCcher.example, xn--bcher-kva.example",
        "b\u00fccher.example, xn--bcher-kva.example",
        "under_score.example, under_score.example",
        "3221226219, 192.0.2.235",
        "0xC0.0x00.0x02.0xEB, 192.0.2.235",
        "0300.0.02.0353, 192.0.2.235",
        "192.0.747, 192.0.2.235",
        "[2001:DB8:0:0::1], 2001:db8::1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "::ffff:192.0.2.1, 192.0.2.1",
        "fe80::1%eth0, fe80::1",
    })
    void hostsThatMeanTheSameBecomeTheSame(String given, String canonical) {
        assertThat(Canonical.host(given).canonical()).isEqualTo(canonical);
    }

    @ParameterizedTest
    @CsvSource({
        "'', empty",
        "a b.example, in it",
        "1.2.3.4.5, no IPv4",
        "256.0.0.1, no IPv4",
        "[::1, no IPv6",
        "a:b, no IPv6"
    })
    void whatHasNoCanonicalFormSaysWhy(String given, String why) {
        assertThat(Canonical.host(given).canonical()).isNull();
        assertThat(Canonical.host(given).reason()).contains(why);
    }

    @ParameterizedTest
    @CsvSource({
        "HTTP://User:pw@WWW.Example.com:80/a/./b/../c#frag, http://www.example.com/a/c",
        "https://example.com:443, https://example.com/",
        "http://example.com:8080//a///b, http://example.com:8080/a/b",
        "http://example.com/%2541?x=%20y, http://example.com/A?x=%20y",
        "http:\\\\example.com\\a, http://example.com/a",
        "http://[2001:DB8::1]:80/, http://[2001:db8::1]/",
        "example.com/a?b, example.com/a?b",
        "http://3221226219/x, http://192.0.2.235/x",
        "http://example.com/caf\u00e9, http://example.com/caf%C3%A9",
    })
    void urlsThatMeanTheSameBecomeTheSame(String given, String canonical) {
        assertThat(Canonical.url(given).canonical()).isEqualTo(canonical);
    }

    @Test
    void bitsBehindARangesPrefixAreClearedAndARangeOfOneIsAnAddress() {
        assertThat(Canonical.cidr("192.0.2.77/24").canonical()).isEqualTo("192.0.2.0/24");
        assertThat(Canonical.cidr("192.0.2.77/32").canonical()).isEqualTo("192.0.2.77");
        assertThat(Canonical.cidr("2001:db8::ffff/32").canonical()).isEqualTo("2001:db8::/32");
        assertThat(Canonical.cidr("192.0.2.0/33").canonical()).isNull();
        assertThat(Canonical.cidr("example.com/24").canonical()).isNull();
    }

    @Property
    void aCanonicalHostStaysAsItIs(@ForAll @CharRange(from = '!', to = '~') @StringLength(max = 40) String any) {
        String once = Canonical.host(any).canonical();
        if (once != null) {
            assertThat(Canonical.host(once).canonical()).isEqualTo(once);
        }
    }

    @Property
    void aCanonicalUrlStaysAsItIs(@ForAll @CharRange(from = '!', to = '~') @StringLength(max = 40) String any) {
        String once = Canonical.url("http://example.com/" + any).canonical();
        assertThat(once).isNotNull();
        assertThat(Canonical.url(String.valueOf(once)).canonical()).isEqualTo(once);
    }

    @Property
    void nothingMakesItThrow(@ForAll String any) {
        assertThat(Canonical.host(any)).isNotNull();
        assertThat(Canonical.url(any)).isNotNull();
        assertThat(Canonical.cidr(any)).isNotNull();
        assertThat(Indicators.read(any)).isNotNull();
    }
}
