package io.trawl.intel.rule.stix;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.intel.Events;
import io.trawl.intel.rule.Fields;
import io.trawl.intel.rule.Rule;
import io.trawl.record.ProxyEvent;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Of which events the rules of patterns hold, operator by operator. */
class PatternEventsTest {
    private static final String SHA256 = "aec070645fe53ee3b3763059376134f058cc337247c978add178b6ccdfb0019f";
    private static final StixPatterns MISUSED = new StixPatterns(Mapping.shipped(Fields::named), true);

    private static boolean fires(String pattern, ProxyEvent event) {
        return Fired.holds(Fired.rule(Fired.judge(pattern)), event);
    }

    /** A request that has each field which patterns ask for. */
    private static ProxyEvent request() {
        ProxyEvent event = Events.get("https://WWW.Evil.example:8443/a/Gate.php?id=1");
        event.setUrlScheme("https");
        event.setUrlPort(8443);
        event.setUrlPath("/a/Gate.php");
        event.setUrlQuery("id=1");
        event.setDestinationIp("198.51.100.7");
        event.setSourceIp("10.1.2.3");
        event.setSourceAddress("10.1.2.3");
        event.setSourceUserName("Peter");
        event.setUserAgentOriginal("Evil/1.0 (Ω)");
        event.setHttpRequestReferrer("http://Lure.example/x?y=1");
        event.setNetworkTransport("tcp");
        event.setNetworkProtocol("http");
        event.setSourceBytes(1234L);
        event.setFileHashSha256(SHA256);
        event.setFileHashMd5("cead3f77f6cda6ec00f57d76c9a6879f");
        event.setEmailFromAddress("\"Doe, John\" <JDoe@Mail.Example>");
        event.setTlsServerHashSha1("5374e08903744ceeaedd8f5e1bfc06b2c4688e76");
        return event;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[network-traffic:dst_ref.value = 'www.evil.example' AND network-traffic:dst_port = 8443]",
                "[network-traffic:dst_ref.value = 'WWW.EVIL.EXAMPLE.' AND network-traffic:dst_port = '8443']",
                "[network-traffic:dst_ref.value = '198.51.100.7/32' AND network-traffic:dst_port NOT != 8443]",
                "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '198.51.100.7']",
                "[network-traffic:dst_ref.type = 'domain-name' AND network-traffic:dst_ref.value = 'www.evil.example']",
                "[network-traffic:dst_ref.type IN ('ipv6-addr', 'domain-name')]",
                "[network-traffic:src_ref.type != 'domain-name']",
                "[network-traffic:dst_ref.value ISSUBSET '198.51.100.0/24']",
                "[network-traffic:dst_ref.value ISSUBSET '198.51.100.7']",
                "[network-traffic:dst_ref.value ISSUBSET '::ffff:198.51.100.0/120']",
                "[ipv4-addr:value ISSUBSET '0.0.0.0/0']",
                "[ipv4-addr:value NOT ISSUBSET '198.51.100.0/24']",
                "[network-traffic:src_ref.value NOT ISSUBSET '192.168.0.0/16']",
                "[network-traffic:dst_port IN (443, 6443, 8443)]",
                "[network-traffic:dst_port NOT IN (443, 6443)]",
                "[network-traffic:dst_port > 8442 AND network-traffic:dst_port < 8444]",
                "[network-traffic:dst_port >= '8443' AND network-traffic:dst_port <= 8443.0]",
                "[network-traffic:dst_port NOT < 8443]",
                "[network-traffic:protocols[*] = 'tcp']",
                "[network-traffic:protocols[*] = 'HTTPS']",
                "[network-traffic:protocols[*] != 'tcp']",
                "[network-traffic:src_byte_count = 1234]",
                "[EXISTS network-traffic:src_byte_count]",
                "[EXISTS network-traffic:dst_ref]",
                "[EXISTS network-traffic:extensions.'http-request-ext']",
                "[NOT EXISTS network-traffic:dst_byte_count]",
                "[network-traffic:extensions.'http-request-ext'.request_method = 'get']",
                "[network-traffic:extensions.'http-request-ext'.request_value = '/a/Gate.php?id=1']",
                "[network-traffic:extensions.'http-request-ext'.request_value LIKE '/a/Gate.php%']",
                "[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = 'Evil/1.0 (Ω)']",
                "[network-traffic:extensions.'http-request-ext'.request_header.'user-agent'[0] LIKE 'Evil/_._ %']",
                "[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' MATCHES '^Evil/[0-9]']",
                "[network-traffic:extensions.'http-request-ext'.request_header.Host = 'www.evil.example']",
                "[network-traffic:extensions.'http-request-ext'.request_header.Referer LIKE 'http://Lure.example/%']",
                "[domain-name:value = 'www.evil.example']",
                "[domain-name:value = 'lure.example']",
                "[domain-name:value IN ('a.example', 'LURE.example')]",
                "[domain-name:value LIKE '%.EVIL.example']",
                "[domain-name:value MATCHES 'Evil\\\\.']",
                "[domain-name:value NOT LIKE '%.evil.example']",
                "[domain-name:value != 'www.evil.example']",
                "[domain-name:value LIKE 'www.%' AND domain-name:value LIKE '%.example']",
                "[domain-name:value = 'www.evil.example' AND domain-name:resolves_to_refs[*].value = '198.51.100.7/32']",
                "[(ipv4-addr:value = '203.0.113.9' OR domain-name:value = 'lure.example') AND domain-name:value LIKE 'lure%']",
                "[url:value = 'https://www.evil.example:8443/a/Gate.php?id=1']",
                "[url:value = 'HTTPS://www.EVIL.example:8443/a/x/../Gate.php?id=1']",
                "[url:value LIKE 'https://%Gate.php?id=_']",
                "[url:value MATCHES '/Gate\\\\.php\\\\?']",
                "[url:value = 'http://lure.example/x?y=1']",
                "[ipv4-addr:value = '10.1.2.3']",
                "[ipv4-addr:value = '198.51.100.0/28']",
                "[file:hashes.'SHA-256' = 'AEC070645FE53EE3B3763059376134F058CC337247C978ADD178B6CCDFB0019F']",
                "[file:hashes.MD5 = 'cead3f77f6cda6ec00f57d76c9a6879f' AND file:hashes.'SHA-256' LIKE 'aec07%']",
                "[file:hashes[*] = 'cead3f77f6cda6ec00f57d76c9a6879f']",
                "[file:name = 'Gate.php']",
                "[file:name = h'476174652e706870']",
                "[file:name = b'R2F0ZS5waHA=']",
                "[email-addr:value = 'jdoe@mail.example']",
                "[email-message:from_ref.value LIKE 'JDOE@%']",
                "[email-message:sender_ref.value MATCHES '.+\\\\@mail\\\\.example$']",
                "[user-account:user_id = 'Peter' AND user-account:account_login = 'Peter']",
                "[x509-certificate:hashes.'SHA-1' = '5374e08903744ceeaedd8f5e1bfc06b2c4688e76']",
                "[network-traffic:start = t'2026-11-24T10:00:00Z']",
                "[network-traffic:start >= '2026-11-24T10:00:00.000Z']",
                "[network-traffic:start < t'2026-11-24T10:00:00.0000001Z']",
                "[network-traffic:start <= t'2026-11-24T10:00:00.0000001Z']",
                "[network-traffic:end > t'2026-11-24T09:59:59.9999999Z']",
                "[domain-name:value = 'x.example'] OR [domain-name:value = 'www.evil.example']",
                "[domain-name:value = 'www.evil.example'] START t'2026-11-24T10:00:00Z' STOP t'2026-11-24T10:00:00.001Z'",
                "([domain-name:value = 'www.evil.example'] OR [url:value = 'x']) WITHIN 5 SECONDS REPEATS 1 TIMES",
                // What OR joins and logs do not have is left out.
                "[file:size = 5 OR domain-name:value = 'www.evil.example']",
                "[process:name = 'x'] OR [domain-name:value = 'www.evil.example']",
                "[domain-name:value = 'www.evil.example'] OR ([process:name = 'x'] AND [url:value = 'y'])"
            })
    void holds(String pattern) {
        assertThat(fires(pattern, request())).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[network-traffic:dst_ref.value = 'www.evil.example' AND network-traffic:dst_port = 443]",
                "[network-traffic:dst_ref.value = 'evil.example' AND network-traffic:dst_port = 8443]",
                "[network-traffic:dst_ref.type = 'ipv6-addr']",
                "[network-traffic:src_ref.type = 'domain-name']",
                "[network-traffic:dst_ref.value ISSUBSET '198.51.100.8/29']",
                "[network-traffic:dst_ref.value ISSUBSET '2001:db8::/32']",
                "[network-traffic:src_ref.value NOT ISSUBSET '10.0.0.0/8']",
                "[network-traffic:dst_port NOT IN (443, 8443)]",
                "[network-traffic:dst_port > 8443]",
                "[network-traffic:dst_port NOT >= 8443]",
                "[network-traffic:dst_byte_count != 5]",
                "[network-traffic:dst_byte_count NOT > 5]",
                "[EXISTS network-traffic:dst_byte_count]",
                "[NOT EXISTS network-traffic:dst_port]",
                "[NOT EXISTS file:hashes.MD5]",
                "[network-traffic:protocols[*] = 'udp']",
                "[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = 'evil/1.0 (Ω)']",
                "[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' LIKE 'Evil']",
                "[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' MATCHES '^evil']",
                "[domain-name:value = 'evil.example']",
                "[domain-name:value LIKE 'evil%']",
                "[domain-name:value LIKE 'www.%' AND domain-name:value LIKE 'lure%']",
                "[domain-name:value = 'lure.example' AND domain-name:resolves_to_refs[*].value = '198.51.100.7']",
                "[(ipv4-addr:value = '10.1.2.3' OR domain-name:value = 'x.example') AND domain-name:value LIKE 'lure%']",
                "[url:value = 'https://www.evil.example:8443/a/gate.php?id=1']",
                "[url:value NOT MATCHES '^https?://']",
                "[ipv4-addr:value = '198.51.100.16/28']",
                "[ipv6-addr:value = '::1']",
                "[file:name = 'gate.php']",
                "[user-account:user_id = 'peter']",
                "[network-traffic:start != t'2026-11-24T10:00:00Z']",
                "[network-traffic:start > t'2026-11-24T10:00:00Z']",
                "[network-traffic:start >= t'2026-11-24T10:00:00.0000001Z']",
                "[domain-name:value = 'www.evil.example'] START t'2026-11-24T10:00:00.000001Z' STOP t'2026-11-24T11:00:00Z'",
                "[domain-name:value = 'www.evil.example'] START t'2026-11-24T09:00:00Z' STOP t'2026-11-24T10:00:00Z'"
            })
    void holdsNot(String pattern) {
        assertThat(fires(pattern, request())).isFalse();
    }

    @Test
    void whatAnEventDoesNotHaveIsNotUnequal() {
        for (String pattern : List.of(
                "[domain-name:value != 'x.example']",
                "[domain-name:value NOT IN ('x.example')]",
                "[domain-name:value NOT LIKE 'x%']",
                "[domain-name:value NOT MATCHES 'x']",
                "[ipv4-addr:value NOT ISSUBSET '10.0.0.0/8']",
                "[network-traffic:dst_port != 80]",
                "[network-traffic:dst_port NOT < 80]",
                "[network-traffic:dst_ref.type != 'ipv4-addr']",
                "[NOT EXISTS network-traffic:dst_port AND EXISTS network-traffic:src_ref]")) {
            assertThat(fires(pattern, Events.event())).as(pattern).isFalse();
        }
    }

    @Test
    void portsAreThoseOfSchemesAndOfConnect() {
        ProxyEvent plain = Events.get("https://evil.example/");
        plain.setUrlScheme("https");
        assertThat(fires("[network-traffic:dst_port = 443]", plain)).isTrue();
        assertThat(fires("[network-traffic:dst_port = 8443]", Events.connect("evil.example")))
                .isFalse();
        assertThat(fires("[network-traffic:dst_port = 443]", Events.connect("evil.example")))
                .isTrue();
    }

    @Test
    void answersOfDnsAreNamesAndAddresses() {
        ProxyEvent event = Events.event();
        event.setDnsQuestionName("a.evil.example");
        event.setDnsAnswersData("CNAME.evil.example, 198.51.100.9,1.5");
        assertThat(fires("[domain-name:value = 'cname.evil.example']", event)).isTrue();
        assertThat(fires("[ipv4-addr:value = '198.51.100.9']", event)).isTrue();
        assertThat(fires("[ipv4-addr:value = '1.0.0.5']", event)).isFalse();
        assertThat(fires(
                        "[domain-name:value = 'a.evil.example' AND domain-name:resolves_to_refs[*].value = 'cname.evil.example']",
                        event))
                .isTrue();
    }

    @Test
    void theFirstOfAListIsItsFirstValue() {
        ProxyEvent event = Events.event();
        event.setDnsQuestionName("a.evil.example");
        event.setDnsAnswersData("cname.evil.example,198.51.100.9");
        assertThat(fires("[domain-name:resolves_to_refs[0].value = 'cname.evil.example']", event))
                .isTrue();
        assertThat(fires("[domain-name:resolves_to_refs[0].value LIKE '%.9']", event))
                .isFalse();
        assertThat(fires("[domain-name:resolves_to_refs[*].value LIKE '%.9']", event))
                .isTrue();
        assertThat(Fired.judge("[domain-name:resolves_to_refs[1].value = '198.51.100.9']")
                        .text())
                .startsWith("not sweepable: ");
    }

    @Test
    void theHostOfAReferrerIsThatOfItsUrl() {
        for (String referrer : new String[] {
            "http://lure.example",
            "https://Lure.EXAMPLE:8443/x",
            "http://user@lure.example/",
            "android-app://lure.example?q=http://x.example/",
            "http://lure.example#://x.example/",
            "http://lure\u3002example\\\\x.example/"
        }) {
            ProxyEvent event = Events.event();
            event.setHttpRequestReferrer(referrer);
            assertThat(fires("[domain-name:value = 'lure.example']", event))
                    .as(referrer)
                    .isTrue();
            assertThat(fires("[domain-name:value = 'x.example']", event))
                    .as(referrer)
                    .isFalse();
        }
        ProxyEvent event = Events.event();
        event.setHttpRequestReferrer("/go?to=http://x.example/");
        assertThat(fires("[EXISTS domain-name:value]", event)).isFalse();
        event.setHttpRequestReferrer("http://[2001:DB8::1]:80/");
        assertThat(fires("[ipv6-addr:value = '2001:db8::1']", event)).isTrue();
        assertThat(fires("[EXISTS domain-name:value]", event)).isFalse();
    }

    @Test
    void eitherUnicodeFormIsTheSameText() {
        ProxyEvent event = Events.event();
        event.setSourceUserName("Jose\u0301");
        assertThat(fires("[user-account:user_id = 'Jos\u00E9']", event)).isTrue();
        event.setSourceUserName("Jos\u00E9");
        assertThat(fires("[user-account:user_id = 'Jose\u0301']", event)).isTrue();
    }

    @Test
    void aSettingTakesTheMisuseForOneEvent() {
        String pattern = "[domain-name:value = 'www.evil.example' AND network-traffic:dst_port = 8443]";
        Rule rule = Fired.rule(MISUSED.judge(StixIndicator.of(pattern, Fired.PLACE)));
        assertThat(Fired.holds(rule, request())).isTrue();
        assertThat(Fired.holds(rule, Events.connect("www.evil.example"))).isFalse();
        ProxyEvent other = request();
        other.setUrlDomain("other.example");
        assertThat(Fired.holds(rule, other)).isFalse();
        // What is no misuse means the same.
        Rule same = Fired.rule(MISUSED.judge(
                StixIndicator.of("[domain-name:value LIKE 'www.%' AND domain-name:value LIKE 'lure%']", Fired.PLACE)));
        assertThat(Fired.holds(same, request())).isFalse();
    }
}
