package io.trawl.parsing.grammar.named;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.trawl.parsing.Failure;
import io.trawl.parsing.Reason;
import io.trawl.parsing.grammar.Grammar;
import io.trawl.parsing.grammar.Plan;
import io.trawl.parsing.internal.Text;
import io.trawl.parsing.mapping.Columns;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An object of JSON on a line. A column is a path: {@code request.uri}, which also finds the key {@code "request.uri"};
 * of a list its first element; {@code answers[].rdata} of all elements, a comma between two, and {@code
 * grouped.{A,AAAA}[]} of all elements of these lists; {@code
 * headers[name=Host].value} that element of a list of objects whose {@code name} is {@code Host} in any case. The last of
 * equal keys counts.
 */
public final class Json implements Grammar {
    private static final JsonFactory FACTORY = new JsonFactory();

    private final Node root = new Node();
    private final int size;

    /** What is asked for below a key. */
    private static final class Node {
        final Map<String, Node> children = new HashMap<>();
        int column = -1;
        /** The key of a list's objects that tells them apart; null if no list is asked for. */
        @Nullable
        String selector;

        final Map<String, Node> selected = new HashMap<>();

        /** What is asked for of every element of a list; null if nothing is. */
        @Nullable
        Node each;
        /** Whether a value goes after those before it. */
        boolean adds;

        Node child(String key) {
            Node child = children.computeIfAbsent(key, any -> new Node());
            child.adds = adds;
            return child;
        }
    }

    private Json(List<String> paths) {
        size = paths.size();
        for (int column = 0; column < size; column++) {
            for (String path : each(paths.get(column))) {
                add(root, path, column);
            }
        }
    }

    /** The paths that a path with {@code {one,another}} in it names; any other is itself. */
    private static List<String> each(String path) {
        int from = path.indexOf('{');
        int to = path.indexOf('}', from + 1);
        if (from < 0 || to < 0) {
            return List.of(path);
        }
        return Stream.of(path.substring(from + 1, to).split(",", -1))
                .map(one -> path.substring(0, from) + one + path.substring(to + 1))
                .toList();
    }

    /** @param required paths without which a line is not of the format */
    public static Plan plan(List<String> required) {
        return new NamedPlan(required, Json::new);
    }

    /** Adds a path, each dot of it being a step or part of a key. */
    private static void add(Node node, String path, int column) {
        int bracket = path.indexOf('[');
        int close = bracket < 0 ? -1 : path.indexOf(']', bracket);
        int equals = bracket < 0 ? -1 : path.indexOf('=', bracket);
        for (int dot = path.indexOf('.');
                dot >= 0 && (bracket < 0 || dot < bracket);
                dot = path.indexOf('.', dot + 1)) {
            add(node.child(path.substring(0, dot)), path.substring(dot + 1), column);
        }
        if (bracket > 0 && close == bracket + 1) {
            Node list = node.child(path.substring(0, bracket));
            Node each = list.each == null ? new Node() : list.each;
            each.adds = true;
            list.each = each;
            if (path.startsWith(".", close + 1)) {
                add(each, path.substring(close + 2), column);
            } else {
                each.column = column;
            }
            return;
        }
        if (close < 0 || equals < 0 || equals > close) {
            node.child(path).column = column;
            return;
        }
        Node list = node.child(path.substring(0, bracket));
        list.selector = path.substring(bracket + 1, equals);
        String value = path.substring(equals + 1, close).toLowerCase(Locale.ROOT);
        Node element = list.selected.computeIfAbsent(value, any -> new Node());
        String rest = path.substring(close + 1);
        if (rest.startsWith(".")) {
            add(element, rest.substring(1), column);
        } else {
            element.column = column;
        }
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public boolean scan(byte[] b, int from, int to, Columns out) {
        int start = from;
        // A dash is a part of some header of syslog that is not there.
        while (start < to && (b[start] == ' ' || b[start] == '\t' || b[start] == '-')) {
            start++;
        }
        if (start >= to || b[start] != '{') {
            return false;
        }
        if (read(b, start, to, out)) {
            return true;
        }
        // A byte that is not UTF-8 stops the library: it becomes its escape, as in every other grammar.
        byte[] mended = Text.decode(b, start, to).getBytes(StandardCharsets.UTF_8);
        if (mended.length == to - start) {
            return false;
        }
        out.forgetTexts();
        return read(mended, 0, mended.length, out);
    }

    @Override
    public Failure failure(byte[] bytes, int from, int to, Columns out) {
        return new Failure(Reason.SYNTAX, null, "the line is not a whole object of JSON; expected {...}");
    }

    private boolean read(byte[] b, int from, int to, Columns out) {
        try (JsonParser in = FACTORY.createParser(b, from, to - from)) {
            in.nextToken();
            object(in, root, out);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static void object(JsonParser in, Node node, Columns out) throws IOException {
        String key;
        while ((key = in.nextFieldName()) != null) {
            Node child = node.children.get(key);
            JsonToken token = in.nextToken();
            if (child == null) {
                in.skipChildren();
            } else {
                value(in, token, child, out);
            }
        }
    }

    private static void value(JsonParser in, @Nullable JsonToken token, Node node, Columns out) throws IOException {
        if (node.each != null && token != JsonToken.START_ARRAY) {
            // What is no list is the only element.
            value(in, token, node.each, out);
        } else if (token == JsonToken.START_OBJECT) {
            object(in, node, out);
        } else if (token == JsonToken.START_ARRAY) {
            boolean first = true;
            while ((token = in.nextToken()) != JsonToken.END_ARRAY && token != null) {
                if (node.each != null) {
                    value(in, token, node.each, out);
                } else if (node.selector != null && token == JsonToken.START_OBJECT) {
                    element(in, node, out);
                } else if (first) {
                    value(in, token, node, out);
                } else {
                    in.skipChildren();
                }
                first = false;
            }
        } else if (node.column >= 0 && token != null && token != JsonToken.VALUE_NULL) {
            if (node.adds) {
                out.add(node.column, in.getText());
            } else {
                out.set(node.column, in.getText());
            }
        }
    }

    /** An object of a list that is told from the others by one of its values. */
    private static void element(JsonParser in, Node list, Columns out) throws IOException {
        String name = null;
        Map<String, String> values = new HashMap<>();
        String key;
        while ((key = in.nextFieldName()) != null) {
            JsonToken token = in.nextToken();
            if (token != null && token.isScalarValue() && token != JsonToken.VALUE_NULL) {
                if (key.equals(list.selector)) {
                    name = in.getText().toLowerCase(Locale.ROOT);
                } else {
                    values.put(key, in.getText());
                }
            } else {
                in.skipChildren();
            }
        }
        Node chosen = name == null ? null : list.selected.get(name);
        if (chosen != null) {
            values.forEach((of, text) -> {
                Node child = chosen.children.get(of);
                if (child != null && child.column >= 0) {
                    out.set(child.column, text);
                }
            });
        }
    }
}
