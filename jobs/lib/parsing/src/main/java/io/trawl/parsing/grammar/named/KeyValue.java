package io.trawl.parsing.grammar.named;

import io.trawl.parsing.Failure;
import io.trawl.parsing.Reason;
import io.trawl.parsing.grammar.Grammar;
import io.trawl.parsing.grammar.Plan;
import io.trawl.parsing.internal.Bytes;
import io.trawl.parsing.mapping.Columns;
import io.trawl.parsing.mapping.Escape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Pairs of key and value, in any order: {@code src=10.0.0.1 url="http://a/"}. What is no pair is passed over. */
public final class KeyValue implements Grammar {
    /**
     * How pairs are written.
     *
     * @param pairs what is between two pairs
     * @param value what is between key and value
     * @param quotes characters that a value may be quoted with
     * @param escape of quoted values
     * @param blanks whether a value without quotes goes on to the next key, whatever is in it
     * @param last whether the last of equal keys counts, not the first
     * @param once whether a line in which a wanted key is twice is refused
     * @param ends with {@code blanks}, the keys that may end a value, a space in front of and after each; null for any
     */
    public record Style(
            char pairs,
            char value,
            String quotes,
            Escape escape,
            boolean blanks,
            boolean last,
            boolean once,
            @Nullable Keys ends) {
        /** Keys of any name, of which the first or the last of equal ones counts. */
        public Style(char pairs, char value, String quotes, Escape escape, boolean blanks, boolean last) {
            this(pairs, value, quotes, escape, blanks, last, false, null);
        }

        /** The same for a format in which a client's value may look like pairs. */
        public Style guarded(boolean eachOnce, List<String> names) {
            return new Style(
                    pairs, value, quotes, escape, blanks, last, eachOnce, names.isEmpty() ? null : new Keys(names));
        }

        /** {@code a=b "c"}: spaces between pairs, double quotes with backslashes, the first of equal keys. */
        public static final Style PLAIN = new Style(' ', '=', "\"", Escape.BACKSLASH, false, false);

        /** LTSV, http://ltsv.org. */
        public static final Style LTSV = new Style('\t', ':', "", Escape.NONE, false, false);
    }

    /** Name of the column that is before the first pair, as far as what is between pairs. */
    public static final String HEAD = "(head)";

    private final Style style;
    private final Keys keys;
    private final int size;
    private final int head;

    private KeyValue(Style style, List<String> names) {
        this.style = style;
        this.keys = new Keys(names);
        this.size = names.size();
        this.head = names.indexOf(HEAD);
    }

    /** @param required keys without which a line is not of the format */
    public static Plan plan(Style style, List<String> required) {
        return new NamedPlan(required, names -> new KeyValue(style, names));
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public boolean scan(byte[] bytes, int from, int to, Columns out) {
        out.bytes = bytes;
        if (head >= 0) {
            int end = from;
            while (end < to && bytes[end] != style.pairs) {
                end++;
            }
            out.set(head, from, end);
        }
        return pairs(bytes, from, to, (byte) style.pairs, style, keys, out) > 0;
    }

    @Override
    public Failure failure(byte[] bytes, int from, int to, Columns out) {
        return new Failure(
                Reason.SYNTAX,
                null,
                "no pair in the line" + (style.once ? ", or one is in it twice" : "") + "; expected key" + style.value
                        + "value, for example src" + style.value + "192.0.2.1");
    }

    /** Finds pairs. @return how many there were; 0 if one is twice that may not be */
    static int pairs(byte[] b, int from, int to, byte between, Style style, Keys keys, Columns out) {
        byte sign = (byte) style.value;
        int pairs = 0;
        int i = from;
        if (sign == ':' && i < to && b[i] == '[') {
            // [action:"Accept"; ...], Check Point's structured data.
            i++;
        }
        while (i < to) {
            while (i < to && (b[i] == between || b[i] == ' ' || b[i] == '\t' && between == ' ')) {
                i++;
            }
            int key = i;
            // Up to what is between two pairs: a quoted word that is no pair.
            i = Bytes.find(b, i, to, sign, between);
            if (i >= to || b[i] != sign) {
                continue;
            }
            int keyEnd = i;
            i++;
            while (style.blanks && sign == ':' && i < to && b[i] == ' ') {
                i++;
            }
            int quote = i < to ? style.quotes.indexOf(b[i]) : -1;
            int value = i;
            int end;
            Escape escape = Escape.NONE;
            if (quote >= 0 && (end = closing(b, i + 1, to, b[i], style.escape)) >= 0) {
                value++;
                i = end + 1;
                escape = style.escape;
            } else if (style.blanks) {
                end = style.ends != null
                        ? beforeKnown(b, i, to, between, sign, style.ends)
                        : beforeNext(b, i, to, between, sign);
                i = end;
                escape = style.quotes.isEmpty() ? style.escape : Escape.NONE;
                while (end > value && b[end - 1] == between) {
                    end--;
                }
            } else {
                i = Bytes.find(b, i, to, between);
                end = i;
            }
            pairs++;
            int number = keys.find(b, key, keyEnd);
            if (number >= 0 && style.once && out.has(number)) {
                return 0;
            }
            if (number >= 0 && (style.last || !out.has(number))) {
                if (escape == Escape.NONE) {
                    out.set(number, value, end);
                } else {
                    out.set(number, value, end, escape);
                }
            }
        }
        return pairs;
    }

    private static int closing(byte[] b, int from, int to, byte quote, Escape escape) {
        byte mark = escape != Escape.DOUBLED && escape != Escape.NONE ? (byte) '\\' : quote;
        int i = Bytes.find(b, from, to, quote, mark);
        while (i < to) {
            boolean escapes = b[i] != quote || escape == Escape.DOUBLED && i + 1 < to && b[i + 1] == quote;
            if (!escapes) {
                return i;
            }
            i = Bytes.find(b, i + 2, to, quote, mark);
        }
        return -1;
    }

    /** Where a value ends that goes on to the next key: at what is between pairs, a key and its sign after it. */
    private static int beforeNext(byte[] b, int from, int to, byte between, byte sign) {
        int candidate = -1;
        boolean key = false;
        for (int i = from; i < to; i++) {
            byte c = b[i];
            if (c == '\\') {
                i++;
                key = false;
            } else if (c == between) {
                candidate = i;
                key = true;
            } else if (c == sign && key && candidate >= 0 && i > candidate + 1) {
                return candidate;
            } else if (c == ' ' && candidate >= 0 && candidate == i - 1 && key) {
                // Comma and space: both are between two pairs.
                key = true;
            } else if (!isKey(c)) {
                key = false;
            }
        }
        return to;
    }

    /** Where a value ends that goes on to the next of known keys: {@code , URL: }. */
    private static int beforeKnown(byte[] b, int from, int to, byte between, byte sign, Keys known) {
        int candidate = -1;
        for (int i = from; i < to; i++) {
            if (b[i] == between) {
                candidate = i;
            } else if (b[i] == sign && candidate >= 0) {
                boolean spaces = i + 1 < to && b[i + 1] == ' ' && b[candidate + 1] == ' ';
                if (spaces && known.find(b, candidate + 2, i) >= 0) {
                    return candidate;
                }
                candidate = -1;
            }
        }
        return to;
    }

    private static boolean isKey(byte c) {
        return c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || c >= '0' && c <= '9'
                || c == '_'
                || c == '-'
                || c == '.'
                || c == '['
                || c == ']'
                || c == '(';
    }
}
