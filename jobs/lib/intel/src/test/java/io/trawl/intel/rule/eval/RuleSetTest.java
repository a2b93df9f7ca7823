package io.trawl.intel.rule.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.re2j.Pattern;
import io.trawl.intel.Events;
import io.trawl.intel.rule.Ask;
import io.trawl.intel.rule.Condition;
import io.trawl.intel.rule.Field;
import io.trawl.intel.rule.Fields;
import io.trawl.intel.rule.Glob;
import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.Verdict;
import io.trawl.intel.rule.Verdict.Reason;
import io.trawl.record.ProxyEvent;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RuleSetTest {
    private static final Condition SUSPECT = new Condition.All(List.of(
            new Condition.Named("agent", test("user_agent.original", text("EVIL", Ask.Place.ANYWHERE))),
            new Condition.Named(
                    "target",
                    new Condition.Any(List.of(
                            test("url.path", text(".exe", Ask.Place.END)),
                            test("url.query", text("cmd=", Ask.Place.START))))),
            new Condition.Not(
                    new Condition.Named("filter", test("http.response.status_code", new Ask.Equal(number(404)))))));

    @Test
    void aVerdictSaysWhichTestsMadeItSo() {
        ProxyEvent event = event("/a/Setup.EXE", "cmd=1", "An Evil agent");

        List<Verdict> verdicts = judge(RuleSet.of(List.of(RandomRules.rule("r1", SUSPECT))), event);

        assertThat(verdicts)
                .singleElement()
                .satisfies(verdict -> assertThat(verdict.why())
                        .containsExactly(
                                new Reason("agent", "user_agent.original", "An Evil agent", "Evil"),
                                new Reason("target", "url.path", "/a/Setup.EXE", ".EXE"),
                                new Reason("target", "url.query", "cmd=1", "cmd=")));
        event.setHttpResponseStatusCode(404);
        assertThat(judge(RuleSet.of(List.of(RandomRules.rule("r1", SUSPECT))), event))
                .isEmpty();
    }

    @Test
    void aRuleThatOnlySaysWhatMustNotBeNamesTheFieldThatItLooksAt() {
        Condition condition = new Condition.Named(
                "filter", new Condition.Not(test("url.domain", text("good.example", Ask.Place.WHOLE))));
        RuleSet set = RuleSet.of(List.of(RandomRules.rule("r1", condition)));

        ProxyEvent other = Events.get("http://other.example/");
        assertThat(judge(set, other).get(0).why())
                .containsExactly(new Reason("filter", "url.domain", "other.example", ""));
        assertThat(judge(set, Events.event()).get(0).why()).containsExactly(new Reason("filter", "url.domain", "", ""));
        assertThat(judge(set, Events.get("http://good.example/"))).isEmpty();
        assertThat(set.sieve().always()).isTrue();
    }

    @Test
    void verdictsComeInTheOrderOfTheRules() {
        List<Rule> rules = IntStream.range(0, 200)
                .mapToObj(i -> RandomRules.rule(
                        "r" + i, test(i % 2 == 0 ? "url.path" : "url.domain", text("e", Ask.Place.ANYWHERE))))
                .toList();
        assertThat(judge(RuleSet.of(rules), Events.get("http://e.example/e")))
                .extracting(Verdict::rule)
                .containsExactlyElementsOf(rules);
    }

    @Test
    void anExplanationGoesThroughTheRulePartByPart() {
        Explanation explanation =
                RuleSet.explain(RandomRules.rule("r1", SUSPECT), event("/a/setup.exe", "x=1", "a good agent"));

        assertThat(explanation.holds()).isFalse();
        assertThat(explanation.of())
                .extracting(Explanation::kind)
                .containsExactly(Explanation.Kind.NAMED, Explanation.Kind.NAMED, Explanation.Kind.NOT);
        Explanation agent = explanation.of().get(0);
        assertThat(agent.name()).isEqualTo("agent");
        assertThat(agent.holds()).isFalse();
        assertThat(agent.of().get(0))
                .isEqualTo(new Explanation(
                        Explanation.Kind.TEST,
                        false,
                        "user_agent.original",
                        "user_agent.original",
                        "contains 'EVIL'",
                        List.of("a good agent"),
                        "",
                        List.of()));
        assertThat(explanation.of().get(1).holds()).isTrue();
        assertThat(explanation.of().get(1).of().get(0).of().get(0).part()).isEqualTo(".exe");
        assertThat(explanation.of().get(2).holds()).isTrue();
    }

    @Test
    void aRuleThatCannotBeRunIsNamedWithItsPlace() {
        Condition endless = test("destination.port", new Ask.Equal(new BigDecimal("1e999999")));
        assertThatThrownBy(() -> RuleSet.of(List.of(RandomRules.rule("r1", endless))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("rules.yml:1: rule r1: a number of more than 1000 digits; expected for example 8080");
    }

    @Test
    void whoIsGivenAVerdictMayJudgeAnotherEvent() {
        RuleSet set = RuleSet.of(List.of(
                RandomRules.rule("r1", test("url.path", text("a", Ask.Place.ANYWHERE))),
                RandomRules.rule("r2", test("url.path", text("b", Ask.Place.ANYWHERE)))));
        List<String> ids = new ArrayList<>();
        set.judge(Events.get("http://x.example/ab"), outer -> {
            ids.add(outer.rule().id());
            set.judge(
                    Events.get("http://x.example/b"),
                    inner -> ids.add("inner " + inner.rule().id()));
        });
        assertThat(ids).containsExactly("r1", "inner r2", "r2", "inner r2");
    }

    @Test
    void threadsShareASet() throws Exception {
        RuleSet set = RuleSet.of(IntStream.range(0, 100)
                .mapToObj(i -> RandomRules.rule("r" + i, test("url.path", text("/" + i + "/", Ask.Place.ANYWHERE))))
                .toList());
        Callable<Boolean> work = () -> IntStream.range(0, 20_000).allMatch(i -> {
            List<Verdict> verdicts = judge(set, Events.get("http://x.example/" + i % 100 + "/"));
            return verdicts.size() == 1 && verdicts.get(0).rule().id().equals("r" + i % 100);
        });
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (Future<Boolean> done : threads.invokeAll(List.of(work, work, work, work))) {
                assertThat(done.get()).isTrue();
            }
        } finally {
            threads.shutdown();
        }
    }

    /** What looks at a character again for each that follows takes hours here. */
    @Test
    void aValueOfTenMillionCharactersIsReadInLinearTime() {
        String many = "a".repeat(10_000_000);
        Glob glob = new Glob.Builder()
                .many()
                .character('a')
                .one()
                .many()
                .character('b')
                .many()
                .character('c')
                .build();
        List<Ask> asks = List.of(
                text("a".repeat(40) + "b", Ask.Place.ANYWHERE),
                new Ask.Like(glob, false),
                new Ask.Expression(Pattern.compile("(a*)*b")),
                new Ask.SameAs(field("url.original"), Ask.Place.ANYWHERE, false),
                new Ask.Equal(BigDecimal.ONE),
                new Ask.Within(io.trawl.intel.rule.Range.parse("10.0.0.0/8")),
                new Ask.Holds(io.trawl.intel.rule.Range.parse("10.0.0.0/8")));
        List<Rule> rules = new ArrayList<>();
        for (Ask ask : asks) {
            rules.add(RandomRules.rule("r" + rules.size(), test("user_agent.original", ask)));
        }
        ProxyEvent event = Events.event();
        event.setUserAgentOriginal(many);
        event.setUrlOriginal("a".repeat(5_000_000) + "b");

        assertThat(judge(RuleSet.of(rules), event)).isEmpty();
        event.setUserAgentOriginal(many + "a".repeat(40) + "b");
        assertThat(judge(RuleSet.of(rules), event))
                .extracting(verdict -> verdict.rule().id())
                .containsExactly("r0", "r2", "r3");
    }

    /** Of events without a verdict. */
    @Test
    void nothingIsAllocatedForAnEventThatMeetsNoRule() {
        RuleSet set = RuleSet.of(List.of(
                RandomRules.rule("r1", SUSPECT),
                RandomRules.rule("r2", test("url.extension", text("scr", Ask.Place.WHOLE))),
                RandomRules.rule("r3", new Condition.Keyword(text("${jndi:", Ask.Place.ANYWHERE))),
                RandomRules.rule("r4", test("http.response.status_code", new Ask.Compare(Ask.Order.LESS, number(200)))),
                RandomRules.rule("r5", test("http.response.status_code", text("500", Ask.Place.WHOLE))),
                RandomRules.rule(
                        "r6", test("source.ip", new Ask.Within(io.trawl.intel.rule.Range.parse("192.0.2.0/24"))))));
        ProxyEvent event = event("/a/setup.exe", "x=1", "a good agent");
        event.setSourceIp("10.1.2.3");
        event.setHttpResponseStatusCode(200);
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long[] verdicts = {0};
        Consumer<Verdict> count = verdict -> verdicts[0]++;
        for (int i = 0; i < 20_000; i++) {
            set.judge(event, count);
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 100_000; i++) {
            set.judge(event, count);
        }
        // The asking itself takes some bytes once.
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(100_000);
        assertThat(verdicts[0]).isZero();
    }

    private static ProxyEvent event(String path, String query, String agent) {
        ProxyEvent event = Events.get("http://www.example.com" + path);
        event.setUrlPath(path);
        event.setUrlQuery(query);
        event.setUserAgentOriginal(agent);
        return event;
    }

    private static Condition.Test test(String field, Ask ask) {
        return new Condition.Test(field(field), field, ask);
    }

    private static Field field(String name) {
        return Objects.requireNonNull(Fields.named(name), name);
    }

    private static Ask.Text text(String text, Ask.Place place) {
        return new Ask.Text(text, place, false);
    }

    private static BigDecimal number(long number) {
        return BigDecimal.valueOf(number);
    }

    private static List<Verdict> judge(RuleSet set, ProxyEvent event) {
        List<Verdict> verdicts = new ArrayList<>();
        set.judge(event, verdicts::add);
        return verdicts;
    }
}
