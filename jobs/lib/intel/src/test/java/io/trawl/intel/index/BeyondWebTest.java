package io.trawl.intel.index;

import static io.trawl.intel.Events.indicator;
import static io.trawl.intel.Events.matches;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.trawl.intel.Engine;
import io.trawl.intel.Events;
import io.trawl.intel.canonical.Mails;
import io.trawl.record.Indicator;
import io.trawl.record.ProxyEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

/** Fields of logs of DNS, TLS, mail and files. */
class BeyondWebTest {
    private static final String MD5 = "0123456789abcdef0123456789abcdef";
    private static final String SHA1 = MD5 + "01234567";
    private static final String SHA256 = MD5 + MD5;

    private final ProxyEvent event = Events.event();

    private List<String> found(Indicator... indicators) {
        return matches(IndicatorIndex.of(List.of(indicators)), event);
    }

    @Test
    void aQuestionOfDnsIsMatchedAsAHost() {
        event.setDnsQuestionName("WWW.evil.example");

        assertThat(found(indicator("domain", "evil.example"), indicator("domain", "www.evil.example")))
                .containsExactlyInAnyOrder(
                        "dns.question.name www.evil.example subdomain evil.example",
                        "dns.question.name www.evil.example exact www.evil.example");
    }

    @Test
    void aQuestionWithoutACanonicalFormIsMatchedByItsSuffix() {
        event.setDnsQuestionName("a|b.evil.example");

        assertThat(found(indicator("domain", "evil.example")))
                .containsExactly("dns.question.name a|b.evil.example domain-suffix evil.example");
    }

    @Test
    void aServerNameOfTlsIsMatchedAtThePortOfThePeer() {
        event.setTlsClientServerName("evil.example");
        event.setDestinationPort(8443);

        assertThat(found(
                        indicator("domain", "evil.example"),
                        indicator("domain-port", "evil.example:8443"),
                        indicator("domain-port", "evil.example:443")))
                .containsExactlyInAnyOrder(
                        "tls.client.server_name evil.example exact evil.example",
                        "tls.client.server_name evil.example exact evil.example:8443");
    }

    @Test
    void aQuestionHasNoPortOfItsOwn() {
        event.setDnsQuestionName("evil.example");
        event.setDestinationPort(53);

        assertThat(found(indicator("domain-port", "evil.example:53"))).isEmpty();
    }

    @Test
    void eachAnswerIsMatchedAsAnAddressOrAName() {
        event.setDnsAnswersData("cdn.evil.example,192.0.2.7, 2001:DB8::1,v=spf1 ip4:192.0.2.9 -all,7");

        assertThat(found(
                        indicator("domain", "evil.example"),
                        indicator("ipv4", "192.0.2.7"),
                        indicator("ipv6", "2001:db8::1"),
                        indicator("ipv4", "192.0.2.9"),
                        indicator("cidr", "0.0.0.0/8")))
                .containsExactlyInAnyOrder(
                        "dns.answers.data cdn.evil.example subdomain evil.example",
                        "dns.answers.data 192.0.2.7 exact 192.0.2.7",
                        "dns.answers.data 2001:db8::1 exact 2001:db8::1");
    }

    @Test
    void anIndicatorIsFoundOnceHoweverManyAnswersHaveIt() {
        event.setDnsAnswersData("192.0.2.7,192.0.2.7,192.0.2.8");

        assertThat(found(indicator("cidr", "192.0.2.0/28")))
                .containsExactly("dns.answers.data 192.0.2.7 cidr 192.0.2.0/28");
    }

    /** Formats give the name as url_domain, too. */
    @Test
    void aNameThatOnlyDnsOrTlsHasIsFoundOnce() {
        event.setUrlDomain("evil.example");
        event.setDnsQuestionName("evil.example");
        assertThat(found(indicator("domain", "evil.example")))
                .containsExactly("dns.question.name evil.example exact evil.example");

        event.setDnsQuestionName(null);
        event.setTlsClientServerName("evil.example");
        assertThat(found(indicator("domain", "evil.example")))
                .containsExactly("tls.client.server_name evil.example exact evil.example");
    }

    @Test
    void aNameWithThePortOfItsUrlIsNoCopy() {
        event.setUrlDomain("evil.example");
        event.setUrlPort(8443);
        event.setTlsClientServerName("evil.example");

        assertThat(found(indicator("domain-port", "evil.example:8443"))).hasSize(2);
        event.setDestinationPort(443);
        assertThat(found(indicator("domain-port", "evil.example:8443")))
                .containsExactly("url.domain evil.example exact evil.example:8443");
    }

    @Test
    void aTunnelAndItsServerNameAreTwoSightings() {
        ProxyEvent tunnel = Events.connect("evil.example");
        tunnel.setTlsClientServerName("evil.example");

        assertThat(matches(IndicatorIndex.of(List.of(indicator("domain", "evil.example"))), tunnel))
                .containsExactlyInAnyOrder(
                        "url.domain evil.example exact evil.example",
                        "tls.client.server_name evil.example exact evil.example");
    }

    @Test
    void hashesMeetWhatHasAsManyDigits() {
        event.setFileHashMd5(MD5);
        event.setFileHashSha1(SHA1);
        event.setFileHashSha256(SHA256.toUpperCase(java.util.Locale.ROOT));

        assertThat(found(indicator("md5", MD5), indicator("sha1", SHA1), indicator("sha256", SHA256)))
                .containsExactly(
                        "file.hash.md5 " + MD5 + " exact " + MD5,
                        "file.hash.sha1 " + SHA1 + " exact " + SHA1,
                        "file.hash.sha256 " + SHA256 + " exact " + SHA256);
    }

    @Test
    void fingerprintsOfTlsMeetHashes() {
        event.setTlsClientJa3(MD5);
        event.setTlsServerJa3s(MD5);
        event.setTlsServerHashSha1(SHA1);

        assertThat(found(indicator("md5", MD5), indicator("sha1", SHA1)))
                .containsExactly(
                        "tls.client.ja3 " + MD5 + " exact " + MD5,
                        "tls.server.ja3s " + MD5 + " exact " + MD5,
                        "tls.server.hash.sha1 " + SHA1 + " exact " + SHA1);
    }

    @Test
    void whatIsNoHashMeetsNone() {
        event.setFileHashMd5("evil.example");
        event.setFileHashSha256(MD5);

        assertThat(found(indicator("domain", "evil.example"), indicator("sha256", SHA256)))
                .isEmpty();
    }

    @Test
    void mailIsMatchedByTheDomainOfEachAddress() {
        event.setEmailFromAddress("Alice <alice@mail.EVIL.example>");
        event.setEmailToAddress("bob@good.example,carol@evil.example, dave@evil.example");

        assertThat(found(indicator("email-domain", "evil.example"), indicator("domain", "good.example")))
                .containsExactly(
                        "email.from.address mail.evil.example subdomain evil.example",
                        "email.to.address evil.example exact evil.example");
    }

    @Test
    void eachAddressOfAFieldIsMatchedHoweverTheyAreSeparated() {
        for (String text : List.of(
                "a@evil.example;b@good.example",
                "b@good.example; a@evil.example",
                "<a@evil.example> <b@good.example>",
                "b@good.example a@evil.example",
                "[\"a@evil.example\",\"b@good.example\"]",
                "A <a@evil.example>, B <b@good.example>",
                "a@evil.example@good.example")) {
            event.setEmailToAddress(text);
            IndicatorIndex index = IndicatorIndex.of(List.of(indicator("email-domain", "evil.example")));

            assertThat(matches(index, event))
                    .as(text)
                    .containsExactly("email.to.address evil.example exact evil.example");
            assertThat(index.eventSieve().beyondWeb().get("email_to_address").test(text))
                    .as(text)
                    .isTrue();
        }
    }

    /** Whoever sends a mail writes its addresses: 4 MB of commas or of @ must not hold a sweep up. */
    @Test
    void addressesAreReadOnceFromEndToEnd() {
        for (String text : List.of(",".repeat(4_000_000), "@".repeat(4_000_000), "a@".repeat(2_000_000))) {
            List<String> domains = new ArrayList<>();
            assertTimeoutPreemptively(Duration.ofMinutes(1), () -> Mails.domains(text + "@evil.example", domains::add));
            assertThat(domains).contains("evil.example");
        }
    }

    /** The text of a TXT record may be a number with a dot, which a browser would take for an address. */
    @Test
    void anAnswerIsAnAddressOnlyAsFourNumbers() {
        event.setDnsAnswersData("1.5,0x7f.1,010.0.0.1,1.2.3");
        assertThat(found(indicator("cidr", "0.0.0.0/0"))).isEmpty();

        event.setDnsAnswersData("1.5,192.0.2.7,::ffff:192.0.2.8");
        assertThat(found(indicator("ipv4", "192.0.2.7"), indicator("ipv4", "192.0.2.8")))
                .containsExactly(
                        "dns.answers.data 192.0.2.7 exact 192.0.2.7", "dns.answers.data 192.0.2.8 exact 192.0.2.8");
    }

    /** A field that is matched and that the sieve did not know would be held back in batch, and found at a terminal. */
    @Test
    void eachFieldThatIsMatchedPassesTheSieveAndIsReadOfTheLake() {
        IndicatorIndex index = IndicatorIndex.of(List.of(
                indicator("domain", "evil.example"),
                indicator("email-domain", "evil.example"),
                indicator("md5", MD5),
                indicator("sha1", SHA1),
                indicator("sha256", SHA256)));
        EventSieve sieve = index.eventSieve();
        Set<String> matched = new TreeSet<>();
        for (Schema.Field field : ProxyEvent.SCHEMA$.getFields()) {
            for (String value : List.of("www.evil.example", "a@www.evil.example", MD5, SHA1, SHA256)) {
                ProxyEvent one = Events.event();
                if (field.schema().isUnion() && field.schema().getTypes().get(1).getType() == Schema.Type.STRING) {
                    one.put(field.pos(), value);
                }
                if (!matches(index, one).isEmpty()) {
                    matched.add(field.name());
                    assertThat(Engine.FIELDS).contains(field.name());
                    assertThat(sieve.beyondWeb()
                                    .getOrDefault(field.name(), sieve::domain)
                                    .test(value))
                            .as(field.name())
                            .isTrue();
                }
            }
        }
        // A URL without its domain is no plain one, so the index itself is asked.
        assertThat(matched)
                .contains("url_domain", "url_full")
                .containsAll(sieve.beyondWeb().keySet())
                .hasSize(sieve.beyondWeb().size() + 2);
    }

    @Test
    void theSieveHoldsBackWhatNoIndicatorHas() {
        EventSieve sieve = IndicatorIndex.of(List.of(indicator("domain", "evil.example"), indicator("md5", MD5)))
                .eventSieve();

        sieve.beyondWeb()
                .forEach((field, mayMatch) -> assertThat(
                                mayMatch.test(field.startsWith("email") ? "a@good.example" : "good.example"))
                        .as(field)
                        .isFalse());
        assertThat(sieve.beyondWeb().get("file_hash_md5").test("f".repeat(32))).isFalse();
    }

    @Test
    void aMailDomainThatIsAPublicSuffixIsNoneOfThoseBeneathIt() {
        event.setEmailFromAddress("a@b.github.io");
        assertThat(found(indicator("email-domain", "github.io"))).isEmpty();

        event.setEmailFromAddress("a@github.io");
        assertThat(found(indicator("email-domain", "github.io"))).hasSize(1);
    }
}
