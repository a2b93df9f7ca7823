package io.trawl.intel.rule.correlation;

import io.trawl.intel.rule.Level;
import io.trawl.intel.rule.Rule;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A rule that several events decide: those that other rules found.
 *
 * @param id what a detection names it by
 * @param reference the name by which other correlations may refer to it, Sigma's {@code name}; empty if it has none
 * @param name for people: a Sigma rule's title
 * @param kind which language it is of
 * @param level how grave a verdict is
 * @param score 0 to 100
 * @param tags as the rule has them
 * @param references where to read on
 * @param place the file and line it is from
 * @param generate whether its rules fire by themselves, too
 * @param rules the rules that it correlates, in its order: as written when it was read, their ids in {@link Correlations}
 * @param shape what must hold of a window's events
 * @param groupBy the fields whose values must be the same in all events; of none, all events are one group
 * @param aliases by alias and rule, the field that the alias is in the rule's events
 * @param timespan how far the first and the last event of a window are apart at most; null without a limit
 */
public record Correlation(
        String id,
        String reference,
        String name,
        Rule.Kind kind,
        Level level,
        int score,
        List<String> tags,
        List<String> references,
        Rule.Place place,
        boolean generate,
        List<String> rules,
        Shape shape,
        List<String> groupBy,
        Map<String, Map<String, String>> aliases,
        @Nullable Duration timespan) {
    public Correlation {
        tags = List.copyOf(tags);
        references = List.copyOf(references);
        rules = List.copyOf(rules);
        groupBy = List.copyOf(groupBy);
        aliases = Map.copyOf(aliases);
        if (timespan == null && !(shape instanceof Shape.Observed)) {
            throw new IllegalArgumentException("a correlation that is not a pattern has a timespan");
        }
    }

    /** The field that a name of this correlation is in the events of one of its rules. */
    String field(String name, String rule) {
        Map<String, String> fields = aliases.get(name);
        return fields == null ? name : fields.getOrDefault(rule, name);
    }
}
