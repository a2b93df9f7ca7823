package io.trawl.intel.rule.correlation;

import static io.trawl.intel.rule.correlation.Cases.START;
import static io.trawl.intel.rule.correlation.Cases.correlation;
import static io.trawl.intel.rule.correlation.Cases.set;
import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.intel.rule.correlation.Shape.Aggregate;
import io.trawl.intel.rule.correlation.Shape.Limits;
import io.trawl.intel.rule.correlation.Shape.Limits.Limit;
import io.trawl.intel.rule.correlation.Shape.Limits.Order;
import io.trawl.intel.rule.correlation.observation.Observation;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class CorrelatorPropertiesTest {
    private static Limits limits(Order order, int number) {
        return new Limits(List.of(new Limit(order, BigDecimal.valueOf(number))));
    }

    /** One of each kind, two chains among them. */
    private static Correlations all() {
        return set(
                correlation("count", new Shape.EventCount(Limits.atLeast(4)), "a", "b"),
                correlation("few", new Shape.EventCount(limits(Order.LT, 3)), "a"),
                correlation("equal", new Shape.EventCount(limits(Order.EQ, 3)), "b"),
                correlation("values", new Shape.ValueCount(List.of("bytes"), Limits.atLeast(3)), "a"),
                correlation("sum", new Shape.Value(new Aggregate.Sum(), "bytes", limits(Order.GT, 12)), "a"),
                correlation("average", new Shape.Value(new Aggregate.Average(), "bytes", limits(Order.GT, 3)), "a"),
                correlation("high", new Shape.Value(new Aggregate.Percentile(75), "bytes", limits(Order.GTE, 4)), "b"),
                correlation("temporal", new Shape.RuleCount(false, Limits.atLeast(3)), "a", "b", "c"),
                correlation("ordered", new Shape.RuleCount(true, Limits.atLeast(3)), "a", "b", "c"),
                correlation("two", new Shape.RuleCount(true, limits(Order.EQ, 2)), "a", "b", "c"),
                correlation("either", new Shape.Together(false, Expression.of("a and (b or c)")), "a", "b", "c"),
                correlation("without", new Shape.Together(false, Expression.of("a and not b")), "a", "b"),
                correlation("row", new Shape.Together(true, Expression.of("a and c and not b")), "a", "b", "c"),
                correlation("chain", new Shape.RuleCount(true, Limits.atLeast(2)), "count", "c"),
                correlation("tail", new Shape.RuleCount(true, Limits.atLeast(2)), "few", "c"),
                correlation(
                        "pattern",
                        new Shape.Observed(new Observation.Within(
                                new Observation.FollowedBy(
                                        new Observation.Repeats(new Observation.One("a"), 2),
                                        new Observation.And(new Observation.One("b"), new Observation.One("c"))),
                                Duration.ofSeconds(9))),
                        "a",
                        "b",
                        "c"));
    }

    private static List<Fired> fired(Random random) {
        List<Fired> all = new ArrayList<>();
        double time = 0;
        int events = 5 + random.nextInt(60);
        for (int i = 0; i < events; i++) {
            time += random.nextInt(4) == 0
                    ? 0
                    : random.nextInt(8) == 0 ? 6 + random.nextInt(12) : random.nextDouble() * 4;
            Map<String, List<String>> values = Map.of(
                    "c-ip", List.of(random.nextInt(3) == 0 ? "y" : "x"), "bytes", List.of("" + random.nextInt(6)));
            for (String rule : List.of("a", "b", "c")) {
                if (random.nextInt(2) == 0) {
                    all.add(new Fired(
                            rule, String.format("%04d", i), START.plusMillis((long) (1000 * time)), i, values));
                }
            }
        }
        return all;
    }

    /** By correlation, values and event: what was in a group. */
    private static Set<String> places(List<Group> groups) {
        Set<String> places = new HashSet<>();
        groups.forEach(group ->
                group.events().forEach(event -> places.add(group.correlation().id() + group.values() + event)));
        return places;
    }

    @Property(tries = 400)
    void whatIsKnownSoFarIsWhatABatchFindsInTheEnd(@ForAll long seed) {
        Random random = new Random(seed);
        List<Fired> fired = fired(random);
        List<Group> expected = Correlator.batch(all(), fired);
        Map<String, Group> found = new TreeMap<>();
        for (int until = 0; until < fired.size(); until += 1 + random.nextInt(5)) {
            Instant now = fired.get(until).time();
            for (Group group : Correlator.until(all(), fired.subList(0, until), now)) {
                found.merge(group.id(), group, (before, after) -> {
                    assertThat(after.cause()).isEqualTo(before.cause());
                    assertThat(after.held()).isEqualTo(before.held());
                    return after;
                });
            }
        }
        Correlator.until(all(), fired, Instant.MAX).forEach(group -> found.put(group.id(), group));
        assertThat(found.values()).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Property(tries = 200)
    void familiesFindWhatAllFindTogether(@ForAll long seed) {
        List<Fired> fired = fired(new Random(seed));
        List<Group> found = new ArrayList<>();
        for (Correlations family : all().families()) {
            Map<List<String>, List<Fired>> byPlace = new LinkedHashMap<>();
            fired.stream()
                    .filter(one -> family.isUsed(one.rule()))
                    .forEach(one -> family.places(one)
                            .forEach(place -> byPlace.computeIfAbsent(place, key -> new ArrayList<>())
                                    .add(one)));
            byPlace.values().forEach(some -> found.addAll(Correlator.batch(family, some)));
        }
        assertThat(places(found)).isEqualTo(places(Correlator.batch(all(), fired)));
        assertThat(found)
                .extracting(Group::id)
                .containsExactlyInAnyOrderElementsOf(
                        Correlator.batch(all(), fired).stream().map(Group::id).toList());
    }

    /** By the definition, looking at each window anew. */
    private static List<Set<String>> naive(List<Fired> fired, String client, int least, Set<String> rules) {
        Map<String, Instant> events = new TreeMap<>();
        fired.stream()
                .filter(one ->
                        rules.contains(one.rule()) && one.values().get("c-ip").contains(client))
                .forEach(one -> events.put(one.event(), one.time()));
        List<Map.Entry<String, Instant>> sorted = new ArrayList<>(events.entrySet());
        List<Set<String>> groups = new ArrayList<>();
        for (int i = 0; i < sorted.size(); i++) {
            Set<String> window = new HashSet<>();
            Instant end = sorted.get(i).getValue().plusSeconds(10);
            for (int j = i; j < sorted.size() && !sorted.get(j).getValue().isAfter(end); j++) {
                window.add(sorted.get(j).getKey());
            }
            if (window.size() >= least) {
                groups.add(window);
                i += window.size() - 1;
            }
        }
        return groups;
    }

    @Property(tries = 200)
    void aCountIsWhatItsDefinitionSays(@ForAll long seed) {
        List<Fired> fired = fired(new Random(seed));
        List<Group> groups =
                Correlator.batch(set(correlation("count", new Shape.EventCount(Limits.atLeast(4)), "a", "b")), fired);
        for (String client : List.of("x", "y")) {
            assertThat(groups.stream().filter(group -> group.values().equals(List.of(client))))
                    .extracting(group -> Set.copyOf(group.events()))
                    .containsExactlyElementsOf(naive(fired, client, 4, Set.of("a", "b")));
        }
    }

    @Property(tries = 200)
    void aCountThatBeginsLaterFiresForTheSameEvents(@ForAll long seed) {
        Random random = new Random(seed);
        List<Fired> fired = fired(random);
        Correlations set = set(correlation("count", new Shape.EventCount(Limits.atLeast(4)), "a", "b"));
        List<Fired> rest = fired.subList(random.nextInt(fired.size()), fired.size());
        List<Group> whole = Correlator.batch(set, fired);
        // Where a search begins may move a group's borders, but a group of one search meets one of the other.
        for (Group group : Correlator.batch(set, rest)) {
            assertThat(whole).anyMatch(other -> other.events().stream().anyMatch(group.events()::contains));
        }
    }
}
