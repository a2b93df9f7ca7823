package io.trawl.parsing.grammar;

/** What a column must look like, where it may be told from its neighbours by that alone. */
public enum Shape {
    ANY,
    /** Digits, or a dash. */
    DIGITS,
    /** Digits with a sign, a dot or a plus, or a dash. */
    NUMBER,
    /** Two or more capitals, digits and underscores: a code of Squid's. */
    CODE,
    /** An IP address, by its characters. */
    ADDRESS,
    /** Anything but an address: identd's answer, which a client's address after a virtual host is not. */
    IDENT,
    /** A time of Apache's. */
    CLF,
    /** In braces: HAProxy's captured headers. */
    BRACES,
    /** A media type or a dash; only asked where all columns of the line are known. */
    MIME;

    /** Characters of 26/Dec/2016:16:16:28 +0200. */
    public static final int CLF_LENGTH = 26;

    /** Whether a column looks so. */
    public boolean fits(byte[] b, int from, int to) {
        return switch (this) {
            case ANY -> true;
            case DIGITS -> isDigits(b, from, to);
            case NUMBER -> isNumber(b, from, to);
            case CODE -> isCode(b, from, to);
            case ADDRESS -> isAddress(b, from, to);
            case IDENT -> isDash(b, from, to) || !isAddress(b, from, to);
            case CLF -> to - from == CLF_LENGTH && b[from + 2] == '/' && b[from + 11] == ':' && b[from + 20] == ' ';
            case BRACES -> to - from > 1 && b[from] == '{' && b[to - 1] == '}';
            case MIME -> isMime(b, from, to);
        };
    }

    private static boolean isDash(byte[] b, int from, int to) {
        return to - from == 1 && b[from] == '-';
    }

    private static boolean isDigits(byte[] b, int from, int to) {
        if (isDash(b, from, to)) {
            return true;
        }
        for (int i = from; i < to; i++) {
            if (b[i] < '0' || b[i] > '9') {
                return false;
            }
        }
        return to > from;
    }

    private static boolean isNumber(byte[] b, int from, int to) {
        for (int i = from; i < to; i++) {
            if ((b[i] < '0' || b[i] > '9') && b[i] != '-' && b[i] != '.' && b[i] != '+') {
                return false;
            }
        }
        return to > from;
    }

    private static boolean isCode(byte[] b, int from, int to) {
        for (int i = from; i < to; i++) {
            if ((b[i] < 'A' || b[i] > 'Z') && (b[i] < '0' || b[i] > '9') && b[i] != '_') {
                return false;
            }
        }
        return to - from > 1;
    }

    private static boolean isAddress(byte[] b, int from, int to) {
        boolean sign = false;
        boolean colon = false;
        for (int i = from; i < to; i++) {
            int c = b[i];
            colon |= c == ':';
            sign |= c == '.' || colon;
            if (c == '%' && colon) {
                // The interface of an IPv6 address, which has a name of any kind.
                return to > i + 1;
            }
            if ((c < '0' || c > ':') && c != '.' && ((c | 0x20) < 'a' || (c | 0x20) > 'f')) {
                return false;
            }
        }
        return sign;
    }

    private static boolean isMime(byte[] b, int from, int to) {
        boolean slash = isDash(b, from, to);
        for (int i = from; i < to; i++) {
            slash |= b[i] == '/';
            if (b[i] == '"' || b[i] == '[' || b[i] == ']') {
                return false;
            }
        }
        return slash;
    }

    /** Whether it counts only if nothing is appended to the line. */
    public boolean isSoft() {
        return this == MIME;
    }
}
