package io.trawl.intel.canonical;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.intel.canonical.Canonical.Kind;
import io.trawl.intel.feed.Indicators;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CanonicalTest {
    @ParameterizedTest
    @CsvSource({
        "evil.example, evil.example",
        "EVIL.Example, evil.example",
        "evil.example., evil.example",
        "evil.example..., evil.example",
        ".evil..example, evil.example",
        "ev%69l%2eexample, evil.example",
        "ev%2569l.example, evil.example",
        "_dmarc.evil.example, _dmarc.evil.example",
        "localhost, localhost",
        "münchen.example, xn--mnchen-3ya.example",
        "MÜNCHEN.example, xn--mnchen-3ya.example",
        "XN--MNCHEN-3YA.example, xn--mnchen-3ya.example",
        "m%C3%BCnchen.example, xn--mnchen-3ya.example",
        "straße.example, xn--strae-oqa.example",
        "ｅｖｉｌ。example, evil.example",
        "1and1.com, 1and1.com",
        "a.0xg, a.0xg",
        "xn--0.evil.example, xn--0.evil.example",
    })
    void aNameIsOneWhateverTheWriting(String text, String canonical) {
        assertThat(Canonical.host(text)).isEqualTo(new Canonical.Result(Kind.DOMAIN, canonical, ""));
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, 192.0.2.1",
        "192.0.2.1., 192.0.2.1",
        "192.0.513, 192.0.2.1",
        "192.513, 192.0.2.1",
        "3221225985, 192.0.2.1",
        "0xc0000201, 192.0.2.1",
        "0XC0.0x0.0X02.0x01, 192.0.2.1",
        "0300.0.02.01, 192.0.2.1",
        "192.0x00000000.002.1, 192.0.2.1",
        "%31%392.0.2.1, 192.0.2.1",
        "１９２.0.2.1, 192.0.2.1",
        "::ffff:192.0.2.1, 192.0.2.1",
        "[::FFFF:c000:201], 192.0.2.1",
        "64:ff9b::192.0.2.1, 192.0.2.1",
        "[64:FF9B::c000:201], 192.0.2.1",
        "0x, 0.0.0.0",
    })
    void anIpv4AddressIsOneInAllItsForms(String text, String canonical) {
        assertThat(Canonical.host(text)).isEqualTo(new Canonical.Result(Kind.IPV4, canonical, ""));
        assertThat(Canonical.ip(text).canonical()).isEqualTo(canonical);
    }

    @ParameterizedTest
    @CsvSource({
        "2001:DB8::1, 2001:db8::1",
        "[2001:db8:0:0:0:0:0:1], 2001:db8::1",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "2001:0db8::0001, 2001:db8::1",
        "fe80::1%eth0, fe80::1",
        "[fe80::1%25eth0], fe80::1",
        "::, ::",
        "::1, ::1",
        "1::, 1::",
        "64:ff9b:0:0:0:1:c000:221, 64:ff9b::1:c000:221",
        "64:ff9b:1::c000:221, 64:ff9b:1::c000:221",
        "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0",
        "::2:3:4:5:6:7:8, 0:2:3:4:5:6:7:8",
    })
    void anIpv6AddressIsWrittenAsRfc5952Does(String text, String canonical) {
        assertThat(Canonical.host(text)).isEqualTo(new Canonical.Result(Kind.IPV6, canonical, ""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "...",
                "a b.example",
                "a%20b.example",
                "evil.example:80",
                "1.2.3.4.5",
                "1.2.3.256",
                "256.256.256",
                "4294967296",
                "0x100000000",
                "09.1.1.1",
                "1.2.3.x.4",
                "[::1",
                "[evil.example]",
                "::1::",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4:5:6:7",
                ":1",
                "1:",
                "::12345",
                "::1.2.3",
                "::01.2.3.4",
                "1:2:3:4:5:6:7:1.2.3.4",
                "a<b",
                "a|b",
                "a#b",
                "a/b",
                "a@b",
                "%ff",
                "%00.example",
                "a\u0000b",
                "\uFFFD.example",
                "a％41b",
                "xn--ü.example"
            })
    void whatIsNoHostSaysWhy(String text) {
        Canonical.Result result = Canonical.host(text);

        assertThat(result.kind()).isEqualTo(Kind.NONE);
        assertThat(result.canonical()).isNull();
        assertThat(result.reason()).isNotEmpty();
    }

    @Test
    void aNameLongerThanDnsAllowsIsNone() {
        String label = "a".repeat(63) + ".";

        assertThat(Canonical.host(label.repeat(3) + "b".repeat(61)).canonical()).hasSize(253);
        assertThat(Canonical.host(label.repeat(4) + "example").reason())
                .isEqualTo("longer than a name in DNS can be (253 characters)");
        assertThat(Canonical.host("ü".repeat(100_000)).reason()).startsWith("longer than");
    }

    @Test
    void aNameIsNoAddress() {
        assertThat(Canonical.ip("evil.example").reason()).isEqualTo("a name, no address");
    }

    @ParameterizedTest
    @CsvSource({
        "64:ff9b::c000:200/120, CIDR, 192.0.2.0/24",
        "64:ff9b::/32, CIDR, 64:ff9b::/32",
        "64:ff9b:1::/48, CIDR, 64:ff9b:1::/48",
        "192.0.2.77/24, CIDR, 192.0.2.0/24",
        "10.0.0.0/8, CIDR, 10.0.0.0/8",
        "0.0.0.0/0, CIDR, 0.0.0.0/0",
        "192.0.2.1/32, IPV4, 192.0.2.1",
        "2001:DB8:1::/32, CIDR, 2001:db8::/32",
        "[2001:db8::1]/128, IPV6, 2001:db8::1",
        "::ffff:192.0.2.77/120, CIDR, 192.0.2.0/24",
        "::ffff:192.0.2.77/128, IPV4, 192.0.2.77",
        "::/0, CIDR, ::/0",
        "2001:db8::/33, CIDR, 2001:db8::/33",
    })
    void aRangeIsItsNetwork(String text, Kind kind, String canonical) {
        assertThat(Canonical.cidr(text)).isEqualTo(new Canonical.Result(kind, canonical, ""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "192.0.2.0",
                "192.0.2.0/",
                "192.0.2.0/33",
                "192.0.2.0/x",
                "192.0.2.0/+1",
                "10/8",
                "10.1/16",
                "0xa.0.0.0/8",
                "010.0.0.0/8",
                "evil.example/24",
                "2001:db8::/129",
                "::ffff:192.0.2.0/24",
                "/24",
                "192.0.2.0/24/24"
            })
    void whatIsNoRangeSaysWhy(String text) {
        assertThat(Canonical.cidr(text).kind()).isEqualTo(Kind.NONE);
        assertThat(Canonical.cidr(text).reason()).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " -> ",
            quoteCharacter = '\u0001',
            value = {
                "http://evil.example -> http://evil.example/",
                "HTTP://EVIL.Example/ -> http://evil.example/",
                "http://evil.example:80/ -> http://evil.example/",
                "http://evil.example:0080/ -> http://evil.example/",
                "http://evil.example:/ -> http://evil.example/",
                "https://evil.example:443/ -> https://evil.example/",
                "http://evil.example:443/ -> http://evil.example:443/",
                "http://evil.example:8080 -> http://evil.example:8080/",
                "http://user:pass@evil.example/ -> http://evil.example/",
                "http://good.example@evil.example/ -> http://evil.example/",
                "http://evil.example\\@good.example/ -> http://evil.example/@good.example/",
                "http:\\\\evil.example\\a\\b -> http://evil.example/a/b",
                "http:///evil.example/a -> http://evil.example/a",
                "http:evil.example/a -> http://evil.example/a",
                "http://evil.example?a -> http://evil.example/?a",
                "http://evil.example/? -> http://evil.example/?",
                "http://evil.example#x -> http://evil.example/",
                "http://evil.example/a#x?y -> http://evil.example/a",
                "http://evil.example/./a/../b/%2e%2E/c -> http://evil.example/c",
                "http://evil.example/a/.. -> http://evil.example/",
                "http://evil.example/a/. -> http://evil.example/a/",
                "http://evil.example/../../a -> http://evil.example/a",
                "http://evil.example/a/b//../.. -> http://evil.example/a/",
                "http://evil.example//a///b?c//d -> http://evil.example/a/b?c//d",
                "http://evil.example/a?../b -> http://evil.example/a?../b",
                "http://evil.example/a%2fb -> http://evil.example/a/b",
                "http://evil.example/a%3Fb -> http://evil.example/a%3Fb",
                "http://evil.example/a%5Cb -> http://evil.example/a%5Cb",
                "http://evil.example/a?b\\c -> http://evil.example/a?b%5Cc",
                "http://evil.example/a?b%5cc -> http://evil.example/a?b%5Cc",
                "http://evil.example/a%23b -> http://evil.example/a%23b",
                "http://evil.example/ü?ü -> http://evil.example/%C3%BC?%C3%BC",
                "http://evil.example/%fc -> http://evil.example/%FC",
                "http://evil.example/%7Ea%41 -> http://evil.example/~aA",
                "http://evil.example/%3 -> http://evil.example/%253",
                "http://evil.example/'a\"<>^`{}| -> http://evil.example/'a\"<>^`{}|",
                "http://evil.example/%22%3C%3E -> http://evil.example/\"<>",
                "http://0xC0.0.513/ -> http://192.0.2.1/",
                "http://[2001:DB8::1]:8080/a -> http://[2001:db8::1]:8080/a",
                "http://[::ffff:192.0.2.1]/ -> http://192.0.2.1/",
                "http://[fe80::1%25eth0]/ -> http://[fe80::1]/",
                "http://2001:db8::1/a -> http://[2001:db8::1]/a",
                "ftp://evil.example:21/a -> ftp://evil.example/a",
                "gopher://EVIL.example:70/a -> gopher://evil.example:70/a",
                "evil.example/a -> evil.example/a",
                "evil.example -> evil.example/",
                "evil.example:8080/a -> evil.example:8080/a",
                "evil.example:80/a -> evil.example:80/a",
                "//evil.example/a -> evil.example/a",
                "http:81/x -> http:81/x",
                "[::1]/a -> [::1]/a",
            })
    void aUrlIsOneWhateverTheWriting(String text, String canonical) {
        assertThat(Canonical.url(text)).isEqualTo(new Canonical.Result(Kind.URL, canonical, ""));
    }

    /** The examples of Safe Browsing's own documentation, but for those below. */
    @ParameterizedTest
    @CsvSource(
            delimiterString = " -> ",
            quoteCharacter = '\u0001',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "http://host/%25%32%35 -> http://host/%25",
                "http://host/%25%32%35%25%32%35 -> http://host/%25%25",
                "http://host/%2525252525252525 -> http://host/%25",
                "http://host/asdf%25%32%35asd -> http://host/asdf%25asd",
                "http://host/%%%25%32%35asd%% -> http://host/%25%25%25asd%25%25",
                "http://www.google.com/ -> http://www.google.com/",
                "http://%31%36%38%2e%31%38%38%2e%39%39%2e%32%36/%2E%73%65%63%75%72%65/%77%77%77%2E%65%62%61%79%2E%63%6F%6D/"
                        + " -> http://168.188.99.26/.secure/www.ebay.com/",
                "http://195.127.0.11/uploads/%20%20%20%20/.verify/.eBaysecure=updateuserdataxplimnbqmn-xplmvalidateinfoswqpcmlx=hgplmcx/"
                        + " -> http://195.127.0.11/uploads/%20%20%20%20/.verify/.eBaysecure=updateuserdataxplimnbqmn-xplmvalidateinfoswqpcmlx=hgplmcx/",
                "http://3279880203/blah -> http://195.127.0.11/blah",
                "http://www.google.com/blah/.. -> http://www.google.com/",
                "http://www.evil.com/blah#frag -> http://www.evil.com/blah",
                "http://www.GOOgle.com/ -> http://www.google.com/",
                "http://www.google.com.../ -> http://www.google.com/",
                "http://www.google.com/q? -> http://www.google.com/q?",
                "http://www.google.com/q?r? -> http://www.google.com/q?r?",
                "http://www.google.com/q?r?s -> http://www.google.com/q?r?s",
                "http://evil.com/foo#bar#baz -> http://evil.com/foo",
                "http://evil.com/foo; -> http://evil.com/foo;",
                "http://evil.com/foo?bar; -> http://evil.com/foo?bar;",
                "http://notrailingslash.com -> http://notrailingslash.com/",
                "  http://www.google.com/   -> http://www.google.com/",
                "https://www.securesite.com/ -> https://www.securesite.com/",
                "http://host.com/ab%23cd -> http://host.com/ab%23cd",
                "http://host.com//twoslashes?more//slashes -> http://host.com/twoslashes?more//slashes",
            })
    void aUrlIsAsSafeBrowsingHasIt(String text, String canonical) {
        assertThat(Canonical.url(text).canonical()).isEqualTo(canonical);
    }

    /** Where Safe Browsing and WHATWG differ: a port stays, no scheme stays none, and no browser asks for such hosts. */
    @Test
    void someExamplesOfSafeBrowsingAreDecidedOtherwise() {
        assertThat(Canonical.url("http://www.gotaport.com:1234/").canonical())
                .isEqualTo("http://www.gotaport.com:1234/");
        assertThat(Canonical.url("www.google.com").canonical()).isEqualTo("www.google.com/");
        assertThat(Canonical.url("http://host%23.com/").reason()).isEqualTo("a host cannot have '#' in it");
        assertThat(Canonical.url("http:// leadingspace.com/").reason()).isEqualTo("a host cannot have U+0020 in it");
        assertThat(Canonical.url("http://\u0001\u0080.com/").kind()).isEqualTo(Kind.NONE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " -> ",
            quoteCharacter = '\u0001',
            value = {
                "/path -> a path without a host",
                "http:// -> no host",
                "http://user@/ -> no host",
                "http://:80/ -> no host",
                "http://evil.example:99999/ -> '99999' is not a port",
                "http://evil.example:8x/ -> '8x' is not a port",
                "http://[::1]x/ -> 'x' after the host",
                "http://1.2.3.4.5/ -> ends in a number, but is not an IPv4 address",
                "bob@evil.example/a -> an '@' in it, but no scheme",
                "about:blank -> 'blank' is not a port",
                "file:///etc/passwd -> no host",
            })
    void whatIsNoUrlSaysWhy(String text, String reason) {
        assertThat(Canonical.url(text)).isEqualTo(new Canonical.Result(Kind.NONE, null, reason));
        assertThat(Canonical.parseUrl(text)).isNull();
    }

    @Test
    void tabsAndLineEndsAreNotThere() {
        assertThat(Canonical.url("http://www.google.com/foo\tbar\rbaz\n2").canonical())
                .isEqualTo("http://www.google.com/foobarbaz2");
        assertThat(Canonical.url("ht\ntp://ev\til.example\r\n/a").canonical()).isEqualTo("http://evil.example/a");
        assertThat(Canonical.host("ev\til.example\n").canonical()).isEqualTo("evil.example");
    }

    @Test
    void halfASurrogatePairIsNoQuestionMark() {
        assertThat(Canonical.url("http://evil.example/a\uD800b").canonical())
                .isEqualTo("http://evil.example/a%EF%BF%BDb");
        assertThat(Canonical.url("http://evil.example/\uD83D\uDE00").canonical())
                .isEqualTo("http://evil.example/%F0%9F%98%80");
    }

    @Test
    void escapesNestedHoweverDeepTakeLinearTime() {
        String nested = "http://evil.example/%" + "25".repeat(500_000) + "41";

        assertThat(cpuSeconds(
                        () -> assertThat(Canonical.url(nested).canonical()).isEqualTo("http://evil.example/A")))
                .isLessThan(5);
    }

    @Test
    void longPathsOfDotsAndSlashesTakeLinearTime() {
        assertThat(cpuSeconds(() -> {
                    assertThat(Canonical.url(
                                            "http://evil.example/" + "a/".repeat(150_000) + "../".repeat(150_000) + "b")
                                    .canonical())
                            .isEqualTo("http://evil.example/b");
                    assertThat(Canonical.url("http://evil.example" + "/".repeat(500_000) + "b")
                                    .canonical())
                            .isEqualTo("http://evil.example/b");
                }))
                .isLessThan(5);
    }

    /** What this thread has of a processor, whatever else the machine does: quadratic, half a million is minutes. */
    private static double cpuSeconds(Runnable work) {
        ThreadMXBean clock = ManagementFactory.getThreadMXBean();
        long before = clock.getCurrentThreadCpuTime();
        work.run();
        return (clock.getCurrentThreadCpuTime() - before) / 1e9;
    }

    @Test
    void aUrlBeyondAMebibyteIsNone() {
        assertThat(Canonical.url("http://evil.example/" + "a".repeat(1 << 20)).reason())
                .isEqualTo("longer than 1048576 characters");
    }

    @Test
    void whatSomebodyTypesIsReadAsAnIndicator() {
        assertThat(Indicators.canonical(" hxxp://EVIL[.]example/a ")).isEqualTo("http://evil.example/a");
        assertThat(Indicators.canonical("192.0.2.77/24")).isEqualTo("192.0.2.0/24");
        assertThat(Indicators.canonical(" no such thing ")).isEqualTo("no such thing");
    }
}
