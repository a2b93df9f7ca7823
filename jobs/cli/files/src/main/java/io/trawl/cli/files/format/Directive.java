package io.trawl.cli.files.format;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The lines of a W3C log that describe it (https://www.w3.org/TR/WD-logfile.html): they begin with {@code #}. */
public final class Directive {
    private static final String FIELDS = "#fields:";
    /** No server names more than some hundred columns. */
    private static final int LONGEST = 1 << 16;

    private Directive() {}

    /** Whether a line that begins at a place is a directive. */
    public static boolean is(byte[] bytes, int from, int to) {
        return from < to && bytes[from] == '#';
    }

    /** What is behind {@code #Fields:}; null if the line is another one. */
    public static @Nullable String fields(byte[] bytes, int from, int to) {
        int end = from + FIELDS.length();
        if (end > to || to - from > LONGEST) {
            return null;
        }
        String head = new String(bytes, from, FIELDS.length(), StandardCharsets.ISO_8859_1);
        return head.toLowerCase(Locale.ROOT).equals(FIELDS)
                ? new String(bytes, end, to - end, StandardCharsets.UTF_8).strip()
                : null;
    }
}
