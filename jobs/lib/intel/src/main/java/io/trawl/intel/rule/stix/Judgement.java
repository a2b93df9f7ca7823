package io.trawl.intel.rule.stix;

import io.trawl.intel.rule.Rule;
import io.trawl.record.Indicator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a pattern is for a sweep. */
public sealed interface Judgement {
    /** The pattern with what its source says of it. */
    StixIndicator indicator();

    /**
     * A rule that one event decides.
     *
     * @param left parts that OR joins and that no event can say, each with its reason: the rule is about the others
     */
    record OneEvent(StixIndicator indicator, Rule rule, List<String> left) implements Judgement {
        public OneEvent {
            left = List.copyOf(left);
        }
    }

    /**
     * Equalities alone: indicators of the index.
     *
     * @param indicators at least one, each of the index's types; their feed is the name of the file
     * @param rule the same as a rule, for where there is no index. It is the pattern to the letter, while the index matches a
     *     domain with its subdomains and in each field that it knows
     * @param left as of {@link OneEvent}
     */
    record Indexed(StixIndicator indicator, List<Indicator> indicators, Rule rule, List<String> left)
            implements Judgement {
        public Indexed {
            indicators = List.copyOf(indicators);
            left = List.copyOf(left);
        }
    }

    /** What several events decide together: a correlation. */
    record Several(StixIndicator indicator, SeveralEvents events, List<String> left) implements Judgement {
        public Several {
            left = List.copyOf(left);
        }
    }

    /** A pattern of which logs say nothing. */
    record NotSweepable(StixIndicator indicator, String reason) implements Judgement {}

    /** No pattern, or one that the standard does not allow, or that has an expression that RE2 does not take. */
    record Refused(StixIndicator indicator, String reason) implements Judgement {}

    /** In one line: {@code valid}, {@code refused} or {@code not sweepable}, and what follows from it. */
    default String text() {
        if (this instanceof Refused refused) {
            return "refused: " + refused.reason;
        }
        if (this instanceof NotSweepable none) {
            return "not sweepable: " + none.reason;
        }
        String what = this instanceof OneEvent
                ? "rule"
                : this instanceof Indexed indexed ? indicators(indexed) : "correlation";
        List<String> left = left();
        return "valid: " + what + (left.isEmpty() ? "" : "; left out: " + first(left));
    }

    /** The first few of several reasons. */
    static String first(List<String> reasons) {
        int shown = Math.min(reasons.size(), 3);
        return String.join("; ", reasons.subList(0, shown))
                + (shown < reasons.size() ? "; and " + (reasons.size() - shown) + " more" : "");
    }

    private static String indicators(Indexed indexed) {
        int count = indexed.indicators.size();
        return count == 1 ? "indicator" : count + " indicators";
    }

    /** Parts that no event can say, each with its reason. */
    default List<String> left() {
        return this instanceof OneEvent one
                ? one.left
                : this instanceof Indexed indexed
                        ? indexed.left
                        : this instanceof Several several ? several.left : List.of();
    }

    /** Why it finds nothing; null if it can. */
    default @Nullable String reason() {
        return this instanceof Refused refused
                ? refused.reason
                : this instanceof NotSweepable none ? none.reason : null;
    }
}
