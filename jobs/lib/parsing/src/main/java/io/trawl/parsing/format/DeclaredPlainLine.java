package io.trawl.parsing.format;

import io.trawl.parsing.PlainLine;
import io.trawl.parsing.envelope.Envelope;
import io.trawl.parsing.envelope.Frame;
import io.trawl.parsing.internal.Bytes;
import io.trawl.parsing.mapping.Columns;
import org.jspecify.annotations.Nullable;

/**
 * The plain lines of a declared format: the format's own grammars find the columns, and of these only the ones are looked
 * at that can make a line invalid, or that an indicator may meet. Whatever {@link DeclaredFormat} decides before and
 * between its grammars is decided here in the same order.
 */
final class DeclaredPlainLine extends PlainLine {
    private final Envelope[] envelopes;
    private final Way[] ways;
    private final boolean wrapped;
    private final int cut;
    private final Columns columns;

    private DeclaredPlainLine(Declaration declaration, int columnsAtMost) {
        this.envelopes = declaration.envelopes.toArray(Envelope[]::new);
        this.ways = declaration.ways.toArray(Way[]::new);
        this.wrapped = declaration.wrapped;
        this.cut = declaration.cut;
        this.columns = new Columns(columnsAtMost, new byte[0]);
    }

    /** The reader of a format; null where columns are texts of a library's, or are named by another line of the file. */
    static @Nullable PlainLine of(Declaration declaration, int columnsAtMost) {
        return declaration.follows || !declaration.ways.get(0).hasPlaces
                ? null
                : new DeclaredPlainLine(declaration, columnsAtMost);
    }

    @Override
    public int read(byte[] bytes, int from, int to) {
        int end = Bytes.find(bytes, from, to, (byte) '\n');
        // As the parser: a carriage return at the end is half a line end.
        int last = end > from && bytes[end - 1] == '\r' ? end - 1 : end;
        int start = from;
        Frame frame = null;
        for (Envelope envelope : envelopes) {
            if (frame == null && envelope.mayBegin(bytes, from, last)) {
                frame = new Frame(bytes, from, last);
            }
            if (frame != null) {
                envelope.open(frame);
            }
        }
        if (frame != null) {
            start = frame.from;
            last = frame.to;
        }
        // What an envelope has unpacked has no place in these bytes.
        if (frame != null && frame.bytes != bytes
                || wrapped && start == from
                || DeclaredFormat.isBlank(bytes, start, last)
                || DeclaredFormat.isCut(bytes, start, last, cut)) {
            return -1;
        }
        for (Way way : ways) {
            if (!way.hasPlaces) {
                return -1;
            }
            columns.clear();
            if (way.grammar.scan(bytes, start, last, columns)) {
                parts().clear();
                return way.mapping.plain().read(columns, parts()) ? end : -1;
            }
        }
        return -1;
    }
}
