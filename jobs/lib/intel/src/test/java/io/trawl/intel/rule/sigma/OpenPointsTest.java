package io.trawl.intel.rule.sigma;

import static io.trawl.intel.rule.sigma.Sigma.agent;
import static io.trawl.intel.rule.sigma.Sigma.agents;
import static io.trawl.intel.rule.sigma.Sigma.event;
import static io.trawl.intel.rule.sigma.Sigma.fires;
import static io.trawl.intel.rule.sigma.Sigma.refused;
import static io.trawl.intel.rule.sigma.Sigma.rule;
import static io.trawl.intel.rule.sigma.Sigma.selection;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trawl.intel.Events;
import io.trawl.intel.rule.Rule;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the specification leaves open, as docs/decisions/025-what-sigma-leaves-open.md decides it. */
class OpenPointsTest {
    private static final List<String> NONE = Arrays.asList((String) null);

    @Test
    void nullIsAMissingFieldAndEmptyIsAnEmptyText() {
        agents("c-useragent: null", NONE, List.of("", "a"));
        agents("c-useragent: ''", List.of(""), Arrays.asList(null, "a"));
        agents("c-useragent: ['', null]", Arrays.asList(null, ""), List.of("a"));
        agents("c-useragent: []", NONE, List.of("", "a"));
        refused("c-useragent|contains: null", "needs a text and has null");
    }

    @Test
    void underNeqAndNotAMissingFieldIsTrue() {
        agents("c-useragent|neq: a", Arrays.asList(null, "", "b"), List.of("a"));
        agents("c-useragent|neq: null", List.of("", "a"), NONE);
        agents("c-useragent|neq: ''", Arrays.asList(null, "a"), List.of(""));
        agents("c-useragent|re|neq: a", Arrays.asList(null, "b"), List.of("a"));
        Rule not = rule("s: {c-useragent|contains: a}\ncondition: not s");
        assertThat(fires(not, Events.event())).isTrue();
        assertThat(fires(not, agent("a"))).isFalse();
        Rule less = rule("s: {sc-bytes|lt: 5}\ncondition: not s");
        assertThat(fires(less, Events.event())).isTrue();
    }

    @Test
    void aNumberIsEachTextThatIsTheSameNumber() {
        agents("c-useragent: 5", List.of("5", "05", "5.0"), List.of("5a", "55", ""));
        agents("c-useragent: '5'", List.of("5"), List.of("05", "5.0"));
        agents("c-useragent|gte: 5", List.of("5", "7.5"), List.of("4", "a", ""));
        for (String value : List.of("404", "'404'")) {
            assertThat(fires(selection("sc-status: " + value), event("http.response.status_code", "404")))
                    .isTrue();
        }
        agents("c-useragent: true", List.of("true", "TRUE"), List.of("1", "yes"));
    }

    @Test
    void caseDoesNotCountBeyondAscii() {
        agents(
                "c-useragent: '\u00c4\u0416\u03a3'",
                List.of("\u00e4\u0436\u03c3", "\u00e4\u0436\u03c2"),
                List.of("a\u0436\u03c3"));
        agents("c-useragent|contains: 'stra\u00dfe'", List.of("STRA\u00dfE"), List.of("STRASSE"));
    }

    @Test
    void caseOfBase64DoesNotCountUnlessCased() {
        agents("c-useragent|base64: cmd", List.of("Y21k", "y21K"), List.of("Y21l"));
        agents("c-useragent|base64|cased: cmd", List.of("Y21k"), List.of("y21k"));
        agents("c-useragent|base64offset|contains|cased: cmd", List.of("xY21kx"), List.of("xy21kx"));
    }

    @Test
    void caseOfFieldrefDoesNotCountUnlessCased() {
        Rule any = selection("cs-host|fieldref: cs-username");
        Rule cased = selection("cs-host|cased|fieldref: cs-username");
        assertThat(fires(any, event("url.domain", "\u00c4", "source.user.name", "\u00e4")))
                .isTrue();
        assertThat(fires(cased, event("url.domain", "A", "source.user.name", "a")))
                .isFalse();
        assertThat(fires(cased, event("url.domain", "a", "source.user.name", "a")))
                .isTrue();
    }

    @Test
    void allWithOneValueIsTaken() {
        agents("c-useragent|contains|all: a", List.of("xa"), List.of("b"));
    }

    @Test
    void containsWithStartswithIsContains() {
        agents("c-useragent|contains|startswith: a", List.of("xax"), List.of("b"));
        agents("c-useragent|startswith|endswith: a", List.of("xax"), List.of("b"));
    }

    @Test
    void windashLeavesADashInTheMiddleOfAWord() {
        agents("c-useragent|contains|windash: 'a-b'", List.of("a-b"), List.of("a/b"));
        agents("c-useragent|contains|windash: ' -a-b'", List.of("x /a-b"), List.of("x /a/b"));
        agents("c-useragent|contains|windash: 'a - b'", List.of("a - b"), List.of("a / b"));
    }

    @Test
    void utf16WithoutBase64IsTheTextWithItsZeros() {
        agents("c-useragent|wide: ab", List.of("a\0b\0"), List.of("ab"));
        agents("c-useragent|utf16: a", List.of("\ufeffa\0"), List.of("a"));
        refused("c-useragent|wide: '\u00e4'", "add base64");
        agents("c-useragent|wide|base64: '\u00e4'", List.of("5AA="), List.of("5AB="));
    }

    @Test
    void timesAreInTheZoneOfTheSettingAndWeeksAreIso() {
        SigmaRules vienna =
                new SigmaRules(Taxonomy.shipped(FieldNames.ours()), Placeholders.NONE, ZoneId.of("Europe/Vienna"));
        String text =
                "title: T\nlogsource: {category: proxy}\ndetection:\n  s: {'@timestamp|hour': %d}\n  condition: s\n";
        Rule rule = vienna.rule(Sigma.document(text.formatted(1)));
        assertThat(fires(rule, event("@timestamp", "2026-12-31T00:30:00Z"))).isTrue();
        Rule utc = Sigma.whole(text.formatted(0));
        assertThat(fires(utc, event("@timestamp", "2026-12-31T00:30:00Z"))).isTrue();
        Rule week = selection("'@timestamp|week': 53");
        assertThat(fires(week, event("@timestamp", "2027-01-03T12:00:00Z"))).isTrue();
        assertThat(fires(week, event("@timestamp", "2027-01-04T12:00:00Z"))).isFalse();
    }

    @Test
    void expressionsAreNotAnchored() {
        agents("c-useragent|re: 'b'", List.of("abc"), List.of("ac"));
        agents("c-useragent|re|startswith: 'b'", List.of("bc"), List.of("abc"));
    }

    @Test
    void keywordsSeeTheFieldsAndNotTheLine() {
        Rule status = selection("- 404");
        assertThat(fires(status, event("http.response.status_code", "404"))).isTrue();
        Rule joined = selection("- 'GET /a'");
        assertThat(fires(joined, event("http.request.method", "GET", "url.original", "/a")))
                .isFalse();
        Rule whole = selection("'|startswith': a");
        assertThat(fires(whole, event("url.original", "/xa")))
                .as("a keyword is in the message, wherever")
                .isTrue();
    }

    @Test
    void operatorsAreInLowerCase() {
        assertThatThrownBy(() -> rule("s: {c-uri: a}\nt: {c-uri: b}\ncondition: s AND t"))
                .hasMessageContaining("write and in lower case");
    }

    @Test
    void aPatternHasToNameASelection() {
        assertThatThrownBy(() -> rule("s: {c-uri: a}\ncondition: s and not 1 of filter_*"))
                .hasMessageContaining("no selection has a name like filter_*");
    }

    @Test
    void aRuleOfAProductSeesAllOfIt() {
        LogSources sources = LogSources.shipped();
        Rule.Sources zeek = new Rule.Sources(null, "zeek", null);
        assertThat(sources.of("zeek-dns-tsv").by(zeek)).isTrue();
        assertThat(sources.of("zeek-ssl-tsv").by(zeek)).isTrue();
        assertThat(sources.of("squid").by(zeek)).isFalse();
        assertThat(sources.of("csv").by(zeek)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"proxy", "webserver"})
    void bytesAreAsW3cHasThem(String category) {
        String text = "title: T\nlogsource: {category: %s}\ndetection:\n  s: {%s: 7}\n  condition: s\n";
        Rule sent = Sigma.whole(text.formatted(category, "cs-bytes"));
        assertThat(fires(sent, event("source.bytes", "7", "http.response.bytes", "9")))
                .isTrue();
        Rule received = Sigma.whole(text.formatted(category, "sc-bytes"));
        assertThat(fires(received, event("source.bytes", "9", "http.response.bytes", "7")))
                .isTrue();
        assertThat(fires(received, event("source.bytes", "7", "http.response.bytes", "9")))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"cs-referer", "cs-referrer", "cs(Referer)", "c-referer", "referer", "referrer"})
    void theRefererIsSpelledInManyWays(String name) {
        assertThat(fires(selection("'" + name + "': a"), event("http.request.referrer", "a")))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "c-useragent",
                "cs-user-agent",
                "cs(User-Agent)",
                "c-user-agent",
                "cs-useragent",
                "User-Agent",
                "user_agent"
            })
    void theUserAgentIsSpelledInManyWays(String name) {
        agents("'" + name + "': a", List.of("a"), List.of("b"));
    }

    @Test
    void aQueryIsLookedForInTheWholeRequestAndNullAsksForTheQuery() {
        Rule rule = selection("cs-uri-query|contains: '/admin.php?x='");
        assertThat(fires(rule, event("url.original", "/admin.php?x=1", "url.query", "x=1")))
                .isTrue();
        Rule start = selection("cs-uri-query|startswith: 'x='");
        assertThat(fires(start, event("url.original", "/admin.php?x=1", "url.query", "x=1")))
                .isTrue();
        Rule none = selection("cs-uri-query: null");
        assertThat(fires(none, event("url.original", "/admin.php"))).isTrue();
        assertThat(fires(none, event("url.original", "/admin.php?x=1", "url.query", "x=1")))
                .isFalse();
    }
}
