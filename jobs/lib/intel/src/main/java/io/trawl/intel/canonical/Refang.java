package io.trawl.intel.canonical;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Undoes what analysts do to indicators so that nobody clicks on them. A plain value does not change: what is in a
 * path is touched only where scheme or host show that the value was defanged.
 */
public final class Refang {
    private static final String OPEN = "[\\[({<]+\\s*";
    private static final String CLOSE = "\\s*[\\])}>]+";
    /** Invisible wherever it is; UTS 46 ignores most of them in names, too. */
    private static final Pattern INVISIBLE =
            Pattern.compile("[\\u00AD\\u180E\\u200B\\u200E\\u200F\\u202A-\\u202E\\u2060-\\u2064\\u2066-\\u2069\\uFEFF]"
                    // The joiners have a meaning between letters of some scripts.
                    + "|(?<![^\\x00-\\x7F])[\\u200C\\u200D]|[\\u200C\\u200D](?![^\\x00-\\x7F])");

    private static final Pattern SCHEME_END = Pattern.compile(OPEN + ":\\s*//" + CLOSE + "|" + OPEN + ":" + CLOSE
            + "\\s*" + OPEN + "//" + CLOSE + "|" + OPEN + ":" + CLOSE + "\\s*(?://|\\\\\\\\)" + "|:" + OPEN + "//"
            + CLOSE + "|:" + OPEN + "/" + CLOSE + OPEN + "/" + CLOSE);
    private static final Pattern DOT = Pattern.compile("\\s*" + OPEN + "(?:\\.|(?i:dot))" + CLOSE
            + "\\s*|(?<=\\w)\\[\\.(?=\\w)|(?<=\\w)\\.\\](?=\\w)|\\\\+\\.|(?<=\\w)\\s+(?i:dot)\\s+(?=\\w)");
    private static final Pattern COLON = Pattern.compile(OPEN + ":" + CLOSE + "|\\\\:");
    private static final Pattern SLASH = Pattern.compile(OPEN + "/" + CLOSE);
    private static final Pattern AT = Pattern.compile("\\s*" + OPEN + "(?:@|(?i:at))" + CLOSE + "\\s*");
    /** A scheme that is none, and the colon after it in any of its forms. */
    private static final Pattern SCHEME =
            Pattern.compile("(?i)(?:(h[xt*_]{1,3}p)|f[x*_]p)(s?)(?=\\s*(?::[\\[({<]?/|:\\\\|[\\[({<]+\\s*:))");

    private static final Pattern BRACKETED_ADDRESS =
            Pattern.compile("\\[[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[^\\]/]*\\](?::.*)?");
    private static final String QUOTES = "\"'`\u201C\u201D\u2018\u2019\u00AB\u00BB";
    private static final String PAIRS = "\"\"''``<>()[]{}\u201C\u201D\u2018\u2019\u00AB\u00BB\u201E\u201C";

    private Refang() {}

    public static String refang(String text) {
        if (isPlain(text)) {
            return scheme(text);
        }
        String value = unwrapped(INVISIBLE.matcher(text).replaceAll("").strip());
        String head = head(value);
        String scheme = scheme(value);
        boolean defanged = !scheme.equals(value) || isDefanged(head);
        if (defanged) {
            value = SCHEME_END.matcher(scheme).replaceAll("://");
            value = COLON.matcher(value).replaceAll(":");
            value = SLASH.matcher(value).replaceAll("/");
            value = DOT.matcher(value).replaceAll(".");
            value = AT.matcher(value).replaceAll("@");
        }
        return trimmed(value, defanged);
    }

    /** Whether there is nothing to undo but the scheme: the way nearly all values are. */
    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean usual = c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z';
            if (!usual && "-._/:?=&%+~@#$".indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    /** The value with its scheme mended; the value itself where that is as it should be. */
    private static String scheme(String value) {
        if (value.isEmpty() || "hHfF".indexOf(value.charAt(0)) < 0) {
            return value;
        }
        Matcher found = SCHEME.matcher(value);
        if (!found.lookingAt() || value.regionMatches(true, 0, "http", 0, 4)) {
            return value;
        }
        String plain =
                (found.group(1) == null ? "ftp" : "http") + found.group(2).toLowerCase(Locale.ROOT);
        return plain + value.substring(found.end()).stripLeading();
    }

    /** Scheme and authority: up to where path, query or fragment begin. */
    private static String head(String value) {
        int end = endOfHead(value, 0);
        // What looks like a scheme further on is a part of path or query.
        if (end > 0 && value.startsWith("://", end - 1)) {
            end = endOfHead(value, end + 2);
        }
        return value.substring(0, end);
    }

    private static int endOfHead(String value, int from) {
        int end = from;
        while (end < value.length() && "/?#".indexOf(value.charAt(end)) < 0) {
            end++;
        }
        return end;
    }

    private static boolean isDefanged(String head) {
        int start = head.indexOf("://");
        String authority = start < 0 ? head : head.substring(start + 3);
        if (BRACKETED_ADDRESS.matcher(authority).matches()) {
            return false;
        }
        for (int i = 0; i < head.length(); i++) {
            char c = head.charAt(i);
            if ("[](){}<>".indexOf(c) >= 0
                    || Character.isWhitespace(c)
                    || c == '\\' && (head.startsWith(".", i + 1) || head.startsWith(":", i + 1))) {
                return true;
            }
        }
        return false;
    }

    /** Quotes and brackets around the whole taken off. */
    private static String unwrapped(String text) {
        String value = text;
        while (value.length() > 2) {
            String inside = value;
            char last = value.charAt(value.length() - 1);
            if ((last == ',' || last == ';' || last == '.') && isClosing(value.charAt(value.length() - 2))) {
                inside = value.substring(0, value.length() - 1);
            }
            if (isWrapped(inside)) {
                value = inside.substring(1, inside.length() - 1).strip();
            } else {
                return value;
            }
        }
        return value;
    }

    private static boolean isClosing(char c) {
        return QUOTES.indexOf(c) >= 0 || "])}>".indexOf(c) >= 0;
    }

    private static boolean isWrapped(String value) {
        char first = value.charAt(0);
        char last = value.charAt(value.length() - 1);
        int pair = -1;
        for (int i = 0; i < PAIRS.length(); i += 2) {
            if (PAIRS.charAt(i) == first && PAIRS.charAt(i + 1) == last) {
                pair = i;
            }
        }
        if (pair < 0 || BRACKETED_ADDRESS.matcher(value).matches()) {
            return false;
        }
        if (first == last) {
            return true;
        }
        // [a].example.[b] begins and ends with a bracket, but they are no pair.
        int depth = 0;
        for (int i = 0; i < value.length() - 1; i++) {
            char c = value.charAt(i);
            depth += c == first ? 1 : c == last ? -1 : 0;
            if (depth == 0) {
                return false;
            }
        }
        return true;
    }

    /** Without the punctuation of the sentence it stood in; that of a plain URL with a path may be its own. */
    private static String trimmed(String value, boolean defanged) {
        String behind;
        if (head(value).length() == value.length()) {
            behind = (defanged ? "." : "") + ",;!" + QUOTES + ")>}" + (value.indexOf('[') < 0 ? "]" : "");
        } else if (defanged) {
            behind = ".,;" + QUOTES;
        } else {
            return value;
        }
        int end = value.length();
        while (end > 1 && behind.indexOf(value.charAt(end - 1)) >= 0) {
            end--;
        }
        int start = 0;
        while (start < end - 1 && QUOTES.indexOf(value.charAt(start)) >= 0) {
            start++;
        }
        return value.substring(start, end).strip();
    }
}
