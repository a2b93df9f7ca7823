package io.trawl.intel.rule.correlation.observation;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.intel.rule.correlation.observation.Observation.And;
import io.trawl.intel.rule.correlation.observation.Observation.Between;
import io.trawl.intel.rule.correlation.observation.Observation.FollowedBy;
import io.trawl.intel.rule.correlation.observation.Observation.One;
import io.trawl.intel.rule.correlation.observation.Observation.Or;
import io.trawl.intel.rule.correlation.observation.Observation.Repeats;
import io.trawl.intel.rule.correlation.observation.Observation.Within;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class MatcherTest {
    private static final Instant START = Instant.parse("2026-11-30T10:00:00Z");
    private static final String RULES = "abc";
    private static final One A = new One("a");
    private static final One B = new One("b");
    private static final One C = new One("c");

    private record Event(long place, Instant time, BitSet rules) implements Seen {}

    /** Events, each the letters of its rules and the second of its time. */
    private static List<Seen> events(String text) {
        List<Seen> events = new ArrayList<>();
        for (String one : text.split(" ")) {
            String[] parts = one.split("@");
            BitSet rules = new BitSet();
            parts[0].chars().forEach(c -> rules.set(RULES.indexOf(c)));
            events.add(new Event(events.size(), START.plusSeconds(Long.parseLong(parts[1])), rules));
        }
        return events;
    }

    /** The places of the first match. */
    private static List<Long> first(Observation pattern, String text) {
        Matcher matcher = new Matcher(pattern, RULES::indexOf);
        for (Seen event : events(text)) {
            List<Seen> found = matcher.add(event);
            if (found != null) {
                return found.stream().map(Seen::place).toList();
            }
        }
        return List.of();
    }

    @Test
    void eventsThatCouldStandForOneAnotherAreGivenToTheRightParts() {
        assertThat(first(new And(new And(A, B), C), "abc@0 ab@1 a@2")).containsExactly(0L, 1L, 2L);
        assertThat(first(new And(new And(A, B), C), "a@0 ab@1 abc@2")).containsExactly(0L, 1L, 2L);
        assertThat(first(new And(new And(A, A), B), "ab@0 ab@1 ab@2")).containsExactly(0L, 1L, 2L);
        assertThat(first(new And(new Repeats(A, 2), B), "a@0 ab@1 a@2")).containsExactly(0L, 1L, 2L);
        assertThat(first(new And(new FollowedBy(A, B), A), "a@0 b@1 a@2")).containsExactly(0L, 1L, 2L);
    }

    @Test
    void repeatsOfSeveralPartsMayRunIntoEachOther() {
        assertThat(first(new Repeats(new And(A, B), 2), "a@0 a@1 b@2 b@3")).containsExactly(0L, 1L, 2L, 3L);
        assertThat(first(new Repeats(new FollowedBy(A, B), 2), "a@0 a@1 b@2 b@3"))
                .containsExactly(0L, 1L, 2L, 3L);
        assertThat(first(new Repeats(new FollowedBy(A, B), 2), "a@0 b@1 b@2 a@3"))
                .isEmpty();
    }

    @Test
    void aPartThatBeginsAtTheSameTimeAndEndsLaterIsNotTooEarly() {
        assertThat(first(new FollowedBy(A, new And(B, C)), "b@0 a@0 c@5")).containsExactly(0L, 1L, 2L);
        assertThat(first(new FollowedBy(A, new And(B, C)), "b@0 a@1 c@5")).isEmpty();
    }

    @Test
    void aLargePatternTakesItsMatchesInARow() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            text.append("a@").append(2 * i).append(" b@").append(2 * i + 1).append(' ');
        }
        assertThat(first(new Repeats(new FollowedBy(A, B), 100), text.toString()))
                .hasSize(200);
        assertThat(first(new Repeats(A, 100), text.toString())).hasSize(100);
    }

    /** What looks at each event of the time again takes hours here. */
    @Test
    void manyEventsOfOneTimeCostNoMoreThanOthers() {
        Matcher matcher = new Matcher(new FollowedBy(A, new And(B, C)), RULES::indexOf);
        BitSet a = new BitSet();
        a.set(0);
        for (int i = 0; i < 1_000_000; i++) {
            assertThat(matcher.add(new Event(i, START, a))).isNull();
            matcher.forget(i - 900_000);
        }
        BitSet all = new BitSet();
        all.set(0, RULES.length());
        assertThat(matcher.add(new Event(1_000_000, START, all))).isNull();
        assertThat(matcher.add(new Event(1_000_001, START, all))).hasSize(3);
    }

    private static Observation pattern(Random random, int depth) {
        Observation one;
        if (depth == 0 || random.nextInt(4) == 0) {
            one = new One(String.valueOf(RULES.charAt(random.nextInt(RULES.length()))));
        } else {
            Observation left = pattern(random, depth - 1);
            Observation right = pattern(random, depth - 1);
            one = switch (random.nextInt(5)) {
                case 0, 1 -> new And(left, right);
                case 2 -> new Or(left, right);
                default -> new FollowedBy(left, right);
            };
        }
        return switch (random.nextInt(10)) {
            case 0 -> new Within(one, Duration.ofSeconds(random.nextInt(5)));
            case 1, 2 -> new Repeats(one, 2);
            case 3 ->
                random.nextBoolean()
                        ? one
                        : new Between(
                                one, START.plusSeconds(random.nextInt(3)), START.plusSeconds(3 + random.nextInt(4)));
            default -> one;
        };
    }

    /** All sets of events that meet a pattern, by the standard's definition. */
    private static Set<Set<Seen>> all(Observation pattern, List<Seen> events) {
        Set<Set<Seen>> all = new HashSet<>();
        if (pattern instanceof One one) {
            events.stream()
                    .filter(event -> event.rules().get(RULES.indexOf(one.rule())))
                    .forEach(event -> all.add(Set.of(event)));
        } else if (pattern instanceof And and) {
            pairs(all(and.left(), events), all(and.right(), events), false, all);
        } else if (pattern instanceof Or or) {
            all.addAll(all(or.left(), events));
            all.addAll(all(or.right(), events));
        } else if (pattern instanceof FollowedBy followed) {
            pairs(all(followed.first(), events), all(followed.then(), events), true, all);
        } else if (pattern instanceof Repeats repeats) {
            Set<Set<Seen>> one = all(repeats.of(), events);
            all.addAll(one);
            for (int i = 1; i < repeats.times(); i++) {
                Set<Set<Seen>> more = new HashSet<>();
                pairs(all, one, false, more);
                all.clear();
                all.addAll(more);
            }
        } else if (pattern instanceof Within within) {
            all(within.of(), events).stream()
                    .filter(set ->
                            Duration.between(time(set, false), time(set, true)).compareTo(within.time()) <= 0)
                    .forEach(all::add);
        } else if (pattern instanceof Between between) {
            all(between.of(), events).stream()
                    .filter(set -> !time(set, false).isBefore(between.start())
                            && time(set, true).isBefore(between.stop()))
                    .forEach(all::add);
        }
        return all;
    }

    private static void pairs(Set<Set<Seen>> some, Set<Set<Seen>> others, boolean ordered, Set<Set<Seen>> pairs) {
        for (Set<Seen> one : some) {
            for (Set<Seen> other : others) {
                Set<Seen> both = new HashSet<>(one);
                both.addAll(other);
                if (both.size() == one.size() + other.size()
                        && (!ordered || !time(other, false).isBefore(time(one, true)))) {
                    pairs.add(both);
                }
            }
        }
    }

    private static Instant time(Set<Seen> events, boolean last) {
        return events.stream()
                .map(Seen::time)
                .reduce((one, other) -> one.isBefore(other) == last ? other : one)
                .orElseThrow();
    }

    @Property(tries = 3000)
    void itFindsWhatTheDefinitionFinds(@ForAll long seed) {
        Random random = new Random(seed);
        Observation pattern = pattern(random, 1 + random.nextInt(2));
        if (pattern.size() > Matcher.EXACT) {
            return;
        }
        List<Seen> events = new ArrayList<>();
        Instant time = START;
        int count = 1 + random.nextInt(9);
        for (int i = 0; i < count; i++) {
            time = time.plusSeconds(random.nextInt(3));
            BitSet rules = new BitSet();
            for (int rule = 0; rule < RULES.length(); rule++) {
                rules.set(rule, random.nextInt(5) < 2);
            }
            events.add(new Event(i, time, rules));
        }
        Set<Set<Seen>> all = all(pattern, events);
        Matcher matcher = new Matcher(pattern, RULES::indexOf);
        for (Seen event : events) {
            // Of those that end with the event, where the one that begins last begins.
            long expected = all.stream()
                    .filter(set -> set.contains(event) && set.stream().allMatch(one -> one.place() <= event.place()))
                    .mapToLong(set -> set.stream().mapToLong(Seen::place).min().orElseThrow())
                    .max()
                    .orElse(-1);
            List<Seen> found = matcher.add(event);
            assertThat(found == null ? -1 : found.get(0).place())
                    .as("%s of %s at %s", pattern, events, event)
                    .isEqualTo(expected);
            assertThat(found == null || all.contains(Set.copyOf(found))).isTrue();
        }
    }
}
