package io.trawl.base;

import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;

/**
 * The unit of work: [start, end) in UTC of broker append time.
 *
 * @param start first instant of the window
 * @param end first instant after it
 */
public record Window(Instant start, Instant end) implements Serializable {
    private static final String EXAMPLE = "2026-11-24T10:00:00Z/2026-11-24T11:00:00Z";

    /** Reads START/END, two ISO-8601 instants. */
    public static Window parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException(
                    "--window " + text + ": expected START/END in UTC, for example " + EXAMPLE);
        }
        Instant start = instant(text, text.substring(0, slash));
        Instant end = instant(text, text.substring(slash + 1));
        if (!start.isBefore(end)) {
            throw new IllegalArgumentException(
                    "--window " + text + ": it ends before it starts; expected START/END, for example " + EXAMPLE);
        }
        return new Window(start, end);
    }

    private static Instant instant(String whole, String text) {
        try {
            return OffsetDateTime.parse(text.strip()).toInstant();
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "--window " + whole + ": '" + text + "' is not an instant; expected START/END in UTC, for example "
                            + EXAMPLE,
                    e);
        }
    }

    /** Cuts this range into windows of the unit's length; it must begin and end on their borders. */
    public List<Window> units(Duration unit, int most) {
        long length = unit.toMillis();
        if (start.toEpochMilli() % length != 0
                || end.toEpochMilli() % length != 0
                || start.getNano() % 1_000_000 != 0
                || end.getNano() % 1_000_000 != 0) {
            Instant floor = Instant.ofEpochMilli(Math.floorDiv(start.toEpochMilli(), length) * length);
            throw new IllegalArgumentException("--window " + this + " is not aligned to the source's windows of " + unit
                    + "; the nearest is " + new Window(floor, floor.plus(unit)));
        }
        long count = (end.toEpochMilli() - start.toEpochMilli()) / length;
        if (count > most) {
            throw new IllegalArgumentException("--window " + this + " is " + count + " windows of " + unit
                    + "; at most " + most + " at once (setting window.most)");
        }
        List<Window> units = new ArrayList<>();
        for (Instant at = start; at.isBefore(end); at = at.plus(unit)) {
            units.add(new Window(at, at.plus(unit)));
        }
        return units;
    }

    /** Refuses a window that messages may still be appended to. */
    public void requireClosed(Instant now, Duration margin) {
        if (end.plus(margin).isAfter(now)) {
            throw new IllegalArgumentException("window " + this + " has not closed yet: it can be swept from "
                    + end.plus(margin) + " on (its end and window.margin = " + margin + "), now it is " + now);
        }
    }

    /** The window before this one, of the same length. */
    public Window previous() {
        return new Window(start.minus(Duration.between(start, end)), start);
    }

    @Override
    public String toString() {
        return start + "/" + end;
    }
}
