package io.trawl.parsing.envelope;

/**
 * The header of syslog: RFC 5424's, and RFC 3164's with the liberties that are taken with it: no priority, nothing but a
 * priority, a year or fractions in the time, a time of ISO 8601, no host, no tag.
 */
public final class Syslog implements Envelope {
    private final boolean keepsData;

    /** @param keepsData whether the structured data of RFC 5424 is the line, not part of the envelope */
    public Syslog(boolean keepsData) {
        this.keepsData = keepsData;
    }

    /** A priority, a month's name, or the year of a date; or a space, after which is any of them. */
    @Override
    public boolean mayBegin(byte[] b, int from, int to) {
        if (from >= to) {
            return false;
        }
        byte first = b[from];
        boolean digit = first >= '0' && first <= '9';
        boolean letter = (first | 0x20) >= 'a' && (first | 0x20) <= 'z';
        return first == '<' || first == ' ' || letter || digit && from + 4 < to && b[from + 4] == '-';
    }

    @Override
    public void open(Frame frame) {
        int start = priority(frame);
        boolean some = start > frame.from;
        int at = frame.skipSpaces(start);
        if (some && frame.is(at, '1') && frame.is(at + 1, ' ')) {
            int message = rfc5424(frame, at + 2);
            if (message >= 0) {
                frame.from = message;
                return;
            }
            // A version, and then what RFC 3164 has.
            at = frame.skipSpaces(at + 2);
        }
        int end = time(frame, at);
        if (end < 0) {
            frame.from = at;
            return;
        }
        frame.time(at, end);
        at = end;
        while (frame.is(at, ':') || frame.is(at, ' ')) {
            at++;
        }
        frame.from = behindHost(frame, at);
    }

    /** Where the priority ends, {@code <134>}; where the line begins if there is none. */
    private static int priority(Frame frame) {
        int i = frame.from;
        if (!frame.is(i, '<')) {
            return i;
        }
        i++;
        int digits = i;
        while (frame.isDigit(i)) {
            i++;
        }
        return i > digits && i - digits <= 3 && frame.is(i, '>') ? i + 1 : frame.from;
    }

    /** Where the message of RFC 5424 begins, its version being read; -1 if it is something else. */
    private int rfc5424(Frame frame, int start) {
        int at = start;
        int end = frame.wordEnd(at);
        boolean nil = end == at + 1 && frame.is(at, '-');
        if (!nil && !frame.isDigit(at)) {
            return -1;
        }
        int timeFrom = at;
        int timeTo = nil ? at : end;
        // Host, application, process and message id.
        at = end;
        for (int word = 0; word < 4; word++) {
            at = frame.skipSpaces(at);
            if (at >= frame.to) {
                return -1;
            }
            at = frame.wordEnd(at);
        }
        at = frame.skipSpaces(at);
        boolean none = frame.is(at, '-') && (at + 1 == frame.to || frame.is(at + 1, ' '));
        if (!none && !frame.is(at, '[')) {
            return -1;
        }
        if (none) {
            at++;
        } else if (!keepsData) {
            while (frame.is(at, '[')) {
                at = elementEnd(frame, at);
            }
        }
        frame.time(timeFrom, timeTo);
        at = frame.skipSpaces(at);
        boolean mark = frame.to - at > 2
                && frame.bytes[at] == (byte) 0xEF
                && frame.bytes[at + 1] == (byte) 0xBB
                && frame.bytes[at + 2] == (byte) 0xBF;
        return mark ? at + 3 : at;
    }

    private static int elementEnd(Frame frame, int open) {
        int i = open + 1;
        boolean quoted = false;
        while (i < frame.to && (quoted || frame.bytes[i] != ']')) {
            if (frame.bytes[i] == '\\') {
                i++;
            } else if (frame.bytes[i] == '"') {
                quoted = !quoted;
            }
            i++;
        }
        return Math.min(i + 1, frame.to);
    }

    /** Where a time that begins at a place ends; -1 if there is none. */
    private static int time(Frame frame, int start) {
        int i = start;
        if (frame.isDigit(i)) {
            boolean iso = frame.isDigit(i + 3) && frame.is(i + 4, '-') && frame.is(i + 7, '-') && frame.isDigit(i + 8);
            if (!iso) {
                return -1;
            }
            return frame.is(i + 10, 'T') ? frame.wordEnd(i) : -1;
        }
        for (int letter = 0; letter < 3; letter++, i++) {
            if (i >= frame.to || (frame.bytes[i] | 0x20) < 'a' || (frame.bytes[i] | 0x20) > 'z') {
                return -1;
            }
        }
        if (!frame.is(i, ' ')) {
            return -1;
        }
        i = frame.skipSpaces(i);
        if (!frame.isDigit(i)) {
            return -1;
        }
        i = frame.skipSpaces(frame.wordEnd(i));
        if (frame.isDigit(i + 3) && frame.is(i + 4, ' ')) {
            i = frame.skipSpaces(i + 4);
        }
        // hh:mm:ss, and a fraction
        if (!frame.isDigit(i) || !frame.is(i + 2, ':') || !frame.isDigit(i + 4)) {
            return -1;
        }
        while (frame.isDigit(i)
                || frame.is(i, ':') && frame.isDigit(i + 1)
                || frame.is(i, '.') && frame.isDigit(i + 1)) {
            i++;
        }
        return i;
    }

    /** Where the message begins after a host and a tag, {@code host app[1]: }, each of which may be missing. */
    private static int behindHost(Frame frame, int start) {
        int end = frame.wordEnd(start);
        if (isTag(frame, start, end)) {
            return frame.skipSpaces(end);
        }
        for (int i = start; i < end; i++) {
            byte c = frame.bytes[i];
            boolean host = c >= 'a' && c <= 'z'
                    || c >= 'A' && c <= 'Z'
                    || c >= '0' && c <= '9'
                    || c == '.'
                    || c == '-'
                    || c == '_'
                    || c == ':'
                    || c == '/';
            if (!host) {
                return start;
            }
        }
        int message = frame.skipSpaces(end);
        if (frame.is(message, ':') && frame.is(message + 1, ' ')) {
            // host : %ASA-6-302013
            return frame.skipSpaces(message + 1);
        }
        int tagEnd = frame.wordEnd(message);
        return isTag(frame, message, tagEnd) ? frame.skipSpaces(tagEnd) : message;
    }

    /** A word with a colon at its end; Cisco's %ASA-6-302013: and CEF's are part of the message. */
    private static boolean isTag(Frame frame, int from, int end) {
        if (end - from < 2 || frame.bytes[end - 1] != ':' || frame.bytes[from] == '%' || end >= frame.to) {
            return false;
        }
        for (int i = from; i < end; i++) {
            byte c = frame.bytes[i];
            if (c == '=' || c == '"' || c == '{' || c == '|' || c == '<') {
                return false;
            }
        }
        return !(end - from == 4 && frame.bytes[from] == 'C' && frame.bytes[from + 1] == 'E');
    }
}
