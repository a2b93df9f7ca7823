package io.trawl.intel.allow;

/** The plain text that a regular expression ends with: what all that it matches ends in, too. */
final class PlainEnd {
    private PlainEnd() {}

    /** Length of the plain text that an expression ends with, without a first dot; 0 if it may end in several ways. */
    static int length(String regex) {
        if (regex.contains("\\Q") || hasAlternatives(regex)) {
            return 0;
        }
        int length = 0;
        char first = ' ';
        int at = regex.length() - 1;
        if (at >= 0 && regex.charAt(at) == '$' && !isEscaped(regex, at)) {
            at--;
        }
        while (at >= 0) {
            char c = regex.charAt(at);
            boolean escaped = isEscaped(regex, at);
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (escaped && "xpPQ0123456789".indexOf(c) >= 0) {
                return 0;
            }
            if (escaped ? letter : "\\^$.|?*+()[]{}".indexOf(c) >= 0) {
                break;
            }
            length++;
            first = c;
            at -= escaped ? 2 : 1;
        }
        return first == '.' ? length - 1 : length;
    }

    /** Whether a | divides the whole expression. */
    private static boolean hasAlternatives(String regex) {
        int depth = 0;
        for (int i = 0; i < regex.length(); i++) {
            switch (regex.charAt(i)) {
                case '\\' -> i++;
                case '[' -> i = classEnd(regex, i);
                case '(' -> depth++;
                case ')' -> depth--;
                case '|' -> {
                    if (depth <= 0) {
                        return true;
                    }
                }
                default -> {}
            }
        }
        return false;
    }

    /** Where the class of characters that begins at a place ends. */
    private static int classEnd(String regex, int from) {
        int i = from + 1;
        i += regex.startsWith("^", i) ? 1 : 0;
        i += regex.startsWith("]", i) ? 1 : 0;
        while (i < regex.length() && regex.charAt(i) != ']') {
            i += regex.charAt(i) == '\\' ? 2 : 1;
        }
        return i;
    }

    private static boolean isEscaped(String regex, int at) {
        int from = at;
        while (from > 0 && regex.charAt(from - 1) == '\\') {
            from--;
        }
        return (at - from) % 2 == 1;
    }
}
