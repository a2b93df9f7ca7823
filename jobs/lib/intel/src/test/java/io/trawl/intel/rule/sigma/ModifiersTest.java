package io.trawl.intel.rule.sigma;

import static io.trawl.intel.rule.sigma.Sigma.agents;
import static io.trawl.intel.rule.sigma.Sigma.event;
import static io.trawl.intel.rule.sigma.Sigma.fires;
import static io.trawl.intel.rule.sigma.Sigma.refused;
import static io.trawl.intel.rule.sigma.Sigma.selection;
import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.intel.Events;
import io.trawl.intel.rule.Rule;
import io.trawl.record.ProxyEvent;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModifiersTest {
    private static final List<String> NONE = Arrays.asList((String) null);

    @Test
    void withoutModifiersTheWholeValueIsMeantInAnyCase() {
        agents("c-useragent: Evil", List.of("Evil", "evil", "EVIL"), List.of("evil ", "an evil", ""));
    }

    @Test
    void containsStartswithAndEndswith() {
        agents("c-useragent|contains: evil", List.of("evil", "an EVIL one"), List.of("evi", "e v i l"));
        agents("c-useragent|startswith: evil", List.of("evil", "Evil one"), List.of("an evil"));
        agents("c-useragent|endswith: evil", List.of("evil", "an Evil"), List.of("evil one"));
    }

    @Test
    void aListIsOneOfItsValuesAndWithAllEachOfThem() {
        agents("c-useragent|contains: [a, b]", List.of("a", "b", "xbx"), List.of("c"));
        agents("c-useragent|contains|all: [a, b]", List.of("ab", "b-a"), List.of("a", "b"));
        agents("c-useragent|all|contains: [a, b]", List.of("ab", "b-a"), List.of("a", "b"));
    }

    @Test
    void wildcardsAndTheirEscapes() {
        agents("c-useragent: 'a*c?e'", List.of("axcxe", "abbbcde", "acxe"), List.of("ace", "acdex"));
        agents("c-useragent: 'a\\*b'", List.of("a*b"), List.of("axb", "a\\*b"));
        agents("c-useragent: 'a\\?b'", List.of("a?b"), List.of("axb"));
        agents("c-useragent: 'a\\b'", List.of("a\\b"), List.of("ab"));
        agents("c-useragent: 'a\\\\b'", List.of("a\\b"), List.of("a\\\\b"));
        agents("c-useragent: 'a\\\\*'", List.of("a\\", "a\\bc"), List.of("a*", "a"));
        agents("c-useragent: 'a\\\\\\*'", List.of("a\\*"), List.of("a\\x"));
        agents("c-useragent: 'a\\\\\\b'", List.of("a\\\\b"), List.of("a\\b"));
        agents("c-useragent: 'a\\\\\\\\b'", List.of("a\\\\b"), List.of("a\\b"));
        agents("c-useragent|contains: '\\'", List.of("a\\b"), List.of("ab"));
        agents("c-useragent: '*'", List.of("", "x"), NONE);
        agents("c-useragent|contains: ''", List.of("", "x"), NONE);
        agents("c-useragent|contains: 'a?b*'", List.of("xaxby", "a.b"), List.of("ab"));
    }

    @Test
    void existsAsksForTheField() {
        agents("c-useragent|exists: true", List.of("", "x"), NONE);
        agents("c-useragent|exists: no", NONE, List.of("", "x"));
        refused("c-useragent|exists: 1", "r.yml:6: c-useragent|exists:", "needs true or false and has the number 1");
        refused("c-useragent|contains|exists: true", "needs a text and has the boolean true");
        refused("'|exists': true", "needs a field");
    }

    @Test
    void casedMindsTheCase() {
        agents("c-useragent|cased: Evil", List.of("Evil"), List.of("evil"));
        agents("c-useragent|contains|cased: Evil", List.of("an Evil"), List.of("an evil"));
        agents("c-useragent|cased|startswith: Evil", List.of("Evil x"), List.of("evil x"));
        agents("c-useragent|cased: 'E*l'", List.of("Evil"), List.of("evil", "EviL"));
    }

    @Test
    void neqIsEveryOtherValue() {
        agents("c-useragent|neq: evil", List.of("good"), List.of("Evil"));
        agents("c-useragent|contains|neq: [a, b]", List.of("c"), List.of("a", "xb"));
        agents("c-useragent|contains|all|neq: [a, b]", List.of("a"), List.of("ab"));
        Rule rule = selection("sc-status|neq: 404");
        assertThat(fires(rule, event("http.response.status_code", "200"))).isTrue();
        assertThat(fires(rule, event("http.response.status_code", "404"))).isFalse();
    }

    @Test
    void windashTakesEachDashThatBeginsAWord() {
        for (String dash : List.of("-", "/", "\u2013", "\u2014", "\u2015")) {
            agents("c-useragent|contains|windash: ' -enc '", List.of("x " + dash + "enc y"), List.of("x +enc y"));
            agents("c-useragent|windash|contains: ' /a -b '", List.of("x -a " + dash + "b y"), List.of("x -a +b y"));
            agents("c-useragent|windash: '" + dash + "f'", List.of("-f", "/f", "\u2014f"), List.of("f", "--f"));
        }
        refused("c-useragent|windash: '-a -b -c -d'", "at most 3 dashes");
        refused("c-useragent|windash: 5", "needs a text");
    }

    @Test
    void expressionsAreFoundAnywhereAndMindTheCase() {
        agents("c-useragent|re: 'e.il'", List.of("an evil one"), List.of("EVIL", "e\nil"));
        agents("c-useragent|re: '^e.il$'", List.of("evil"), List.of("an evil", "evil\nx"));
        agents("c-useragent|re|i: 'e.il'", List.of("EVIL"), List.of("eil"));
        agents("c-useragent|re|m: '^evil$'", List.of("x\nevil\ny"), List.of("evil y"));
        agents("c-useragent|re|s: 'e.il'", List.of("e\nil"), List.of("eil"));
        agents("c-useragent|re|i|s: 'e.il'", List.of("E\nIL"), List.of("eil"));
        agents("c-useragent|re|all: [a+b, c+d]", List.of("aab ccd"), List.of("ab"));
        agents("c-useragent|re|startswith: 'a|b'", List.of("b1"), List.of("1b"));
        agents("c-useragent|re|endswith: 'a|b'", List.of("1b"), List.of("b1"));
        agents("c-useragent|re|contains: 'a|b'", List.of("1b1"), List.of("c"));
        agents("c-useragent|re: 'a\\*b\\\\'", List.of("a*b\\"), List.of("aab"));
    }

    @Test
    void whatRe2DoesNotTakeIsRefused() {
        refused("c-useragent|re: '(?=x)y'", "r.yml:6: c-useragent|re:", "RE2", "look-around");
        refused("c-useragent|re: '(a)\\1'", "RE2");
        refused("c-useragent|re:\n  - ok\n  - '('", "r.yml:8: ", "RE2");
        refused("c-useragent|contains|re: a", "has to be the first");
        refused("c-useragent|i: a", "has to follow re");
        refused("c-useragent|re|base64: a", "base64 needs a text and has a regular expression");
        refused("c-useragent|re|cased: a", "cased needs a text");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "ab", "abc", "foo bar baz", "\u00e4\u20ac", "http://x/*?"})
    void base64IsFoundWhereverTheTextIs(String text) {
        String escaped = text.replace("*", "\\*").replace("?", "\\?");
        String alone = Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
        agents("c-useragent|base64: '" + escaped + "'", List.of(alone), List.of(text));
        Rule offset = selection("c-useragent|base64offset|contains: '" + escaped + "'");
        for (String before : List.of("", "x", "xy", "xyz", "xyzx")) {
            for (String after : List.of("", "x", "xy", "xyz")) {
                byte[] bytes = (before + text + after).getBytes(StandardCharsets.UTF_8);
                String encoded = Base64.getEncoder().encodeToString(bytes);
                assertThat(fires(offset, Sigma.agent(encoded))).as(encoded).isTrue();
            }
        }
        refused("c-useragent|base64: 'a*'", "wildcards");
        refused("c-useragent|contains|base64offset: 'a'", "wildcards");
    }

    @ParameterizedTest
    @CsvSource({"wide,Y21k,YwBtAGQA", "utf16le,Y21k,YwBtAGQA", "utf16be,Y21k,AGMAbQBk", "utf16,Y21k,//5jAG0AZAA="})
    void utf16IsEncodedBeforeBase64(String modifier, String plain, String encoded) {
        agents("c-useragent|" + modifier + "|base64: cmd", List.of(encoded), List.of(plain));
        agents("c-useragent|" + modifier + "|base64offset|contains: cmd", List.of("x" + encoded), List.of(plain));
    }

    @Test
    void numbersAreCompared() {
        numbers("sc-status|lt: 400", List.of("399"), List.of("400", "401"));
        numbers("sc-status|lte: 400", List.of("399", "400"), List.of("401"));
        numbers("sc-status|gt: 400", List.of("401"), List.of("400", "399"));
        numbers("sc-status|gte: 400.5", List.of("401"), List.of("400"));
        numbers("sc-status: [200, 301]", List.of("200", "301"), List.of("404"));
        numbers("sc-status: '2*'", List.of("200", "204"), List.of("301"));
        refused("sc-status|gt: '400'", "needs a number and has the text '400'", "without quotes");
        refused("sc-status|contains: 40", "needs a text and has the number 40", "in quotes");
        refused("sc-status|gt|lt: 4", "needs a number");
        refused("sc-status: .inf", "not a finite number");
    }

    private static void numbers(String selection, List<String> hits, List<String> misses) {
        Rule rule = selection(selection);
        hits.forEach(hit -> assertThat(fires(rule, event("http.response.status_code", hit)))
                .as("%s on %s", selection, hit)
                .isTrue());
        misses.forEach(miss -> assertThat(fires(rule, event("http.response.status_code", miss)))
                .as("%s on %s", selection, miss)
                .isFalse());
        assertThat(fires(rule, Events.event())).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"minute,34,35", "hour,21,22", "day,3,4", "week,53,1", "month,1,2", "year,2027,2026"})
    void partsOfATimeAreAsked(String part, String hit, String miss) {
        String at = "2027-01-03T21:34:56Z";
        assertThat(fires(selection("'@timestamp|" + part + "': " + hit), event("@timestamp", at)))
                .isTrue();
        assertThat(fires(selection("'@timestamp|" + part + "': " + miss), event("@timestamp", at)))
                .isFalse();
        assertThat(fires(selection("timestamp|" + part + "|lte: " + hit), event("@timestamp", at)))
                .isTrue();
        assertThat(fires(selection("timestamp|" + part + "|gt: " + hit), event("@timestamp", at)))
                .isFalse();
        refused("timestamp|gt|" + part + ": 5", "before the comparison");
        refused("timestamp|" + part + ": '5'", "needs a number");
    }

    @Test
    void cidrIsARangeOfAddresses() {
        Rule rule = selection("dst_ip|cidr: [10.0.0.0/8, '2001:db8::/32', 192.0.2.7]");
        for (String hit : List.of("10.1.2.3", "10.1.2", "2001:db8:1::1", "2001:0DB8::5", "192.0.2.7")) {
            assertThat(fires(rule, event("destination.ip", hit))).as(hit).isTrue();
        }
        for (String miss : List.of("11.1.2.3", "2001:db9::1", "192.0.2.8", "x")) {
            assertThat(fires(rule, event("destination.ip", miss))).as(miss).isFalse();
        }
        refused("dst_ip|cidr: 10.0.0.1/8", "bits set after its prefix");
        refused("dst_ip|cidr: 10.0.0/8", "not a range");
        refused("dst_ip|cidr: '10.*'", "not a range");
        refused("dst_ip|cidr: 10.0.0.0/33", "not a range");
        refused("dst_ip|contains|cidr: 10.0.0.0/8", "has to be the first");
    }

    @Test
    void fieldrefComparesEachValueOfListsHoweverLong() {
        StringBuilder answers = new StringBuilder();
        StringBuilder receivers = new StringBuilder();
        for (int i = 0; i < 2_000; i++) {
            answers.append("a").append(i).append(".example,");
            receivers.append("b").append(i).append("@b.example,");
        }
        ProxyEvent event = Events.event();
        event.setDnsAnswersData(answers + "Both.example");
        event.setEmailToAddress(receivers + "both.example");
        assertThat(fires(selection("dns.answers.data|fieldref: email.to.address"), event))
                .isTrue();
        event.setEmailToAddress(receivers + "x@BOTH.example");
        assertThat(fires(selection("dns.answers.data|fieldref: email.to.address"), event))
                .isFalse();
        assertThat(fires(selection("email.to.address|fieldref|endswith: dns.answers.data"), event))
                .isTrue();
        assertThat(fires(selection("email.to.address|fieldref|startswith: dns.answers.data"), event))
                .isFalse();
    }

    @Test
    void fieldrefComparesTwoFields() {
        Rule same = selection("cs-host|fieldref: cs-username");
        assertThat(fires(same, event("url.domain", "alice", "source.user.name", "Alice")))
                .isTrue();
        assertThat(fires(same, event("url.domain", "bob", "source.user.name", "alice")))
                .isFalse();
        assertThat(fires(same, event("url.domain", "bob"))).isFalse();
        Rule part = selection("c-uri|fieldref|contains: cs-username");
        assertThat(fires(part, event("url.original", "/u/ALICE/x", "source.user.name", "alice")))
                .isTrue();
        Rule start = selection("c-uri|fieldref|startswith: cs-username");
        assertThat(fires(start, event("url.original", "alice/x", "source.user.name", "alice")))
                .isTrue();
        assertThat(fires(start, event("url.original", "/alice", "source.user.name", "alice")))
                .isFalse();
        Rule end = selection("c-uri|fieldref|endswith: cs-username");
        assertThat(fires(end, event("url.original", "/alice", "source.user.name", "alice")))
                .isTrue();
        assertThat(fires(end, event("url.original", "/alice/", "source.user.name", "alice")))
                .isFalse();
        Rule other = selection("cs-host|fieldref|neq: cs-username");
        assertThat(fires(other, event("url.domain", "bob", "source.user.name", "alice")))
                .isTrue();
        assertThat(fires(other, event("url.domain", "bob", "source.user.name", "bob")))
                .isFalse();
        refused("cs-host|fieldref: 'cs-*'", "without wildcards");
    }

    @Test
    void placeholdersAreExpanded() {
        agents("c-useragent|expand: '%Servers%'", List.of("srv7", "db1"), List.of("db2", "%Servers%"));
        agents("c-useragent: '%Servers%'", List.of("%Servers%"), List.of("srv7"));
        agents("c-useragent|expand|contains: '-%port%-'", List.of("a-8443-b"), List.of("a-443-b"));
        agents("c-useragent|contains|expand: '-%port%-'", List.of("a-8443-b"), List.of("a-443-b"));
        agents("c-useragent|expand: '\\%plain%port%'", List.of("%plain8443"), List.of("8443"));
        agents("c-useragent|expand: '100%'", List.of("100%"), List.of("100"));
        agents("c-useragent|contains|all|expand: ['%Servers%', x]", List.of("x db1"), List.of("db1", "x"));
        agents("c-useragent|re|expand: '^%port%$'", List.of("8443"), List.of("84433"));
        refused("c-useragent|expand: 'a%nope%'", "r.yml:6: ", "%nope%");
        refused("c-useragent|expand: '%ten%%ten%%ten%'", "more than 200 values");
    }

    @Test
    void anUnknownModifierIsRefused() {
        refused("c-useragent|containz: a", "r.yml:6: ", "the modifier containz is not known", "contains");
        refused("c-useragent|: a", "the modifier  is not known");
    }

    @Test
    void aRefusalOfAListHasTheLineOfItsItem() {
        refused("c-useragent|contains:\n  - a\n  - b\n  - 5", "r.yml:9: ");
        refused("c-useragent:\n  - a\n  - [b]", "r.yml:8: a value of c-useragent is a list");
        refused("c-useragent: {a: b}", "a value of c-useragent is a map");
    }
}
