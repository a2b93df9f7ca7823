package io.trawl.intel;

import java.util.regex.Pattern;

/** Undoes what analysts do to indicators so that nobody clicks on them. A plain value does not change. */
final class Refang {
    private static final Pattern INVISIBLE = Pattern.compile("[\\u200B-\\u200F\\u2060\\uFEFF\\u00AD]");
    private static final Pattern DOT = Pattern.compile(
            "\\s*(?:\\[\\s*\\.\\s*\\]|\\(\\s*\\.\\s*\\)|\\{\\s*\\.\\s*\\}|[\\[({]\\s*(?i:dot)\\s*[\\])}]|\\[\\.|(?<=\\w)\\.\\](?=\\w))\\s*|\\\\\\.");
    private static final Pattern SCHEME_END =
            Pattern.compile("\\[\\s*:\\s*//\\s*\\]|\\[\\s*:\\s*\\]//|\\[\\s*:\\s*\\]\\\\\\\\|\\[://\\]");
    private static final Pattern COLON = Pattern.compile("\\[\\s*:\\s*\\]");
    private static final Pattern SLASH = Pattern.compile("\\[\\s*/\\s*\\]");
    private static final Pattern AT = Pattern.compile("[\\[({]\\s*(?:@|(?i:at))\\s*[\\])}]");

    private Refang() {}

    static String refang(String text) {
        String value = INVISIBLE.matcher(text).replaceAll("").strip();
        value = unwrapped(value);
        boolean odd = false;
        for (int i = 0; i < value.length() && !odd; i++) {
            odd = "[({\\".indexOf(value.charAt(i)) >= 0;
        }
        if (odd && !isBracketedAddress(value)) {
            value = SCHEME_END.matcher(value).replaceAll("://");
            value = COLON.matcher(value).replaceAll(":");
            value = SLASH.matcher(value).replaceAll("/");
            value = DOT.matcher(value).replaceAll(".");
            value = AT.matcher(value).replaceAll("@");
        }
        if (value.length() > 4
                && (value.charAt(0) == 'h'
                        || value.charAt(0) == 'H'
                        || value.charAt(0) == 'f'
                        || value.charAt(0) == 'F')) {
            value = scheme(value);
        }
        return value;
    }

    private static String scheme(String value) {
        int colon = value.indexOf(':');
        if (colon < 0 || colon > 6) {
            return value;
        }
        return switch (value.substring(0, colon).toLowerCase(java.util.Locale.ROOT)) {
            case "hxxp", "h**p", "hxtp", "htxp", "hxp", "htpp", "h__p" -> "http" + value.substring(colon);
            case "hxxps", "h**ps", "hxtps", "htxps", "h__ps" -> "https" + value.substring(colon);
            case "fxp" -> "ftp" + value.substring(colon);
            default -> value;
        };
    }

    /** An IPv6 literal in its own brackets is no defanging. */
    private static boolean isBracketedAddress(String value) {
        int open = value.indexOf('[');
        int close = value.indexOf(']');
        return open >= 0
                && close > open + 2
                && value.substring(open + 1, close).matches("[0-9A-Fa-f:.]+")
                && value.substring(open + 1, close).indexOf(':') >= 0
                && !value.substring(open + 1, close).matches(":/*");
    }

    /** Quotes and brackets around the whole, punctuation behind it. */
    private static String unwrapped(String text) {
        String value = text;
        while (value.length() > 2) {
            char first = value.charAt(0);
            char last = value.charAt(value.length() - 1);
            boolean pair = first == last && (first == '"' || first == '\'' || first == '`')
                    || first == '<' && last == '>'
                    || first == '\u201C' && last == '\u201D';
            if (!pair) {
                break;
            }
            value = value.substring(1, value.length() - 1).strip();
        }
        int end = value.length();
        while (end > 1 && (value.charAt(end - 1) == ',' || value.charAt(end - 1) == ';')) {
            end--;
        }
        return value.substring(0, end);
    }
}
