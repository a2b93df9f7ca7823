package io.trawl.parsing.mapping;

import io.trawl.parsing.internal.Bytes;
import io.trawl.parsing.mapping.time.Times;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/** A rule with its columns by number: it finds its value among the columns of a line. */
final class Op {
    final Field field;
    final int[] numbers;
    final boolean joined;
    final byte @Nullable [] before;
    final byte @Nullable [] after;
    final Escape escape;
    final long unit;
    final Times times;
    /** Whether a port is always after an address of its column. */
    final boolean withPort;

    private final boolean plain;
    /** Whether its value is a text as it is. */
    private final boolean text;
    /** Whether an empty text and a dash are values of it. */
    private final boolean literal;

    /** @param literal whether the format has no mark that means "nothing" */
    Op(Rule rule, int[] numbers, ZoneId zone, boolean withPort, boolean literal) {
        this.field = rule.field();
        this.numbers = numbers;
        this.joined = rule.joined();
        this.before = bytes(rule.before());
        this.after = bytes(rule.after());
        this.escape = rule.escape();
        this.unit = rule.unit();
        this.times = Times.of(rule.notation(), rule.zone() == null ? zone : rule.zone());
        this.withPort = withPort;
        this.text = field.isText() && !joined && before == null && after == null && escape == Escape.NONE;
        this.literal = literal && text && field.isTakenAsItIs();
        this.plain = numbers.length == 1 && before == null && after == null && escape == Escape.NONE;
    }

    private static byte @Nullable [] bytes(@Nullable String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    /** Makes the value of the rule the one at hand; false if the line has none. */
    boolean open(Columns columns, Absent absent) {
        if (literal) {
            return openLiteral(columns);
        }
        if (plain) {
            return columns.open(numbers[0], text) && !absent.is(columns);
        }
        if (joined) {
            return openJoined(columns, absent);
        }
        for (int column : numbers) {
            if (columns.open(column, text) && !absent.is(columns)) {
                if (text || cut(columns) && !absent.is(columns)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** A text that is not empty comes before one that is. */
    private boolean openLiteral(Columns columns) {
        for (int column : numbers) {
            if (columns.open(column, true)) {
                return true;
            }
        }
        for (int column : numbers) {
            if (columns.textOf(column) != null) {
                columns.text = "";
                return true;
            }
        }
        return false;
    }

    /** Leaves what the rule means of the value at hand; false if that is nothing. */
    private boolean cut(Columns columns) {
        if (escape != Escape.NONE) {
            columns.undo(escape);
        }
        if (after != null) {
            int place = Bytes.indexOf(columns.value, columns.valueFrom, columns.valueTo, after);
            columns.valueFrom = place < 0 ? columns.valueFrom : place + after.length;
        }
        if (before != null) {
            int place = Bytes.indexOf(columns.value, columns.valueFrom, columns.valueTo, before);
            columns.valueTo = place < 0 ? columns.valueTo : place;
        }
        return columns.valueFrom < columns.valueTo;
    }

    private boolean openJoined(Columns columns, Absent absent) {
        if (numbers.length == 2 && columns.areNeighbours(numbers[0], numbers[1])) {
            // As nearly all dates and times are: one text in the line.
            for (int column : numbers) {
                if (!columns.open(column) || absent.is(columns)) {
                    return false;
                }
            }
            columns.valueFrom = columns.from[numbers[0]];
            return cut(columns);
        }
        StringBuilder all = new StringBuilder();
        for (int column : numbers) {
            if (!columns.open(column) || absent.is(columns)) {
                return false;
            }
            if (!all.isEmpty()) {
                all.append(' ');
            }
            all.append(new String(
                    columns.value,
                    columns.valueFrom,
                    columns.valueTo - columns.valueFrom,
                    StandardCharsets.ISO_8859_1));
        }
        columns.value = all.toString().getBytes(StandardCharsets.ISO_8859_1);
        columns.valueFrom = 0;
        columns.valueTo = columns.value.length;
        return cut(columns);
    }
}
