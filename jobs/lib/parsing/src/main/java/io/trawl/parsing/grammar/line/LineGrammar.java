package io.trawl.parsing.grammar.line;

import io.trawl.parsing.Failure;
import io.trawl.parsing.Printable;
import io.trawl.parsing.Reason;
import io.trawl.parsing.grammar.Grammar;
import io.trawl.parsing.grammar.Shape;
import io.trawl.parsing.grammar.line.Line.Ending;
import io.trawl.parsing.grammar.line.Line.Piece;
import io.trawl.parsing.internal.Bytes;
import io.trawl.parsing.internal.Text;
import io.trawl.parsing.mapping.Columns;
import io.trawl.parsing.mapping.Escape;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Lines of columns with fixed texts between them. One pass from left to right; where a column may have in it what ends
 * it (a URL with spaces, a quote that nothing escapes), the shapes of the columns after it tell where it ends.
 *
 * <p>A line to which a site may append columns is read from its end first: so a URL cannot pretend to be the columns
 * after it.
 */
final class LineGrammar implements Grammar {
    /** Tries of other ends, so that no line costs more than a multiple of its length. */
    private static final int TRIES = 256;
    /** Bytes that all tries of a line may read, about. */
    private static final int READ = 4 << 20;

    private static final int FEWEST = 4;

    private static final int UNANCHORED = -1;

    private final String format;
    private final byte[] head;
    private final Piece[] pieces;
    private final boolean more;
    private final boolean cut;
    private final Escape @Nullable [] escapes;
    private final Ending[] endings;
    private final Shape[] shapes;
    /** Columns in which an underscore means nothing. */
    private final int[] nameless;

    private final boolean flexible;
    /** Whether a column that begins later never ends earlier: what is not after it is not after any later one then. */
    private final boolean onwards;
    /** The column that is told by those after it, where each of them ends at a space; -1 if there is none. */
    private final int anchored;
    /** Spaces after that column's own. */
    private final int spaces;

    LineGrammar(String format, byte[] head, Piece[] pieces, boolean more, boolean cut) {
        this.format = format;
        this.head = head;
        this.pieces = pieces;
        this.more = more;
        this.cut = cut;
        this.endings = Arrays.stream(pieces).map(Piece::ending).toArray(Ending[]::new);
        this.shapes = Arrays.stream(pieces).map(piece -> piece.shape).toArray(Shape[]::new);
        this.nameless = IntStream.range(0, pieces.length)
                .filter(i -> pieces[i].nameless)
                .toArray();
        Escape[] all = new Escape[pieces.length];
        boolean some = false;
        boolean flexes = false;
        int anchor = UNANCHORED;
        int count = 0;
        for (int i = 0; i < pieces.length; i++) {
            all[i] = pieces[i].escape;
            some |= all[i] != Escape.NONE;
            flexes |= pieces[i].flexible;
            if (pieces[i].flexible && isSpace(pieces[i].stop) && anchor == UNANCHORED) {
                anchor = i;
                count = 0;
            } else if (anchor != UNANCHORED) {
                count += isSpace(pieces[i].stop) ? 1 : 0;
                anchor = pieces[i].quoted || pieces[i].stop.length > 1 || pieces[i].flexible ? UNANCHORED : anchor;
            }
        }
        escapes = some ? all : null;
        flexible = flexes;
        onwards = IntStream.range(0, pieces.length)
                .allMatch(i -> endings[i] != Ending.QUOTE || isPlainQuote(i == 0 ? head : pieces[i - 1].stop));
        anchored = more && anchor != UNANCHORED && pieces[pieces.length - 1].stop.length == 0 ? anchor : UNANCHORED;
        spaces = count;
    }

    /** Whether a quote that opens a column cannot be one that a backslash escapes. */
    private static boolean isPlainQuote(byte[] before) {
        return before.length > 1 && before[before.length - 2] != '\\';
    }

    private static boolean isSpace(byte[] stop) {
        return stop.length == 1 && stop[0] == ' ';
    }

    @Override
    public int size() {
        return pieces.length;
    }

    @Override
    public boolean scan(byte[] b, int from, int to, Columns out) {
        int end = to;
        while (end > from && b[end - 1] == ' ') {
            end--;
        }
        int at = from;
        while (at < end && b[at] == ' ') {
            at++;
        }
        at = literal(head, b, at, end);
        out.bytes = b;
        out.escapes = escapes;
        out.reached = 0;
        if (at < 0) {
            return false;
        }
        if (!matches(b, at, end, out)) {
            return false;
        }
        for (int column : nameless) {
            int start = out.from[column];
            if (out.to[column] == start + 1 && b[start] == '_') {
                out.to[column] = start;
            }
        }
        return true;
    }

    private boolean matches(byte[] b, int at, int end, Columns out) {
        if (anchored == UNANCHORED) {
            return match(b, 0, at, end, out, !more, flexible ? tries(end - at) : 0);
        }
        return match(b, 0, at, end, out, true, 0)
                || out.reached > anchored && anchor(b, end, out)
                || match(b, 0, at, end, out, false, tries(end - at));
    }

    /** A try may read the rest of the line, so a long line gets few of them: whoever sends one decides how much work it is. */
    private static int tries(int length) {
        return Math.max(FEWEST, Math.min(TRIES, READ / Math.max(1, length)));
    }

    /** Reads the columns after the anchored one from the line's end. */
    private boolean anchor(byte[] b, int end, Columns out) {
        int start = out.from[anchored];
        int tail = end;
        for (int column = 0; column <= spaces; column++) {
            while (tail > start && b[tail - 1] == ' ') {
                tail--;
            }
            while (tail > start && b[tail - 1] != ' ') {
                tail--;
            }
        }
        int last = tail;
        while (last > start && b[last - 1] == ' ') {
            last--;
        }
        if (last <= start) {
            return false;
        }
        out.to[anchored] = last;
        return match(b, anchored + 1, tail, end, out, true, 0);
    }

    /**
     * Reads columns from one on.
     *
     * @param exact whether the line must end with the last column
     * @param budget tries of other ends
     */
    private boolean match(byte[] b, int first, int start, int to, Columns out, boolean exact, int budget) {
        int[] from = out.from;
        int[] ends = out.to;
        int n = pieces.length;
        int at = start;
        int left = budget;
        int i = first;
        while (true) {
            if (i == n) {
                // Behind a closing quote there may be anything: the column is whole.
                if (at >= to
                        || !exact
                                && (pieces[n - 1].stop.length == 0 || b[at] == ' ' || endings[n - 1] == Ending.QUOTE)) {
                    return true;
                }
            } else {
                int end = at;
                int next;
                boolean nowhere = false;
                switch (endings[i]) {
                    case SPACE -> {
                        end = Bytes.find(b, at, to, (byte) ' ');
                        next = end + 1;
                        while (next < to && b[next] == ' ') {
                            next++;
                        }
                        next = end < to ? next : -1;
                        nowhere = end >= to;
                    }
                    case WORD -> {
                        byte stop = pieces[i].stop[0];
                        end = Bytes.find(b, at, to, stop, (byte) ' ');
                        next = end < to && b[end] == stop ? end + 1 : -1;
                    }
                    case QUOTE -> {
                        end = Bytes.find(b, at, to, (byte) '"', (byte) '\\');
                        if (end >= to || b[end] == '"') {
                            out.noEscapes(i);
                        } else {
                            // It may have been marked when an earlier column ended elsewhere.
                            out.mayHaveEscapes(i);
                        }
                        while (end < to && b[end] != '"') {
                            end = Bytes.find(b, end + 2, to, (byte) '"', (byte) '\\');
                        }
                        next = end < to ? literal(pieces[i].stop, b, end, to) : -1;
                    }
                    case TIME -> {
                        end = at + Shape.CLF_LENGTH;
                        next = end < to ? literal(pieces[i].stop, b, end, to) : -1;
                    }
                    default -> {
                        end = end(pieces[i], i == n - 1, b, at, to);
                        next = end < 0 ? -1 : literal(pieces[i].stop, b, end, to);
                        nowhere = end < 0 && !pieces[i].bare;
                    }
                }
                Shape shape = shapes[i];
                if (next >= 0 && (shape == Shape.ANY || !exact && shape.isSoft() || shape.fits(b, at, end))) {
                    from[i] = at;
                    ends[i] = end;
                    at = next;
                    i++;
                    continue;
                }
                Piece piece = pieces[i];
                int skipped = piece.optional ? literal(piece.stop, 1, b, at, to) : -1;
                if (skipped >= 0) {
                    from[i] = at;
                    ends[i] = at;
                    at = skipped;
                    i++;
                    continue;
                }
                if (cut && i == n - 1 && piece.quoted && next < 0) {
                    from[i] = at;
                    ends[i] = to;
                    return true;
                }
                if (nowhere && onwards) {
                    out.reached = Math.max(out.reached, i);
                    return false;
                }
            }
            out.reached = Math.max(out.reached, i);
            int retry = i - 1;
            boolean found = false;
            while (!found && left > 0) {
                while (retry >= first && !pieces[retry].flexible) {
                    retry--;
                }
                if (retry < first) {
                    return false;
                }
                left--;
                Piece piece = pieces[retry];
                int other = ends[retry] + 1;
                if (piece.stop.length > 0 && piece.stop[0] == ' ') {
                    other = pastSpaces(b, other, to);
                }
                int end = find(piece, b, other, to);
                if (end >= 0 && (piece.shape == Shape.ANY || piece.shape.fits(b, from[retry], end))) {
                    ends[retry] = end;
                    out.mayHaveEscapes(retry);
                    at = literal(piece.stop, b, end, to);
                    i = retry + 1;
                    found = true;
                } else {
                    retry--;
                }
            }
            if (!found) {
                return false;
            }
        }
    }

    /** Where a column ends, as far as it can be told without those after it; -1 if it does not. */
    private static int end(Piece piece, boolean last, byte[] b, int at, int to) {
        byte[] stop = piece.stop;
        if (stop.length == 0) {
            if (piece.flexible && last) {
                return to;
            }
            return spaceOr(b, at, to, piece.blanks);
        }
        if (piece.blanks > 0 && stop[0] == ' ') {
            return spaceOr(b, at, to, piece.blanks);
        }
        return find(piece, b, at, to);
    }

    private static int spaceOr(byte[] b, int at, int to, int blanks) {
        int i = at;
        int left = blanks;
        while (i < to && (b[i] != ' ' || left > 0)) {
            if (b[i] == ' ' && i + 1 < to && b[i + 1] != ' ') {
                left--;
            }
            i++;
        }
        return i;
    }

    private static int find(Piece piece, byte[] b, int at, int to) {
        byte[] stop = piece.stop;
        if (stop.length == 0) {
            return -1;
        }
        byte first = stop[0];
        if (first != ' ' && !piece.bare) {
            int i = Bytes.find(b, at, to, first);
            while (i < to && literal(stop, b, i, to) < 0) {
                i = Bytes.find(b, i + 1, to, first);
            }
            return i < to ? i : -1;
        }
        for (int i = at; i < to; i++) {
            if (b[i] == first && literal(stop, b, i, to) >= 0) {
                return i;
            }
            if (b[i] == ' ' && piece.bare) {
                return -1;
            }
            if (b[i] == ' ' && first == ' ') {
                // A run of spaces is one: what is not behind it from its first one is not from its others.
                i = pastSpaces(b, i, to) - 1;
            }
        }
        return -1;
    }

    private static int pastSpaces(byte[] b, int at, int to) {
        int i = at;
        while (i < to && b[i] == ' ') {
            i++;
        }
        return i;
    }

    /** Where the text between two columns ends, a space of it being one or more; -1 if it is not there. */
    private static int literal(byte[] text, byte[] b, int at, int to) {
        return literal(text, 0, b, at, to);
    }

    /** The same without the first bytes of the text. */
    private static int literal(byte[] text, int first, byte[] b, int at, int to) {
        int i = at;
        for (int n = first; n < text.length; n++) {
            byte c = text[n];
            if (i >= to || b[i] != c) {
                return -1;
            }
            i++;
            if (c == ' ') {
                while (i < to && b[i] == ' ') {
                    i++;
                }
            }
        }
        return i;
    }

    @Override
    public Failure failure(byte[] b, int from, int to, Columns out) {
        int reached = Math.min(out.reached, pieces.length - 1);
        int start = reached == 0 ? from : Math.min(out.to[reached - 1], to);
        int end = Math.min(to, start + 30);
        String rest = Printable.line(Text.decode(b, start, end));
        return new Failure(
                Reason.SYNTAX,
                null,
                "no " + pieces[reached].name + " at '" + rest + (end < to ? "...'" : "'") + "; expected "
                        + Printable.line(format, 120));
    }
}
