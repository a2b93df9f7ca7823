package io.trawl.intel.rule.document;

/** A rule, or a file of rules, that is not taken: where and why. */
public final class Refusal extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final int line;
    private final String reason;

    /**
     * A refusal.
     *
     * @param file the file's name
     * @param line from 1
     * @param reason what is wrong and what was expected, in one line
     */
    public Refusal(String file, int line, String reason) {
        super(file + ":" + line + ": " + oneLine(reason));
        this.file = file;
        this.line = line;
        this.reason = oneLine(reason);
    }

    public String file() {
        return file;
    }

    public int line() {
        return line;
    }

    public String reason() {
        return reason;
    }

    /** Rules come from others: nothing of theirs may move a terminal's cursor or end a line. */
    private static String oneLine(String text) {
        StringBuilder line = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            boolean format = Character.getType(c) == Character.FORMAT
                    || Character.getType(c) == Character.LINE_SEPARATOR
                    || Character.getType(c) == Character.PARAGRAPH_SEPARATOR
                    || Character.getType(c) == Character.SURROGATE;
            line.appendCodePoint(Character.isISOControl(c) || format ? ' ' : c);
        });
        return line.toString();
    }
}
