package io.trawl.parsing.mapping;

import io.trawl.parsing.Parts;
import io.trawl.parsing.internal.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What of a mapping tells whether a line is plain: the columns that can make it invalid are read as {@link Mapping} reads
 * them, and the places of those that are looked up are noted. No text is made of any column. Immutable.
 */
public final class PlainFields {
    private static final int LONGEST_SCHEME = 10;
    private static final byte[] CONNECT = "CONNECT".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] HTTP = "HTTP/".getBytes(StandardCharsets.ISO_8859_1);

    private final Op[] ops;
    private final Absent absent;
    /** Whether a host may be in front of a target that has no scheme. */
    private final boolean hosts;

    PlainFields(Op[] all, Absent absent) {
        this.ops = Arrays.stream(all).filter(op -> decides(op.field)).toArray(Op[]::new);
        this.absent = absent;
        this.hosts = Arrays.stream(ops).anyMatch(op -> op.field == Field.URL_DOMAIN);
    }

    /** Whether a field can make a line invalid, or is looked up. */
    private static boolean decides(Field field) {
        return switch (field) {
            case HTTP_VERSION,
                    URL_PORT,
                    SOURCE_USER_NAME,
                    DESTINATION_DOMAIN,
                    DESTINATION_PORT,
                    HTTP_RESPONSE_MIME_TYPE,
                    EVENT_ACTION,
                    PROXY_HIERARCHY,
                    OBSERVER_HOSTNAME,
                    EVENT_CATEGORY,
                    RULE_NAME,
                    NETWORK_TRANSPORT,
                    NETWORK_PROTOCOL,
                    NETWORK_APPLICATION,
                    NETWORK_DIRECTION,
                    NETWORK_FORWARDED_IP,
                    NETWORK_BYTES,
                    SOURCE_BYTES,
                    DESTINATION_BYTES,
                    DNS_QUESTION_TYPE,
                    DNS_RESPONSE_CODE,
                    TLS_CLIENT_JA4 -> false;
            default -> true;
        };
    }

    /**
     * Reads the columns of a line.
     *
     * @param into gets what is looked up of it
     * @return whether the mapping makes a valid event of the line, for sure
     */
    public boolean read(Columns columns, Parts into) {
        boolean timed = false;
        boolean connect = false;
        for (Op op : ops) {
            if (!op.open(columns, absent)) {
                continue;
            }
            // What is not in the line as it stands has no place in it.
            boolean there = columns.value == columns.bytes;
            switch (op.field) {
                case TIMESTAMP -> {
                    if (!op.times.isDated(columns.value, columns.valueFrom, columns.valueTo)) {
                        return false;
                    }
                    timed = true;
                }
                case HTTP_RESPONSE_STATUS_CODE -> {
                    if (Mapping.status(columns) < 0) {
                        return false;
                    }
                }
                case HTTP_RESPONSE_BYTES -> {
                    if (Mapping.size(columns) < 0) {
                        return false;
                    }
                }
                case EVENT_DURATION -> {
                    if (Durations.nanos(columns, op.unit) == Durations.NONE) {
                        return false;
                    }
                }
                case HTTP_REQUEST_METHOD -> {
                    connect = isConnect(columns.value, columns.valueFrom, columns.valueTo);
                    // Another word for it, which Targets knows.
                    if (!connect && columns.value[columns.valueTo - 1] == 'T' && hasUnderscore(columns)) {
                        return false;
                    }
                }
                case REQUEST -> {
                    if (!there || !request(columns, into)) {
                        return false;
                    }
                }
                case URL_SCHEME -> {
                    if (!there || !isScheme(columns)) {
                        return false;
                    }
                    // A scheme and a host make a URL, whose path may be / alone.
                    into.add(Parts.Kind.HIDDEN_PATH, 0, 0);
                }
                case URL_PATH, URL_QUERY -> into.add(Parts.Kind.HIDDEN_PATH, 0, 0);
                case SOURCE_ADDRESS -> {
                    if (!there || !address(op, columns, Parts.Kind.CLIENT, into)) {
                        return false;
                    }
                }
                case DESTINATION_ADDRESS -> {
                    if (!there || !address(op, columns, Parts.Kind.PEER, into)) {
                        return false;
                    }
                }
                case URL_ORIGINAL -> {
                    if (!there) {
                        return false;
                    }
                    target(columns.value, columns.valueFrom, columns.valueTo, connect, into);
                }
                case DNS_QUESTION_NAME, TLS_CLIENT_SERVER_NAME -> {
                    if (!there) {
                        return false;
                    }
                    int dot = columns.value[columns.valueTo - 1] == '.' ? 1 : 0;
                    into.add(Parts.Kind.NAME, columns.valueFrom, columns.valueTo - dot);
                }
                case EMAIL_FROM_ADDRESS, EMAIL_TO_ADDRESS -> {
                    return false;
                }
                default -> {
                    if (!there) {
                        return false;
                    }
                    into.add(kind(op.field), columns.valueFrom, columns.valueTo);
                }
            }
        }
        return timed;
    }

    private static Parts.Kind kind(Field field) {
        return switch (field) {
            case URL_DOMAIN -> Parts.Kind.HOST;
            case HTTP_REQUEST_REFERRER -> Parts.Kind.REFERRER;
            case USER_AGENT_ORIGINAL -> Parts.Kind.USER_AGENT;
            case DNS_ANSWERS_DATA -> Parts.Kind.ANSWERS;
            default -> {
                if (!field.isHash()) {
                    throw new IllegalStateException(field.label() + " is not looked up");
                }
                yield Parts.Kind.HASH;
            }
        };
    }

    /** A request line as nearly all are: method, target and version, and the version is HTTP's. */
    private boolean request(Columns columns, Parts into) {
        byte[] b = columns.value;
        int from = columns.valueFrom;
        int to = columns.valueTo;
        int method = from;
        while (method < to && b[method] >= 'A' && b[method] <= 'Z') {
            method++;
        }
        if (method == from || method == to || b[method] != ' ') {
            return false;
        }
        int last = to - 1;
        while (b[last] != ' ') {
            last--;
        }
        if (last == method || last + 1 + HTTP.length > to || !Bytes.isAt(b, last + 1, HTTP)) {
            return false;
        }
        boolean dash = last - method == 2 && b[method + 1] == '-';
        if (!dash) {
            target(b, method + 1, last, isConnect(b, from, method), into);
        }
        return true;
    }

    private void target(byte[] b, int from, int to, boolean connect, Parts into) {
        if (from >= to) {
            return;
        }
        if (connect) {
            into.add(Parts.Kind.CONNECT, from, to);
        } else if (b[from] == '/') {
            into.add(Parts.Kind.PATH, from, to);
        } else if (hasScheme(b, from, to)) {
            into.add(Parts.Kind.URL, from, to);
        } else if (hosts) {
            // Behind the host that another column has there may be a path.
            into.add(Parts.Kind.HIDDEN_PATH, 0, 0);
        }
    }

    /** Whether a target begins with scheme:// (as Targets has it). */
    private static boolean hasScheme(byte[] b, int from, int to) {
        for (int i = from; i < to; i++) {
            int c = b[i];
            if (c == ':') {
                return i > from && i + 2 < to && b[i + 1] == '/' && b[i + 2] == '/';
            }
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
            boolean other = c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.';
            if (!letter && !(other && i > from)) {
                return false;
            }
        }
        return false;
    }

    private static boolean isScheme(Columns columns) {
        for (int i = columns.valueFrom; i < columns.valueTo; i++) {
            int lower = columns.value[i] | 0x20;
            if (lower < 'a' || lower > 'z') {
                return false;
            }
        }
        return columns.valueTo - columns.valueFrom <= LONGEST_SCHEME;
    }

    /** An address, without the port that an address of version 4 has after it. */
    private static boolean address(Op op, Columns columns, Parts.Kind kind, Parts into) {
        byte[] b = columns.value;
        int from = columns.valueFrom;
        int to = columns.valueTo;
        int plain = from;
        while (plain < to && (b[plain] >= '0' && b[plain] <= '9' || b[plain] == '.')) {
            plain++;
        }
        if (plain < to) {
            if (plain > from && b[plain] == ':' && to - plain <= 6 && Bytes.number(b, plain + 1, to) >= 0) {
                to = plain;
            } else if (op.withPort) {
                return false;
            }
        }
        into.add(kind, from, to);
        return true;
    }

    private static boolean isConnect(byte[] b, int from, int to) {
        return to - from == CONNECT.length && Bytes.isAt(b, from, CONNECT);
    }

    private static boolean hasUnderscore(Columns columns) {
        for (int i = columns.valueFrom; i < columns.valueTo; i++) {
            if (columns.value[i] == '_') {
                return true;
            }
        }
        return false;
    }
}
