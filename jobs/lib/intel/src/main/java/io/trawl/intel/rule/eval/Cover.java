package io.trawl.intel.rule.eval;

import io.trawl.intel.rule.Ask;
import io.trawl.intel.rule.Condition;
import io.trawl.intel.rule.Field;
import io.trawl.intel.rule.Fields;
import io.trawl.intel.rule.Glob;
import io.trawl.intel.rule.internal.Literal;
import io.trawl.intel.rule.internal.Necessary;
import io.trawl.intel.rule.internal.Usual;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tests of which one passes for each event that a condition holds of: the rest need not be asked before. Of those that there
 * are the ones that pass rarest are taken.
 *
 * @param atoms the tests; none if the condition never holds
 * @param cost how many events of one pass them, and a little for each
 */
record Cover(List<Atom> atoms, double cost) {
    private static final double EACH = 0.0002;
    private static final int SHORT = 4;
    private static final int STEPPED = 5;
    private static final int LONG = 7;

    /** Fields with few values, each of which is met often. */
    private static final Set<String> FEW_VALUES = Set.of(
            "http.request.method",
            "http.version",
            "http.response.mime_type",
            "url.scheme",
            "url.top_level_domain",
            "event.action",
            "event.category",
            "proxy.hierarchy",
            "network.transport",
            "network.protocol",
            "network.direction",
            "dns.question.type",
            "dns.response_code");

    /**
     * A test of a field's values.
     *
     * @param text what a value has; null where something else is asked
     * @param place where it has it
     * @param asked what is asked; null if a text is
     */
    record Atom(Field field, @Nullable Text text, @Nullable Asked asked) {}

    /** A text at a place. */
    record Text(String text, Ask.Place place, boolean cased) {
        Literal literal() {
            return new Literal(text, cased);
        }

        /** Whether it can be anywhere; what is empty is the start of all. */
        boolean isInside() {
            return place == Ask.Place.ANYWHERE && !text.isEmpty();
        }

        /** Where it must be if it is not inside. */
        Ask.Place outerPlace() {
            return place == Ask.Place.ANYWHERE ? Ask.Place.START : place;
        }
    }

    Cover {
        atoms = List.copyOf(atoms);
    }

    /** Whether all of its tests are of texts, which are found together. */
    boolean isOfTexts() {
        return atoms.stream().allMatch(atom -> atom.text() != null);
    }

    /** The cheapest one; null if there is none, since the condition may hold of an event that passes no test. */
    static @Nullable Cover of(Condition condition) {
        return of(condition, false);
    }

    private static @Nullable Cover of(Condition condition, boolean not) {
        if (condition instanceof Condition.All all) {
            return not ? union(all.of(), true) : best(all.of(), false);
        } else if (condition instanceof Condition.Any any) {
            return not ? best(any.of(), true) : union(any.of(), false);
        } else if (condition instanceof Condition.Not other) {
            return of(other.of(), !not);
        } else if (condition instanceof Condition.Named named) {
            return of(named.of(), not);
        } else if (not) {
            return null;
        } else if (condition instanceof Condition.Test test) {
            return ofField(test.field(), test.ask());
        } else if (condition instanceof Condition.Keyword keyword) {
            return ofKeyword(keyword.ask());
        }
        return null;
    }

    private static @Nullable Cover best(List<Condition> of, boolean not) {
        Cover best = null;
        for (Condition condition : of) {
            Cover cover = of(condition, not);
            best = cover != null && (best == null || cover.cost < best.cost) ? cover : best;
        }
        return best;
    }

    private static @Nullable Cover union(List<Condition> of, boolean not) {
        List<Atom> atoms = new ArrayList<>();
        double cost = 0;
        for (Condition condition : of) {
            Cover cover = of(condition, not);
            if (cover == null) {
                return null;
            }
            atoms.addAll(cover.atoms);
            cost += cover.cost;
        }
        return new Cover(atoms, cost);
    }

    private static @Nullable Cover ofKeyword(Ask ask) {
        List<Text> texts = texts(ask);
        // What a number can have in it would need a text of each number.
        if (texts == null
                || texts.stream()
                        .anyMatch(text -> text.text().chars().allMatch(c -> c >= '0' && c <= '9' || c == '-'))) {
            return null;
        }
        List<Atom> atoms = new ArrayList<>();
        double cost = 0;
        for (Text text : texts) {
            cost += cost(text, false);
            for (Field field : Fields.ofLines()) {
                if (field.kind() != Field.Kind.NUMBER) {
                    atoms.add(new Atom(field, text, null));
                }
            }
        }
        return new Cover(atoms, cost);
    }

    private static Cover ofField(Field field, Ask ask) {
        if (field.reader() == Field.NOTHING) {
            return new Cover(List.of(), 0);
        }
        boolean isText = field.kind() == Field.Kind.TEXT || field.kind() == Field.Kind.ADDRESS;
        List<Text> texts = isText ? texts(ask) : null;
        if (texts == null) {
            return ofAny(field, ask);
        }
        List<Atom> atoms = new ArrayList<>();
        double cost = 0;
        for (Text text : texts) {
            cost += cost(text, FEW_VALUES.contains(field.name()));
            atoms.add(extension(field, text));
        }
        return new Cover(atoms, cost);
    }

    /** What is asked of an extension, asked of the path, of which no text must be made. */
    private static Atom extension(Field field, Text text) {
        Field path = Fields.named("url.path");
        if (path != null && field.equals(Fields.named("url.extension"))) {
            if (text.place() == Ask.Place.WHOLE) {
                return new Atom(path, new Text("." + text.text(), Ask.Place.END, text.cased()), null);
            } else if (text.place() == Ask.Place.END) {
                return new Atom(path, text, null);
            }
        }
        return new Atom(field, text, null);
    }

    private static Cover ofAny(Field field, Ask ask) {
        // A pair needs another field; any value of this one may pass.
        Asked asked = ask instanceof Ask.SameAs ? new Asked.Any() : Asked.of(ask);
        double passes = ask instanceof Ask.Within ? 0.2 : ask instanceof Ask.Expression ? 0.9 : 0.7;
        return new Cover(List.of(new Atom(field, null, asked)), passes + asked.cost() * EACH);
    }

    /** Texts of which a value has one that passes; null if there are none. */
    private static @Nullable List<Text> texts(Ask ask) {
        if (ask instanceof Ask.Text text) {
            return List.of(new Text(text.text(), text.place(), text.cased()));
        } else if (ask instanceof Ask.Like like) {
            Text best = null;
            List<Glob.Part> parts = like.glob().parts();
            for (int i = 0; i < parts.size(); i++) {
                if (parts.get(i) instanceof Glob.Part.Literal literal) {
                    Ask.Place place = parts.size() == 1
                            ? Ask.Place.WHOLE
                            : i == 0 ? Ask.Place.START : i == parts.size() - 1 ? Ask.Place.END : Ask.Place.ANYWHERE;
                    Text text = new Text(literal.text(), place, like.cased());
                    best = best == null || cost(text, false) < cost(best, false) ? text : best;
                }
            }
            return best == null ? null : List.of(best);
        } else if (ask instanceof Ask.Expression expression) {
            List<String> necessary = Necessary.of(expression.pattern().pattern());
            return necessary == null
                    ? null
                    : necessary.stream()
                            .map(text -> new Text(text, Ask.Place.ANYWHERE, false))
                            .toList();
        }
        return null;
    }

    /** How many events of one have it, as one guesses, and what it takes to look for it. */
    private static double cost(Text text, boolean fewValues) {
        int length = text.text().length();
        if (fewValues) {
            return 0.3;
        }
        boolean usual = Usual.has(text.text()) && text.place() != Ask.Place.WHOLE;
        double passes = Math.min(usual ? 0.3 : 1, Math.pow(2, -1.6 * length)) + (usual ? 0.2 : 0);
        double search = text.place() != Ask.Place.ANYWHERE
                ? 0
                : length < SHORT ? 0.02 : length < STEPPED ? 0.002 : length < LONG ? 0.0005 : 0;
        return passes + search + EACH;
    }
}
