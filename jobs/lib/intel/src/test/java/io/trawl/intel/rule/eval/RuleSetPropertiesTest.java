package io.trawl.intel.rule.eval;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.Sieve;
import io.trawl.intel.rule.Verdict;
import io.trawl.record.ProxyEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongPredicate;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** A set of rules against one that reads the conditions as they are written. */
class RuleSetPropertiesTest {
    private static final int EVENTS = 40;

    @Property(tries = 600, shrinking = ShrinkingMode.OFF)
    void aSetSaysWhatItsRulesSay(@ForAll long seed) {
        RandomRules random = new RandomRules(new Random(seed));
        List<Rule> rules = random.rules();
        RuleSet set = RuleSet.of(rules);

        for (int i = 0; i < EVENTS; i++) {
            ProxyEvent event = random.event();
            List<Rule> expected = rules.stream()
                    .filter(rule -> Interpreter.holds(rule.condition(), event))
                    .toList();
            List<Verdict> verdicts = judge(set, event);
            assertThat(verdicts).extracting(Verdict::rule).containsExactlyElementsOf(expected);
            assertThat(verdicts)
                    .allSatisfy(verdict -> assertThat(verdict.why())
                            .allSatisfy(reason -> assertThat(reason.value()).contains(reason.part())));
            assertThat(rules)
                    .allSatisfy(rule ->
                            assertThat(RuleSet.explain(rule, event).holds()).isEqualTo(expected.contains(rule)));
        }
    }

    @Property(tries = 600, shrinking = ShrinkingMode.OFF)
    void theSieveHoldsBackNoEventThatMeetsARule(@ForAll long seed) {
        RandomRules random = new RandomRules(new Random(seed));
        RuleSet set = RuleSet.of(random.rules());

        for (int i = 0; i < EVENTS; i++) {
            ProxyEvent event = random.event();
            if (!passes(set.sieve(), event)) {
                assertThat(judge(set, event)).isEmpty();
            }
        }
    }

    private static List<Verdict> judge(RuleSet set, ProxyEvent event) {
        List<Verdict> verdicts = new ArrayList<>();
        set.judge(event, verdicts::add);
        return verdicts;
    }

    /** As {@link Sieve} says that it is used. */
    private static boolean passes(Sieve sieve, ProxyEvent event) {
        boolean may = sieve.always();
        for (Map.Entry<String, Sieve.Values> column : sieve.texts().entrySet()) {
            String value = (String) value(event, column.getKey());
            if (value != null) {
                boolean mayMeet = column.getValue().mayMeet(value);
                byte[] bytes = (" " + value + " ").getBytes(StandardCharsets.UTF_8);
                if (new String(bytes, StandardCharsets.UTF_8).equals(" " + value + " ")) {
                    assertThat(column.getValue().mayMeet(bytes, 1, bytes.length - 1))
                            .isEqualTo(mayMeet);
                }
                may |= mayMeet;
            }
        }
        for (Map.Entry<String, LongPredicate> column : sieve.numbers().entrySet()) {
            Object value = value(event, column.getKey());
            if (value != null) {
                may |= column.getValue()
                        .test(
                                value instanceof Instant time
                                        ? time.getEpochSecond() * 1_000_000 + time.getNano() / 1000
                                        : ((Number) value).longValue());
            }
        }
        return may;
    }

    private static Object value(ProxyEvent event, String column) {
        return event.get(ProxyEvent.SCHEMA$.getField(column).pos());
    }
}
