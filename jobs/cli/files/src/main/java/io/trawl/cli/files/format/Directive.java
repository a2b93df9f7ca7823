package io.trawl.cli.files.format;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The lines of a log of W3C's format or Zeek's that describe it: they begin with {@code #}. */
public final class Directive {
    private static final String FIELDS = "#fields";
    /** No server names more than some hundred columns. */
    private static final int LONGEST = 1 << 16;

    private Directive() {}

    /** Whether a line that begins at a place is a directive. */
    public static boolean is(byte[] bytes, int from, int to) {
        return from < to && bytes[from] == '#';
    }

    /** What comes after {@code #Fields:} of W3C or {@code #fields} of Zeek; null if the line is another one. */
    public static @Nullable String fields(byte[] bytes, int from, int to) {
        int end = from + FIELDS.length();
        if (end >= to || to - from > LONGEST || bytes[end] != ':' && bytes[end] != '\t' && bytes[end] != ' ') {
            return null;
        }
        String head = new String(bytes, from, FIELDS.length(), StandardCharsets.ISO_8859_1);
        return head.toLowerCase(Locale.ROOT).equals(FIELDS)
                ? new String(bytes, end + 1, to - end - 1, StandardCharsets.UTF_8).strip()
                : null;
    }
}
