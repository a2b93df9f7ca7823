package io.trawl.parsing.mapping;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where the columns of one line are, by number: a grammar fills it, a mapping reads it. No name is looked up and no text
 * is made before somebody wants it. For one line and one thread.
 */
public final class Columns {
    /** Where each column begins. */
    public final int[] from;

    /** Where each column ends, exclusive; what ends where it begins is absent. */
    public final int[] to;

    /** The line that all columns are in. */
    public byte[] bytes;

    /** How the columns are escaped, by number; null if none is. */
    public Escape @Nullable [] escapes;

    /** Columns that a library has read as text already; null if there are none. */
    public @Nullable String @Nullable [] texts;

    /** Columns of several texts; null if there are none. */
    private @Nullable StringBuilder @Nullable [] joined;

    /** The furthest column that was looked for, for the message where the line is refused. */
    public int reached;

    /** Columns of which it is known that there is nothing to undo in them, a bit each. */
    private long noEscapes;

    /** The column at hand where a library has read it and it is wanted as text; null if it is in {@link #value}. */
    @Nullable
    String text;

    /** The column at hand, without its escapes. */
    byte[] value;

    int valueFrom;
    int valueTo;

    /** @param size how many columns there may be */
    public Columns(int size, byte[] bytes) {
        this.from = new int[size];
        this.to = new int[size];
        this.bytes = bytes;
        this.value = bytes;
    }

    /** Forgets everything, for the next grammar that tries the line. */
    public void clear() {
        Arrays.fill(to, 0);
        Arrays.fill(from, 0);
        escapes = null;
        forgetTexts();
        noEscapes = 0;
    }

    /** Forgets what a library has read. */
    public void forgetTexts() {
        texts = null;
        joined = null;
    }

    /** Notes where a column is, without escapes. */
    public void set(int column, int start, int end) {
        from[column] = start;
        to[column] = end;
        Escape[] how = escapes;
        if (how != null) {
            how[column] = null;
        }
    }

    /** Notes that there is no escape in a column that may have some. */
    public void noEscapes(int column) {
        if (column < Long.SIZE) {
            noEscapes |= 1L << column;
        }
    }

    /** Forgets that, since the column ends elsewhere now. */
    public void mayHaveEscapes(int column) {
        if (column < Long.SIZE) {
            noEscapes &= ~(1L << column);
        }
    }

    /** Notes a column with escapes in it. */
    public void set(int column, int start, int end, Escape escape) {
        set(column, start, end);
        if (escapes == null) {
            escapes = new Escape[from.length];
        }
        escapes[column] = escape;
    }

    /** Notes a column that a library has read. */
    public void set(int column, String text) {
        if (texts == null) {
            texts = new String[from.length];
        }
        texts[column] = text;
    }

    /** Notes one more text of a column, which has all of them with a comma between two. */
    public void add(int column, String text) {
        StringBuilder[] all = joined;
        if (all == null) {
            all = new StringBuilder[from.length];
            joined = all;
        }
        StringBuilder before = all[column];
        if (before == null) {
            all[column] = new StringBuilder(text);
        } else {
            before.append(',').append(text);
        }
    }

    /** Whether the column is there and not empty. */
    public boolean has(int column) {
        return to[column] > from[column] || textOf(column) != null;
    }

    /** Whether two columns are there as they are, with nothing but a space between them. */
    boolean areNeighbours(int first, int second) {
        int space = to[first];
        return texts == null
                && joined == null
                && !hasEscape(first)
                && !hasEscape(second)
                && from[first] < space
                && from[second] == space + 1
                && bytes[space] == ' ';
    }

    private boolean hasEscape(int column) {
        Escape[] how = escapes;
        return how != null && how[column] != null && how[column] != Escape.NONE;
    }

    /** Makes a column the one at hand, in bytes; false if it is absent. */
    boolean open(int column) {
        return open(column, false);
    }

    /**
     * The same.
     *
     * @param asText whether a text that a library has read is wanted as it is: no bytes are made of it
     */
    boolean open(int column, boolean asText) {
        text = null;
        if (texts != null || joined != null) {
            String read = textOf(column);
            if (read != null && asText) {
                text = read;
                return !read.isEmpty();
            }
            if (read != null) {
                value = read.getBytes(StandardCharsets.UTF_8);
                valueFrom = 0;
                valueTo = value.length;
                return valueTo > 0;
            }
        }
        int start = from[column];
        int end = to[column];
        if (start >= end) {
            return false;
        }
        valueFrom = start;
        valueTo = end;
        if (value != bytes) {
            value = bytes;
        }
        Escape[] how = escapes;
        if (how != null && (column >= Long.SIZE || (noEscapes & 1L << column) == 0)) {
            Escape escape = how[column];
            if (escape != null && escape != Escape.NONE) {
                undo(escape);
            }
        }
        return true;
    }

    /** Undoes escapes of the column at hand. */
    void undo(Escape escape) {
        byte[] undone = escape.undone(value, valueFrom, valueTo);
        if (undone != null) {
            value = undone;
            valueFrom = 0;
            valueTo = undone.length;
        }
    }

    /** The text that a library has read a column as; null if it has not. */
    public @Nullable String textOf(int column) {
        StringBuilder[] several = joined;
        if (several != null && several[column] != null) {
            return several[column].toString();
        }
        String[] all = texts;
        return all == null ? null : all[column];
    }
}
