package io.trawl.intel.rule.book;

import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.correlation.Correlation;
import io.trawl.intel.rule.correlation.Shape;
import io.trawl.intel.rule.correlation.observation.Observation;
import io.trawl.intel.rule.document.Refusal;
import io.trawl.intel.rule.files.OtherRules;
import io.trawl.intel.rule.stix.Judgement;
import io.trawl.intel.rule.stix.SeveralEvents;
import io.trawl.intel.rule.stix.StixFiles;
import io.trawl.intel.rule.stix.StixIndicator;
import io.trawl.intel.rule.stix.StixPatterns;
import io.trawl.record.Indicator;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads STIX patterns: rules, correlations with rules of their own, and what no log says. */
final class StixRules implements OtherRules {
    private final StixPatterns patterns;
    final List<Correlation> correlations = new ArrayList<>();
    /** Rules that only the correlations are about. */
    final List<Rule> parts = new ArrayList<>();

    final List<Refusal> notSweepable = new ArrayList<>();
    /** By place, what was valid. */
    final List<RuleBook.Valid> valid = new ArrayList<>();

    /** By id, where a rule or a correlation is. */
    private final Map<String, Rule.Place> places = new HashMap<>();
    /** Takes patterns that are equalities alone; null if they are rules. */
    private final @Nullable Consumer<Indicator> indicators;

    private final boolean index;

    /**
     * Reads no file yet.
     *
     * @param indicators takes patterns that an index matches; null if there is no index, and they are rules
     * @param index whether such patterns are noted as valid: where the index has them already, nobody asks
     */
    StixRules(StixPatterns patterns, @Nullable Consumer<Indicator> indicators, boolean index) {
        this.patterns = patterns;
        this.indicators = indicators;
        this.index = index;
    }

    @Override
    public void read(String file, byte[] bytes, Consumer<Rule> rules, Consumer<Refusal> refused) {
        ByteArrayInputStream in = new ByteArrayInputStream(bytes);
        Consumer<Judgement> judgements = judgement -> take(judgement, rules, refused);
        try {
            if (file.toLowerCase(Locale.ROOT).endsWith(".json")) {
                StixFiles.bundle(in, file, patterns, judgements);
            } else {
                StixFiles.lines(in, file, patterns, judgements);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void take(Judgement judgement, Consumer<Rule> rules, Consumer<Refusal> refused) {
        StixIndicator indicator = judgement.indicator();
        Rule.Place place = indicator.place();
        if (judgement instanceof Judgement.Refused one) {
            refused.accept(new Refusal(place.file(), place.line(), one.reason()));
        } else if (judgement instanceof Judgement.NotSweepable one) {
            notSweepable.add(new Refusal(place.file(), place.line(), one.reason()));
        } else if (judgement instanceof Judgement.OneEvent one) {
            if (isNew(RuleBook.Kind.RULE, one.rule(), one, refused)) {
                rules.accept(one.rule());
            }
        } else if (judgement instanceof Judgement.Indexed one && indicators == null) {
            if (isNew(RuleBook.Kind.INDICATOR, one.rule(), one, refused)) {
                rules.accept(one.rule());
            }
        } else if (judgement instanceof Judgement.Indexed one) {
            if (index) {
                valid(RuleBook.Kind.INDICATOR, one.rule(), one.left());
            }
            one.indicators().forEach(indicators);
        } else if (judgement instanceof Judgement.Several several) {
            if (isNew(RuleBook.Kind.CORRELATION, several.events().whole(), several, refused)) {
                parts.addAll(several.events().rules());
                correlations.add(correlation(several.events()));
            }
        }
    }

    /** Whether a pattern is to be run: one that is there twice is valid and runs once, two of one id are not. */
    private boolean isNew(RuleBook.Kind kind, Rule rule, Judgement judgement, Consumer<Refusal> refused) {
        Rule.Place other = places.putIfAbsent(rule.id(), rule.place());
        if (other != null && judgement.indicator().id() != null) {
            refused.accept(new Refusal(
                    rule.place().file(),
                    rule.place().line(),
                    "the id " + rule.id() + " is the one of the pattern in " + other.file() + ":" + other.line()
                            + ", too"));
            return false;
        }
        valid(kind, rule, judgement.left());
        return other == null;
    }

    private void valid(RuleBook.Kind kind, Rule rule, List<String> left) {
        valid.add(new RuleBook.Valid(kind, rule.place(), rule.id(), rule.name(), left));
    }

    /** A pattern of several events as a correlation of all events together. */
    static Correlation correlation(SeveralEvents events) {
        Rule whole = events.whole();
        Duration timespan = events.tree() instanceof SeveralEvents.Within within ? within.span() : null;
        return new Correlation(
                whole.id(),
                "",
                whole.name(),
                whole.kind(),
                whole.level(),
                whole.score(),
                whole.tags(),
                whole.references(),
                whole.place(),
                false,
                events.rules().stream().map(Rule::id).toList(),
                new Shape.Observed(observation(events.tree(), events.rules())),
                List.of(),
                Map.of(),
                timespan);
    }

    private static Observation observation(SeveralEvents.Node node, List<Rule> rules) {
        if (node instanceof SeveralEvents.Event event) {
            return new Observation.One(rules.get(event.rule()).id());
        }
        if (node instanceof SeveralEvents.All all) {
            return joined(all.of(), rules, Observation.And::new);
        }
        if (node instanceof SeveralEvents.Any any) {
            return joined(any.of(), rules, Observation.Or::new);
        }
        if (node instanceof SeveralEvents.Ordered ordered) {
            return joined(ordered.of(), rules, Observation.FollowedBy::new);
        }
        if (node instanceof SeveralEvents.Times times) {
            return new Observation.Repeats(observation(times.of(), rules), times.count());
        }
        SeveralEvents.Within within = (SeveralEvents.Within) node;
        return new Observation.Within(observation(within.of(), rules), within.span());
    }

    /** Halved again and again: a pattern may have thousands of observations, and what reads it goes down into it. */
    private static Observation joined(List<SeveralEvents.Node> of, List<Rule> rules, BinaryOperator<Observation> join) {
        if (of.size() == 1) {
            return observation(of.get(0), rules);
        }
        int half = of.size() / 2;
        return join.apply(joined(of.subList(0, half), rules, join), joined(of.subList(half, of.size()), rules, join));
    }
}
