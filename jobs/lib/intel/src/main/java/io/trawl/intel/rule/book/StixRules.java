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

    /** Patterns that are equalities alone; null where they are rules. */
    private final @Nullable List<Indicator> indicators;

    /** @param indicators takes patterns that an index matches; null where there is no index, and they are rules */
    StixRules(StixPatterns patterns, @Nullable List<Indicator> indicators) {
        this.patterns = patterns;
        this.indicators = indicators;
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
            valid(RuleBook.Kind.RULE, one.rule(), one.left());
            rules.accept(one.rule());
        } else if (judgement instanceof Judgement.Indexed one) {
            valid(RuleBook.Kind.INDICATOR, one.rule(), one.left());
            if (indicators == null) {
                rules.accept(one.rule());
            } else {
                indicators.addAll(one.indicators());
            }
        } else if (judgement instanceof Judgement.Several several) {
            valid(RuleBook.Kind.CORRELATION, several.events().whole(), several.left());
            parts.addAll(several.events().rules());
            correlations.add(correlation(several.events()));
        }
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
