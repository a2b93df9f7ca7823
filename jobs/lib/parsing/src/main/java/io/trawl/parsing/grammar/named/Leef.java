package io.trawl.parsing.grammar.named;

import io.trawl.parsing.Failure;
import io.trawl.parsing.Reason;
import io.trawl.parsing.grammar.Grammar;
import io.trawl.parsing.grammar.Plan;
import io.trawl.parsing.mapping.Columns;
import io.trawl.parsing.mapping.Escape;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * QRadar's Log Event Extended Format, {@code LEEF:2.0|vendor|product|version|event|^|key=value^...}, wherever in the line
 * it begins; 1.0 has tabs and no column for the separator. Its header's columns are {@code vendor}, {@code product},
 * {@code version} and {@code event}.
 */
public final class Leef implements Grammar {
    private static final List<String> HEADER = List.of("vendor", "product", "version", "event");
    private static final KeyValue.Style ATTRIBUTES = new KeyValue.Style('\t', '=', "", Escape.NONE, false, false);

    /** 0x5E */
    private static final int LONGEST_SEPARATOR = 5;

    private final Keys keys;
    private final int size;
    private final int[] header = new int[HEADER.size()];

    private Leef(List<String> names) {
        for (int i = 0; i < header.length; i++) {
            header[i] = names.indexOf(HEADER.get(i));
        }
        keys = new Keys(names);
        size = names.size();
    }

    /** @param required keys without which a line is not of the format */
    public static Plan plan(List<String> required) {
        return new NamedPlan(required, Leef::new);
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public boolean scan(byte[] b, int from, int to, Columns out) {
        byte[] tabs = withTabs(b, from, to);
        return tabs == null ? attributes(b, from, to, out) : attributes(tabs, 0, tabs.length, out);
    }

    /** The line with the tabs that rsyslog has written as #011; null if it has none of those. */
    private static byte @Nullable [] withTabs(byte[] b, int from, int to) {
        byte[] tabs = null;
        int length = 0;
        for (int i = from; i < to; i++) {
            boolean tab = b[i] == '#' && i + 4 <= to && b[i + 1] == '0' && b[i + 2] == '1' && b[i + 3] == '1';
            if (tab && tabs == null) {
                tabs = Arrays.copyOfRange(b, from, to);
                length = i - from;
            }
            if (tabs != null) {
                tabs[length++] = tab ? (byte) '\t' : b[i];
            }
            i += tab ? 3 : 0;
        }
        return tabs == null ? null : Arrays.copyOf(tabs, length);
    }

    private boolean attributes(byte[] b, int from, int to, Columns out) {
        out.bytes = b;
        int start = start(b, from, to);
        boolean second = start >= 0 && start < to && b[start] == '2';
        int i = start;
        byte between = '\t';
        int columns = second && hasSeparator(b, start, to) ? header.length + 1 : header.length;
        for (int column = -1; i >= 0 && column < columns; column++) {
            int begin = i;
            while (i < to && b[i] != '|') {
                i++;
            }
            // A separator of 2.0 may itself be a bar.
            if (column == header.length && i == begin && i + 1 < to && b[i + 1] == '|') {
                between = '|';
                i += 2;
            } else if (i >= to) {
                i = -1;
            } else {
                if (column >= 0 && column < header.length && header[column] >= 0) {
                    out.set(header[column], begin, i);
                } else if (column == header.length) {
                    between = separator(b, begin, i);
                }
                i++;
            }
        }
        if (i < 0) {
            return false;
        }
        KeyValue.pairs(b, i, to, between, ATTRIBUTES, keys, out);
        return true;
    }

    @Override
    public Failure failure(byte[] bytes, int from, int to, Columns out) {
        return new Failure(
                Reason.SYNTAX,
                null,
                "no header of LEEF in the line; expected LEEF:1.0|vendor|product|version|event|key=value");
    }

    /** Whether a column for the separator is behind the header's four: some writers of 2.0 leave it out. */
    private static boolean hasSeparator(byte[] b, int start, int to) {
        int i = start;
        for (int bars = 0; bars < HEADER.size() + 1 && i < to; i++) {
            bars += b[i] == '|' ? 1 : 0;
        }
        int end = i;
        while (end < to && end - i < LONGEST_SEPARATOR && b[end] != '|' && b[end] != '=') {
            end++;
        }
        return end < to && b[end] == '|';
    }

    private static int start(byte[] b, int from, int to) {
        for (int i = from; i + 5 < to; i++) {
            if (b[i] == 'L' && b[i + 1] == 'E' && b[i + 2] == 'E' && b[i + 3] == 'F' && b[i + 4] == ':') {
                return i + 5;
            }
        }
        // A relay took LEEF: for the tag of a syslog message.
        boolean tagless = to - from > 4
                && (b[from] == '1' || b[from] == '2')
                && b[from + 1] == '.'
                && b[from + 2] == '0'
                && b[from + 3] == '|';
        return tagless ? from : -1;
    }

    /** A character, or its code as x5E or 0x5E. */
    private static byte separator(byte[] b, int from, int to) {
        if (to - from == 1) {
            return b[from];
        }
        String text = new String(b, from, to - from, StandardCharsets.ISO_8859_1);
        int x = text.indexOf('x');
        if (x >= 0 && x <= 1 && text.length() > x + 1 && text.length() <= x + 3) {
            int high = Character.digit(text.charAt(x + 1), 16);
            int low = text.length() > x + 2 ? Character.digit(text.charAt(x + 2), 16) : -1;
            if (high >= 0) {
                return (byte) (low < 0 ? high : high << 4 | low);
            }
        }
        return '\t';
    }
}
