package io.trawl.intel.rule.eval;

import io.trawl.intel.rule.Field;
import io.trawl.intel.rule.Sieve;
import io.trawl.intel.rule.internal.GramTable;
import io.trawl.record.ProxyEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import org.apache.avro.Schema;

/** Makes the sieve of a set of rules. */
final class RuleSieve {
    private RuleSieve() {}

    /** @param wanted the texts that are looked for in a field */
    static Sieve of(boolean always, Map<Field, ? extends Map<Cover.Text, ?>> wanted, List<Cover.Atom> others) {
        Map<String, Column> columns = new TreeMap<>();
        Map<String, LongPredicate> numbers = new LinkedHashMap<>();
        boolean unknown = always;
        for (Map.Entry<Field, ? extends Map<Cover.Text, ?>> entry : wanted.entrySet()) {
            Field field = entry.getKey();
            unknown |= field.columns().isEmpty();
            for (String column : field.columns()) {
                columns.computeIfAbsent(column, Column::new)
                        .add(field, new Texts(entry.getValue().keySet()));
            }
        }
        for (Cover.Atom atom : others) {
            Field.Numbers reader = atom.field().numbers();
            Asked asked = atom.asked();
            unknown |= atom.field().columns().isEmpty() || asked == null;
            for (String column : atom.field().columns()) {
                if (asked != null && reader != null && !isText(column)) {
                    numbers.merge(column, passes(atom.field(), reader, column, asked), LongPredicate::or);
                } else {
                    columns.computeIfAbsent(column, Column::new).others.add(atom);
                }
            }
        }
        return new Sieve(unknown, new LinkedHashMap<>(columns), numbers);
    }

    private static Schema schema(String column) {
        Schema schema = ProxyEvent.getClassSchema().getField(column).schema();
        return schema.isUnion() ? schema.getTypes().get(1) : schema;
    }

    private static boolean isText(String column) {
        return schema(column).getType() == Schema.Type.STRING;
    }

    /** What is asked of a field, of the number of a column: the field may have it in another unit, or as a text. */
    private static LongPredicate passes(Field field, Field.Numbers reader, String column, Asked asked) {
        int position = ProxyEvent.getClassSchema().getField(column).pos();
        Schema schema = schema(column);
        boolean asNumber = Tested.asNumber(field, asked);
        ThreadLocal<ProxyEvent> events = ThreadLocal.withInitial(ProxyEvent::new);
        return number -> {
            // What is of the column is of an event that has nothing else.
            ProxyEvent event = events.get();
            event.put(position, value(schema, number));
            if (asNumber) {
                long own = reader.read(event);
                return own != Field.Numbers.NONE && asked.passes(own);
            }
            boolean[] found = {false};
            field.reader().read(event, text -> found[0] |= asked.passes(text));
            return found[0];
        };
    }

    private static Object value(Schema schema, long number) {
        if (schema.getType() == Schema.Type.INT) {
            return Math.toIntExact(number);
        }
        return schema.getLogicalType() == null ? number : Instant.EPOCH.plus(number, ChronoUnit.MICROS);
    }

    /** What is looked for in a field. */
    private record Of(Field field, Texts texts) {}

    /** What is asked of a column of texts. */
    private static final class Column implements Sieve.Values {
        private final int position;
        private final List<Of> texts = new ArrayList<>();
        private final List<Cover.Atom> others = new ArrayList<>();
        private final ThreadLocal<byte[]> buffers = ThreadLocal.withInitial(GramTable::buffer);

        Column(String name) {
            this.position = ProxyEvent.getClassSchema().getField(name).pos();
        }

        void add(Field field, Texts of) {
            texts.add(new Of(field, of));
        }

        @Override
        public boolean mayMeet(String value) {
            byte[] buffer = buffers.get();
            for (Of of : texts) {
                if (finds(of.field(), value, text -> of.texts().finds(text, buffer))) {
                    return true;
                }
            }
            for (Cover.Atom atom : others) {
                Asked asked = atom.asked();
                if (asked == null || finds(atom.field(), value, asked::passes)) {
                    return true;
                }
            }
            return false;
        }

        private boolean finds(Field field, String value, java.util.function.Predicate<String> passes) {
            if (field.reader().position() == position) {
                return passes.test(value);
            }
            // What is derived of the column is derived of an event that has nothing else.
            ProxyEvent event = new ProxyEvent();
            event.put(position, value);
            boolean[] found = {false};
            field.reader().read(event, derived -> found[0] |= passes.test(derived));
            return found[0];
        }

        @Override
        public boolean mayMeet(byte[] value, int from, int to) {
            boolean may = !others.isEmpty();
            for (Of of : texts) {
                may |= of.field().reader().position() != position || of.texts().finds(value, from, to, buffers.get());
            }
            return may && mayMeet(new String(value, from, to - from, StandardCharsets.UTF_8));
        }
    }
}
