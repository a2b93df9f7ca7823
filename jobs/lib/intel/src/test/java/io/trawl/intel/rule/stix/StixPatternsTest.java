package io.trawl.intel.rule.stix;

import static io.trawl.intel.rule.stix.Fired.PATTERNS;
import static io.trawl.intel.rule.stix.Fired.PLACE;
import static io.trawl.intel.rule.stix.Fired.judge;
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

/** What patterns are for a sweep: rules, indicators, correlations, or nothing, with the reason. */
class StixPatternsTest {
    private static Rule rule(String pattern) {
        return Fired.rule(judge(pattern));
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
                "[x-usb-device:usbdrive.serial_number = '5'] | x-usb-device:usbdrive.serial_number = '5': logs have no x-usb-device, which is not a type of object of STIX 2.1 either",
                "[file:size > 5] | file:size > 5: no field of an event has file:size",
                "[file:hashes.MD5 = 'cead3f77f6cda6ec00f57d76c9a6879f' AND file:size > 5] | file:size > 5: no field of an event has file:size",
                "[network-traffic:protocols[0] = 'tcp' AND network-traffic:dst_port = 5] | network-traffic:protocols[0] = 'tcp': no field of an event has network-traffic:protocols[0]",
                "[domain-name:value = '198.51.100.7'] | domain-name:value = '198.51.100.7': what events have is the name of a host, which is never '198.51.100.7'",
                "[ipv4-addr:value = 'evil.example'] | ipv4-addr:value = 'evil.example': what events have is an address, which is never 'evil.example'",
                "[network-traffic:dst_port = 'https'] | network-traffic:dst_port = 'https': what events have is a number, which is never 'https'",
                "[url:value = true] | url:value = true: what events have is a text, which is never true",
                "[url:value IN ()] | url:value IN (): IN () has nothing that a value can be",
                "[NOT EXISTS url:value] | NOT EXISTS url:value: an object that has nothing else is not there without it",
                "[network-traffic:dst_ref.type = 'mac-addr'] | network-traffic:dst_ref.type = 'mac-addr': what it names in an event is an ipv4-addr, an ipv6-addr, a domain-name or an email-addr",
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
        judgement =
                judge("[file:hashes.MD5 = 'cead3f77f6cda6ec00f57d76c9a6879f' AND (file:name = 'x' OR file:size = 5)]");
        assertThat(judgement.left()).containsExactly("file:size = 5: no field of an event has file:size");
        assertThat(judge("[domain-name:value = 'evil.example']").text()).isEqualTo("valid: indicator");
        assertThat(judge("[domain-name:value IN ('a.example', 'b.example')]").text())
                .isEqualTo("valid: 2 indicators");
        assertThat(judge("[network-traffic:dst_port = 5]").text()).isEqualTo("valid: rule");
        assertThat(judge("[network-traffic:dst_port = 5] REPEATS 2 TIMES").text())
                .isEqualTo("valid: correlation");
    }

    @Test
    void severalEventsAreATreeOfRules() {
        Judgement.Several several = (Judgement.Several)
                judge("([domain-name:value = 'a.example'] FOLLOWEDBY [network-traffic:dst_port = 4444] REPEATS 3 TIMES)"
                        + " WITHIN 1.5 SECONDS OR [url:value = 'http://c.example/']");
        assertThat(several.events().tree())
                .isEqualTo(new SeveralEvents.Any(List.of(
                        new SeveralEvents.Event(2),
                        new SeveralEvents.Within(
                                new SeveralEvents.Ordered(List.of(
                                        new SeveralEvents.Event(0),
                                        new SeveralEvents.Times(new SeveralEvents.Event(1), 3))),
                                Duration.ofMillis(1500)))));
        Rule whole = several.events().whole();
        assertThat(several.events().rules())
                .extracting(Rule::id)
                .containsExactly(whole.id() + "#1", whole.id() + "#2", whole.id() + "#3");
        ProxyEvent event = Events.get("http://a.example/");
        assertThat(several.events().rules())
                .extracting(rule -> Fired.holds(rule, event))
                .containsExactly(true, false, false);
        assertThat(Fired.holds(whole, event)).isTrue();
        assertThat(Fired.holds(whole, Events.get("http://d.example/"))).isFalse();
    }

    @Test
    void aDeadBranchLeavesNoRules() {
        Judgement.Several several = (Judgement.Several)
                judge(
                        "([domain-name:value = 'a.example'] AND [mutex:name = 'x']) OR [network-traffic:dst_port = 5] REPEATS 2 TIMES");
        assertThat(several.events().rules()).hasSize(1);
        assertThat(several.events().tree()).isEqualTo(new SeveralEvents.Times(new SeveralEvents.Event(0), 2));
        assertThat(several.left()).containsExactly("mutex:name = 'x': logs have no mutex");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[network-traffic:dst_port = 5] REPEATS 5 TIMES WITHIN 1800 SECONDS | Within[of=Times[of=Event[rule=0], count=5], span=PT30M]",
                "[network-traffic:dst_port = 5] WITHIN 5 SECONDS REPEATS 5 TIMES | Times[of=Event[rule=0], count=5]",
                "[network-traffic:dst_port = 5] AND [network-traffic:dst_port = 6] | All[of=[Event[rule=0], Event[rule=1]]]",
                "([network-traffic:dst_port = 5] FOLLOWEDBY [network-traffic:dst_port = 6]) WITHIN 9 SECONDS WITHIN 5 SECONDS | Within[of=Within[of=Ordered[of=[Event[rule=0], Event[rule=1]]], span=PT9S], span=PT5S]"
            })
    void qualifiersAreInTheTreeAsTheyAreWritten(String pattern, String tree) {
        assertThat(((Judgement.Several) judge(pattern)).events().tree()).hasToString(tree);
    }

    @Test
    void startAndStopAreInTheRulesOfACorrelation() {
        Judgement.Several several =
                (Judgement.Several) judge("([network-traffic:dst_port = 443] AND [url:value LIKE '%'])"
                        + " START t'2026-11-24T10:00:01Z' STOP t'2026-11-24T11:00:00Z'");
        Rule first = several.events().rules().get(0);
        ProxyEvent event = Events.connect("a.example");
        assertThat(Fired.holds(first, event)).isFalse();
        event.setTimestamp(Instant.parse("2026-11-24T10:00:01Z"));
        assertThat(Fired.holds(first, event)).isTrue();
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
        assertThat(StixPatterns.id(Pattern.read("[a:b = 1]")))
                .isEqualTo("indicator--9a50d964-42c7-5960-a2b3-d25fca4e8826");
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
        Rule rule = Fired.rule(PATTERNS.judge(indicator));
        ProxyEvent event = Events.connect("a.example");
        assertThat(Fired.holds(rule, event)).isFalse();
        event.setTimestamp(Events.AT.plusNanos(1000));
        assertThat(Fired.holds(rule, event)).isTrue();
        event.setTimestamp(Instant.parse("2026-11-25T00:00:00Z"));
        assertThat(Fired.holds(rule, event)).isFalse();
        assertThat(rule.id()).isEqualTo("indicator--1");
        assertThat(rule.score()).isEqualTo(90);
        assertThat(rule.level()).isEqualTo(Level.CRITICAL);
        assertThat(rule.tags()).containsExactly("attack.t1071");
        assertThat(Objects.requireNonNull(PATTERNS.judge(new StixIndicator(
                                "indicator--1",
                                null,
                                "[a:b=1]",
                                PLACE,
                                Events.AT,
                                Events.AT,
                                null,
                                List.of(),
                                List.of()))
                        .reason()))
                .isEqualTo("valid_from 2026-11-24T10:00:00Z is not before valid_until 2026-11-24T10:00:00Z");
    }

    @Test
    void longPatternsTakeNoSquareOfTheTime() {
        String types = String.join(
                " OR ",
                IntStream.range(0, 20_000).mapToObj(i -> "x-" + i + ":y = 1").toList());
        assertThat(judge("[" + types + "]").text()).startsWith("not sweepable: x-0:y = 1: logs have no x-0");
        String domains = String.join(
                "', '",
                IntStream.range(0, 20_000).mapToObj(i -> "a" + i + ".example").toList());
        assertThat(judge("[domain-name:value IN ('" + domains + "')]").text()).isEqualTo("valid: 20000 indicators");
        assertThat(judge("[domain-name:value NOT IN ('" + domains + "')]").text())
                .isEqualTo("valid: rule");
    }
}
