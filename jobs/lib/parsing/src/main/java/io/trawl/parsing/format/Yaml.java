package io.trawl.parsing.format;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** A node of a YAML file that knows its place, so that an error can say where it is. */
final class Yaml {
    private final String file;
    private final Node node;

    /** An error that says where it is. */
    static final class Misplaced extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        private Misplaced(String message) {
            super(message);
        }
    }

    private Yaml(String file, Node node) {
        this.file = file;
        this.node = node;
    }

    static Yaml of(String file, String text) {
        LoadSettings settings = LoadSettings.builder()
                .setLabel(file)
                .setAllowDuplicateKeys(true)
                .build();
        try {
            Node root = new Compose(settings)
                    .composeString(text)
                    .orElseThrow(() -> new IllegalArgumentException(file + ":1: the file is empty; expected a format"));
            return new Yaml(file, root);
        } catch (MarkedYamlEngineException e) {
            int line = e.getProblemMark().map(Mark::getLine).orElse(0) + 1;
            throw new IllegalArgumentException(file + ":" + line + ": not YAML: " + e.getProblem(), e);
        } catch (YamlEngineException e) {
            throw new IllegalArgumentException(file + ":1: not YAML: " + e.getMessage(), e);
        }
    }

    /** Counted from 1. */
    int line() {
        Optional<Mark> mark = node.getStartMark();
        return mark.map(Mark::getLine).orElse(0) + 1;
    }

    IllegalArgumentException error(String message) {
        // Among the nodes of a file those of an argument have its name, and no line.
        String of = node.getStartMark().map(Mark::getName).orElse(file);
        return new Misplaced((of.startsWith(Arguments.NAMED) ? of : of + ":" + line()) + ": " + message);
    }

    /** Keys and values that are put together; an error of them as a whole has the place of the last one. */
    static Yaml ofEntries(Map<String, Yaml> values) {
        List<NodeTuple> tuples = new ArrayList<>();
        Yaml last = null;
        for (Map.Entry<String, Yaml> one : values.entrySet()) {
            last = one.getValue();
            tuples.add(new NodeTuple(new ScalarNode(Tag.STR, one.getKey(), ScalarStyle.PLAIN), last.node));
        }
        Optional<Mark> mark = last == null ? Optional.empty() : last.node.getStartMark();
        return new Yaml(
                last == null ? "" : last.file,
                new MappingNode(Tag.MAP, true, tuples, FlowStyle.FLOW, mark, Optional.empty()));
    }

    /** A text that stands in no file. */
    static Yaml text(String value) {
        return new Yaml("", new ScalarNode(Tag.STR, value, ScalarStyle.PLAIN));
    }

    /** In one line, as YAML has it in flow style. */
    @Override
    public String toString() {
        if (isList()) {
            return list().stream().map(Yaml::toString).collect(Collectors.joining(", ", "[", "]"));
        }
        if (isMap()) {
            StringJoiner pairs = new StringJoiner(", ", "{", "}");
            map(null).forEach((key, value) -> pairs.add(key + ": " + value));
            return pairs.toString();
        }
        return isText() ? text() : "";
    }

    boolean isText() {
        return node instanceof ScalarNode;
    }

    boolean isList() {
        return node instanceof SequenceNode;
    }

    boolean isMap() {
        return node instanceof MappingNode;
    }

    String text() {
        if (node instanceof ScalarNode scalar) {
            return scalar.getValue();
        }
        throw error("expected a text");
    }

    int number() {
        String text = text();
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw error("'" + text + "' is not a number; expected, for example, 3");
        }
    }

    boolean flag() {
        return switch (text()) {
            case "true" -> true;
            case "false" -> false;
            default -> throw error("'" + text() + "' is neither true nor false");
        };
    }

    /** One character; \t is a tab. */
    char character() {
        String text = text();
        if (text.length() != 1) {
            throw error("'" + text + "' is not one character; expected, for example, \",\"");
        }
        return text.charAt(0);
    }

    List<Yaml> list() {
        if (node instanceof SequenceNode sequence) {
            List<Yaml> items = new ArrayList<>();
            sequence.getValue().forEach(item -> items.add(new Yaml(file, item)));
            return items;
        }
        throw error("expected a list, for example [a, b]");
    }

    /** The texts of a list, or a single text as a list of one. */
    List<String> texts() {
        return isText() ? List.of(text()) : list().stream().map(Yaml::text).toList();
    }

    /** The values by key, which must be among those known. */
    Map<String, Yaml> map(@Nullable List<String> known) {
        if (!(node instanceof MappingNode mapping)) {
            throw error("expected keys and values");
        }
        Map<String, Yaml> values = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            Yaml key = new Yaml(file, tuple.getKeyNode());
            String name = key.text();
            if (known != null && !known.contains(name)) {
                throw key.error("unknown key " + name + "; expected one of " + String.join(", ", known));
            }
            if (values.put(name, new Yaml(file, tuple.getValueNode())) != null) {
                throw key.error(name + " is there twice; expected it once");
            }
        }
        return values;
    }
}
