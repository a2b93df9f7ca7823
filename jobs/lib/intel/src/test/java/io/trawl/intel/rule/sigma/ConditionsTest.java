package io.trawl.intel.rule.sigma;

import static io.trawl.intel.rule.sigma.Sigma.agent;
import static io.trawl.intel.rule.sigma.Sigma.agents;
import static io.trawl.intel.rule.sigma.Sigma.event;
import static io.trawl.intel.rule.sigma.Sigma.fires;
import static io.trawl.intel.rule.sigma.Sigma.refused;
import static io.trawl.intel.rule.sigma.Sigma.rule;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trawl.intel.rule.Rule;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConditionsTest {
    /** Selections that hold if the user agent has their letter. */
    private static final String LETTERS = """
            a1: {c-useragent|contains: a}
            a2: {c-useragent|contains: b}
            c: {c-useragent|contains: c}
            _h: {c-useragent|contains: h}
            not-a: {c-useragent|contains: n}
            '1': {c-useragent|contains: '1'}
            """;

    @ParameterizedTest
    @CsvSource({
        "a1 and a2, ab, a",
        "a1 or a2, b, c",
        "not a1, b, a",
        "a1 or a2 and c, a, b",
        "(a1 or a2) and c, bc, b",
        "not a1 and a2, b, ab",
        "not (a1 and a2), a, ab",
        "not not a1, a, b",
        "a1 and not a2, a, ab",
        "1 of a*, b, c",
        "any of a*, b, c",
        "all of a*, ab, a",
        "1 of *2, b, a",
        "1 of *1* , a, b",
        "all of a*2, b, a",
        "1 of them, n, h",
        "1 of _*, h, a",
        "all of them, abcn1, abcn",
        "not 1 of a*, c, a",
        "1 of c, c, a",
        "not-a, n, a",
        "1, 1, a",
        "1 and a1, 1a, 1",
        "_h, h, a",
    })
    void conditionsAreRead(String condition, String hit, String miss) {
        Rule rule = rule(LETTERS + "condition: " + condition);
        assertThat(fires(rule, agent(hit))).as("%s on %s", condition, hit).isTrue();
        assertThat(fires(rule, agent(miss))).as("%s on %s", condition, miss).isFalse();
    }

    @Test
    void aListOfConditionsIsOneOfThem() {
        Rule rule = rule(LETTERS + "condition:\n  - a1\n  - c and a2");
        assertThat(fires(rule, agent("a"))).isTrue();
        assertThat(fires(rule, agent("bc"))).isTrue();
        assertThat(fires(rule, agent("b"))).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "nope; the condition names nope, which the detection does not have",
                "1 of x*; no selection has a name like x*",
                "2 of a*; the condition has '2 of'",
                "a1 and; ends too early",
                "a1 a2; expected and, or, or the end",
                "(a1; expected ')'",
                "a1); has ')' in the wrong place",
                "a1 AND a2; write and in lower case",
                "NOT a1; write not in lower case",
                "a1 & a2; the condition has '&'",
                "a*; the condition has 'a*' in the wrong place",
                "1 of; them, or a pattern of names",
                "a1 | count() > 5; write a Sigma correlation",
                "a1 near a2; write a Sigma correlation of type temporal",
                "' '; the condition is null",
            })
    void aConditionThatIsNoneIsRefusedInItsLine(String condition, String words) {
        assertThatThrownBy(() -> rule(LETTERS + "condition: " + condition))
                .hasMessageStartingWith("r.yml:11: ")
                .hasMessageContaining(words);
    }

    @Test
    void parenthesesWithoutEndAreRefused() {
        assertThatThrownBy(() -> rule(LETTERS + "condition: " + "(".repeat(50_000) + "a1" + ")".repeat(50_000)))
                .hasMessageContaining("deeper than 64 levels");
    }

    @ParameterizedTest
    @ValueSource(strings = {"condition: []", "condition:", "condition: [5.5, {a: b}]", "x: y"})
    void aConditionHasToBeThere(String condition) {
        assertThatThrownBy(() -> rule(LETTERS + condition)).hasMessageContaining("condition");
    }

    @Test
    void aMapIsAllOfItsFieldsAndAListOfMapsIsOneOfThem() {
        Rule rule = Sigma.selection("""
                - c-useragent: a
                  cs-method: GET
                - cs-method: PUT
                """);
        assertThat(fires(rule, event("user_agent.original", "a", "http.request.method", "GET")))
                .isTrue();
        assertThat(fires(rule, event("user_agent.original", "a", "http.request.method", "POST")))
                .isFalse();
        assertThat(fires(rule, event("http.request.method", "PUT"))).isTrue();
    }

    @Test
    void keywordsAreFoundInEveryText() {
        Rule rule = Sigma.selection("- evil one\n- 'b?d*thing'\n- 404");
        assertThat(fires(rule, event("url.original", "http://x/an EVIL one/"))).isTrue();
        assertThat(fires(rule, event("user_agent.original", "evil one"))).isTrue();
        assertThat(fires(rule, event("user_agent.original", "a bad little thing.")))
                .isTrue();
        assertThat(fires(rule, event("http.response.status_code", "404"))).isTrue();
        assertThat(fires(rule, event("user_agent.original", "evil", "url.original", "one")))
                .isFalse();
        Rule all = Sigma.selection("'|all': [evil, one]");
        assertThat(fires(all, event("user_agent.original", "evil", "url.original", "one")))
                .isTrue();
        assertThat(fires(all, event("user_agent.original", "evil"))).isFalse();
        Rule expression = Sigma.selection("'|re': 'e.il$'");
        assertThat(fires(expression, event("url.original", "/evil"))).isTrue();
        assertThat(fires(expression, event("url.original", "/evil/"))).isFalse();
        refused("- null", "null needs a field");
        refused("'|gt': 5", "needs a field");
        refused("'|fieldref': a", "needs a field");
        refused("[]", "the selection is empty");
        refused("'|contains': []", "keywords without a value");
    }

    @Test
    void anEmptySelectionIsRefused() {
        refused("{}", "the selection is empty");
        assertThatThrownBy(() -> rule("condition: s")).hasMessageContaining("detection has no selection");
    }

    @Test
    void timeframeIsRefused() {
        assertThatThrownBy(() -> rule(LETTERS + "timeframe: 5m\ncondition: a1"))
                .hasMessageStartingWith("r.yml:11: ")
                .hasMessageContaining("correlation");
    }

    @Test
    void aFieldWithoutValuesIsOneThatIsMissing() {
        agents("c-useragent: []", java.util.Arrays.asList((String) null), List.of("", "a"));
    }
}
