package io.trawl.cli.query;

import io.trawl.record.Alert;
import org.jspecify.annotations.Nullable;

/** An alert as a line on a terminal. Lines come one by one, so columns have fixed widths, and a long value runs over. */
final class AlertLine {
    private static final String RESET = "\u001b[0m";
    private static final String BOLD = "\u001b[1m";
    private static final String DIM = "\u001b[2m";
    private static final String RED = "\u001b[31m";
    private static final String CYAN = "\u001b[36m";

    private static final int[] WIDTHS = {24, 15, 28, 12, 16, 28, 16};
    private static final int INDICATOR = 2;
    private static final int CLIENT = 1;

    private final boolean colours;

    AlertLine(boolean colours) {
        this.colours = colours;
    }

    String heading() {
        return in(DIM, row("TIME", "CLIENT", "INDICATOR", "TYPE", "FIELD", "VALUE", "FEED OR LEVEL", "COUNT"));
    }

    /** @return the alert; a revision of one that was shown is dimmer */
    String of(Alert alert) {
        String[] cells = {
            alert.getEventTime().toString(),
            text(alert.getClient()),
            text(alert.getIndicatorValue()),
            text(alert.getIndicatorType()),
            text(alert.getField()),
            text(alert.getValue()),
            text(alert.getFeed() != null ? alert.getFeed() : alert.getRuleLevel()),
            Long.toString(alert.getCount())
        };
        if (alert.getRevision() > 1) {
            return in(DIM, row(cells));
        }
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.length; i++) {
            String padded = padded(cells, i);
            line.append(i == INDICATOR ? in(BOLD + RED, padded) : i == CLIENT ? in(CYAN, padded) : padded);
        }
        return line.toString();
    }

    private static String text(@Nullable String value) {
        return value == null ? "-" : Table.cut(value);
    }

    private String in(String colour, String text) {
        return colours ? colour + text + RESET : text;
    }

    private static String row(String... cells) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.length; i++) {
            line.append(padded(cells, i));
        }
        return line.toString();
    }

    private static String padded(String[] cells, int i) {
        return i == cells.length - 1 ? cells[i] : cells[i] + " ".repeat(Math.max(0, WIDTHS[i] - cells[i].length()) + 2);
    }
}
