package io.trawl.intel.canonical;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.intel.feed.Family;
import io.trawl.intel.feed.Indicators;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class CanonicalPropertiesTest {
    /** Text in which parts of hosts, addresses, URLs, escapes and oddities meet. */
    @Provide
    Arbitrary<String> odd() {
        return Arbitraries.of(
                        "http://",
                        "https:",
                        "HTTP",
                        "ftp://",
                        "//",
                        "/",
                        "\\",
                        ":",
                        "@",
                        "?",
                        "#",
                        "%",
                        "%2",
                        "%25",
                        "%2e",
                        "%2F",
                        "%3f",
                        "%5c",
                        "%23",
                        "%00",
                        "%C3%BC",
                        "%ff",
                        "..",
                        ".",
                        "/../",
                        "/./",
                        "evil",
                        "example",
                        "com",
                        "EVIL",
                        "ü",
                        "ß",
                        "。",
                        "ａ",
                        "１",
                        "xn--",
                        "xn--mnchen-3ya",
                        "0x",
                        "0x7f",
                        "017",
                        "127",
                        "256",
                        "1",
                        "[",
                        "]",
                        "::",
                        "::1",
                        "ffff:",
                        "fe80::1",
                        "%25eth0",
                        ":80",
                        ":443",
                        ":8080",
                        " ",
                        "\t",
                        "\r\n",
                        "\u0000",
                        "\u200B",
                        "\uFEFF",
                        "\uD800",
                        "\uDC00",
                        "_",
                        "-",
                        "*",
                        "a",
                        "41",
                        "25",
                        "&",
                        "=",
                        "+",
                        "'",
                        "\"",
                        "/24",
                        "/32",
                        "{.}",
                        "[.]",
                        "(dot)",
                        "hxxp")
                .list()
                .ofMaxSize(12)
                .map(parts -> String.join("", parts));
    }

    @Property(tries = 5000)
    void canonicalHostsStayAsTheyAre(@ForAll("odd") String text) {
        Canonical.Result once = Canonical.host(text);
        if (once.canonical() != null) {
            assertThat(Canonical.host(once.canonical())).isEqualTo(once);
            assertThat(Canonical.isAscii(once.canonical())).isTrue();
        }
    }

    @Property(tries = 5000)
    void canonicalUrlsStayAsTheyAre(@ForAll("odd") String text) {
        for (String url : new String[] {text, "http://evil.example/" + text, "http://" + text}) {
            Canonical.Result once = Canonical.url(url);
            if (once.canonical() != null) {
                assertThat(Canonical.url(once.canonical())).isEqualTo(once);
                assertThat(once.canonical()).matches("[!-~]+");
            }
        }
    }

    @Property(tries = 2000)
    void canonicalRangesStayAsTheyAre(@ForAll("odd") String text, @ForAll int address, @ForAll int bits) {
        Canonical.cidr(text);
        String range = Ip.text(Ip.bytes(address & 0xFFFF_FFFFL)) + "/" + Math.floorMod(bits, 33);
        Canonical.Result once = Canonical.cidr(range);
        assertThat(once.canonical()).isNotNull();
        if (once.kind() == Canonical.Kind.CIDR) {
            assertThat(Canonical.cidr(once.canonical())).isEqualTo(once);
        }
    }

    @Property(tries = 2000)
    void whatHasNoCanonicalFormSaysWhy(@ForAll String text) {
        for (Canonical.Result result : new Canonical.Result[] {
            Canonical.host(text), Canonical.ip(text), Canonical.cidr(text), Canonical.url(text)
        }) {
            assertThat(result.canonical() == null).isEqualTo(!result.reason().isEmpty());
            assertThat(result.canonical() == null).isEqualTo(result.kind() == Canonical.Kind.NONE);
        }
    }

    @Provide
    Arbitrary<String> plainUrls() {
        Arbitrary<String> host = Arbitraries.of(
                "evil.example", "EVIL.example", "192.0.2.1", "[2001:db8::1]", "a_b.example.", "münchen.example");
        Arbitrary<String> rest =
                Arbitraries.strings().withCharRange('!', '~').ofMaxLength(12).map(path -> "/" + path);
        return Arbitraries.of("http://", "https://", "ftp://", "HTTP://", "")
                .flatMap(scheme -> host.flatMap(name ->
                        Arbitraries.of("", ":8080").flatMap(port -> rest.map(path -> scheme + name + port + path))));
    }

    @Property(tries = 5000)
    void aPlainValueIsNoDefangedOne(@ForAll("plainUrls") String url) {
        assertThat(Canonical.refang(url)).isEqualTo(url);
        String host = url.substring(0, url.indexOf('/', Math.max(0, url.indexOf("://") + 3)));
        assertThat(Canonical.refang(host)).isEqualTo(host);
    }

    @Property(tries = 20000)
    void refangingNeverThrowsAndEndsAtOnce(@ForAll("odd") String text) {
        Indicators.Read read = Indicators.read(text);
        if ("url".equals(read.type()) && String.valueOf(read.value()).endsWith("/*")) {
            // It stood there as %2A, or before a fragment: by itself it would be read as the beginning of a URL.
            assertThat(Canonical.url(read.value()).canonical()).isEqualTo(read.value());
        } else if (read.value() != null) {
            // Of these two the value alone does not say the type: @ stood before it, or /* behind it.
            String again = "email-domain".equals(read.type()) ? "@" + read.value() : read.value();
            Family family = "url-prefix".equals(read.type()) ? Family.URL_PREFIX : Family.ANY;
            assertThat(Indicators.read(again, family)).isEqualTo(read);
        }
    }
}
