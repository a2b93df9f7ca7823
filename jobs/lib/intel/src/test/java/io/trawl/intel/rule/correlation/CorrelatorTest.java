package io.trawl.intel.rule.correlation;

import static io.trawl.intel.rule.correlation.Cases.START;
import static io.trawl.intel.rule.correlation.Cases.batch;
import static io.trawl.intel.rule.correlation.Cases.correlation;
import static io.trawl.intel.rule.correlation.Cases.fired;
import static io.trawl.intel.rule.correlation.Cases.set;
import static io.trawl.intel.rule.correlation.Cases.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.intel.rule.correlation.Shape.Aggregate;
import io.trawl.intel.rule.correlation.Shape.Limits;
import io.trawl.intel.rule.correlation.Shape.Limits.Limit;
import io.trawl.intel.rule.correlation.Shape.Limits.Order;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What correlations find. Longer than other classes, since each type and each border of a window is a test. */
class CorrelatorTest {
    private static final Correlation THREE = correlation("three", new Shape.EventCount(Limits.atLeast(3)), "a");

    private static Limits limits(Object... pairs) {
        List<Limit> limits = new ArrayList<>();
        for (int i = 0; i < pairs.length; i += 2) {
            limits.add(new Limit((Order) pairs[i], new BigDecimal(pairs[i + 1].toString())));
        }
        return new Limits(limits);
    }

    private static Correlation count(Object... pairs) {
        return correlation("count", new Shape.EventCount(limits(pairs)), "a");
    }

    @Test
    void aGroupHasAllEventsOfItsTimespan() {
        assertThat(batch(THREE, "a@0 x, a@1 x, a@2 x, a@3 x, a@9 x")).isEqualTo("x:1,2,3,4,5");
    }

    @Test
    void ofNothingThereIsNoGroup() {
        assertThat(Correlator.batch(set(THREE), List.of())).isEmpty();
        assertThat(Correlator.batch(Correlations.NONE, fired("a@0 x"))).isEmpty();
    }

    @Test
    void fewerEventsAreNoGroup() {
        assertThat(batch(THREE, "a@0 x, a@1 x, a@2 y, a@20 x, a@21 x")).isEmpty();
    }

    @Test
    void anEventAtTheEndOfTheTimespanIsInIt() {
        assertThat(batch(THREE, "a@0 x, a@5 x, a@10 x")).isEqualTo("x:1,2,3");
        assertThat(batch(THREE, "a@0 x, a@5 x, a@10.001 x")).isEmpty();
    }

    @Test
    void theWindowSlides() {
        assertThat(batch(THREE, "a@0 x, a@8 x, a@12 x, a@17 x")).isEqualTo("x:2,3,4");
    }

    @Test
    void aGroupThatGoesOnFiresAgainAfterTheTimespan() {
        assertThat(batch(THREE, "a@0 x, a@4 x, a@8 x, a@12 x, a@16 x, a@20 x, a@24 x"))
                .isEqualTo("x:1,2,3 x:4,5,6");
    }

    @Test
    void groupsAreApartAndCompareWithoutCase() {
        assertThat(batch(THREE, "a@0 x, a@1 y, a@2 X, a@3 y, a@4 x, a@5 Y")).isEqualTo("x:1,3,5 y:2,4,6");
    }

    @Test
    void anEventWithoutTheGroupsFieldIsInNoGroup() {
        assertThat(batch(THREE, "a@0, a@1, a@2, a@3 x")).isEmpty();
    }

    @Test
    void withoutGroupByAllEventsAreOneGroup() {
        Correlation all = correlation(
                "all",
                new Shape.EventCount(Limits.atLeast(3)),
                List.of(),
                Map.of(),
                Duration.ofSeconds(10),
                false,
                "a");
        assertThat(batch(all, "a@0 x, a@1 y, a@2")).isEqualTo(":1,2,3");
    }

    @Test
    void anEventOfTwoRulesCountsOnce() {
        Correlation both = correlation("both", new Shape.EventCount(Limits.atLeast(3)), "a", "b");
        assertThat(batch(both, "ab@0 x, ab@1 x")).isEmpty();
        assertThat(batch(both, "ab@0 x, a@1 x, b@2 x")).isEqualTo("x:1,2,3");
    }

    @Test
    void aCopyOfAnEventCountsOnce() {
        List<Fired> twice = new ArrayList<>(fired("a@0 x, a@1 x"));
        twice.addAll(fired("a@0 x, a@1 x"));
        assertThat(Correlator.batch(set(THREE), twice)).isEmpty();
    }

    @Test
    void anUpperLimitIsOfTheWholeWindow() {
        assertThat(batch(count(Order.LT, 3), "a@0 x, a@1 x, a@2 y, a@3 y, a@4 y, a@5 y"))
                .isEqualTo("x:1,2");
        assertThat(batch(count(Order.EQ, 3), "a@0 x, a@1 x, a@2 x, a@3 y, a@4 y, a@5 y, a@6 y, a@7 z"))
                .isEqualTo("x:1,2,3");
        assertThat(batch(count(Order.NEQ, 2), "a@0 x, a@1 x, a@3 y, a@4 y, a@5 y"))
                .isEqualTo("y:3,4,5");
        assertThat(batch(count(Order.LTE, 1), "a@0 x, a@1 y, a@2 y")).isEqualTo("x:1");
    }

    @Test
    void severalLimitsAreARange() {
        Correlation range = count(Order.GT, 1, Order.LTE, 3);
        assertThat(batch(range, "a@0 x, a@1 y, a@2 y, a@3 z, a@4 z, a@5 z, a@6 z"))
                .isEqualTo("y:2,3");
    }

    @Test
    void theEndOfABurstIsNotASmallNumber() {
        assertThat(batch(count(Order.LT, 3), "a@0 x, a@1 x, a@2 x, a@3 x, a@9 x, a@10.5 x"))
                .isEmpty();
    }

    @Test
    void valuesAreCountedOnceAndWithoutCase() {
        Correlation values = correlation("values", new Shape.ValueCount(List.of("bytes"), Limits.atLeast(3)), "a");
        assertThat(batch(values, "a@0 x=u, a@1 x=U, a@2 x=u, a@3 x=v")).isEmpty();
        assertThat(batch(values, "a@0 x=u, a@1 x=u, a@2 x=v, a@3 x, a@4 x=w")).isEqualTo("x:1,2,3,5");
    }

    @Test
    void aValueThatLeftTheWindowDoesNotCount() {
        Correlation values = correlation("values", new Shape.ValueCount(List.of("bytes"), Limits.atLeast(3)), "a");
        assertThat(batch(values, "a@0 x=u, a@6 x=v, a@11 x=w")).isEmpty();
    }

    @Test
    void combinationsOfSeveralFieldsAreCounted() {
        Correlation pairs = correlation(
                "pairs",
                new Shape.ValueCount(List.of("bytes", "c-ip"), Limits.atLeast(3)),
                List.of(),
                Map.of(),
                Duration.ofSeconds(10),
                false,
                "a");
        assertThat(batch(pairs, "a@0 x=1, a@1 x=1, a@2 y=1")).isEmpty();
        assertThat(batch(pairs, "a@0 x=1, a@1 y=1, a@2 x=2")).isEqualTo(":1,2,3");
    }

    @Test
    void sumsAreOfNumbersOnly() {
        Correlation sum = correlation("sum", new Shape.Value(new Aggregate.Sum(), "bytes", limits(Order.GT, 100)), "a");
        assertThat(batch(sum, "a@0 x=60, a@1 x=none, a@2 x=40.5")).isEqualTo("x:1,3");
        assertThat(batch(sum, "a@0 x=60, a@1 x=40, a@2 x=1e999999999")).isEmpty();
        assertThat(batch(sum, "a@0 x=60, a@11 x=60")).isEmpty();
    }

    @Test
    void averagesAreOfTheWholeWindow() {
        Correlation average =
                correlation("average", new Shape.Value(new Aggregate.Average(), "bytes", limits(Order.GT, 500)), "a");
        assertThat(batch(average, "a@0 x=1, a@1 x=2, a@2 x=1000")).isEmpty();
        assertThat(batch(average, "a@0 x=1, a@1 x=1000")).isEqualTo("x:1,2");
    }

    @Test
    void percentilesAreInterpolated() {
        Correlation median = correlation(
                "median", new Shape.Value(new Aggregate.Percentile(50), "bytes", limits(Order.EQ, 15)), "a");
        assertThat(batch(median, "a@0 x=10, a@1 x=20")).isEqualTo("x:1,2");
        assertThat(batch(median, "a@0 x=1000, a@1 x=15, a@2 x=-3")).isEqualTo("x:1,2,3");
        Correlation high =
                correlation("high", new Shape.Value(new Aggregate.Percentile(90), "bytes", limits(Order.GTE, 91)), "a");
        assertThat(batch(high, "a@0 x=100, a@1 x=0, a@2 x=10")).isEmpty();
        assertThat(batch(high, "a@0 x=100, a@1 x=90, a@2 x=10")).isEqualTo("x:1,2,3");
    }

    @Test
    void temporalWantsAllRulesInAnyOrder() {
        Correlation all = correlation("all", new Shape.RuleCount(false, Limits.atLeast(2)), "a", "b");
        assertThat(batch(all, "b@0 x, a@5 x")).isEqualTo("x:1,2");
        assertThat(batch(all, "b@0 x, a@11 x, a@5 y, b@6 z")).isEmpty();
        assertThat(batch(all, "ab@0 x")).isEqualTo("x:1");
    }

    @Test
    void orderedWantsTheRulesInTheirOrder() {
        Correlation ordered = correlation("ordered", new Shape.RuleCount(true, Limits.atLeast(3)), "a", "b", "c");
        assertThat(batch(ordered, "a@0 x, b@1 x, c@2 x")).isEqualTo("x:1,2,3");
        assertThat(batch(ordered, "c@0 x, b@1 x, a@2 x, c@3 x")).isEmpty();
        assertThat(batch(ordered, "c@0 x, a@1 x, b@2 x, a@3 x, c@4 x")).isEqualTo("x:2,3,4,5");
        assertThat(batch(ordered, "a@0 x, b@1 x, a@9 x, b@9.5 x, c@12 x")).isEqualTo("x:3,4,5");
        assertThat(batch(ordered, "a@0 x, b@1 x, a@9 x, c@12 x")).isEmpty();
        assertThat(batch(ordered, "abc@0 x")).isEmpty();
    }

    @Test
    void eventsOfTheSameTimeAreInTheOrderOfTheirLog() {
        Correlation ordered = correlation("ordered", new Shape.RuleCount(true, Limits.atLeast(2)), "a", "b");
        assertThat(batch(ordered, "a@0 x, b@0 x")).isEqualTo("x:1,2");
        assertThat(batch(ordered, "b@0 x, a@0 x")).isEmpty();
    }

    @Test
    void twoOfThreeInOrderAreEnoughIfTheConditionSaysSo() {
        Correlation two = correlation("two", new Shape.RuleCount(true, Limits.atLeast(2)), "a", "b", "c");
        assertThat(batch(two, "b@0 x, a@1 x, c@2 x")).isEqualTo("x:1,2,3");
        assertThat(batch(two, "c@0 x, b@1 x, a@2 x")).isEmpty();
    }

    @Test
    void anExpressionSaysWhichRulesThereMustBe() {
        Correlation either =
                correlation("either", new Shape.Together(false, Expression.of("a and (b or c)")), "a", "b", "c");
        assertThat(batch(either, "a@0 x, c@1 x, b@2 y, c@3 y")).isEqualTo("x:1,2");
        Correlation without = correlation("without", new Shape.Together(false, Expression.of("a and not b")), "a", "b");
        assertThat(batch(without, "a@0 x, a@0 y, b@5 y, b@20 z, a@25 z, a@40 w, b@51 w"))
                .isEqualTo("x:1 z:5 w:6");
        Correlation ordered =
                correlation("ordered", new Shape.Together(true, Expression.of("a and b and not c")), "a", "b", "c");
        assertThat(batch(ordered, "a@0 x, b@1 x, b@0 y, a@1 y, a@0 z, c@1 z, b@2 z"))
                .isEqualTo("x:1,2");
    }

    @Test
    void aliasesNameFieldsByRule() {
        Correlation alias = correlation(
                "alias",
                new Shape.RuleCount(false, Limits.atLeast(2)),
                List.of("ip"),
                Map.of("ip", Map.of("a", "src", "b", "dst")),
                Duration.ofSeconds(10),
                false,
                "a",
                "b");
        List<Fired> fired = List.of(
                new Fired("a", "1", START, 0, Map.of("src", List.of("10.0.0.1"), "dst", List.of("10.0.0.9"))),
                new Fired("b", "2", START, 1, Map.of("src", List.of("10.0.0.1"), "dst", List.of("10.0.0.2"))),
                new Fired("b", "3", START, 2, Map.of("src", List.of("10.0.0.5"), "dst", List.of("10.0.0.1"))));
        assertThat(set(alias).fields("a")).containsExactly("src");
        assertThat(set(alias).fields("b")).containsExactly("dst");
        List<Group> groups = Correlator.batch(set(alias), fired);
        assertThat(text(groups)).isEqualTo("10.0.0.1:1,3");
        assertThat(groups.get(0).group()).containsExactly(Map.entry("ip", "10.0.0.1"));
    }

    @Test
    void aChainTakesGroupsForEvents() {
        Correlation many = correlation("many", new Shape.EventCount(Limits.atLeast(3)), "a");
        Correlation then = correlation("then", new Shape.RuleCount(true, Limits.atLeast(2)), "many", "b");
        Correlations set = set(then, many);
        assertThat(text(Correlator.batch(set, fired("a@0 x, a@1 x, a@2 x, b@3 x"))))
                .isEqualTo("x:1,2,3,4");
        assertThat(Correlator.batch(set, fired("b@0 x, a@1 x, a@2 x, a@3 x"))).isEmpty();
        assertThat(Correlator.batch(set, fired("a@0 x, a@1 x, b@2 x, a@3 x"))).isEmpty();
        assertThat(set.isSilent("many")).isTrue();
        assertThat(set.isSilent("then")).isFalse();
        assertThat(set.rules()).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void aChainFollowsEachEventOfAGroup() {
        Correlation many = correlation("many", new Shape.EventCount(Limits.atLeast(3)), "a");
        Correlation then = correlation("then", new Shape.RuleCount(true, Limits.atLeast(2)), "many", "b");
        Correlation twice = correlation("twice", new Shape.EventCount(Limits.atLeast(2)), "many");
        String log = "a@0 x, a@1 x, a@2 x, a@9 x, b@15 x";
        assertThat(text(Correlator.batch(set(many, then), fired(log)))).isEqualTo("x:1,2,3,4,5");
        assertThat(Correlator.batch(set(many, then), fired("a@0 x, a@1 x, a@2 x, a@4 x, b@15 x")))
                .isEmpty();
        assertThat(Correlator.batch(set(many, twice), fired(log))).isEmpty();
    }

    @Test
    void aChainGroupsByItsOwnFields() {
        Correlation many = correlation("many", new Shape.EventCount(Limits.atLeast(2)), "a");
        Correlation then = correlation(
                "then",
                new Shape.RuleCount(true, Limits.atLeast(2)),
                List.of("bytes"),
                Map.of(),
                Duration.ofSeconds(10),
                false,
                "many",
                "b");
        Correlations set = set(many, then);
        assertThat(set.fields("a")).containsExactly("bytes", "c-ip");
        assertThat(text(Correlator.batch(set, fired("a@0 x=u, a@1 x=v, b@2 y=v, b@3 y=w"))))
                .isEqualTo("v:1,2,3");
    }

    @Test
    void aChainOnAnEndedWindowIsJudgedWhenItEnds() {
        Correlation few = correlation("few", new Shape.EventCount(limits(Order.LT, 3)), "a");
        Correlation then = correlation("then", new Shape.RuleCount(true, Limits.atLeast(2)), "few", "b");
        Correlations set = set(few, then);
        assertThat(text(Correlator.batch(set, fired("a@0 x, b@9 x, b@11 x")))).isEqualTo("x:1,3");
    }

    @Test
    void generateLetsTheRulesFireToo() {
        Correlation generates = correlation(
                "generates",
                new Shape.EventCount(Limits.atLeast(2)),
                List.of(),
                Map.of(),
                Duration.ofSeconds(1),
                true,
                "a");
        assertThat(set(generates).isSilent("a")).isFalse();
        assertThat(set(generates, THREE).isSilent("a")).isTrue();
    }

    @Test
    void aGroupThatGoesOnKeepsItsIdAndCause() {
        List<Group> first = Correlator.until(set(THREE), fired("a@0 x, a@1 x, a@2 x, z@2.5 x"), START.plusSeconds(3));
        List<Group> last = Correlator.until(set(THREE), fired("a@0 x, a@1 x, a@2 x, a@4 x"), START.plusSeconds(11));
        assertThat(text(first)).isEqualTo("x:1,2,3");
        assertThat(text(last)).isEqualTo("x:1,2,3,4");
        assertThat(first.get(0).closed()).isFalse();
        assertThat(last.get(0).closed()).isTrue();
        assertThat(last.get(0).id()).isEqualTo(first.get(0).id());
        assertThat(List.of(first.get(0).cause(), last.get(0).cause())).containsOnly("0003");
        assertThat(last.get(0).held()).isEqualTo(START.plusSeconds(2));
    }

    @Test
    void anUpperLimitIsJudgedWhenItsWindowHasEnded() {
        Correlations few = set(count(Order.LT, 3));
        List<Fired> fired = fired("a@0 x, a@1 x");
        assertThat(Correlator.until(few, fired, START.plusSeconds(10))).isEmpty();
        List<Group> ended = Correlator.until(few, fired, START.plusSeconds(11));
        assertThat(text(ended)).isEqualTo("x:1,2");
        assertThat(ended.get(0).cause()).isEqualTo("0002");
        assertThat(few.waitsForEnds()).isTrue();
        assertThat(set(THREE).waitsForEnds()).isFalse();
    }

    @Test
    void familiesKnowNothingOfEachOther() {
        Shape two = new Shape.EventCount(Limits.atLeast(2));
        Correlations all = set(
                correlation("one", two, "a"),
                correlation("two", two, "a", "b"),
                correlation("three", two, "one"),
                correlation("four", two, "three", "one", "five"),
                correlation("five", two, "c"));
        assertThat(all.families())
                .extracting(family ->
                        family.all().stream().map(Correlation::id).sorted().toList())
                .containsExactlyInAnyOrder(List.of("two"), List.of("five", "four", "one", "three"));
        for (Correlations family : all.families()) {
            List<String> ids = family.all().stream().map(Correlation::id).toList();
            family.all()
                    .forEach(one -> one.rules().stream()
                            .filter(ids::contains)
                            .forEach(rule -> assertThat(ids.indexOf(rule)).isLessThan(ids.indexOf(one.id()))));
        }
        List<Fired> some = fired("a@0 X, a@0");
        Correlations alone = all.families().stream()
                .filter(family -> family.all().size() == 1)
                .findFirst()
                .orElseThrow();
        assertThat(alone.places(some.get(0))).containsExactly(List.of("x"));
        assertThat(alone.places(some.get(1))).isEmpty();
    }

    @Test
    void referencesAreFoundOrRefused() {
        Map<String, String> refused = new LinkedHashMap<>();
        Correlation one = correlation("one", new Shape.EventCount(Limits.atLeast(2)), "two");
        Correlation two = correlation("two", new Shape.EventCount(Limits.atLeast(2)), "one");
        Correlation three = correlation("three", new Shape.EventCount(Limits.atLeast(2)), "nowhere");
        Correlation four = correlation("four", new Shape.EventCount(Limits.atLeast(2)), "three");
        Correlation alias = correlation(
                "alias",
                new Shape.EventCount(Limits.atLeast(2)),
                List.of(),
                Map.of("ip", Map.of("b", "src")),
                Duration.ofSeconds(1),
                false,
                "a");
        Correlation good = correlation("good", new Shape.EventCount(Limits.atLeast(2)), "a");
        Correlations set = Correlations.of(
                Arrays.asList(one, two, three, four, alias, good, good),
                rule -> rule.length() == 1 ? rule : null,
                wrong -> refused.put(
                        wrong.correlation().id()
                                + (refused.containsKey(wrong.correlation().id()) ? "'" : ""),
                        wrong.reason()));
        assertThat(set.all()).extracting(Correlation::id).containsExactly("good");
        assertThat(refused.get("two")).isEqualTo("it refers to itself by one; expected no circle");
        assertThat(refused.get("one")).isEqualTo("the correlation two that it refers to was refused");
        assertThat(refused.get("three")).startsWith("there is no rule nowhere; expected the id or the name");
        assertThat(refused.get("four")).isEqualTo("the correlation three that it refers to was refused");
        assertThat(refused.get("alias"))
                .isEqualTo("the alias ip names b, which is not among its rules; expected one of a");
        assertThat(refused.get("good")).startsWith("the correlation at rules.yml:1 has the same id good");
    }

    @Test
    void aManyValuedFieldIsInSeveralGroups() {
        List<Fired> fired = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            fired.add(new Fired(
                    "a", "e" + i, START.plusSeconds(i), i, Map.of("c-ip", List.of("x", i == 1 ? "z" : "y"))));
        }
        Collections.shuffle(fired, new java.util.Random(1));
        assertThat(text(Correlator.batch(set(THREE), fired))).isEqualTo("x:e0,e1,e2");
    }
}
