package io.trawl.intel.rule.book;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.intel.rule.Level;
import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.correlation.Correlation;
import io.trawl.intel.rule.correlation.Correlations;
import io.trawl.intel.rule.correlation.Fired;
import io.trawl.intel.rule.correlation.Shape;
import io.trawl.intel.rule.correlation.Shape.Limits.Limit;
import io.trawl.intel.rule.correlation.Shape.Limits.Order;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Windows of 100 seconds, a timespan of ten. */
class NewGroupsTest {
    private static final Instant START = Instant.parse("2026-11-30T10:00:00Z");

    private static Correlations counting(Order order, int number) {
        Correlation correlation = new Correlation(
                "c",
                "c",
                "c",
                Rule.Kind.SIGMA,
                Level.HIGH,
                75,
                List.of(),
                List.of(),
                new Rule.Place("rules.yml", 1),
                false,
                List.of("a"),
                new Shape.EventCount(new Shape.Limits(List.of(new Limit(order, BigDecimal.valueOf(number))))),
                List.of(),
                Map.of(),
                Duration.ofSeconds(10));
        return Correlations.of(List.of(correlation), rule -> rule.equals("a") ? rule : null, refused -> {
            throw new IllegalStateException(refused.reason());
        });
    }

    private static List<Fired> at(int... seconds) {
        return IntStream.of(seconds)
                .mapToObj(second -> new Fired("a", "e" + second, START.plusSeconds(second), second, Map.of()))
                .toList();
    }

    /** The events of the groups of each of three windows. */
    private static List<List<String>> windows(Correlations correlations, int... seconds) {
        List<List<String>> windows = new ArrayList<>();
        for (int end = 100; end <= 300; end += 100) {
            Instant border = START.plusSeconds(end);
            Instant borderBefore = border.minusSeconds(100);
            List<Fired> all = at(seconds).stream()
                    .filter(one -> one.time().isBefore(border) && !one.time().isBefore(border.minusSeconds(120)))
                    .toList();
            List<Fired> before = all.stream()
                    .filter(one -> one.time().isBefore(borderBefore))
                    .toList();
            windows.add(NewGroups.of(correlations, all, before, border, borderBefore).stream()
                    .map(group -> String.join("+", group.events()))
                    .toList());
        }
        return windows;
    }

    @Test
    void aGroupThatGoesOnInTheNextWindowIsNoSmallOne() {
        Correlations few = counting(Order.LT, 3);
        assertThat(windows(few, 95, 98, 102, 103)).containsExactly(List.of(), List.of(), List.of());
        assertThat(windows(few, 95, 98)).containsExactly(List.of(), List.of("e95+e98"), List.of());
        assertThat(windows(few, 80, 81)).containsExactly(List.of("e80+e81"), List.of(), List.of());
        assertThat(windows(few, 98, 102)).containsExactly(List.of(), List.of("e98+e102"), List.of());
    }

    @Test
    void aGroupThatNothingCanBreakIsOfItsOwnWindow() {
        Correlations many = counting(Order.GTE, 3);
        assertThat(windows(many, 95, 97, 98)).containsExactly(List.of("e95+e97+e98"), List.of(), List.of());
        assertThat(windows(many, 95, 98, 102)).containsExactly(List.of(), List.of("e95+e98+e102"), List.of());
    }
}
