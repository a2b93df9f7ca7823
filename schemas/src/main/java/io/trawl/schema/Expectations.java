package io.trawl.schema;

import io.trawl.record.ProxyEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;

/**
 * The {@code "expect"} properties of a record's schema: {@code min} and {@code max} of an int or a long or a time
 * (whole numbers, in the unit of the schema), {@code pattern} of a text (a regular expression that the whole text matches), {@code plain} of a text
 * ({@link PlainText}), and {@code required-when} for an optional field, the name of another field: where that one is there,
 * this one has to be.
 *
 * <p>The checks are built once for a schema; checking a record allocates nothing if it meets them.
 */
public final class Expectations {
    private static final String PLAIN = "plain";
    /** Characters of a value that a message shows, at most. */
    private static final int SHOWN = 40;

    private final Of[] fields;
    /** Those that have more to be looked at than whether they are plain. */
    private final Of[] checked;

    private Expectations(List<Of> fields) {
        this.fields = fields.toArray(Of[]::new);
        this.checked = fields.stream().filter(field -> field.checks.length > 0).toArray(Of[]::new);
    }

    private interface Check {
        /** @param value the field's */
        @Nullable
        Violation violation(IndexedRecord record, @Nullable Object value);
    }

    /**
     * The checks of one field, whose value is read once.
     *
     * @param plain whether it is a text that has to be plain
     */
    private record Of(String name, int position, Check[] checks, boolean plain) {}

    /**
     * @param schema an Avro record
     * @throws IllegalArgumentException if an expectation cannot be read, or does not fit its field's type
     */
    public static Expectations of(Schema schema) {
        List<Of> fields = new ArrayList<>();
        for (Schema.Field field : schema.getFields()) {
            List<Check> checks = checks(schema, field);
            boolean plain = field.getObjectProp("expect") instanceof Map<?, ?> map && map.containsKey(PLAIN);
            if (!checks.isEmpty() || plain) {
                fields.add(new Of(field.name(), field.pos(), checks.toArray(Check[]::new), plain));
            }
        }
        return new Expectations(fields);
    }

    private static List<Check> checks(Schema schema, Schema.Field field) {
        List<Check> checks = new ArrayList<>();
        Object expect = field.getObjectProp("expect");
        boolean optional = field.schema().getType() == Schema.Type.UNION;
        if (!optional) {
            checks.add((record, has) ->
                    has == null ? new Violation(field.name(), "it is missing, and the schema requires it") : null);
        }
        if (expect == null) {
            return checks;
        }
        if (!(expect instanceof Map<?, ?> map)) {
            throw wrong(schema, field, "expect", expect);
        }
        map.forEach((key, value) -> {
            if (!PLAIN.equals(key)) {
                checks.add(check(schema, field, String.valueOf(key), value));
            } else if (!Boolean.TRUE.equals(value) || !isOf(field.schema(), Schema.Type.STRING)) {
                throw wrong(schema, field, PLAIN, value);
            }
        });
        return checks;
    }

    private static IllegalArgumentException wrong(Schema schema, Schema.Field field, String key, Object value) {
        return new IllegalArgumentException(
                "schema " + schema.getName() + ", field " + field.name() + ": " + key + " = " + value
                        + " is not an expectation; there are min, max, pattern, plain and required-when, for example \"expect\": {\"min\": 0}");
    }

    private static Check check(Schema schema, Schema.Field field, String key, Object value) {
        String name = field.name();
        boolean isNumber = isOf(field.schema(), Schema.Type.INT) || isOf(field.schema(), Schema.Type.LONG);
        if (key.equals("min") && isNumber && isWhole(value)) {
            Number min = (Number) value;
            return (record, has) -> has != null && number(has) < min.longValue()
                    ? new Violation(name, has + " is less than " + shown(has, min.longValue()))
                    : null;
        }
        if (key.equals("max") && isNumber && isWhole(value)) {
            Number max = (Number) value;
            return (record, has) -> has != null && number(has) > max.longValue()
                    ? new Violation(name, has + " is more than " + shown(has, max.longValue()))
                    : null;
        }
        if (key.equals("pattern") && value instanceof String regex && isOf(field.schema(), Schema.Type.STRING)) {
            Pattern pattern = Pattern.compile(regex);
            return (record, has) ->
                    has != null && !pattern.matcher((CharSequence) has).matches()
                            ? new Violation(name, quoted(has) + " does not match " + regex)
                            : null;
        }
        if (key.equals("required-when") && value instanceof String other && schema.getField(other) != null) {
            int otherPosition = schema.getField(other).pos();
            return (record, has) -> has == null && record.get(otherPosition) != null
                    ? new Violation(name, "it is missing, and " + other + " is there")
                    : null;
        }
        throw wrong(schema, field, key, value);
    }

    private static boolean isWhole(Object value) {
        return value instanceof Integer || value instanceof Long;
    }

    /** Whether a field is of a type, or of a type or null. */
    private static boolean isOf(Schema schema, Schema.Type type) {
        return schema.getType() == Schema.Type.UNION
                ? schema.getTypes().stream().allMatch(one -> one.getType() == Schema.Type.NULL || one.getType() == type)
                : schema.getType() == type;
    }

    private static long number(Object value) {
        return value instanceof Instant time
                ? time.getEpochSecond() * 1_000_000 + time.getNano() / 1_000
                : ((Number) value).longValue();
    }

    private static String shown(Object like, long bound) {
        return like instanceof Instant
                ? Instant.ofEpochSecond(Math.floorDiv(bound, 1_000_000L)).toString()
                : Long.toString(bound);
    }

    /** @return the first expectation that the record does not meet; null if it meets all */
    public @Nullable Violation check(IndexedRecord record) {
        return check(record, record instanceof ProxyEvent event && EventTexts.arePlain(event));
    }

    /**
     * The same of an event that one of Trawl's own parsers has made, whose texts are plain. It is for those that store
     * nothing, and for whom a look at each text would be a tenth of their work.
     */
    public @Nullable Violation checkParsed(ProxyEvent event) {
        return check(event, true);
    }

    /** @param plain whether all texts are known to be plain */
    private @Nullable Violation check(IndexedRecord record, boolean plain) {
        Object before = null;
        for (Of field : plain ? checked : fields) {
            Object value = record.get(field.position);
            for (Check check : field.checks) {
                Violation violation = check.violation(record, value);
                if (violation != null) {
                    return violation;
                }
            }
            // A URL is often in two fields that follow each other, and so is an address.
            if (!plain && field.plain && value != null && value != before) {
                if (!PlainText.isPlain(value.toString())) {
                    return new Violation(
                            field.name,
                            quoted(value)
                                    + " had a control character or one of direction, which is an escape here; expected it as a percent-escape");
                }
                before = value;
            }
        }
        return null;
    }

    /** The beginning of a value, for a person. */
    private static String quoted(Object value) {
        String text = value.toString();
        boolean cut = text.length() > SHOWN;
        return "'" + PlainText.of(cut ? text.substring(0, SHOWN) : text) + (cut ? "...'" : "'");
    }
}
