package io.trawl.enrich.risk;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Adds up what is weak alone, for each client of a day. A rule counts once, with its greatest score: what comes often is no
 * stronger for it.
 */
public final class Sums {
    private static final Comparator<Weak> IN_ORDER =
            Comparator.comparing(Weak::window).thenComparing(Weak::client).thenComparing(Weak::rule);

    private Sums() {}

    /**
     * A client whose sum has come to the threshold.
     *
     * @param window the first one with which it did
     * @param parts what each rule found of it up to this window, by the rules' ids
     */
    public record Risk(Instant window, String client, int sum, List<Part> parts) {
        public Risk {
            parts = List.copyOf(parts);
        }
    }

    /** A rule's part of a sum. */
    public record Part(String rule, String name, int score, long count) {
        private Part plus(Weak weak) {
            return new Part(
                    rule,
                    name.compareTo(weak.name()) <= 0 ? name : weak.name(),
                    Math.max(score, weak.score()),
                    count + weak.count());
        }
    }

    /**
     * The risks of a day.
     *
     * @param day all windows of it that count, in any order
     */
    public static List<Risk> of(Collection<Weak> day, int threshold) {
        List<Weak> ordered = new ArrayList<>(day);
        ordered.sort(IN_ORDER);
        Map<String, TreeMap<String, Part>> parts = new HashMap<>();
        Map<String, Risk> risks = new TreeMap<>();
        for (int from = 0; from < ordered.size(); ) {
            Weak first = ordered.get(from);
            int to = from;
            while (to < ordered.size()
                    && ordered.get(to).window().equals(first.window())
                    && ordered.get(to).client().equals(first.client())) {
                Weak weak = ordered.get(to);
                TreeMap<String, Part> own = parts.computeIfAbsent(first.client(), client -> new TreeMap<>());
                Part known = own.get(weak.rule());
                own.put(
                        weak.rule(),
                        known == null
                                ? new Part(weak.rule(), weak.name(), weak.score(), weak.count())
                                : known.plus(weak));
                to++;
            }
            Collection<Part> all =
                    parts.getOrDefault(first.client(), new TreeMap<>()).values();
            int sum = all.stream().mapToInt(Part::score).sum();
            if (sum >= threshold && !risks.containsKey(first.client())) {
                risks.put(first.client(), new Risk(first.window(), first.client(), sum, List.copyOf(all)));
            }
            from = to;
        }
        return List.copyOf(risks.values());
    }
}
