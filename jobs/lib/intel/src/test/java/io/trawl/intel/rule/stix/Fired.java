package io.trawl.intel.rule.stix;

import io.trawl.intel.rule.Fields;
import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.eval.RuleSet;
import io.trawl.record.ProxyEvent;
import java.util.ArrayList;
import java.util.List;

/** Patterns judged with the shipped mapping, and events judged by what they become. */
final class Fired {
    static final StixPatterns PATTERNS = new StixPatterns(Mapping.shipped(Fields::named), false);
    static final Rule.Place PLACE = new Rule.Place("feed.stix", 7);

    private Fired() {}

    static Judgement judge(String pattern) {
        return PATTERNS.judge(StixIndicator.of(pattern, PLACE));
    }

    /** The rule of a judgement; fails where there is none. */
    static Rule rule(Judgement judgement) {
        if (judgement instanceof Judgement.Indexed indexed) {
            return indexed.rule();
        }
        if (judgement instanceof Judgement.OneEvent one) {
            return one.rule();
        }
        throw new AssertionError(judgement.indicator().pattern() + ": " + judgement.text());
    }

    static boolean holds(Rule rule, ProxyEvent event) {
        List<Object> verdicts = new ArrayList<>();
        RuleSet.of(List.of(rule)).judge(event, verdicts::add);
        return !verdicts.isEmpty();
    }
}
