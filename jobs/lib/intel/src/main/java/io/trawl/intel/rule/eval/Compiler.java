package io.trawl.intel.rule.eval;

import io.trawl.intel.rule.Ask;
import io.trawl.intel.rule.Condition;
import io.trawl.intel.rule.Field;
import io.trawl.intel.rule.Fields;
import io.trawl.intel.rule.internal.Literal;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes conditions ready; gives each field and each test a number, the same to equal ones. */
final class Compiler {
    private final Map<Field, Integer> fields = new HashMap<>();
    private final List<Field> numbered = new ArrayList<>();
    private final Map<Key, Integer> tests = new HashMap<>();
    private final Map<Ask, Asked> asked = new HashMap<>();

    /** What makes two tests the same: the field's number, -1 of a keyword, and what is asked. */
    private record Key(int field, Ask ask) {}

    Scratch scratch(int rules) {
        Field[] all = numbered.toArray(new Field[0]);
        int[] positions = new int[all.length];
        for (int i = 0; i < all.length; i++) {
            positions[i] = all[i].reader().position();
        }
        return new Scratch(all, positions, tests.size(), rules);
    }

    int field(Field field) {
        return fields.computeIfAbsent(field, any -> {
            numbered.add(any);
            return numbered.size() - 1;
        });
    }

    /** @throws IllegalArgumentException where it cannot be run, with the reason */
    Node node(Condition condition) {
        if (condition instanceof Condition.All all) {
            return new Node.All(nodes(all.of()));
        } else if (condition instanceof Condition.Any any) {
            return new Node.Any(nodes(any.of()));
        } else if (condition instanceof Condition.Not not) {
            return new Node.Not(node(not.of()));
        } else if (condition instanceof Condition.Named named) {
            return new Node.Named(named.name(), node(named.of()));
        } else if (condition instanceof Condition.Test test) {
            return test(test);
        } else if (condition instanceof Condition.Keyword keyword) {
            return keyword(keyword.ask());
        }
        throw new IllegalArgumentException("no condition: " + condition);
    }

    private List<Node> nodes(List<Condition> conditions) {
        return conditions.stream().map(this::node).toList();
    }

    private Node test(Condition.Test test) {
        int at = field(test.field());
        int number = number(at, test.ask());
        if (test.ask() instanceof Ask.SameAs same) {
            return new Tested.OfPair(number, at, field(same.other()), test.field(), test.written(), same);
        }
        Asked of = test.field().kind() == Field.Kind.NUMBER ? ofNumber(test.ask()) : asked(test.ask());
        return Tested.OfField.of(number, at, test.field(), test.written(), test.ask(), of);
    }

    private Node keyword(Ask ask) {
        if (ask instanceof Ask.SameAs) {
            throw new IllegalArgumentException("a keyword cannot be compared with a field");
        }
        List<Field> all = Fields.ofLines();
        int[] at = all.stream().mapToInt(this::field).toArray();
        return new Tested.OfAll(number(-1, ask), all, at, ask, asked(ask));
    }

    private int number(int field, Ask ask) {
        return tests.computeIfAbsent(new Key(field, ask), any -> tests.size());
    }

    private Asked asked(Ask ask) {
        return asked.computeIfAbsent(ask, Asked::of);
    }

    /** A whole text that a number would have is asked for as the number, so that no text is made of it. */
    private Asked ofNumber(Ask ask) {
        if (ask instanceof Ask.Text text
                && text.place() == Ask.Place.WHOLE
                && text.text().length() < 19
                && text.text().matches("0|-?[1-9][0-9]*")) {
            return new NumberAsText(
                    new Asked.OfText(new Literal(text.text(), text.cased()), Ask.Place.WHOLE),
                    Asked.OfNumber.equal(new BigDecimal(text.text())));
        }
        return asked(ask);
    }

    /** A text asked for of a number. */
    private record NumberAsText(Asked text, Asked number) implements Asked {
        @Override
        public boolean passes(String value) {
            return text.passes(value);
        }

        @Override
        public boolean passes(long value) {
            return number.passes(value);
        }

        @Override
        public int cost() {
            return 1;
        }
    }
}
