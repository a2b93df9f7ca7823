package io.trawl.intel.rule.document;

import io.trawl.intel.rule.document.Node.Mapping;
import io.trawl.intel.rule.document.Node.Scalar;
import io.trawl.intel.rule.document.Node.Type;
import org.jspecify.annotations.Nullable;

/**
 * One document of a file: keys and values.
 *
 * @param file the file's name, for messages
 */
public record Document(String file, Mapping root) {
    /** The line of its first key, from 1. */
    public int line() {
        return root.line();
    }

    public @Nullable Node get(String key) {
        return root.get(key);
    }

    public boolean has(String key) {
        return root.get(key) != null;
    }

    /** A refusal at a node. */
    public Refusal refusal(Node at, String reason) {
        return new Refusal(file, at.line(), reason);
    }

    /** A refusal at a key; at the document where the key is not there. */
    public Refusal refusal(String key, String reason) {
        return new Refusal(file, root.lineOf(key), reason);
    }

    /** A text; null if the key is not there or has no value. */
    public @Nullable String text(String key) {
        Node node = get(key);
        if (node == null || isNull(node)) {
            return null;
        }
        if (node instanceof Scalar scalar && scalar.type() == Type.TEXT) {
            return scalar.text();
        }
        throw refusal(node, key + " is " + node.what() + "; expected a text");
    }

    public static boolean isNull(Node node) {
        return node instanceof Scalar scalar && scalar.type() == Type.NULL;
    }
}
