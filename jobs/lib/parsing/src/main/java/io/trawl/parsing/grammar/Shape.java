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
    /** Anything but an address: identd's answer, which a client's address behind a virtual host is not. */
    IDENT,
    /** A time of Apache's. */
    CLF,
    /** In braces: HAProxy's captured headers. */
    BRACES,
    /** A media type or a dash; only asked where all columns of the line are known. */
    MIME;

    /** Characters of 26/Dec/2016:16:16:28 +0200. */
    public static final int CLF_LENGTH = 26;

    public boolean fits(byte[] b, int from, int to) {
        switch (this) {
            case DIGITS:
                if (to - from == 1 && b[from] == '-') {
                    return true;
                }
                for (int i = from; i < to; i++) {
                    if (b[i] < '0' || b[i] > '9') {
                        return false;
                    }
                }
                return to > from;
            case NUMBER:
                for (int i = from; i < to; i++) {
                    if ((b[i] < '0' || b[i] > '9') && b[i] != '-' && b[i] != '.' && b[i] != '+') {
                        return false;
                    }
                }
                return to > from;
            case CODE:
                for (int i = from; i < to; i++) {
                    if ((b[i] < 'A' || b[i] > 'Z') && (b[i] < '0' || b[i] > '9') && b[i] != '_') {
                        return false;
                    }
                }
                return to - from > 1;
            case ADDRESS:
                boolean sign = false;
                for (int i = from; i < to; i++) {
                    int c = b[i];
                    sign |= c == '.' || c == ':';
                    if ((c < '0' || c > ':') && c != '.' && ((c | 0x20) < 'a' || (c | 0x20) > 'f')) {
                        return false;
                    }
                }
                return sign;
            case IDENT:
                return (to - from == 1 && b[from] == '-') || !ADDRESS.fits(b, from, to);
            case CLF:
                return to - from == CLF_LENGTH && b[from + 2] == '/' && b[from + 11] == ':' && b[from + 20] == ' ';
            case BRACES:
                return to - from > 1 && b[from] == '{' && b[to - 1] == '}';
            case MIME:
                boolean slash = to - from == 1 && b[from] == '-';
                for (int i = from; i < to; i++) {
                    slash |= b[i] == '/';
                    if (b[i] == '"' || b[i] == '[' || b[i] == ']') {
                        return false;
                    }
                }
                return slash;
            default:
                return true;
        }
    }

    /** Whether it counts only where nothing is appended to the line. */
    public boolean isSoft() {
        return this == MIME;
    }
}
