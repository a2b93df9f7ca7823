package io.trawl.bench.rules;

import io.trawl.intel.rule.Ask;
import io.trawl.intel.rule.Condition;
import io.trawl.intel.rule.Glob;
import io.trawl.intel.rule.Rule;
import java.util.ArrayList;
import java.util.List;

/**
 * Rules made of others: of each text of four characters or more the middle gets the variation's number, so that it is as rare as
 * the text was and is another one. Shorter texts, numbers and expressions stay, as a method or a status does in many rules.
 */
final class Variation {
    private static final int SHORT = 4;

    private final String number;

    private Variation(int number) {
        this.number = Integer.toString(number, Character.MAX_RADIX);
    }

    /** The rules, and variations of them, until there are so many. */
    static List<Rule> upTo(int count, List<Rule> rules) {
        List<Rule> all = new ArrayList<>(rules);
        for (int number = 1; all.size() < count; number++) {
            Variation variation = new Variation(number);
            rules.stream().limit(count - all.size()).map(variation::of).forEach(all::add);
        }
        return all;
    }

    private Rule of(Rule rule) {
        return new Rule(
                rule.id() + "-" + number,
                rule.name(),
                rule.kind(),
                rule.level(),
                rule.score(),
                rule.tags(),
                rule.references(),
                rule.sources(),
                rule.place(),
                of(rule.condition()));
    }

    private Condition of(Condition condition) {
        if (condition instanceof Condition.All all) {
            return new Condition.All(all.of().stream().map(this::of).toList());
        } else if (condition instanceof Condition.Any any) {
            return new Condition.Any(any.of().stream().map(this::of).toList());
        } else if (condition instanceof Condition.Not not) {
            return new Condition.Not(of(not.of()));
        } else if (condition instanceof Condition.Named named) {
            return new Condition.Named(named.name(), of(named.of()));
        } else if (condition instanceof Condition.Test test) {
            return new Condition.Test(test.field(), test.written(), of(test.ask()));
        }
        return new Condition.Keyword(of(((Condition.Keyword) condition).ask()));
    }

    private Ask of(Ask ask) {
        if (ask instanceof Ask.Text text) {
            return new Ask.Text(of(text.text()), text.place(), text.cased());
        } else if (ask instanceof Ask.Like like) {
            Glob glob = new Glob(like.glob().parts().stream()
                    .map(part -> part instanceof Glob.Part.Literal literal
                            ? new Glob.Part.Literal(of(literal.text()))
                            : part)
                    .toList());
            return new Ask.Like(glob, like.cased());
        }
        return ask;
    }

    private String of(String text) {
        int middle = text.length() / 2;
        return text.length() < SHORT ? text : text.substring(0, middle) + number + text.substring(middle);
    }
}
