package io.trawl.intel.rule.internal;

/** A text that is looked for, with its case or without. It is found in a time that is linear in the value's length. */
public final class Literal {
    /** From this length on a value is searched so that no letter of it is looked at again. */
    private static final int LONG_VALUE = 512;

    private final String text;
    private final boolean cased;
    private final char[] chars;
    /** How long the longest beginning of the text is that ends before an index, for Knuth, Morris and Pratt's search. */
    private final int[] failure;

    public Literal(String text, boolean cased) {
        this.text = text;
        this.cased = cased;
        this.chars = (cased ? text : Fold.text(text)).toCharArray();
        this.failure = new int[chars.length + 1];
        int length = 0;
        for (int i = 1; i < chars.length; i++) {
            while (length > 0 && chars[i] != chars[length]) {
                length = failure[length];
            }
            if (chars[i] == chars[length]) {
                length++;
            }
            failure[i + 1] = length;
        }
    }

    public String text() {
        return text;
    }

    public int length() {
        return chars.length;
    }

    /** The text without case, even where case counts. */
    String folded() {
        return cased ? Fold.text(text) : new String(chars);
    }

    private char at(String value, int index) {
        return cased ? value.charAt(index) : Fold.at(value, index);
    }

    /** Whether a value has the text at an index. */
    public boolean isAt(String value, int index) {
        if (index < 0 || index > value.length() - chars.length) {
            return false;
        }
        // Literals that are compared at one place begin alike more often than they end alike.
        int last = chars.length - 1;
        if (last >= 0 && at(value, index + last) != chars[last]) {
            return false;
        }
        for (int i = 0; i < last; i++) {
            if (at(value, index + i) != chars[i]) {
                return false;
            }
        }
        return true;
    }

    public boolean isWhole(String value) {
        return value.length() == chars.length && isAt(value, 0);
    }

    public boolean isEnd(String value) {
        return isAt(value, value.length() - chars.length);
    }

    /** The first index in value[from, to) where the text is; -1 if it is not there. */
    public int find(String value, int from, int to) {
        if (chars.length == 0) {
            return from <= to ? from : -1;
        }
        return to - from < LONG_VALUE ? findInShort(value, from, to) : findInLong(value, from, to);
    }

    private int findInShort(String value, int from, int to) {
        char first = chars[0];
        for (int i = from; i <= to - chars.length; i++) {
            if (at(value, i) == first && isAt(value, i)) {
                return i;
            }
        }
        return -1;
    }

    private int findInLong(String value, int from, int to) {
        int length = 0;
        for (int i = from; i < to; i++) {
            char c = at(value, i);
            while (length > 0 && c != chars[length]) {
                length = failure[length];
            }
            if (c == chars[length]) {
                length++;
            }
            if (length == chars.length) {
                return i + 1 - length;
            }
        }
        return -1;
    }
}
