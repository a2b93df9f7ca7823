package io.trawl.intel.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.schema.word.IndicatorType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IndicatorsTest {
    @ParameterizedTest
    @CsvSource(
            delimiterString = " -> ",
            value = {
                "evil.example -> domain -> evil.example",
                "EVIL[.]Example. -> domain -> evil.example",
                ".evil.example -> domain -> evil.example",
                "*.evil.example -> domain -> evil.example",
                "münchen.example -> domain -> xn--mnchen-3ya.example",
                "_spf.evil.example -> domain -> _spf.evil.example",
                "github.io -> domain -> github.io",
                "192.0.2.1 -> ipv4 -> 192.0.2.1",
                "*.192.0.2.1 -> ipv4 -> 192.0.2.1",
                "3221225985 -> ipv4 -> 192.0.2.1",
                "0xC0.0.2.1 -> ipv4 -> 192.0.2.1",
                "::ffff:192.0.2.1 -> ipv4 -> 192.0.2.1",
                "192.0.2.1/32 -> ipv4 -> 192.0.2.1",
                "[2001:DB8::1] -> ipv6 -> 2001:db8::1",
                "2001:db8::1/128 -> ipv6 -> 2001:db8::1",
                "192.0.2.77/24 -> cidr -> 192.0.2.0/24",
                "2001:db8::1/32 -> cidr -> 2001:db8::/32",
                "http://EVIL.example -> url -> http://evil.example/",
                "hxxps://evil[.]example/a -> url -> https://evil.example/a",
                "evil.example/a -> url -> evil.example/a",
                "evil.example/ -> url -> evil.example/",
                "evil.example?a=b -> url -> evil.example/?a=b",
                "//evil.example/a -> url -> evil.example/a",
                "192.0.2.1/a -> url -> 192.0.2.1/a",
                "http://192.0.2.1/24 -> url -> http://192.0.2.1/24",
                "http://com/a -> url -> http://com/a",
                "hxxp://evil.example/Panel/* -> url-prefix -> http://evil.example/Panel/",
                "evil.example:8080/* -> domain-port -> evil.example:8080",
                "evil.example/* -> domain -> evil.example",
                "*.evil.example/a/* -> url-prefix -> evil.example/a/",
                "192.0.2.1/* -> ipv4 -> 192.0.2.1",
                "[2001:db8::1]:80/* -> ip-port -> [2001:db8::1]:80",
                "[2001:db8::1]/a/* -> url-prefix -> [2001:db8::1]/a/",
                "github.io/evil/* -> url-prefix -> github.io/evil/",
                "evil.example/a* -> url -> evil.example/a*",
                "192.0.2.1:80 -> ip-port -> 192.0.2.1:80",
                "192[.]0.2.1[:]0080 -> ip-port -> 192.0.2.1:80",
                "[2001:DB8::1]:80 -> ip-port -> [2001:db8::1]:80",
                "EVIL.example:8080 -> domain-port -> evil.example:8080",
                "/gate.php -> url-path -> /gate.php",
                "/go?to=http://evil.example/ -> url-path -> /go?to=http://evil.example/",
                "/a/../Gate%2ephp?id= -> url-path -> /Gate.php?id=",
                "///abc -> url-path -> /abc",
                "@Evil.example -> email-domain -> evil.example",
                "d41d8cd98f00b204e9800998ecf8427e -> md5 -> d41d8cd98f00b204e9800998ecf8427e",
                "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709 -> sha1 -> da39a3ee5e6b4b0d3255bfef95601890afd80709",
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 -> sha256 -> e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                "http://bob@evil.example/ -> url -> http://evil.example/",
            })
    void aTextIsRecognised(String text, String type, String value) {
        assertThat(Indicators.read(text)).isEqualTo(new Indicators.Read(IndicatorType.of(type), value, ""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " -> ",
            quoteCharacter = '\u0001',
            value = {
                "com -> com is a public suffix: it would match everybody's domains",
                "co[.]uk -> co.uk is a public suffix: it would match everybody's domains",
                ".xyz -> xyz is a public suffix: it would match everybody's domains",
                "anything.ck -> anything.ck is a public suffix: it would match everybody's domains",
                "localhost -> a single label: 'localhost' is nobody's domain",
                "0.0.0.0/0 -> 0.0.0.0/0 is every address there is",
                "10.0.0.0/0 -> 0.0.0.0/0 is every address there is",
                "::/0 -> ::/0 is every address there is",
                "192.0.2.1/33 -> '33' is not a prefix of 192.0.2.1",
                "0x7f.1/24 -> a range or a URL? expected for example 192.0.2.0/24 or http://192.0.2.1/24",
                "1234 -> a number; as an address it would be 0.0.4.210",
                "192.0.2.1:0 -> nothing listens at port 0",
                "co.uk:80 -> co.uk is a public suffix: it would match everybody's domains",
                "/ -> a path that every site has, or none; expected for example /gate.php",
                "/?? -> a path that every site has, or none; expected for example /gate.php",
                "bob@evil.example -> type not supported: e-mail address",
                "ev*l.example -> type not supported: pattern",
                "^evil[a-z]\\.example$ -> type not supported: pattern",
                "http://*.evil.example/a -> type not supported: pattern",
                "||evil.example^ -> type not supported: adblock rule",
                "0.0.0.0 evil.example -> more than one word; expected one indicator, and ' #' before a comment",
                "evil.example,malware -> a ',' in it; columns need a header line that names them",
                "evil!.example -> a domain cannot have '!' in it",
                "co.uk/a/* -> co.uk is a public suffix: it would match everybody's domains",
                "foo/bar -> not a URL: 'foo' is not a host; expected for example evil.example/path",
                "http://evil.example:x/ -> not a URL: 'x' is not a port",
                "http:// -> not a URL: no host",
                "1.2.3.4.5 -> ends in a number, but is not an IPv4 address",
                "... -> empty",
            })
    void whatIsNoIndicatorSaysWhy(String text, String reason) {
        assertThat(Indicators.read(text)).isEqualTo(new Indicators.Read(null, null, reason));
    }

    @Test
    void aLabelOfMoreThan63CharactersIsNoDomain() {
        assertThat(Indicators.read("a".repeat(64) + ".example").reason())
                .isEqualTo("a label of more than 63 characters");
    }

    /** Ids are made the same way everywhere and for ever: a new way would make every detection a new one. */
    @Test
    void anIdIsTheBeginningOfTheSha256OfTypeValueAndFeed() {
        // printf 'domain\0evil.example\0feed.txt\0' | sha256sum | cut -c1-32
        assertThat(Indicators.id("domain", "evil.example", "feed.txt")).isEqualTo("67675b1505631ca38af8525fccc8d31d");
    }
}
