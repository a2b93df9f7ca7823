package io.trawl.parsing.mapping;

import io.trawl.parsing.Failure;
import io.trawl.parsing.Printable;
import io.trawl.parsing.Reason;
import io.trawl.parsing.internal.Addresses;
import io.trawl.parsing.internal.Bytes;
import io.trawl.parsing.internal.Targets;
import io.trawl.parsing.internal.Text;
import io.trawl.parsing.mapping.time.Times;
import io.trawl.record.ProxyEvent;
import io.trawl.schema.PlainText;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** Fills an event from the columns of a line, as rules say. Safe for use by several threads. */
public final class Mapping {
    /** Positions of the fields that a line decides. */
    private static final int[] FILLED = ProxyEvent.getClassSchema().getFields().stream()
            .filter(field -> !List.of("event_id", "source", "window", "partition", "offset")
                    .contains(field.name()))
            .mapToInt(Schema.Field::pos)
            .toArray();

    /** The statuses that there are, by number: no object is made for a line's. */
    private static final Integer[] STATUSES = IntStream.range(0, 1_000).boxed().toArray(Integer[]::new);

    private final Op[] ops;
    private final Absent absent;
    private final Times envelopeTimes;
    private final boolean parts;
    private final PlainFields plain;

    /**
     * @param rules at most one for each field
     * @param numbers the number of a column by its name, -1 if the grammar has no such column
     * @param absent what is read as if it were not there, besides the empty text; if it is empty, a dash and an empty text
     *     are values of the fields that are texts
     * @param zone of times that name none
     */
    public Mapping(List<Rule> rules, ToIntFunction<String> numbers, List<String> absent, ZoneId zone) {
        // A method is known before its target is split, and a target before what may replace parts of it.
        this.ops = rules.stream()
                .sorted(Comparator.comparingInt(Mapping::turn))
                .map(rule -> new Op(
                        rule,
                        rule.from().stream().mapToInt(numbers).toArray(),
                        zone,
                        isWithPort(rule, rules),
                        absent.isEmpty()))
                .toArray(Op[]::new);
        // What is no text is never a dash.
        this.absent = new Absent(absent.isEmpty() ? List.of("-") : absent);
        this.envelopeTimes = Times.of(null, zone);
        Map<Field, Rule> byField = new HashMap<>();
        rules.forEach(rule -> byField.put(rule.field(), rule));
        this.parts = byField.containsKey(Field.URL_DOMAIN)
                || byField.containsKey(Field.URL_PATH)
                || byField.containsKey(Field.URL_QUERY);
        this.plain = new PlainFields(ops, this.absent);
    }

    /** What of it tells whether a line is plain. */
    public PlainFields plain() {
        return plain;
    }

    /** A port and the address in front of it are one column: what is said of the address counts for the port. */
    private static boolean isWithPort(Rule rule, List<Rule> rules) {
        return rule.withPort()
                || rules.stream()
                        .anyMatch(other -> other.withPort() && !Collections.disjoint(other.from(), rule.from()));
    }

    private static int turn(Rule rule) {
        return switch (rule.field()) {
            case REQUEST -> 0;
            case HTTP_REQUEST_METHOD -> 1;
            case URL_ORIGINAL -> 2;
            default -> 3 + rule.field().ordinal();
        };
    }

    /**
     * Fills the event.
     *
     * @param near about when the line was written, for times without a year; null if nobody knows
     * @return null, or what is wrong with a column
     */
    public @Nullable Failure fill(Columns columns, @Nullable Instant near, ProxyEvent into) {
        for (Op op : ops) {
            if (!op.open(columns, absent)) {
                continue;
            }
            Failure failure = fill(op, columns, near, into);
            if (failure != null) {
                return failure;
            }
        }
        if (parts) {
            UrlParts.join(into);
        }
        return null;
    }

    /** The canonical address in a text, which may have a port after it; null if there is none. */
    public static @Nullable String address(String text) {
        return Endpoints.address(text);
    }

    /** The field that a column fills, as a failure names it; null if it fills none. */
    public @Nullable String field(int column) {
        for (Op op : ops) {
            for (int number : op.numbers) {
                if (number == column) {
                    return label(op);
                }
            }
        }
        return null;
    }

    private static String label(Op op) {
        return op.field == Field.REQUEST ? "url_original" : op.field.label();
    }

    /** Empties what any mapping may have filled. */
    public static void clear(ProxyEvent event) {
        for (int field : FILLED) {
            event.put(field, null);
        }
    }

    /** Fills the time from that of an envelope. */
    public void time(byte[] bytes, int from, int to, @Nullable Instant near, ProxyEvent into) {
        Instant time = envelopeTimes.read(bytes, from, to, near);
        if (time != null) {
            into.setTimestamp(time);
        }
    }

    private @Nullable Failure fill(Op op, Columns columns, @Nullable Instant near, ProxyEvent into) {
        switch (op.field) {
            case TIMESTAMP -> {
                Instant time = op.times.read(columns.value, columns.valueFrom, columns.valueTo, near);
                if (time == null) {
                    return failure(
                            Reason.TIMESTAMP,
                            op,
                            columns,
                            "is not a time; expected one of the format's notation, for example 2016-12-26T14:16:28Z");
                }
                into.setTimestamp(time);
            }
            case REQUEST -> {
                if (columns.text != null || !RequestLine.readUsual(columns, into)) {
                    RequestLine.read(text(columns), into);
                }
            }
            case HTTP_REQUEST_METHOD -> {
                String usual = columns.text == null ? RequestLine.usualMethod(columns) : null;
                into.setHttpRequestMethod(usual != null ? usual : text(columns));
            }
            case HTTP_VERSION -> into.setHttpVersion(RequestLine.version(text(columns)));
            case URL_ORIGINAL -> Targets.split(into.getHttpRequestMethod(), text(columns), into);
            case URL_SCHEME -> into.setUrlScheme(text(columns).toLowerCase(Locale.ROOT));
            case URL_DOMAIN -> UrlParts.domain(text(columns), into);
            case URL_PORT -> {
                int port = Endpoints.port(columns, op.withPort);
                if (port > 0) {
                    into.setUrlPort(port);
                    into.setDestinationPort(port);
                }
            }
            case URL_PATH -> UrlParts.path(text(columns), into);
            case URL_QUERY -> {
                String query = text(columns);
                query = query.startsWith("?") ? query.substring(1) : query;
                into.setUrlQuery(query.isEmpty() ? null : query);
            }
            case SOURCE_ADDRESS -> {
                // What is one as it stands is its own canonical form.
                String plain4 = Endpoints.plain4(columns);
                String address = plain4 != null ? plain4 : Endpoints.address(columns, op.withPort);
                into.setSourceAddress(address);
                into.setSourceIp(plain4 != null || address == null ? plain4 : Addresses.canonical(address));
            }
            case SOURCE_USER_NAME -> into.setSourceUserName(text(columns));
            case DESTINATION_ADDRESS -> {
                // What is one as it stands is its own canonical form.
                String plain4 = Endpoints.plain4(columns);
                String address = plain4 != null ? plain4 : Endpoints.address(columns, op.withPort);
                into.setDestinationAddress(address);
                into.setDestinationIp(plain4 != null || address == null ? plain4 : Addresses.canonical(address));
            }
            case DESTINATION_DOMAIN -> into.setDestinationDomain(text(columns));
            case DESTINATION_PORT -> {
                int port = Endpoints.port(columns, op.withPort);
                if (port >= 0) {
                    into.setDestinationPort(port);
                }
            }
            case HTTP_REQUEST_REFERRER -> into.setHttpRequestReferrer(text(columns));
            case HTTP_RESPONSE_STATUS_CODE -> {
                int status = status(columns);
                if (status < 0) {
                    return failure(
                            Reason.STATUS, op, columns, "is not a status; expected three digits, for example 200");
                }
                if (status > 0) {
                    into.setHttpResponseStatusCode(STATUSES[status]);
                }
            }
            case HTTP_RESPONSE_BYTES -> {
                long size = size(columns);
                if (size < 0) {
                    return failure(Reason.SIZE, op, columns, "is not a size; expected bytes, for example 1380");
                }
                into.setHttpResponseBytes(size);
            }
            case HTTP_RESPONSE_MIME_TYPE -> into.setHttpResponseMimeType(text(columns));
            case USER_AGENT_ORIGINAL -> into.setUserAgentOriginal(text(columns));
            case EVENT_ACTION -> into.setEventAction(text(columns));
            case EVENT_DURATION -> {
                long nanos = Durations.nanos(columns, op.unit);
                if (nanos == Durations.NONE) {
                    return failure(
                            Reason.DURATION, op, columns, "is not a duration; expected a number, for example 62");
                }
                if (nanos >= 0) {
                    into.setEventDuration(nanos);
                }
            }
            case PROXY_HIERARCHY -> into.setProxyHierarchy(text(columns));
            case OBSERVER_HOSTNAME -> into.setObserverHostname(text(columns));
            case NETWORK_BYTES, SOURCE_BYTES, DESTINATION_BYTES -> {
                long size = Bytes.number(columns.value, columns.valueFrom, columns.valueTo);
                BeyondWeb.set(op.field, size < 0 ? null : size, into);
            }
            default -> BeyondWeb.set(op.field, text(columns), into);
        }
        return null;
    }

    /** The status at hand; 0 if no answer was sent, which is 0, 000 or -1; -1 if it is none. */
    static int status(Columns columns) {
        long status = Bytes.number(columns.value, columns.valueFrom, columns.valueTo);
        if (status == 0 || isMinusOne(columns)) {
            return 0;
        }
        return status < 100 || status > 999 ? -1 : (int) status;
    }

    /** The size at hand; -1 if it is none. */
    static long size(Columns columns) {
        // A plus: HAProxy wrote the line before the answer was through.
        int plus = columns.value[columns.valueFrom] == '+' ? 1 : 0;
        return Bytes.number(columns.value, columns.valueFrom + plus, columns.valueTo);
    }

    private static boolean isMinusOne(Columns columns) {
        byte[] b = columns.value;
        int from = columns.valueFrom;
        return columns.valueTo - from == 2 && b[from] == '-' && b[from + 1] == '1';
    }

    private static Failure failure(Reason reason, Op op, Columns columns, String message) {
        int end = Math.min(columns.valueTo, columns.valueFrom + 40);
        String value = Printable.line(Text.decode(columns.value, columns.valueFrom, end));
        return new Failure(reason, label(op), "'" + value + (end < columns.valueTo ? "...' " : "' ") + message);
    }

    private static String text(Columns columns) {
        return columns.text != null
                ? PlainText.of(columns.text)
                : Text.plain(columns.value, columns.valueFrom, columns.valueTo);
    }
}
