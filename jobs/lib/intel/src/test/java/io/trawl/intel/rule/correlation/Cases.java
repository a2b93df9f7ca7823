package io.trawl.intel.rule.correlation;

import io.trawl.intel.rule.Level;
import io.trawl.intel.rule.Rule;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Correlations and what rules found, for tests: events are named by their order, times are seconds. */
final class Cases {
    static final Instant START = Instant.parse("2026-11-30T10:00:00Z");

    private Cases() {}

    /** A correlation by client within ten seconds. */
    static Correlation correlation(String id, Shape shape, String... rules) {
        return correlation(id, shape, List.of("c-ip"), Map.of(), Duration.ofSeconds(10), false, rules);
    }

    static Correlation correlation(
            String id,
            Shape shape,
            List<String> groupBy,
            Map<String, Map<String, String>> aliases,
            @Nullable Duration timespan,
            boolean generate,
            String... rules) {
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
                generate,
                Arrays.asList(rules),
                shape,
                groupBy,
                aliases,
                timespan);
    }

    /** A set in which every rule of one small letter is known. */
    static Correlations set(Correlation... all) {
        return Correlations.of(Arrays.asList(all), rule -> rule.length() == 1 ? rule : null, refused -> {
            throw new IllegalStateException(refused.reason());
        });
    }

    /** Events between commas, each {@code rules@second client}, for example {@code ab@3 x}; the value of bytes after {@code =}. */
    static List<Fired> fired(String text) {
        List<Fired> all = new ArrayList<>();
        int number = 0;
        for (String one : text.split(",")) {
            number++;
            String[] words = one.strip().split("[@ =]");
            Map<String, List<String>> values = new java.util.HashMap<>();
            if (words.length > 2 && !words[2].isEmpty()) {
                values.put("c-ip", List.of(words[2]));
            }
            if (words.length > 3) {
                values.put("bytes", List.of(words[3]));
            }
            for (char rule : words[0].toCharArray()) {
                all.add(new Fired(
                        String.valueOf(rule),
                        String.format("%04d", number),
                        START.plusMillis(Math.round(1000 * Double.parseDouble(words[1]))),
                        number,
                        values));
            }
        }
        return all;
    }

    /** The groups' values and events, for example {@code x:1,2,3}, between spaces. */
    static String text(List<Group> groups) {
        return groups.stream()
                .map(group -> String.join("+", group.values()) + ":"
                        + group.events().stream()
                                .map(event -> event.replaceFirst("^0+", ""))
                                .collect(Collectors.joining(",")))
                .collect(Collectors.joining(" "));
    }

    static String batch(Correlation correlation, String fired) {
        return text(Correlator.batch(set(correlation), fired(fired)));
    }
}
