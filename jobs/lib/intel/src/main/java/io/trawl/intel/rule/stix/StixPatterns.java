package io.trawl.intel.rule.stix;

import io.trawl.intel.feed.Family;
import io.trawl.intel.feed.Indicators;
import io.trawl.intel.rule.Condition;
import io.trawl.intel.rule.Level;
import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.stix.pattern.Literal;
import io.trawl.intel.rule.stix.pattern.ObjectPath;
import io.trawl.intel.rule.stix.pattern.Pattern;
import io.trawl.intel.rule.stix.pattern.PatternException;
import io.trawl.record.Indicator;
import io.trawl.schema.word.IndicatorType;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Judges patterns: which become rules, indicators or correlations, and why the others do not. It is immutable. */
public final class StixPatterns {
    /** The namespace of STIX 2.1's own name-based ids (section 2.9). */
    private static final UUID NAMESPACE = UUID.fromString("00abedb4-aa42-466c-9c01-fed23315a9b7");

    private static final int SCORE = Level.MEDIUM.score();
    private static final int LONGEST_NAME = 120;
    private static final BigDecimal LONGEST_SPAN = BigDecimal.valueOf(Integer.MAX_VALUE);
    private static final Set<IndicatorType> HOSTS =
            Set.of(IndicatorType.DOMAIN, IndicatorType.IPV4, IndicatorType.IPV6, IndicatorType.CIDR);

    private static final int MOST_REPEATS = 10_000;

    private final Mapping mapping;
    private final Observations observations;

    /** @param misuse whether AND over objects of different types means all of them in one event; else it is refused */
    public StixPatterns(Mapping mapping, boolean misuse) {
        this.mapping = mapping;
        observations = new Observations(mapping, misuse);
    }

    /** Judges a pattern. */
    public Judgement judge(StixIndicator indicator) {
        Instant from = indicator.validFrom();
        Instant until = indicator.validUntil();
        if (from != null && until != null && !from.isBefore(until)) {
            return new Judgement.Refused(indicator, "valid_from " + from + " is not before valid_until " + until);
        }
        try {
            Pattern pattern = Pattern.read(indicator.pattern());
            return new Reading(indicator, pattern).judge();
        } catch (PatternException e) {
            return new Judgement.Refused(indicator, String.valueOf(e.getMessage()));
        }
    }

    /** A name-based id (RFC 4122, version 5) of a pattern in its one spelling, in STIX's namespace. */
    static String id(Pattern pattern) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            sha1.update(ByteBuffer.allocate(2 * Long.BYTES)
                    .putLong(NAMESPACE.getMostSignificantBits())
                    .putLong(NAMESPACE.getLeastSignificantBits())
                    .array());
            ByteBuffer hash = ByteBuffer.wrap(sha1.digest(pattern.toString().getBytes(StandardCharsets.UTF_8)));
            long high = hash.getLong() & ~0xF000L | 0x5000L;
            long low = hash.getLong() & 0x3FFF_FFFF_FFFF_FFFFL | 0x8000_0000_0000_0000L;
            return "indicator--" + new UUID(high, low);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-1", e);
        }
    }

    /** The level that a score is nearest to. */
    private static Level level(int score) {
        Level nearest = Level.MEDIUM;
        for (Level level : Level.values()) {
            if (Math.abs(level.score() - score) < Math.abs(nearest.score() - score)) {
                nearest = level;
            }
        }
        return nearest;
    }

    /** The judging of one pattern. */
    private final class Reading {
        private final StixIndicator indicator;
        private final Pattern pattern;
        private final String id;
        private final Set<String> left = new LinkedHashSet<>();
        private final List<Rule> rules = new ArrayList<>();

        Reading(StixIndicator indicator, Pattern pattern) {
            this.indicator = indicator;
            this.pattern = pattern;
            id = indicator.id() == null ? id(pattern) : indicator.id();
        }

        Judgement judge() throws PatternException {
            Part part = part(pattern.observation(), List.of());
            if (part == null) {
                return new Judgement.NotSweepable(indicator, Judgement.first(List.copyOf(left)));
            }
            List<String> leftOut = List.copyOf(left);
            if (part instanceof Apart apart) {
                List<Condition> any = rules.stream().map(Rule::condition).toList();
                Rule whole = rule(id, Objects.requireNonNull(Comparisons.any(any)));
                return new Judgement.Several(indicator, new SeveralEvents(whole, rules, apart.node), leftOut);
            }
            One one = (One) part;
            Rule rule = rule(id, valid(one.condition));
            List<Indicator> indexed = leftOut.isEmpty() ? indexed(pattern.observation()) : null;
            return indexed == null
                    ? new Judgement.OneEvent(indicator, rule, leftOut)
                    : new Judgement.Indexed(indicator, indexed, rule, leftOut);
        }

        private Rule rule(String ruleId, Condition condition) {
            Integer confidence = indicator.confidence();
            int score = confidence == null ? SCORE : confidence;
            String name = indicator.name();
            if (name == null || name.isBlank()) {
                String text = pattern.toString();
                name = text.length() <= LONGEST_NAME
                        ? text
                        : text.substring(0, text.offsetByCodePoints(0, LONGEST_NAME - 1)) + "…";
            }
            return new Rule(
                    ruleId,
                    name,
                    Rule.Kind.STIX,
                    level(score),
                    score,
                    indicator.tags(),
                    indicator.references(),
                    Rule.Sources.ALL,
                    indicator.place(),
                    condition);
        }

        private Condition valid(Condition condition) {
            return and(condition, Comparisons.during(mapping.time(), indicator.validFrom(), indicator.validUntil()));
        }

        /** What an observation is; null if no event can say it. */
        private @Nullable Part part(Pattern.Observation observation, List<Condition> times) throws PatternException {
            if (observation instanceof Pattern.Observed observed) {
                Observations.Held held = observations.condition(observed.comparison());
                left.addAll(held.left());
                Condition condition = held.condition();
                return condition == null ? null : new One(and(condition, times));
            }
            if (observation instanceof Pattern.Qualified qualified) {
                return qualified(qualified, times);
            }
            if (observation instanceof Pattern.AnyOf any) {
                return anyOf(any, times);
            }
            boolean ordered = observation instanceof Pattern.FollowedBy;
            List<Pattern.Observation> of = observation instanceof Pattern.FollowedBy followed
                    ? followed.of()
                    : ((Pattern.AllOf) observation).of();
            int before = rules.size();
            List<SeveralEvents.Node> nodes = new ArrayList<>();
            for (Pattern.Observation one : of) {
                // All are looked at, so that each reason is told.
                Part part = part(one, times);
                if (part != null) {
                    nodes.add(node(part));
                }
            }
            if (nodes.size() < of.size()) {
                rules.subList(before, rules.size()).clear();
                return null;
            }
            return new Apart(ordered ? new SeveralEvents.Ordered(nodes) : new SeveralEvents.All(nodes));
        }

        private @Nullable Part qualified(Pattern.Qualified qualified, List<Condition> times) throws PatternException {
            if (qualified.qualifier() instanceof Pattern.StartStop between) {
                List<Condition> all = new ArrayList<>(times);
                all.addAll(Comparisons.during(
                        mapping.time(),
                        between.start().instant(),
                        between.stop().instant()));
                return part(qualified.of(), all);
            }
            Part part = part(qualified.of(), times);
            if (part == null) {
                return null;
            }
            if (qualified.qualifier() instanceof Pattern.Repeats repeats) {
                if (repeats.times() > MOST_REPEATS) {
                    throw new PatternException("REPEATS " + repeats.times() + " TIMES: at most " + MOST_REPEATS
                            + " matches of a part are kept");
                }
                return repeats.times() == 1 ? part : new Apart(new SeveralEvents.Times(node(part), repeats.times()));
            }
            // One event is in any span.
            BigDecimal seconds =
                    ((Pattern.Within) qualified.qualifier()).seconds().min(LONGEST_SPAN);
            return part instanceof Apart apart
                    ? new Apart(new SeveralEvents.Within(
                            apart.node,
                            Duration.ofNanos(seconds.movePointRight(9).longValue())))
                    : part;
        }

        private @Nullable Part anyOf(Pattern.AnyOf any, List<Condition> times) throws PatternException {
            List<Condition> conditions = new ArrayList<>();
            List<SeveralEvents.Node> nodes = new ArrayList<>();
            for (Pattern.Observation one : any.of()) {
                Part part = part(one, times);
                if (part instanceof One alone) {
                    conditions.add(alone.condition);
                } else if (part instanceof Apart apart) {
                    nodes.add(apart.node);
                }
            }
            Condition alone = Comparisons.any(conditions);
            if (nodes.isEmpty()) {
                return alone == null ? null : new One(alone);
            }
            if (alone != null) {
                nodes.add(0, node(new One(alone)));
            }
            return new Apart(nodes.size() == 1 ? nodes.get(0) : new SeveralEvents.Any(nodes));
        }

        private SeveralEvents.Node node(Part part) {
            if (part instanceof Apart apart) {
                return apart.node;
            }
            rules.add(rule(id + "#" + (rules.size() + 1), valid(((One) part).condition)));
            return new SeveralEvents.Event(rules.size() - 1);
        }

        /** The indicators that say the same as the pattern; null if the index cannot. */
        private @Nullable List<Indicator> indexed(Pattern.Observation observation) {
            Map<String, Indicator> all = new LinkedHashMap<>();
            return indexed(observation, all) ? List.copyOf(all.values()) : null;
        }

        private boolean indexed(Pattern.Observation observation, Map<String, Indicator> all) {
            if (observation instanceof Pattern.AnyOf any) {
                return any.of().stream().allMatch(one -> indexed(one, all));
            }
            return observation instanceof Pattern.Observed observed && indexed(observed.comparison(), all);
        }

        private boolean indexed(Pattern.Comparison comparison, Map<String, Indicator> all) {
            if (comparison instanceof Pattern.Or or) {
                return or.of().stream().allMatch(one -> indexed(one, all));
            }
            return comparison instanceof Pattern.Compare compare
                    && !compare.not()
                    && (compare.operator() == Pattern.Operator.EQUAL || compare.operator() == Pattern.Operator.IN)
                    && !compare.with().isEmpty()
                    && compare.with().stream().allMatch(literal -> indexed(compare.path(), literal, all));
        }

        private boolean indexed(ObjectPath path, Literal literal, Map<String, Indicator> all) {
            Family family = mapping.indexed(path);
            if (family == null || !(literal instanceof Literal.Text text)) {
                return false;
            }
            Indicators.Read read = Indicators.read(text.text(), family);
            String value = read.value();
            boolean host = family == Family.ANY || family == Family.DOMAIN || family == Family.ADDRESS;
            if (value == null || host && !HOSTS.contains(read.kind())) {
                return false;
            }
            String feed = indicator.place().file();
            String key = Indicators.id(read.type(), value, feed);
            Indicator record = new Indicator();
            record.setIndicatorId(key);
            record.setType(read.type());
            record.setValue(value);
            record.setOriginal(text.text());
            record.setFeed(feed);
            record.setLine(indicator.place().line());
            record.setValidFrom(indicator.validFrom());
            record.setValidUntil(indicator.validUntil());
            record.setConfidence(indicator.confidence());
            record.setLabels(indicator.tags());
            all.putIfAbsent(key, record);
            return true;
        }
    }

    private static Condition and(Condition condition, List<Condition> times) {
        if (times.isEmpty()) {
            return condition;
        }
        List<Condition> all = new ArrayList<>();
        all.add(condition);
        all.addAll(times);
        return new Condition.All(all);
    }

    /** What an observation becomes. */
    private sealed interface Part {}

    /** One event decides. */
    private record One(Condition condition) implements Part {}

    /** Several events decide. */
    private record Apart(SeveralEvents.Node node) implements Part {}
}
