package io.trawl.parsing.mapping;

import io.trawl.parsing.internal.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Marks that are read as if nothing were there, for example a dash. */
final class Absent {
    private final byte[][] marks;
    private final String[] texts;
    private final int longest;

    Absent(List<String> marks) {
        this.marks = marks.stream()
                .map(mark -> mark.getBytes(StandardCharsets.UTF_8))
                .toArray(byte[][]::new);
        this.texts = marks.toArray(String[]::new);
        this.longest =
                Arrays.stream(this.marks).mapToInt(mark -> mark.length).max().orElse(0);
    }

    /** Whether the column at hand is one of them. */
    boolean is(Columns columns) {
        return columns.text == null ? isInBytes(columns) : is(columns.text);
    }

    private boolean is(String text) {
        if (text.length() > longest) {
            return false;
        }
        for (String mark : texts) {
            if (mark.equals(text)) {
                return true;
            }
        }
        return false;
    }

    private boolean isInBytes(Columns columns) {
        int length = columns.valueTo - columns.valueFrom;
        if (length > longest) {
            return false;
        }
        for (byte[] mark : marks) {
            if (mark.length == length && Bytes.isAt(columns.value, columns.valueFrom, mark)) {
                return true;
            }
        }
        return false;
    }
}
