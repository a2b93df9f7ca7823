package io.trawl.intel.rule.eval;

import io.trawl.intel.rule.Ask;
import io.trawl.intel.rule.Condition;
import io.trawl.intel.rule.Field;
import io.trawl.intel.rule.Fields;
import io.trawl.intel.rule.internal.Literal;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes conditions ready; gives each field and each test a number, the same to equal ones. */
final class Compiler {
    private final Map<Field, Integer> fields = new HashMap<>();
    private final List<Field> numbered = new ArrayList<>();
    private final Map<Object, Integer> tests = new HashMap<>();
    private final Map<Ask, Asked> asked = new HashMap<>();

    /** From so many tests of texts on they are made together. */
    private final int together;

    Compiler() {
        this(Group.LEAST);
    }

    private Compiler(int together) {
        this.together = together;
    }

    /** One for conditions that are asked of one event: to make ready what is fast later would take longer than to ask. */
    static Compiler forOneEvent() {
        return new Compiler(Integer.MAX_VALUE);
    }

    /** What makes two tests the same: the field's number, -1 of a keyword, and what is asked. */
    private record Key(int field, Ask ask) {}

    /** What makes two groups of tests the same. */
    private record Together(List<Integer> fields, List<Cover.Text> texts) {}

    /** @param scan what makes candidates of rules; null if it is known which rule is asked */
    Scratch scratch(int rules, @Nullable Scan scan) {
        Field[] all = numbered.toArray(new Field[0]);
        int[] positions = new int[all.length];
        for (int i = 0; i < all.length; i++) {
            positions[i] = position(i);
        }
        return new Scratch(all, positions, tests.size(), rules, scan);
    }

    int field(Field field) {
        return fields.computeIfAbsent(field, any -> {
            numbered.add(any);
            return numbered.size() - 1;
        });
    }

    /** The place of the column that a field's number stands for; -1 if it is more than a column. */
    int position(int field) {
        return numbered.get(field).reader().position();
    }

    /** @throws IllegalArgumentException if it cannot be run, with the reason */
    Node node(Condition condition) {
        if (condition instanceof Condition.All all) {
            return new Node.All(nodes(all.of()));
        } else if (condition instanceof Condition.Any any) {
            return any(any.of());
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

    /** One of some; tests of texts of the same values are made together. */
    private Node any(List<Condition> of) {
        Map<Object, List<Condition>> texts = new LinkedHashMap<>();
        for (Condition condition : of) {
            Object values = values(condition);
            if (values != null) {
                texts.computeIfAbsent(values, any -> new ArrayList<>()).add(condition);
            }
        }
        List<Question> asked = new ArrayList<>();
        texts.forEach((values, some) -> {
            if (some.size() >= together) {
                asked.add(group(some));
            }
        });
        List<Node> nodes = nodes(of);
        for (int i = 0; i < nodes.size(); i++) {
            Object values = values(of.get(i));
            if (values == null || texts.getOrDefault(values, List.of()).size() < together) {
                asked.add(nodes.get(i));
            }
        }
        return new Node.Any(nodes, asked);
    }

    /** Which values a condition asks for a text; null if it asks for anything else. */
    private static @Nullable Object values(Condition condition) {
        if (condition instanceof Condition.Keyword keyword && keyword.ask() instanceof Ask.Text) {
            return Condition.Keyword.class;
        }
        return condition instanceof Condition.Test test
                        && test.ask() instanceof Ask.Text
                        && test.field().kind() != Field.Kind.NUMBER
                ? test.field()
                : null;
    }

    private Group group(List<Condition> conditions) {
        List<Cover.Text> texts = new ArrayList<>();
        int[] at = {};
        for (Condition condition : conditions) {
            Ask ask = condition instanceof Condition.Test test ? test.ask() : ((Condition.Keyword) condition).ask();
            if (ask instanceof Ask.Text text) {
                texts.add(new Cover.Text(text.text(), text.place(), text.cased()));
            }
            at = condition instanceof Condition.Test test
                    ? new int[] {field(test.field())}
                    : Fields.ofLines().stream().mapToInt(this::field).toArray();
        }
        List<Integer> fieldsAt = Arrays.stream(at).boxed().toList();
        return new Group(number(new Together(fieldsAt, texts)), at, new Texts(texts));
    }

    private List<Node> nodes(List<Condition> conditions) {
        return conditions.stream().map(this::node).toList();
    }

    private Node test(Condition.Test test) {
        int at = field(test.field());
        int number = number(new Key(at, test.ask()));
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
        return new Tested.OfAll(number(new Key(-1, ask)), all, at, ask, asked(ask));
    }

    private int number(Object key) {
        return tests.computeIfAbsent(key, any -> tests.size());
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
