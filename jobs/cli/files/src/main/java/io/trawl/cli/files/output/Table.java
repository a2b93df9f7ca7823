package io.trawl.cli.files.output;

import io.trawl.parsing.Printable;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows of text in columns, as they come: how wide the columns are is decided by the first rows, so that a long table
 * needs no memory. The last column is as long as it is.
 */
public final class Table {
    /** Longer cells are cut, so that a row stays readable; JSON has them whole. */
    private static final int WIDEST = 60;

    private final String[] heading;
    private int @Nullable [] widths;

    public Table(String... heading) {
        this.heading = heading;
    }

    /** The rows as lines, the heading before the first of them; empty if there are none. */
    public byte[] lines(List<String[]> rows) {
        if (rows.isEmpty()) {
            return new byte[0];
        }
        StringBuilder text = new StringBuilder();
        int[] columns = widths;
        if (columns == null) {
            columns = new int[heading.length];
            widen(columns, heading);
            for (String[] row : rows.subList(0, Math.min(rows.size(), 1000))) {
                widen(columns, row);
            }
            widths = columns;
            append(text, columns, heading);
        }
        for (String[] row : rows) {
            append(text, columns, row);
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void widen(int[] columns, String[] row) {
        for (int i = 0; i < columns.length; i++) {
            columns[i] = Math.max(columns[i], cut(row[i]).length());
        }
    }

    private static void append(StringBuilder text, int[] columns, String[] row) {
        for (int i = 0; i < columns.length; i++) {
            boolean last = i == columns.length - 1;
            String cell = last ? Printable.line(row[i]) : cut(row[i]);
            text.append(cell);
            if (!last) {
                text.append(" ".repeat(Math.max(0, columns[i] - cell.length()) + 2));
            }
        }
        text.append('\n');
    }

    private static String cut(String cell) {
        return Printable.line(cell, WIDEST);
    }

    /** A cell: a dash for nothing. */
    public static String cell(@Nullable Object value) {
        return value == null ? "-" : value.toString();
    }
}
