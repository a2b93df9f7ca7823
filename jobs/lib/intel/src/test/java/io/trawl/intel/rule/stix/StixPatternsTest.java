package io.trawl.intel.rule.stix;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.intel.Events;
import io.trawl.intel.rule.Level;
import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.stix.pattern.Pattern;
import io.trawl.intel.rule.stix.pattern.PatternException;
import io.trawl.record.Indicator;
import io.trawl.record.ProxyEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What patterns are for a sweep, and of which events they hold. */
class StixPatternsTest {
    private static final Rule.Place PLACE = new Rule.Place("feed.stix", 7);
    private static final StixPatterns PATTERNS = new StixPatterns(Mapping.shipped(EventFields::named), false);
    private static final StixPatterns MISUSED = new StixPatterns(Mapping.shipped(EventFields::named), true);
    private static final String SHA256 = "aec070645fe53ee3b3763059376134f058cc337247c978add178b6ccdfb0019f";

    private static Judgement judge(String pattern) {
        return PATTERNS.judge(StixIndicator.of(pattern, PLACE));
    }

    private static Rule rule(String pattern) {
        return rule(judge(pattern));
    }

    private static Rule rule(Judgement judgement) {
        if (judgement instanceof Judgement.Indexed indexed) {
            return indexed.rule();
        }
        assertThat(judgement).as(judgement.text()).isInstanceOf(Judgement.OneEvent.class);
        return ((Judgement.OneEvent) judgement).rule();
    }

    private static boolean fires(String pattern, ProxyEvent event) {
        return Holds.holds(rule(pattern).condition(), event);
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
        assertThat(fires("[network-traffic:dst_port = 8443]", Events.connect("evil.example"))).isFalse();
        assertThat(fires("[network-traffic:dst_port = 443]", Events.connect("evil.example"))).isTrue();
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
    void eitherUnicodeFormIsTheSameText() {
        ProxyEvent event = Events.event();
        event.setSourceUserName("Jose\u0301");
        assertThat(fires("[user-account:user_id = 'Jos\u00E9']", event)).isTrue();
        event.setSourceUserName("Jos\u00E9");
        assertThat(fires("[user-account:user_id = 'Jose\u0301']", event)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "[domain-name:value = 'Evil.Example'] | domain evil.example",
                "[domain-name:value = '*.evil.example'] | domain evil.example",
                "[ipv4-addr:value = '198.51.100.7'] | ipv4 198.51.100.7",
                "[ipv4-addr:value = '198.51.100.7/32'] | ipv4 198.51.100.7",
                "[ipv4-addr:value = '198.51.100.0/24'] | cidr 198.51.100.0/24",
                "[ipv6-addr:value = '2001:DB8::1'] | ipv6 2001:db8::1",
                "[url:value = 'http://EVIL.example/x'] | url http://evil.example/x",
                "[network-traffic:dst_ref.value = 'evil.example'] | domain evil.example",
                "[network-traffic:dst_ref.value = '198.51.100.7'] | ipv4 198.51.100.7",
                "[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = 'Evil/1.0'] | user-agent Evil/1.0",
                "[file:hashes.MD5 = 'CEAD3F77F6CDA6EC00F57D76C9A6879F'] | md5 cead3f77f6cda6ec00f57d76c9a6879f",
                "[file:hashes.'SHA-1' = '5374e08903744ceeaedd8f5e1bfc06b2c4688e76'] | sha1 5374e08903744ceeaedd8f5e1bfc06b2c4688e76",
                "[domain-name:value IN ('a.example', 'B.example', 'a.EXAMPLE')] | domain a.example, domain b.example",
                "[domain-name:value = 'a.example' OR ipv4-addr:value = '198.51.100.7'] | domain a.example, ipv4 198.51.100.7",
                "[domain-name:value = 'a.example'] OR [url:value = 'http://b.example/'] | domain a.example, url http://b.example/"
            })
    void equalitiesAreIndicators(String pattern, String expected) {
        Judgement.Indexed indexed = (Judgement.Indexed) judge(pattern);
        assertThat(indexed.indicators())
                .extracting(one -> one.getType() + " " + one.getValue())
                .containsExactly(expected.split(", "));
        Indicator first = indexed.indicators().get(0);
        assertThat(first.getFeed()).isEqualTo("feed.stix");
        assertThat(first.getLine()).isEqualTo(7);
        assertThat(first.getIndicatorId()).matches("[0-9a-f]{32}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[domain-name:value != 'evil.example']",
                "[domain-name:value NOT = 'evil.example']",
                "[domain-name:value LIKE 'evil.example']",
                "[domain-name:value = 'evil.example' AND domain-name:value LIKE 'e%']",
                "[domain-name:value = 'evil.example' OR network-traffic:dst_port = 4444]",
                "[domain-name:value = 'evil.example'] START t'2026-11-24T10:00:00Z' STOP t'2026-11-25T10:00:00Z'",
                "[network-traffic:src_ref.value = '198.51.100.7']",
                "[network-traffic:dst_port = 4444]",
                "[email-addr:value = 'a@evil.example']",
                // The index refuses what would match everybody's domains.
                "[domain-name:value = 'co.uk']"
            })
    void allElseThatOneEventDecidesIsARule(String pattern) {
        assertThat(judge(pattern)).isInstanceOf(Judgement.OneEvent.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "[domain-name:value = 'x' AND network-traffic:dst_port = 8443] | AND joins domain-name and network-traffic in one observation, but no object is both (STIX 2.1, section 9.5); expected one type, or an observation of its own for each: […] AND […]",
                "[(a:b = 1 OR c:d = 1) AND (e:f = 1 OR g:h = 1)] | AND joins a or c and e or g in one observation, but no object is both (STIX 2.1, section 9.5); expected one type, or an observation of its own for each: […] AND […]",
                "[x:y = 1 OR (a:b = 1 AND c:d = 1)] | AND joins a and c in one observation, but no object is both (STIX 2.1, section 9.5); expected one type, or an observation of its own for each: […] AND […]",
                "[file:hashes.'SHA-256' = 'f00'] | 'f00' is not a hash of SHA-256; expected 64 hex digits",
                "[file:hashes.MD5 IN ('cead3f77f6cda6ec00f57d76c9a6879f', 'x')] | 'x' is not a hash of MD5; expected 32 hex digits",
                "[url:value MATCHES '(?=x)'] | \"MATCHES '(?=x)': RE2, which reads expressions in linear time, does not take it: invalid or unsupported Perl syntax\"",
                "[url:value MATCHES '(a{1000}){1000}'] | \"MATCHES '(a{1000}){1000}': an expression of more than 50000 steps, its counts in braces multiplied\"",
                "[ipv4-addr:value ISSUBSET 'x'] | \"ISSUBSET 'x' is not a range of addresses; expected for example '198.51.100.0/24'\"",
                "[ipv4-addr:value ISSUBSET '10.0.0.0/33'] | \"ISSUBSET '10.0.0.0/33' is not a range of addresses; expected for example '198.51.100.0/24'\"",
                "[a:b ? 1] | column 6: unexpected '?'"
            })
    void whatTheStandardDoesNotAllowIsRefused(String pattern, String reason) {
        Judgement judgement = judge(pattern);
        assertThat(judgement).isInstanceOf(Judgement.Refused.class);
        assertThat(judgement.reason()).isEqualTo(reason);
        assertThat(judgement.text()).isEqualTo("refused: " + reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "[windows-registry-key:key = 'x'] | windows-registry-key:key = 'x': logs have no windows-registry-key",
                "[x-usb-device:usbdrive.serial_number = '5'] | x-usb-device:usbdrive…: logs have no x-usb-device, which is not a type of object of STIX 2.1 either",
                "[file:size > 5] | file:size > 5: no field of an event has file:size",
                "[file:hashes.MD5 = 'cead3f77f6cda6ec00f57d76c9a6879f' AND file:size > 5] | file:size > 5: no field of an event has file:size",
                "[network-traffic:protocols[0] = 'tcp' AND network-traffic:dst_port = 5] | network-traffic:prot…: no field of an event has network-traffic:prot…",
                "[domain-name:value = '198.51.100.7'] | domain-name:value = …: what events have is the name of a host, which is never '198.51.100.7'",
                "[ipv4-addr:value = 'evil.example'] | ipv4-addr:value = 'e…: what events have is an address, which is never 'evil.example'",
                "[network-traffic:dst_port = 'https'] | network-traffic:dst_…: what events have is a number, which is never 'https'",
                "[url:value = true] | url:value = true: what events have is a text, which is never true",
                "[url:value IN ()] | url:value IN (): IN () has nothing that a value can be",
                "[NOT EXISTS url:value] | NOT EXISTS url:value: an object that has nothing else is not there without it",
                "[network-traffic:dst_ref.type = 'mac-addr'] | network-traffic:dst_…: what it names in an event is an ipv4-addr, an ipv6-addr, a domain-name or an email-addr",
                "[url:value = 'http://a.example/'] AND [process:name = 'x'] | process:name = 'x': logs have no process",
                "[process:name = 'x'] FOLLOWEDBY [mutex:name = 'y'] | process:name = 'x': logs have no process; mutex:name = 'y': logs have no mutex",
                "[process:pid = 1 OR process:pid = 2 OR process:pid = 3 OR process:pid = 4] | process:pid = 1: logs have no process; process:pid = 2: logs have no process; process:pid = 3: logs have no process; and 1 more"
            })
    void whatLogsCannotSayIsNotSweepable(String pattern, String reason) {
        Judgement judgement = judge(pattern);
        assertThat(judgement).as(judgement.text()).isInstanceOf(Judgement.NotSweepable.class);
        assertThat(judgement.reason()).isEqualTo(reason);
        assertThat(judgement.text()).isEqualTo("not sweepable: " + reason);
    }

    @Test
    void whatIsLeftOutIsTold() {
        Judgement judgement = judge("[domain-name:value = 'evil.example' OR mutex:name = 'x']");
        assertThat(judgement.text()).isEqualTo("valid: rule; left out: mutex:name = 'x': logs have no mutex");
        judgement = judge("[file:hashes.MD5 = 'cead3f77f6cda6ec00f57d76c9a6879f' AND (file:name = 'x' OR file:size = 5)]");
        assertThat(judgement.left()).containsExactly("file:size = 5: no field of an event has file:size");
        assertThat(judge("[domain-name:value = 'evil.example']").text()).isEqualTo("valid: indicator");
        assertThat(judge("[domain-name:value IN ('a.example', 'b.example')]").text()).isEqualTo("valid: 2 indicators");
        assertThat(judge("[network-traffic:dst_port = 5]").text()).isEqualTo("valid: rule");
        assertThat(judge("[network-traffic:dst_port = 5] REPEATS 2 TIMES").text()).isEqualTo("valid: correlation");
    }

    @Test
    void aSettingTakesTheMisuseForOneEvent() {
        String pattern = "[domain-name:value = 'www.evil.example' AND network-traffic:dst_port = 8443]";
        Rule rule = rule(MISUSED.judge(StixIndicator.of(pattern, PLACE)));
        assertThat(Holds.holds(rule.condition(), request())).isTrue();
        assertThat(Holds.holds(rule.condition(), Events.connect("www.evil.example"))).isFalse();
        ProxyEvent other = request();
        other.setUrlDomain("other.example");
        assertThat(Holds.holds(rule.condition(), other)).isFalse();
        // What is no misuse means the same.
        Rule same = rule(MISUSED.judge(
                StixIndicator.of("[domain-name:value LIKE 'www.%' AND domain-name:value LIKE 'lure%']", PLACE)));
        assertThat(Holds.holds(same.condition(), request())).isFalse();
    }

    @Test
    void severalEventsAreATreeOfRules() {
        Judgement.Several several = (Judgement.Several) judge(
                "([domain-name:value = 'a.example'] FOLLOWEDBY [network-traffic:dst_port = 4444] REPEATS 3 TIMES)"
                        + " WITHIN 1.5 SECONDS OR [url:value = 'http://c.example/']");
        assertThat(several.events().tree())
                .isEqualTo(new SeveralEvents.Any(List.of(
                        new SeveralEvents.Event(2),
                        new SeveralEvents.Within(
                                new SeveralEvents.Ordered(List.of(
                                        new SeveralEvents.Event(0),
                                        new SeveralEvents.Times(new SeveralEvents.Event(1), 3))),
                                Duration.ofMillis(1500)))));
        assertThat(several.events().flat()).isNull();
        Rule whole = several.events().whole();
        assertThat(several.events().rules())
                .extracting(Rule::id)
                .containsExactly(whole.id() + "#1", whole.id() + "#2", whole.id() + "#3");
        ProxyEvent event = Events.get("http://a.example/");
        assertThat(several.events().rules()).extracting(rule -> Holds.holds(rule.condition(), event)).containsExactly(true, false, false);
        assertThat(Holds.holds(whole.condition(), event)).isTrue();
        assertThat(Holds.holds(whole.condition(), Events.get("http://d.example/"))).isFalse();
    }

    @Test
    void aDeadBranchLeavesNoRules() {
        Judgement.Several several = (Judgement.Several) judge(
                "([domain-name:value = 'a.example'] AND [mutex:name = 'x']) OR [network-traffic:dst_port = 5] REPEATS 2 TIMES");
        assertThat(several.events().rules()).hasSize(1);
        assertThat(several.events().flat()).isEqualTo(new SeveralEvents.Flat(List.of(0), false, 2, null));
        assertThat(several.left()).containsExactly("mutex:name = 'x': logs have no mutex");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[network-traffic:dst_port = 5] REPEATS 5 TIMES WITHIN 1800 SECONDS | Flat[rules=[0], ordered=false, count=5, span=PT30M]",
                "[network-traffic:dst_port = 5] WITHIN 5 SECONDS REPEATS 5 TIMES | Flat[rules=[0], ordered=false, count=5, span=null]",
                "[network-traffic:dst_port = 5] AND [network-traffic:dst_port = 6] | Flat[rules=[0, 1], ordered=false, count=1, span=null]",
                "([network-traffic:dst_port = 5] FOLLOWEDBY [network-traffic:dst_port = 6]) WITHIN 9 SECONDS WITHIN 5 SECONDS | Flat[rules=[0, 1], ordered=true, count=1, span=PT5S]"
            })
    void simpleCorrelationsAreFlat(String pattern, String flat) {
        assertThat(((Judgement.Several) judge(pattern)).events().flat()).hasToString(flat);
    }

    @Test
    void startAndStopAreInTheRulesOfACorrelation() {
        Judgement.Several several = (Judgement.Several) judge("([network-traffic:dst_port = 443] AND [url:value LIKE '%'])"
                + " START t'2026-11-24T10:00:01Z' STOP t'2026-11-24T11:00:00Z'");
        Rule first = several.events().rules().get(0);
        ProxyEvent event = Events.connect("a.example");
        assertThat(Holds.holds(first.condition(), event)).isFalse();
        event.setTimestamp(Instant.parse("2026-11-24T10:00:01Z"));
        assertThat(Holds.holds(first.condition(), event)).isTrue();
    }

    @Test
    void aPatternWithoutAnIdHasOneOfItsOneSpelling() throws PatternException {
        Rule rule = rule("[ network-traffic:dst_port==5 ] // odd");
        assertThat(rule.id())
                .isEqualTo(rule("([network-traffic:dst_port = 5])").id())
                .matches("indicator--[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
                .isNotEqualTo(rule("[network-traffic:dst_port = 6]").id());
        assertThat(rule.name()).isEqualTo("[network-traffic:dst_port = 5]");
        assertThat(rule.kind()).isEqualTo(Rule.Kind.STIX);
        assertThat(rule.place()).isEqualTo(PLACE);
        assertThat(rule.score()).isEqualTo(50);
        assertThat(rule.level()).isEqualTo(Level.MEDIUM);
        assertThat(rule.sources()).isEqualTo(Rule.Sources.ALL);
        assertThat(StixPatterns.id(Pattern.read("[a:b = 1]"))).isEqualTo("indicator--9a50d964-42c7-5960-a2b3-d25fca4e8826");
    }

    @Test
    void validityIsPartOfTheCondition() {
        StixIndicator indicator = new StixIndicator(
                "indicator--1",
                "C2",
                "[network-traffic:dst_port = 443]",
                PLACE,
                Instant.parse("2026-11-24T10:00:00.0000005Z"),
                Instant.parse("2026-11-25T00:00:00Z"),
                90,
                List.of("attack.t1071"),
                List.of("https://blog.example/"));
        Rule rule = rule(PATTERNS.judge(indicator));
        ProxyEvent event = Events.connect("a.example");
        assertThat(Holds.holds(rule.condition(), event)).isFalse();
        event.setTimestamp(Events.AT.plusNanos(1000));
        assertThat(Holds.holds(rule.condition(), event)).isTrue();
        event.setTimestamp(Instant.parse("2026-11-25T00:00:00Z"));
        assertThat(Holds.holds(rule.condition(), event)).isFalse();
        assertThat(rule.id()).isEqualTo("indicator--1");
        assertThat(rule.score()).isEqualTo(90);
        assertThat(rule.level()).isEqualTo(Level.CRITICAL);
        assertThat(rule.tags()).containsExactly("attack.t1071");
        assertThat(Objects.requireNonNull(PATTERNS.judge(new StixIndicator(
                                "indicator--1", null, "[a:b=1]", PLACE, Events.AT, Events.AT, null, List.of(), List.of()))
                        .reason()))
                .isEqualTo("valid_from 2026-11-24T10:00:00Z is not before valid_until 2026-11-24T10:00:00Z");
    }

    @Test
    void longPatternsTakeNoSquareOfTheTime() {
        String types = String.join(" OR ", IntStream.range(0, 100_000)
                .mapToObj(i -> "x-" + i + ":y = 1")
                .toList());
        assertThat(judge("[" + types + "]").text()).startsWith("not sweepable: x-0:y = 1: logs have no x-0");
        String domains = String.join("', '", IntStream.range(0, 100_000)
                .mapToObj(i -> "a" + i + ".example")
                .toList());
        assertThat(judge("[domain-name:value IN ('" + domains + "')]").text()).isEqualTo("valid: 100000 indicators");
        assertThat(judge("[domain-name:value NOT IN ('" + domains + "')]").text()).isEqualTo("valid: rule");
    }
}
