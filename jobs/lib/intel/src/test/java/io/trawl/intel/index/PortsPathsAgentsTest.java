package io.trawl.intel.index;

import static io.trawl.intel.Events.connect;
import static io.trawl.intel.Events.get;
import static io.trawl.intel.Events.indicator;
import static io.trawl.intel.Events.matches;
import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.intel.Events;
import io.trawl.record.ProxyEvent;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class PortsPathsAgentsTest {
    @Test
    void aHostWithAPortMatchesAtThatPortAlone() {
        IndicatorIndex index = IndicatorIndex.of(List.of(
                indicator("domain-port", "evil.example:8080"),
                indicator("domain-port", "evil.example:443"),
                indicator("ip-port", "192.0.2.1:80"),
                indicator("ip-port", "[2001:db8::1]:80"),
                indicator("domain-port", "github.io:443")));

        ProxyEvent tunnel = connect("www.evil.example");
        assertThat(matches(index, tunnel)).containsExactly("url.domain www.evil.example subdomain evil.example:443");
        ProxyEvent other = get("http://evil.example:8080/");
        other.setUrlPort(8080);
        assertThat(matches(index, other)).containsExactly("url.domain evil.example exact evil.example:8080");
        assertThat(matches(index, get("http://evil.example/"))).isEmpty();
        assertThat(matches(index, get("https://evil.example/")))
                .containsExactly("url.domain evil.example exact evil.example:443");
        assertThat(matches(index, get("http://192.0.2.1/"))).containsExactly("url.domain 192.0.2.1 exact 192.0.2.1:80");
        assertThat(matches(index, get("http://[2001:db8::1]/")))
                .containsExactly("url.domain 2001:db8::1 exact [2001:db8::1]:80");
        ProxyEvent peer = get("http://good.example/");
        peer.setDestinationIp("192.0.2.1");
        assertThat(matches(index, peer)).containsExactly("destination.ip 192.0.2.1 exact 192.0.2.1:80");
        peer.setDestinationPort(8443);
        assertThat(matches(index, peer)).isEmpty();
        assertThat(matches(index, get("https://a.github.io/"))).isEmpty();
        assertThat(matches(index, get("https://github.io/"))).hasSize(1);
        ProxyEvent referred = get("http://good.example/");
        referred.setHttpRequestReferrer("https://evil.example:8080/a");
        assertThat(matches(index, referred))
                .containsExactly("http.request.referrer evil.example exact evil.example:8080");
    }

    @Test
    void aPathMatchesTheEndOfAnyHostsPath() {
        IndicatorIndex index = IndicatorIndex.of(List.of(
                indicator("url-path", "/gate.php"),
                indicator("url-path", "/panel/gate.php"),
                indicator("url-path", "/a?id="),
                indicator("url-path", "/b?x=1")));

        assertThat(matches(index, get("http://any.example/panel/gate.php?a")))
                .containsExactlyInAnyOrder(
                        "url.path /panel/gate.php?a pattern /gate.php",
                        "url.path /panel/gate.php?a pattern /panel/gate.php");
        assertThat(matches(index, get("http://any.example/notgate.php"))).isEmpty();
        assertThat(matches(index, get("http://any.example/gate.php/more"))).isEmpty();
        assertThat(matches(index, get("http://any.example/?q=/gate.php"))).isEmpty();
        assertThat(matches(index, get("http://any.example/a?id=7"))).hasSize(1);
        assertThat(matches(index, get("http://any.example/a?id=7&b=8"))).hasSize(1);
        assertThat(matches(index, get("http://any.example/b?x=1"))).hasSize(1);
        assertThat(matches(index, get("http://any.example/b?x=2"))).isEmpty();
        ProxyEvent web = Events.event();
        web.setHttpRequestMethod("GET");
        web.setUrlPath("/x/gate.php");
        assertThat(matches(index, web)).containsExactly("url.path /x/gate.php pattern /gate.php");
    }

    @Test
    void aUserAgentMatchesAsAWholeOrByAnExpression() {
        IndicatorIndex index = IndicatorIndex.of(List.of(
                indicator("user-agent", "Evil/1.0"),
                indicator("user-agent-regex", "(?i)bad[-_]?bot"),
                indicator("user-agent-regex", "^sqlmap/[0-9]"),
                indicator("user-agent-regex", "wget|curl")));

        assertThat(agents(index, "Evil/1.0")).containsExactly("user_agent.original Evil/1.0 exact Evil/1.0");
        assertThat(agents(index, "Evil/1.0 x")).isEmpty();
        assertThat(agents(index, "my BadBot")).containsExactly("user_agent.original my BadBot pattern (?i)bad[-_]?bot");
        assertThat(agents(index, "sqlmap/1")).hasSize(1);
        assertThat(agents(index, "a sqlmap/1")).isEmpty();
        assertThat(agents(index, "curl/8")).hasSize(1);
    }

    private static List<String> agents(IndicatorIndex index, String agent) {
        ProxyEvent event = Events.event();
        event.setUserAgentOriginal(agent);
        return matches(index, event);
    }

    @Test
    void aMailDomainIsNoHost() {
        IndicatorIndex index = IndicatorIndex.of(List.of(indicator("email-domain", "evil.example")));

        assertThat(index.size()).isEqualTo(1);
        assertThat(matches(index, get("http://evil.example/"))).isEmpty();
    }

    @Test
    void theLiteralOfAnExpressionIsInEveryMatch() {
        assertThat(UserAgents.literal("(?i)Bad[-_]?Bot")).isEqualTo("bad");
        assertThat(UserAgents.literal("^sqlmap/[0-9]+$")).isEqualTo("sqlmap/");
        assertThat(UserAgents.literal("a\\.b\\d+long(er|est)? tail{2}x")).isEqualTo("long");
        assertThat(UserAgents.literal("one|another")).isEmpty();
        assertThat(UserAgents.literal("\\x41bcdef")).isEmpty();
        assertThat(UserAgents.literal("abcd*")).isEqualTo("abc");
        assertThat(UserAgents.literal("(\\Q)\\Ebarlong)?x")).isEqualTo("x");
        assertThat(UserAgents.literal("(\\Q(\\E)longer")).isEqualTo("longer");
    }

    @Test
    void whatIsQuotedEndsNoGroup() {
        IndicatorIndex index = IndicatorIndex.of(List.of(
                indicator("user-agent-regex", "(\\Q)\\Ebarlong)?x/1"),
                indicator("user-agent-regex", "(\\Q(\\E)longer")));

        assertThat(agents(index, "x/1")).containsExactly("user_agent.original x/1 pattern (\\Q)\\Ebarlong)?x/1");
        assertThat(agents(index, "a (longer")).hasSize(1);
    }

    @Property(tries = 3000)
    void thePreFilterLosesNothingOfWhatIsQuoted(@ForAll("quoting") String expression, @ForAll("agents") String text) {
        thePreFilterLosesNothing(expression, text);
    }

    @Provide
    Arbitrary<String> quoting() {
        return Arbitraries.of("\\Q", "\\Q", "\\E", "\\E", "(", "(", ")", ")", "[", "]", "|", "?", "a", "bcd", "2", "\\")
                .list()
                .ofMaxSize(10)
                .map(pieces -> String.join("", pieces));
    }

    @Provide
    Arbitrary<String> agents() {
        return Arbitraries.of("a", "bcd", "(", ")", "[", "]", "2", "|", "\\Q")
                .list()
                .ofMaxSize(6)
                .map(pieces -> String.join("", pieces));
    }

    /** Whatever the expression, the pre-filter loses no match. */
    @Property(tries = 3000)
    void thePreFilterLosesNothing(
            @ForAll
                    @Chars({'a', 'b', 'C', '|', '(', ')', '[', ']', '*', '+', '?', '.', '^', '$', '{', '2', '}', '\\'})
                    @StringLength(min = 1, max = 12)
                    String expression,
            @ForAll @Chars({'a', 'b', 'c', 'C', '2', '\\', '(', 'B'}) @StringLength(max = 10) String text) {
        com.google.re2j.Pattern pattern;
        try {
            pattern = com.google.re2j.Pattern.compile(expression);
        } catch (com.google.re2j.PatternSyntaxException e) {
            return;
        }
        List<Integer> found = new ArrayList<>();
        new UserAgents(List.of("zzz", expression)).find(text, found::add);
        assertThat(found).isEqualTo(pattern.matcher(text).find() ? List.of(1) : List.of());
    }
}
