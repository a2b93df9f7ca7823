package io.trawl.intel.rule.internal;

import io.trawl.intel.rule.Ask;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Many texts that are looked for in a value at once, in a time that is linear in the value's length and in theirs together:
 * Aho and Corasick's automaton.
 */
public final class TextSet {
    private static final int ROOT = 0;
    private static final int NONE = -1;

    private final Ask.Place place;
    private final boolean cased;
    /** By node and character, the node after it. */
    private final Map<Long, Integer> edges = new HashMap<>();
    /** By node, the text that ends there, or at a shorter ending of it; else {@link #NONE}. */
    private final List<Integer> ends = new ArrayList<>(List.of(NONE));
    /** By node, the longest ending of it that is a node, too; only to find texts anywhere. */
    private int[] shorter = {ROOT};

    public TextSet(List<String> texts, Ask.Place place, boolean cased) {
        this.place = place;
        this.cased = cased;
        List<Integer> parents = new ArrayList<>(List.of(ROOT));
        List<Character> letters = new ArrayList<>(List.of(' '));
        for (int i = 0; i < texts.size(); i++) {
            String text = texts.get(i);
            int node = ROOT;
            for (int j = 0; j < text.length(); j++) {
                char c = letter(text, place == Ask.Place.END ? text.length() - 1 - j : j);
                Integer next = edges.get(key(node, c));
                if (next == null) {
                    next = ends.size();
                    edges.put(key(node, c), next);
                    ends.add(NONE);
                    parents.add(node);
                    letters.add(c);
                }
                node = next;
            }
            if (ends.get(node) == NONE) {
                ends.set(node, i);
            }
        }
        if (place == Ask.Place.ANYWHERE) {
            link(parents, letters);
        }
    }

    private static long key(int node, char c) {
        return (long) node << Character.SIZE | c;
    }

    private char letter(String text, int index) {
        return cased ? text.charAt(index) : Fold.at(text, index);
    }

    /** Shorter nodes first: each has its link when those after it ask for it. */
    private void link(List<Integer> parents, List<Character> letters) {
        shorter = new int[ends.size()];
        List<List<Integer>> children = new ArrayList<>();
        ends.forEach(end -> children.add(new ArrayList<>()));
        for (int node = 1; node < ends.size(); node++) {
            children.get(parents.get(node)).add(node);
        }
        Deque<Integer> nodes = new ArrayDeque<>(children.get(ROOT));
        while (!nodes.isEmpty()) {
            int node = nodes.removeFirst();
            nodes.addAll(children.get(node));
            int parent = parents.get(node);
            shorter[node] = parent == ROOT ? ROOT : after(shorter[parent], letters.get(node));
            if (ends.get(node) == NONE) {
                ends.set(node, ends.get(shorter[node]));
            }
        }
    }

    private int after(int node, char c) {
        int from = node;
        while (true) {
            Integer next = edges.get(key(from, c));
            if (next != null) {
                return next;
            }
            if (from == ROOT) {
                return ROOT;
            }
            from = shorter[from];
        }
    }

    /** A text that the value has at the place, by its index; -1 if there is none. */
    public int find(String value) {
        int node = ROOT;
        int found = place == Ask.Place.WHOLE ? NONE : ends.get(ROOT);
        for (int i = 0; found == NONE && i < value.length(); i++) {
            char c = letter(value, place == Ask.Place.END ? value.length() - 1 - i : i);
            if (place == Ask.Place.ANYWHERE) {
                node = after(node, c);
            } else {
                Integer next = edges.get(key(node, c));
                if (next == null) {
                    return NONE;
                }
                node = next;
            }
            found = place == Ask.Place.WHOLE ? NONE : ends.get(node);
        }
        return place == Ask.Place.WHOLE ? ends.get(node) : found;
    }
}
