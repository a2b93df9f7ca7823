package io.trawl.parsing;

/**
 * Text that strangers may have written, as a person is shown it. It steers no terminal, begins no line and turns no text
 * around: in place of each control, format (U+202E and its like) and line separator character is a question mark.
 */
public final class Printable {
    private static final char INSTEAD = '?';

    private Printable() {}

    /** The text in one line. */
    public static String line(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~') {
                return replaced(text);
            }
        }
        return text;
    }

    /**
     * The text in one line of a bounded length.
     *
     * @param most characters: of a longer text the end is an ellipsis
     */
    public static String line(String text, int most) {
        String line = line(text.length() > most ? text.substring(0, most) : text);
        return text.length() > most ? line.substring(0, most - 1) + "…" : line;
    }

    private static String replaced(String text) {
        StringBuilder line = new StringBuilder(text.length());
        for (int i = 0, c; i < text.length(); i += Character.charCount(c)) {
            c = text.codePointAt(i);
            if (isShown(c)) {
                line.appendCodePoint(c);
            } else {
                // As long as it was, so that cut texts and columns keep their places.
                line.append(String.valueOf(INSTEAD).repeat(Character.charCount(c)));
            }
        }
        return line.toString();
    }

    private static boolean isShown(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> false;
            default -> true;
        };
    }
}
