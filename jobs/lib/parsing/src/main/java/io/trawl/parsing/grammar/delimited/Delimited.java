package io.trawl.parsing.grammar.delimited;

import io.trawl.parsing.Failure;
import io.trawl.parsing.Printable;
import io.trawl.parsing.Reason;
import io.trawl.parsing.grammar.Grammar;
import io.trawl.parsing.grammar.Plan;
import io.trawl.parsing.internal.Bytes;
import io.trawl.parsing.internal.Text;
import io.trawl.parsing.mapping.Columns;
import io.trawl.parsing.mapping.Escape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Columns by position with a character between them: CSV (RFC 4180), tabs, or spaces. */
public final class Delimited implements Grammar {
    /**
     * How columns are written.
     *
     * @param between the character between two columns
     * @param repeated whether several of it are one
     * @param quote what a column may be quoted with; 0 for nothing
     * @param escape of quoted columns
     * @param brackets whether a column may be in brackets, as a time is
     * @param least columns a line has at least
     * @param most columns a line has at most
     */
    public record Style(
            char between, boolean repeated, char quote, Escape escape, boolean brackets, int least, int most) {}

    private static final int NO_TYPE = -1;
    private static final int NO_BRACKET = -2;
    /** Of a line that has other columns than those of its header. */
    static final int OTHER_COLUMNS = -3;

    private final Style style;
    /** Number of the column at a position, -1 for one that nobody asks for. */
    private final int[] numbers;

    private final int size;
    private final int typeAt;
    private final Map<String, int[]> numbersByType;
    private final int needed;

    private Delimited(Style style, int[] numbers, int size, int typeAt, Map<String, int[]> numbersByType) {
        this.style = style;
        this.numbers = numbers;
        this.size = size;
        this.typeAt = typeAt;
        this.numbersByType = numbersByType;
        this.needed = Math.max(1, style.least);
    }

    /** @param columns names by position, - for one that has none */
    public static Plan plan(Style style, List<String> columns) {
        return new Positions(style, columns, -1, Map.of());
    }

    /**
     * Columns that depend on the type of the line.
     *
     * @param typeAt position of the type
     * @param columnsByType names by position, by the type
     */
    public static Plan plan(Style style, int typeAt, Map<String, List<String>> columnsByType) {
        return new Positions(style, List.of(), typeAt, columnsByType);
    }

    private record Positions(
            Style style, List<String> columns, int typeAt, Map<String, List<String>> columnsByType, List<String> asked)
            implements Plan {
        Positions(Style style, List<String> columns, int typeAt, Map<String, List<String>> columnsByType) {
            this(style, columns, typeAt, columnsByType, new ArrayList<>());
        }

        @Override
        public int column(String name) {
            boolean known =
                    columns.contains(name) || columnsByType.values().stream().anyMatch(names -> names.contains(name));
            if (!known) {
                return -1;
            }
            if (!asked.contains(name)) {
                asked.add(name);
            }
            return asked.indexOf(name);
        }

        @Override
        public List<String> names() {
            List<String> names = new ArrayList<>(columns);
            columnsByType.values().forEach(names::addAll);
            return names.stream().filter(name -> !name.equals("-")).distinct().toList();
        }

        private int[] numbers(List<String> names) {
            return names.stream().mapToInt(asked::indexOf).toArray();
        }

        @Override
        public Grammar grammar() {
            Map<String, int[]> byType = new LinkedHashMap<>();
            columnsByType.forEach((type, names) -> byType.put(type, numbers(names)));
            return new Delimited(style, numbers(columns), asked.size(), typeAt, byType);
        }
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public boolean scan(byte[] b, int from, int to, Columns out) {
        out.bytes = b;
        int[] places = numbers;
        if (typeAt >= 0) {
            String type = type(b, from, to);
            int[] ofType = type == null ? null : numbersByType.get(type);
            if (ofType == null) {
                out.reached = NO_TYPE;
                return false;
            }
            places = ofType;
        }
        return columns(b, from, to, places, out);
    }

    private @Nullable String type(byte[] b, int from, int to) {
        int i = from;
        for (int column = 0; column < typeAt; column++) {
            i = next(b, i, to);
            if (i > to) {
                return null;
            }
        }
        int end = next(b, i, to) - 1;
        i = style.quote != 0 && style.between != ' ' ? quoteBehind(b, i, to) : i;
        boolean quoted = end - i > 1 && b[i] == style.quote && b[end - 1] == style.quote;
        return quoted ? Text.decode(b, i + 1, end - 1) : Text.decode(b, i, Math.min(end, i + 40));
    }

    /** Where the column after the one at a place begins; after the last one it is one after the line. */
    private int next(byte[] b, int at, int to) {
        int i = style.quote != 0 && style.between != ' ' ? quoteBehind(b, at, to) : at;
        if (i < to && style.quote != 0 && b[i] == style.quote) {
            int close = closing(b, i + 1, to);
            i = close < 0 ? i : close + 1;
        }
        return Bytes.find(b, i, to, (byte) style.between) + 1;
    }

    private boolean columns(byte[] b, int from, int to, int[] places, Columns out) {
        byte between = (byte) style.between;
        byte quote = (byte) style.quote;
        int known = places.length;
        int at = from;
        int column = 0;
        if (style.repeated) {
            at = behind(b, at, to, between);
        }
        while (at <= to && column < style.most + 1) {
            at = quote != 0 && at < to && b[at] == ' ' && between != ' ' ? quoteBehind(b, at, to) : at;
            int start = at;
            int end;
            boolean quoted = quote != 0 && at < to && b[at] == quote;
            int close = quoted ? closing(b, at + 1, to) : -1;
            if (close >= 0 && (close + 1 == to || b[close + 1] == between)) {
                start++;
                end = close;
                at = close + 1;
            } else if (style.brackets && at < to && b[at] == '[') {
                end = at;
                while (end < to && b[end] != ']') {
                    end++;
                }
                start++;
                if (end == to) {
                    out.reached = NO_BRACKET;
                    return false;
                }
                at = end + 1;
            } else {
                quoted = false;
                at = Bytes.find(b, at, to, between);
                end = at;
            }
            int number = column < known ? places[column] : -1;
            if (number >= 0) {
                if (quoted && style.escape != Escape.NONE) {
                    out.set(number, start, end, style.escape);
                } else {
                    out.set(number, start, end);
                }
            }
            column++;
            if (at < to && b[at] != between) {
                break;
            }
            at = style.repeated ? behind(b, at, to, between) : at + 1;
            if (style.repeated && at >= to) {
                break;
            }
        }
        out.reached = column;
        return column >= needed && column <= style.most;
    }

    @Override
    public Failure failure(byte[] b, int from, int to, Columns out) {
        if (out.reached == NO_TYPE) {
            return new Failure(
                    Reason.SYNTAX,
                    null,
                    "no type of line that the format knows in column " + (typeAt + 1) + "; expected one of "
                            + Printable.line(String.join(", ", numbersByType.keySet()), 120));
        }
        if (out.reached == NO_BRACKET) {
            return new Failure(Reason.SYNTAX, null, "a column has no closing bracket; expected [...]");
        }
        if (out.reached == OTHER_COLUMNS) {
            return new Failure(
                    Reason.SYNTAX,
                    null,
                    "c-ip or s-ip is not an address, or sc-status not a number; expected other columns");
        }
        int end = Math.min(to, from + 40);
        return new Failure(
                Reason.SYNTAX,
                null,
                "'" + Printable.line(Text.decode(b, from, end)) + (end < to ? "...' has " : "' has ")
                        + (out.reached > style.most ? "more than " + style.most : out.reached) + " columns; expected "
                        + (style.most == needed ? needed : needed + " to " + style.most));
    }

    /** Where a quote after spaces is, as in {@code "a", "b"}; the place itself where there is none. */
    private int quoteBehind(byte[] b, int at, int to) {
        int i = behind(b, at, to, (byte) ' ');
        return i < to && b[i] == style.quote ? i : at;
    }

    private static int behind(byte[] b, int at, int to, byte between) {
        int i = at;
        while (i < to && b[i] == between) {
            i++;
        }
        return i;
    }

    private int closing(byte[] b, int from, int to) {
        byte quote = (byte) style.quote;
        byte mark = style.escape == Escape.BACKSLASH ? (byte) '\\' : quote;
        int i = Bytes.find(b, from, to, quote, mark);
        while (i < to) {
            boolean escapes = b[i] != quote || style.escape == Escape.DOUBLED && i + 1 < to && b[i + 1] == quote;
            if (!escapes) {
                return i;
            }
            i = Bytes.find(b, i + 2, to, quote, mark);
        }
        return -1;
    }
}
