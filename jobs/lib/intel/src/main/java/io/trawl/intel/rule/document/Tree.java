package io.trawl.intel.rule.document;

import io.trawl.intel.rule.document.Node.Entry;
import io.trawl.intel.rule.document.Node.Mapping;
import io.trawl.intel.rule.document.Node.Scalar;
import io.trawl.intel.rule.document.Node.Sequence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;

/** The tree of one document's events. Aliases are put in by reference, and may not make the tree much larger. */
final class Tree {
    /** Levels of a document. */
    static final int DEEPEST = 64;
    /** As pySigma has it. */
    private static final long MOST_BY_ALIASES = 10_000;

    private final String file;
    private final List<Event> events;
    private final Map<String, Built> anchors = new HashMap<>();
    private final Set<String> open = new HashSet<>();
    private int at;
    private long byAliases;

    /** A node, how many nodes it is made of, and how many levels. */
    private record Built(Node node, long size, int depth) {}

    Tree(String file, List<Event> events) {
        this.file = file;
        this.events = events;
    }

    Node root() {
        return build(1).node;
    }

    private Built build(int depth) {
        Event event = events.get(at++);
        int line = line(event);
        if (event instanceof AliasEvent alias) {
            return aliased(alias, depth, line);
        }
        String anchor = ((NodeEvent) event).getAnchor().map(Anchor::getValue).orElse(null);
        if (anchor != null) {
            open.add(anchor);
        }
        Built built;
        if (event instanceof ScalarEvent scalar) {
            built = new Built(Scalars.read(file, scalar, line), 1, 1);
        } else if (event instanceof SequenceStartEvent sequence) {
            check(sequence.getTag(), "seq", line);
            built = sequence(depth, line);
        } else {
            check(((MappingStartEvent) event).getTag(), "map", line);
            built = mapping(depth, line);
        }
        if (anchor != null) {
            open.remove(anchor);
            anchors.put(anchor, built);
        }
        return built;
    }

    private Built aliased(AliasEvent alias, int depth, int line) {
        String name = alias.getAlias().getValue();
        Built built = anchors.get(name);
        if (open.contains(name)) {
            throw new Refusal(file, line, "the alias *" + name + " is within its own anchor");
        }
        if (built == null) {
            throw new Refusal(file, line, "the alias *" + name + " has no anchor &" + name + " above it");
        }
        byAliases += built.size;
        if (byAliases > MOST_BY_ALIASES || depth + built.depth > DEEPEST) {
            throw new Refusal(file, line, "aliases make the document too large");
        }
        return built;
    }

    private Built sequence(int depth, int line) {
        List<Node> items = new ArrayList<>();
        long size = 1;
        int deepest = 0;
        while (!is(Event.ID.SequenceEnd)) {
            Built item = build(depth + 1);
            items.add(item.node);
            size += item.size;
            deepest = Math.max(deepest, item.depth);
        }
        at++;
        return new Built(new Sequence(items, line), size, deepest + 1);
    }

    private Built mapping(int depth, int line) {
        List<Entry> entries = new ArrayList<>();
        Map<String, Integer> lines = new HashMap<>();
        Built merged = null;
        long size = 1;
        int deepest = 0;
        while (!is(Event.ID.MappingEnd)) {
            Built key = build(depth + 1);
            Built value = build(depth + 1);
            size += key.size + value.size;
            deepest = Math.max(deepest, value.depth);
            if (!(key.node instanceof Scalar name)) {
                throw new Refusal(file, key.node.line(), "a key is " + key.node.what() + "; expected a text");
            }
            Integer first = lines.putIfAbsent(name.text(), name.line());
            if (first != null) {
                throw new Refusal(
                        file, name.line(), "the key " + name.text() + " is there twice, first in line " + first);
            }
            if (name.plain() && name.text().equals("<<")) {
                merged = value;
            } else {
                entries.add(new Entry(name, value.node));
            }
        }
        at++;
        if (merged != null) {
            merge(merged.node, new HashSet<>(lines.keySet()), entries);
        }
        return new Built(new Mapping(entries, line), size, deepest + 1);
    }

    /** Of YAML 1.1, which rules in the field may use: the keys of other maps, where they are not there already. */
    private void merge(Node from, Set<String> known, List<Entry> entries) {
        if (from instanceof Mapping mapping) {
            for (Entry entry : mapping.entries()) {
                if (known.add(entry.key().text())) {
                    entries.add(entry);
                }
            }
        } else if (from instanceof Sequence sequence
                && sequence.items().stream().allMatch(Mapping.class::isInstance)) {
            sequence.items().forEach(item -> merge(item, known, entries));
        } else {
            throw new Refusal(file, from.line(), "<< is " + from.what() + "; expected a map, or a list of maps");
        }
    }

    private boolean is(Event.ID id) {
        return events.get(at).getEventId() == id;
    }

    private void check(Optional<String> tag, String expected, int line) {
        String name = tag.orElse("!");
        if (!name.equals("!") && !name.equals(Scalars.CORE + expected)) {
            throw new Refusal(file, line, "the tag " + name + " is not known");
        }
    }

    private static int line(Event event) {
        @Nullable Mark mark = event.getStartMark().orElse(null);
        return mark == null ? 1 : mark.getLine() + 1;
    }
}
