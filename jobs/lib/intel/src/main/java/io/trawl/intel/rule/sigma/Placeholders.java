package io.trawl.intel.rule.sigma;

import io.trawl.intel.rule.document.Document;
import io.trawl.intel.rule.document.Documents;
import io.trawl.intel.rule.document.Node;
import io.trawl.intel.rule.document.Node.Entry;
import io.trawl.intel.rule.document.Node.Scalar;
import io.trawl.intel.rule.document.Node.Sequence;
import io.trawl.intel.rule.document.Refusal;
import io.trawl.intel.rule.sigma.value.Expander;
import io.trawl.intel.rule.sigma.value.Piece;
import io.trawl.intel.rule.sigma.value.Texts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;

/** Values that stand for {@code %name%} in rules, with the modifier expand. A file of them has names and values, or lists. */
public final class Placeholders implements Expander {
    /** Of a site that has none. */
    public static final Placeholders NONE = new Placeholders(Map.of());

    /** As pySigma has it. */
    private static final int MOST_VALUES = 200;

    private final Map<String, List<String>> values;

    private Placeholders(Map<String, List<String>> values) {
        this.values = values;
    }

    /**
     * Reads a file of YAML, for example {@code Servers: [srv*, db?.example]}.
     *
     * @throws Refusal if it has anything but names with texts or numbers
     */
    public static Placeholders read(String file, byte[] bytes) {
        Documents documents = Documents.read(file, bytes);
        if (!documents.refused().isEmpty()) {
            throw documents.refused().get(0);
        }
        Map<String, List<String>> values = new LinkedHashMap<>();
        for (Document document : documents.documents()) {
            for (Entry entry : document.root().entries()) {
                List<Node> items = entry.value() instanceof Sequence list ? list.items() : List.of(entry.value());
                List<String> texts = new ArrayList<>();
                for (Node item : items) {
                    if (!(item instanceof Scalar scalar) || Document.isNull(item)) {
                        throw document.refusal(
                                item,
                                "a value of the placeholder " + entry.key().text() + " is " + item.what()
                                        + "; expected a text or a number");
                    }
                    texts.add(scalar.text());
                }
                if (texts.isEmpty()) {
                    throw document.refusal(
                            entry.key(), "the placeholder " + entry.key().text() + " has no value");
                }
                if (values.putIfAbsent(entry.key().text(), texts) != null) {
                    throw document.refusal(
                            entry.key(), "the placeholder " + entry.key().text() + " is there twice");
                }
            }
        }
        return new Placeholders(values);
    }

    /** Each text that a value with placeholders stands for; wildcards in their values are wildcards. */
    @Override
    public List<List<Piece>> expand(List<Piece> pieces) {
        List<List<Piece>> all = new ArrayList<>();
        all.add(List.of());
        for (Piece piece : pieces) {
            List<List<Piece>> choices = piece instanceof Piece.Plain plain
                    ? product(plain.text(), text -> List.of(new Piece.Plain(text)), Texts::pieces, Placeholders::joined)
                    : List.of(List.of(piece));
            all = product(all, choices, Placeholders::joined);
        }
        return all;
    }

    /** Each regular expression that one with placeholders stands for; their values are expressions. */
    @Override
    public List<String> expand(String source) {
        return product(source, Function.identity(), Function.identity(), String::concat);
    }

    private <T> List<T> product(
            String text,
            Function<String, T> literal,
            Function<String, T> value,
            java.util.function.BinaryOperator<T> join) {
        List<T> all = new ArrayList<>();
        all.add(literal.apply(""));
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int end = c == '%' ? text.indexOf('%', i + 1) : -1;
            if (c == '\\' && i + 1 < text.length() && text.charAt(i + 1) == '%') {
                plain.append('%');
                i++;
            } else if (end > i + 1 && text.lastIndexOf('\\', end) < i) {
                String name = text.substring(i + 1, end);
                all = product(all, List.of(literal.apply(plain.toString())), join);
                all = product(all, values(name).stream().map(value).toList(), join);
                plain.setLength(0);
                i = end;
            } else {
                plain.append(c);
            }
        }
        return product(all, List.of(literal.apply(plain.toString())), join);
    }

    private static <T> List<T> product(List<T> left, List<T> right, java.util.function.BinaryOperator<T> join) {
        if ((long) left.size() * right.size() > MOST_VALUES) {
            throw new IllegalArgumentException("its placeholders make more than " + MOST_VALUES + " values");
        }
        List<T> all = new ArrayList<>();
        for (T l : left) {
            for (T r : right) {
                all.add(join.apply(l, r));
            }
        }
        return all;
    }

    private static List<Piece> joined(List<Piece> left, List<Piece> right) {
        List<Piece> all = new ArrayList<>(left);
        all.addAll(right);
        return all;
    }

    private List<String> values(String name) {
        List<String> found = values.get(name);
        if (found == null) {
            throw new IllegalArgumentException("the placeholder %" + name
                    + "% has no values; expected it in the file of"
                    + " placeholders"
                    + (values.isEmpty() ? "" : ", which has " + String.join(", ", new TreeSet<>(values.keySet()))));
        }
        return found;
    }
}
