package io.trawl.hotdetect.correlation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trawl.base.Window;
import io.trawl.hotdetect.batch.TimedDetection;
import io.trawl.intel.rule.Level;
import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.book.NewGroups;
import io.trawl.intel.rule.correlation.Correlation;
import io.trawl.intel.rule.correlation.Correlations;
import io.trawl.intel.rule.correlation.Correlator;
import io.trawl.intel.rule.correlation.Expression;
import io.trawl.intel.rule.correlation.Fired;
import io.trawl.intel.rule.correlation.Shape;
import io.trawl.intel.rule.correlation.Shape.Limits;
import io.trawl.intel.rule.correlation.Shape.Limits.Limit;
import io.trawl.intel.rule.correlation.Shape.Limits.Order;
import io.trawl.record.Detection;
import io.trawl.record.RuleReason;
import io.trawl.steps.Correlating;
import io.trawl.steps.Correlating.Seen;
import io.trawl.steps.Correlating.Sum;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MemoryTest {
    private static final Instant START = Instant.parse("2026-11-30T10:00:00Z");
    private static final Duration SPAN = Duration.ofSeconds(10);
    private static final Duration MARGIN = Duration.ofSeconds(5);
    private static final Duration DAY = Duration.ofDays(1);
    private static final Correlation THREE = correlation("three", new Shape.EventCount(Limits.atLeast(3)), "a");
    private static final Correlation BOTH =
            correlation("both", new Shape.Together(false, Expression.of("a and b")), "a", "b");
    private static final Correlation FEW = correlation(
            "few", new Shape.EventCount(new Limits(List.of(new Limit(Order.LT, BigDecimal.valueOf(3))))), "c");

    private static Correlation correlation(String id, Shape shape, String... rules) {
        return new Correlation(
                id,
                id,
                "title of " + id,
                Rule.Kind.SIGMA,
                Level.HIGH,
                75,
                List.of(),
                List.of(),
                new Rule.Place("rules.yml", 1),
                false,
                List.of(rules),
                shape,
                List.of("c-ip"),
                Map.of(),
                SPAN);
    }

    private static Correlations set(Correlation... all) {
        return Correlations.of(List.of(all), rule -> rule.length() == 1 ? rule : null, refused -> {
            throw new IllegalStateException(refused.reason());
        });
    }

    /** An event of a client; its window is a minute. */
    private static Kept event(String rule, int offset, String client, double second, double delay) {
        long time = START.toEpochMilli() + Math.round(1000 * second);
        long appended = START.toEpochMilli() + Math.round(1000 * (second + delay));
        Detection detection = new Detection();
        String id = String.format("%032x", offset);
        detection.setDetectionId(id);
        detection.setIndicatorId(rule);
        detection.setIndicatorType("rule");
        detection.setIndicatorValue("title of " + rule);
        detection.setEventId(id);
        detection.setSource("proxy");
        detection.setSweep("hot");
        detection.setHow("rule");
        detection.setField("url.original");
        detection.setValue("/" + offset);
        detection.setWindow(Instant.ofEpochMilli(appended - Math.floorMod(appended, 60_000L)));
        detection.setPartition(client.charAt(0) % 3);
        detection.setOffset(offset);
        detection.setTimestamp(Instant.ofEpochMilli(time));
        detection.setClient(client);
        detection.setIndicatorSnapshot(1);
        detection.setRuleId(rule);
        detection.setLabels(new ArrayList<>());
        detection.setTags(new ArrayList<>());
        detection.setReferences(new ArrayList<>());
        detection.setWhy(new ArrayList<>(List.of(new RuleReason("s", "url.original", "/" + offset, "/"))));
        Fired fired = new Fired(rule, id, detection.getTimestamp(), offset, Map.of("c-ip", List.of(client)));
        return Kept.of(new Seen(fired, detection.getWindow(), detection), Instant.ofEpochMilli(appended));
    }

    private static Memory memory(Correlations set, int most, Collection<Kept> kept, Instant now) {
        return new Memory(
                set,
                some -> {
                    Duration reach = some.reach();
                    return reach == null ? DAY : reach;
                },
                most,
                MARGIN,
                kept,
                now);
    }

    private static Instant newest(Collection<Kept> kept) {
        return kept.stream()
                .map(one -> Instant.ofEpochMilli(one.appended()))
                .max(Comparator.naturalOrder())
                .orElse(Instant.EPOCH);
    }

    private static List<String> ids(Change change) {
        return change.fired().stream()
                .map(one -> one.detection().getRuleId() + " " + one.detection().getEventId())
                .sorted()
                .toList();
    }

    /** What the batch path says of all events. */
    private static Map<String, Detection> batch(Correlations set, List<Kept> all) {
        Map<String, Seen> byEvent = new HashMap<>();
        all.forEach(one -> byEvent.merge(one.seen().fired().event(), one.seen(), Seen::first));
        Map<String, Detection> found = new TreeMap<>();
        NewGroups.apart(Correlator.batch(
                        set, all.stream().map(one -> one.seen().fired()).toList()))
                .forEach(group -> {
                    Sum sum = Sum.of(group, byEvent::get, null);
                    if (sum != null) {
                        found.put(sum.id(), sum.detection());
                    }
                });
        return found;
    }

    /** Hours without such events lie between: each sweep knows that the one before it had the group. */
    @Test
    void aGroupThatMoreEventsCouldBreakIsOfOneWindow() {
        Correlations few = set(new Correlation(
                "few",
                "few",
                "few events",
                Rule.Kind.SIGMA,
                Level.HIGH,
                75,
                List.of(),
                List.of(),
                new Rule.Place("rules.yml", 1),
                false,
                List.of("c"),
                FEW.shape(),
                List.of("c-ip"),
                Map.of(),
                Duration.ofSeconds(150)));
        List<Seen> all = List.of(event("c", 1, "10.0.0.1", 45, 0).seen());
        List<String> found = new ArrayList<>();
        for (int minute = 0; minute < 10; minute++) {
            Instant start = START.plusSeconds(60L * minute);
            for (Detection one : Correlating.groups(
                    few, all, new Window(start, start.plusSeconds(60)), minute == 0 ? Instant.MIN : start)) {
                found.add(one.getRuleId() + " "
                        + Duration.between(START, one.getWindow()).toMinutes());
            }
        }
        assertThat(found).containsExactly("few 3");
    }

    private static List<String> texts(Map<String, Detection> found) {
        return found.values().stream()
                .map(one -> one.getRuleId() + " " + one.getClient() + " " + one.getTimestamp() + " " + one)
                .sorted()
                .toList();
    }

    /** Events of some clients, each client's in order, and often without a pause. */
    private static List<Kept> traffic(Random random, boolean pauses) {
        List<Kept> all = new ArrayList<>();
        double time = 0;
        Map<String, Double> arrivals = new HashMap<>();
        int offset = 0;
        for (int i = 0; i < 300; i++) {
            String client = String.valueOf((char) ('x' + random.nextInt(3)));
            time += pauses && random.nextInt(12) == 0 ? 11 + random.nextInt(30) : random.nextDouble() * 2;
            double arrival = arrivals.merge(client, time + random.nextDouble() * 4, Math::max);
            for (String rule : List.of("a", "b", "c")) {
                if (random.nextInt(2) == 0) {
                    all.add(event(rule, offset, client, time, arrival - time));
                }
            }
            offset++;
        }
        all.sort(Comparator.comparingLong(Kept::appended));
        return all;
    }

    /** Sends events in batches of any size, with a restart now and then; each group has to come once. */
    private static Map<String, Detection> hot(Correlations set, List<Kept> all, Random random) throws IOException {
        Map<String, Detection> found = new TreeMap<>();
        Map<String, byte[]> topic = new HashMap<>();
        Instant now = Instant.EPOCH;
        Memory memory = memory(set, 100_000, List.of(), now);
        int from = 0;
        while (from <= all.size()) {
            int until = Math.min(all.size(), from + random.nextInt(12));
            while (until > 0 && until < all.size() && event(all.get(until)).equals(event(all.get(until - 1)))) {
                until++;
            }
            if (random.nextInt(8) == 0) {
                // A driver dies in the middle of a batch, and another one begins with what was committed.
                memory.judge(all.subList(from, until), newest(all.subList(0, until)));
                List<Kept> kept = new ArrayList<>();
                for (byte[] bytes : topic.values()) {
                    kept.add(Kept.of(bytes));
                }
                memory = memory(set, 100_000, kept, now);
            }
            Instant end = until == all.size() ? Instant.MAX.minus(DAY) : newest(all.subList(0, until));
            Change change = memory.judge(all.subList(from, until), end);
            for (TimedDetection one : change.fired()) {
                assertThat(found.put(one.detection().getDetectionId(), one.detection()))
                        .as("a group that came before")
                        .isNull();
            }
            change.grown()
                    .forEach(one ->
                            assertThat(found.replace(one.getDetectionId(), one)).isNotNull());
            change.kept().forEach((key, bytes) -> keep(topic, key, bytes));
            assertThat(memory.size()).isEqualTo(topic.size());
            now = newest(all.subList(0, until));
            from = until == all.size() ? until + 1 : until;
        }
        return found;
    }

    private static String event(Kept one) {
        return one.seen().fired().event();
    }

    private static void keep(Map<String, byte[]> topic, String key, byte @Nullable [] bytes) {
        if (bytes == null) {
            topic.remove(key);
        } else {
            topic.put(key, bytes);
        }
    }

    @Test
    void throughRestartsItFindsWhatTheBatchPathFinds() throws IOException {
        Correlations chain = set(
                THREE,
                BOTH,
                FEW,
                correlation("outer", new Shape.RuleCount(true, Limits.atLeast(2)), "inner", "b"),
                correlation("inner", new Shape.EventCount(Limits.atLeast(4)), "a", "c"));
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            List<Kept> all = traffic(random, true);
            Map<String, Detection> expected = batch(chain, all);
            assertThat(expected).hasSizeGreaterThan(10);
            assertThat(texts(hot(chain, all, random)))
                    .as("seed " + seed)
                    .containsExactlyInAnyOrderElementsOf(texts(expected));
        }
    }

    @Test
    void eventsThatNeverPauseAreTheSameGroupsThoughOldOnesAreForgotten() throws IOException {
        Correlations two = set(THREE, BOTH);
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            List<Kept> all = traffic(random, false);
            assertThat(texts(hot(two, all, random)))
                    .as("seed " + seed)
                    .containsExactlyInAnyOrderElementsOf(texts(batch(two, all)));
        }
    }

    @Test
    void whatNothingNeedsAnyMoreIsForgotten() {
        Memory memory = memory(set(THREE), 100, List.of(), START);
        List<Kept> first = List.of(event("a", 1, "x", 0, 0), event("a", 2, "x", 1, 0));
        memory.judge(first, START);
        Change change = memory.judge(List.of(event("a", 3, "y", 60, 0)), START.plusSeconds(60));
        assertThat(change.kept())
                .hasSize(3)
                .containsEntry(first.get(0).key(), null)
                .containsEntry(first.get(1).key(), null);
        assertThat(memory.size()).isEqualTo(1);
    }

    @Test
    void anEventThatComesLateIsInItsPlace() {
        Memory memory = memory(set(THREE), 100, List.of(), START);
        memory.judge(List.of(event("a", 1, "x", 0, 0), event("a", 2, "x", 9, 0)), START.plusSeconds(9));
        Change change = memory.judge(List.of(event("a", 3, "x", 5, 6)), START.plusSeconds(11));
        assertThat(ids(change)).containsExactly("three " + String.format("%032x", 2));
        assertThat(memory.judge(List.of(event("a", 4, "x", 2, 10)), START.plusSeconds(12))
                        .fired())
                .isEmpty();
    }

    @Test
    void copiesCountOnceAndTheFirstMessageStays() {
        Memory memory = memory(set(THREE), 100, List.of(), START);
        Kept one = event("a", 1, "x", 0, 0);
        Kept copy = event("a", 1, "x", 0, 70);
        assertThat(memory.judge(List.of(copy, event("a", 2, "x", 1, 0)), START.plusSeconds(1))
                        .fired())
                .isEmpty();
        Change change = memory.judge(List.of(one), START.plusSeconds(2));
        assertThat(change.fired()).isEmpty();
        assertThat(change.kept()).containsOnlyKeys(one.key());
        assertThat(memory.judge(List.of(copy), START.plusSeconds(3)).kept()).isEmpty();
        assertThat(memory.kept()).contains(one).doesNotContain(copy);
    }

    @Test
    void beyondTheLimitTheOldestAreLeftOut() {
        Memory memory =
                memory(set(correlation("many", new Shape.EventCount(Limits.atLeast(11)), "a")), 10, List.of(), START);
        List<Kept> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            all.add(event("a", i, "x", i * 0.1, 0));
        }
        assertThat(memory.judge(all, START).fired()).isEmpty();
        assertThat(memory.leftOut()).isZero();
        Change change = memory.judge(List.of(event("a", 11, "y", 2, 0)), START.plusSeconds(2));
        assertThat(change.kept())
                .containsEntry(all.get(0).key(), null)
                .containsEntry(all.get(1).key(), null);
        assertThat(memory.leftOut()).isEqualTo(2);
        assertThat(memory.size()).isEqualTo(9);
    }

    @Test
    void anEventThatIsTooLargeIsLeftOut() {
        Memory memory = memory(set(THREE), 10, List.of(), START);
        Kept one = event("a", 1, "x", 0, 0);
        List<RuleReason> why = one.seen().detection().getWhy();
        for (int i = 0; i < 1_000; i++) {
            why.add(new RuleReason("s", "url.original", "x".repeat(600), ""));
        }
        assertThat(memory.judge(List.of(one), START).kept()).isEmpty();
        assertThat(memory.leftOut()).isEqualTo(1);
    }

    @Test
    void otherCorrelationsBeginWithWhatIsKeptAndFireForWhatComes() {
        Memory before = memory(set(THREE), 100, List.of(), START);
        before.judge(List.of(event("a", 1, "x", 0, 0), event("a", 2, "x", 1, 0)), START.plusSeconds(1));
        Correlation two = correlation("two", new Shape.EventCount(Limits.atLeast(2)), "a");
        Memory after = memory(set(two, BOTH), 100, before.kept(), START.plusSeconds(1));
        Change change = after.judge(List.of(event("b", 3, "x", 2, 0)), START.plusSeconds(2));
        assertThat(ids(change)).containsExactly("both " + String.format("%032x", 3));
        assertThat(memory(
                                set(correlation("other", new Shape.EventCount(Limits.atLeast(2)), "c")),
                                9,
                                after.kept(),
                                START)
                        .size())
                .isZero();
    }

    @Test
    void bytesThatAreNoEventAreSaidToBe() {
        byte[] bytes = event("a", 1, "x", 0, 0).bytes();
        for (int length = 0; length < bytes.length; length += 7) {
            byte[] cut = java.util.Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> Kept.of(cut)).isInstanceOf(IOException.class);
        }
        bytes[0] = 9;
        assertThatThrownBy(() -> Kept.of(bytes)).isInstanceOf(IOException.class).hasMessageContaining("version 9");
    }
}
