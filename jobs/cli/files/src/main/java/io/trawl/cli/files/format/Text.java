package io.trawl.cli.files.format;

/** Text in a declaration. */
final class Text {
    private Text() {}

    /** As a text of YAML in double quotes, whatever is in it. */
    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0, c; i < text.length(); i += Character.charCount(c)) {
            c = text.codePointAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append((char) c);
            } else if (c == '\t') {
                quoted.append("\\t");
            } else if (c >= ' ' && c <= '~') {
                quoted.append((char) c);
            } else if (c <= 0xFFFF) {
                quoted.append(String.format("\\u%04X", c));
            } else {
                quoted.append(String.format("\\U%08X", c));
            }
        }
        return quoted.append('"').toString();
    }

    /** In one line of a comment. */
    static String comment(String text) {
        String line = io.trawl.parsing.Printable.line(text, 60);
        return line.replace('#', '?');
    }
}
