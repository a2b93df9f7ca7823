package io.trawl.parsing;

/**
 * The lines of Squid's native access.log that have exactly its ten columns, a time with milliseconds before the year
 * 2096 and no number that the schema might refuse.
 */
final class SquidPlainLine extends PlainLine {
    private static final int LONGEST = 8191;
    /** Seconds of ten digits, a dot, three digits and a space. */
    private static final int TIME = 15;

    /** Longer numbers are left to the parser. */
    private static final int MOST_DIGITS = 9;

    private static final byte[] CONNECT = {'C', 'O', 'N', 'N', 'E', 'C', 'T'};

    @Override
    public int read(byte[] b, int from, int to) {
        if (to - from < TIME || !isTime(b, from)) {
            return -1;
        }
        int i = number(b, spaces(b, from + TIME, to), to);
        if (i < 0) {
            return -1;
        }
        int start = spaces(b, i, to);
        i = column(b, start, to);
        if (hasDelete(b, start, i)) {
            return -1;
        }
        client(start, i);
        start = spaces(b, i, to);
        i = column(b, start, to);
        if (!endsInStatus(b, start, i)) {
            return -1;
        }
        i = number(b, spaces(b, i, to), to);
        if (i < 0) {
            return -1;
        }
        start = spaces(b, i, to);
        i = column(b, start, to);
        boolean connect = i - start == CONNECT.length && b[start] == 'C' && isConnect(b, start);
        start = spaces(b, i, to);
        i = column(b, start, to);
        target(connect, start, i);
        // One space each, so that the columns behind the target are three for sure.
        int user = next(b, start, i, to);
        i = column(b, user, to);
        int hierarchy = next(b, user, i, to);
        i = column(b, hierarchy, to);
        int peer = peer(b, hierarchy, i);
        if (peer < 0 || hasDelete(b, peer, i)) {
            return -1;
        }
        peer(peer, i);
        int type = next(b, hierarchy, i, to);
        i = column(b, type, to);
        if (i == type) {
            return -1;
        }
        // As the parser: a carriage return at the end is half a line end.
        int end = i < to && b[i] == '\r' ? i + 1 : i;
        return (end == to || b[end] == '\n') && end - from <= LONGEST ? end : -1;
    }

    /** Where the column behind one begins; what has no such end is followed by nothing. */
    private static int next(byte[] b, int start, int end, int to) {
        return end > start && end < to && b[end] == ' ' ? end + 1 : to;
    }

    /** Whether seconds below 4,000,000,000 with milliseconds and a space stand there. */
    private static boolean isTime(byte[] b, int from) {
        if (b[from] < '0' || b[from] > '3' || b[from + 10] != '.' || b[from + 14] != ' ') {
            return false;
        }
        for (int i = from + 1; i < from + 14; i++) {
            if ((b[i] < '0' || b[i] > '9') && i != from + 10) {
                return false;
            }
        }
        return true;
    }

    private static int spaces(byte[] b, int from, int to) {
        int i = from;
        while (i < to && b[i] == ' ') {
            i++;
        }
        return i;
    }

    /** Where a column ends: at a space, or at what a plain line has not, a control or a byte beyond ASCII. */
    private static int column(byte[] b, int from, int to) {
        int i = from;
        while (i < to && b[i] > ' ') {
            i++;
        }
        return i;
    }

    /** Whether a column has the one control character that is above space in it. */
    private static boolean hasDelete(byte[] b, int from, int to) {
        int i = from;
        while (i < to && b[i] != 0x7F) {
            i++;
        }
        return i < to;
    }

    /** Where a column that is a short number or - ends; -1 where it is anything else, or the line ends with it. */
    private static int number(byte[] b, int from, int to) {
        int i = from;
        while (i < to && b[i] >= '0' && b[i] <= '9') {
            i++;
        }
        if (i == from && i < to && b[i] == '-') {
            i++;
        }
        return i > from && i - from <= MOST_DIGITS && i < to && b[i] == ' ' ? i : -1;
    }

    /** Whether a column ends in /000, /- or a status from 100 on, something standing before it. */
    private static boolean endsInStatus(byte[] b, int from, int to) {
        if (to - from >= 3 && b[to - 1] == '-' && b[to - 2] == '/') {
            return true;
        }
        if (to - from < 5 || b[to - 4] != '/') {
            return false;
        }
        byte first = b[to - 3];
        byte second = b[to - 2];
        byte third = b[to - 1];
        return first >= '1' && first <= '9' && second >= '0' && second <= '9' && third >= '0' && third <= '9'
                || first == '0' && second == '0' && third == '0';
    }

    private static boolean isConnect(byte[] b, int from) {
        for (int i = 0; i < CONNECT.length; i++) {
            if (b[from + i] != CONNECT[i]) {
                return false;
            }
        }
        return true;
    }

    /** Where the peer of hierarchy/peer begins, -1 where the column does not look like one. */
    private static int peer(byte[] b, int from, int to) {
        int i = from;
        while (i < to && (b[i] >= 'A' && b[i] <= 'Z' || b[i] == '_' || b[i] >= '0' && b[i] <= '9')) {
            i++;
        }
        return i > from + 1 && i < to - 1 && b[i] == '/' ? i + 1 : -1;
    }
}
