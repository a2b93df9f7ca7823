package io.trawl.intel.rule.stix.pattern;

/** A pattern that is not one, or that the standard does not allow. Its message is one line: where, and why. */
public final class PatternException extends Exception {
    private static final long serialVersionUID = 1;
    private static final int LONGEST = 80;

    /** A pattern that is read, but not allowed. */
    public PatternException(String reason) {
        super(reason);
    }

    /**
     * A text that is not a pattern.
     *
     * @param text the text
     * @param at offset of the character that does not fit, up to the text's length
     */
    PatternException(String text, int at, String reason) {
        super(place(text, at) + ": " + reason);
    }

    private static String place(String text, int at) {
        int line = 1;
        int start = 0;
        for (int i = 0; i < at; i++) {
            if (text.charAt(i) == '\n') {
                line++;
                start = i + 1;
            }
        }
        String column = "column " + (text.codePointCount(start, at) + 1);
        return line == 1 ? column : "line " + line + ", " + column;
    }

    /** A text as a message may have it: short, without what acts on a terminal. */
    public static String shown(String text) {
        StringBuilder shown = new StringBuilder();
        boolean whole = text.length() <= LONGEST;
        int end = whole ? text.length() : LONGEST - (Character.isHighSurrogate(text.charAt(LONGEST - 1)) ? 2 : 1);
        for (int i = 0; i < end; ) {
            int c = text.codePointAt(i);
            int type = Character.getType(c);
            boolean plain = !Character.isISOControl(c)
                    && type != Character.FORMAT
                    && type != Character.SURROGATE
                    && type != Character.LINE_SEPARATOR
                    && type != Character.PARAGRAPH_SEPARATOR;
            shown.append(plain ? Character.toString(c) : String.format("\\u%04X", c));
            i += Character.charCount(c);
        }
        return whole ? shown.toString() : shown.append("…").toString();
    }
}
