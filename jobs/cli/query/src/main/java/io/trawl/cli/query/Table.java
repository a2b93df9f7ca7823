package io.trawl.cli.query;

import io.trawl.parsing.Printable;
import java.io.PrintStream;
import java.util.List;

/**
 * Rows of text in columns; the first row is the heading. All of them are here before the first is printed, so the columns fit;
 * the commands on files have a table of their own, which prints rows without end as they come.
 */
final class Table {
    /** Longer cells are cut, so that a row stays readable; JSON has them whole. */
    private static final int WIDEST = 60;

    private Table() {}

    static void print(PrintStream out, List<String[]> rows) {
        int columns = rows.get(0).length;
        int[] widths = new int[columns];
        for (String[] row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], cut(row[i]).length());
            }
        }
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                String cell = cut(row[i]);
                line.append(cell);
                if (i < columns - 1) {
                    line.append(" ".repeat(widths[i] - cell.length() + 2));
                }
            }
            out.println(line);
        }
    }

    /** A cell as it is shown: on one line, and no longer than is good for reading. */
    static String cut(String cell) {
        return Printable.line(cell, WIDEST);
    }
}
