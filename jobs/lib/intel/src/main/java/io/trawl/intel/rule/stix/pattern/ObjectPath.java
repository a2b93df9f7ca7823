package io.trawl.intel.rule.stix.pattern;

import java.util.List;

/**
 * What a comparison looks at: a type of object, and the steps to one of its properties.
 *
 * @param type type of the object, for example network-traffic
 * @param steps at least one; the first is a key
 */
public record ObjectPath(String type, List<Step> steps) {
    public ObjectPath {
        steps = List.copyOf(steps);
    }

    /**
     * Reads a path alone.
     *
     * @throws PatternException if it is none
     */
    public static ObjectPath read(String text) throws PatternException {
        return new PatternReader(text).readPath();
    }

    /** One step. */
    public sealed interface Step {}

    /** To a property, or a key of a dictionary. */
    public record Key(String name) implements Step {}

    /** To an item of a list, from 0. The grammar takes negative ones, which no list has. */
    public record Item(int index) implements Step {}

    /** To any item of a list. */
    public record AnyItem() implements Step {}

    /** The steps as text. */
    public String path() {
        StringBuilder text = new StringBuilder();
        for (Step step : steps) {
            if (step instanceof Key key) {
                text.append(text.isEmpty() ? "" : ".").append(isPlain(key.name) ? key.name : Literal.quoted(key.name));
            } else {
                text.append('[')
                        .append(step instanceof Item item ? item.index : "*")
                        .append(']');
            }
        }
        return text.toString();
    }

    private static boolean isPlain(String name) {
        if (name.isEmpty() || Lexer.isKeyword(name)) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (!Lexer.startsIdentifier(c) && !(i > 0 && c >= '0' && c <= '9')) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return type + ":" + path();
    }
}
