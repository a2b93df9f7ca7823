package io.trawl.intel.rule.stix.pattern;

import java.util.Set;

/** Splits a pattern into tokens, by the lexer rules of OASIS's STIXPattern.g4 for 2.1. It looks at each character once. */
final class Lexer {
    /** What a token is. */
    enum Kind {
        /** A word that is not a keyword. */
        WORD,
        KEYWORD,
        INTEGER,
        FLOAT,
        STRING,
        HEX,
        BINARY,
        TIMESTAMP,
        /** An operator or a mark. */
        SIGN,
        END
    }

    /**
     * A piece of a pattern.
     *
     * @param text as the pattern has it; of a quoted one what is in the quotes, its escapes undone
     * @param at where it begins
     */
    record Token(Kind kind, String text, int at) {
        boolean is(String sign) {
            return (kind == Kind.SIGN || kind == Kind.KEYWORD) && text.equals(sign);
        }

        /** For messages. */
        String shown() {
            return kind == Kind.END
                    ? "the end"
                    : kind == Kind.STRING ? PatternException.shown(Literal.quoted(text)) : PatternException.shown(text);
        }
    }

    private static final Set<String> KEYWORDS = Set.of(
            "AND",
            "OR",
            "NOT",
            "FOLLOWEDBY",
            "LIKE",
            "MATCHES",
            "ISSUPERSET",
            "ISSUBSET",
            "EXISTS",
            "LAST",
            "IN",
            "START",
            "STOP",
            "SECONDS",
            "true",
            "false",
            "WITHIN",
            "REPEATS",
            "TIMES");
    private static final String SPACES =
            " \t\r\n\u000B\f\u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
                    + "\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000";
    /** More of them are no number that anybody means, and take a square of the time to read. */
    private static final int MOST_DIGITS = 100;

    private final String text;
    private int at;

    Lexer(String text) {
        this.text = text;
    }

    static boolean isKeyword(String word) {
        return KEYWORDS.contains(word);
    }

    static boolean startsIdentifier(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_';
    }

    PatternException error(int place, String reason) {
        return new PatternException(text, place, reason);
    }

    /** The next token; at the end END, however often. */
    Token next() throws PatternException {
        skip();
        int from = at;
        if (from == text.length()) {
            return new Token(Kind.END, "", from);
        }
        char c = text.charAt(from);
        if (startsIdentifier(c)) {
            return word(from);
        }
        if (isDigit(from) || c == '.' && isDigit(from + 1) || c == '+' || c == '-') {
            return number(from);
        }
        if (c == '\'') {
            return new Token(Kind.STRING, quoted(), from);
        }
        String two = text.substring(from, Math.min(from + 2, text.length()));
        if (two.equals("==") || two.equals("!=") || two.equals("<>") || two.equals("<=") || two.equals(">=")) {
            at += 2;
            return new Token(Kind.SIGN, two, from);
        }
        if ("=<>:.,()[]*".indexOf(c) < 0) {
            throw error(
                    from,
                    c == '"'
                            ? "a '\"'; expected single quotes, for example hashes.'SHA-256'"
                            : "unexpected '" + PatternException.shown(Character.toString(text.codePointAt(from)))
                                    + "'");
        }
        at++;
        return new Token(Kind.SIGN, String.valueOf(c), from);
    }

    private void skip() throws PatternException {
        while (at < text.length()) {
            if (SPACES.indexOf(text.charAt(at)) >= 0) {
                at++;
            } else if (text.startsWith("/*", at)) {
                int end = text.indexOf("*/", at + 2);
                if (end < 0) {
                    throw error(at, "a comment that does not end; expected */");
                }
                at = end + 2;
            } else if (text.startsWith("//", at)) {
                while (at < text.length() && text.charAt(at) != '\n' && text.charAt(at) != '\r') {
                    at++;
                }
            } else {
                return;
            }
        }
    }

    private Token word(int from) throws PatternException {
        while (at < text.length() && (startsIdentifier(text.charAt(at)) || isDigit(at) || text.charAt(at) == '-')) {
            at++;
        }
        String word = text.substring(from, at);
        if (at == text.length()
                || text.charAt(at) != '\''
                || !(word.equals("h") || word.equals("b") || word.equals("t"))) {
            return new Token(isKeyword(word) ? Kind.KEYWORD : Kind.WORD, word, from);
        }
        String content = quoted();
        boolean right =
                switch (word) {
                    case "h" -> content.length() % 2 == 0 && content.matches("[0-9A-Fa-f]*+");
                    case "b" -> isBase64(content);
                    default ->
                        content.length() <= 2 * MOST_DIGITS
                                && content.matches("[0-9]{4}-(?:0[1-9]|1[012])-(?:0[1-9]|[12][0-9]|3[01])"
                                        + "T(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\\.[0-9]++)?Z");
                };
        if (!right) {
            throw error(
                    from,
                    switch (word) {
                        case "h" -> "h'…' without an even number of hex digits; expected for example h'ffd8'";
                        case "b" -> "b'…' without Base64; expected for example b'YWJj'";
                        default -> "t'…' without a time in UTC; expected for example t'2026-11-24T10:00:00Z'";
                    });
        }
        return new Token(word.equals("h") ? Kind.HEX : word.equals("b") ? Kind.BINARY : Kind.TIMESTAMP, content, from);
    }

    private static boolean isBase64(String content) {
        int digits = content.length() - (content.endsWith("==") ? 2 : content.endsWith("=") ? 1 : 0);
        for (int i = 0; i < digits; i++) {
            char c = content.charAt(i);
            if (!(startsIdentifier(c) && c != '_' || c >= '0' && c <= '9' || c == '+' || c == '/')) {
                return false;
            }
        }
        return !content.isEmpty() && content.length() % 4 == 0;
    }

    private Token number(int from) throws PatternException {
        char sign = text.charAt(at);
        if (sign == '+' || sign == '-') {
            at++;
        }
        int first = at;
        while (isDigit(at)) {
            at++;
        }
        boolean point = at < text.length() && text.charAt(at) == '.' && isDigit(at + 1);
        if (point) {
            at++;
            while (isDigit(at)) {
                at++;
            }
        }
        if (at == first) {
            throw error(from, "a '" + sign + "' without a number");
        }
        // A tree writes .5 as 0.5.
        if (at - first + (text.charAt(first) == '.' ? 1 : 0) > MOST_DIGITS) {
            throw error(from, "a number of more than " + MOST_DIGITS + " digits");
        }
        if (!point && at - first > 1 && text.charAt(first) == '0') {
            throw error(from, "a number that begins with 0");
        }
        return new Token(point ? Kind.FLOAT : Kind.INTEGER, text.substring(from, at), from);
    }

    private boolean isDigit(int index) {
        return index < text.length() && text.charAt(index) >= '0' && text.charAt(index) <= '9';
    }

    /** What is in the quotes that begin here. */
    private String quoted() throws PatternException {
        int from = at++;
        StringBuilder content = null;
        int copied = at;
        for (; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '\'') {
                String end = text.substring(copied, at++);
                return content == null ? end : content.append(end).toString();
            }
            if (c == '\\') {
                char next = at + 1 < text.length() ? text.charAt(at + 1) : ' ';
                if (next != '\\' && next != '\'') {
                    throw error(at, "a '\\' before neither ' nor \\; expected \\\\");
                }
                content = content == null ? new StringBuilder() : content;
                content.append(text, copied, at).append(next);
                copied = ++at + 1;
            }
        }
        throw error(from, "a text that does not end; expected '");
    }
}
