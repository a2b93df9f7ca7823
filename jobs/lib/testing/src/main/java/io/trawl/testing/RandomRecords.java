package io.trawl.testing;

import io.trawl.base.Times;
import io.trawl.base.Unions;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificData;
import org.jspecify.annotations.Nullable;

/** Records of any schema, made up of a seed. */
public final class RandomRecords {
    private RandomRecords() {}

    /** So many records; their columns of partitions are all the same. */
    public static List<IndexedRecord> of(Schema schema, int count) {
        SplittableRandom random = new SplittableRandom(count);
        List<IndexedRecord> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            IndexedRecord record = (IndexedRecord) Objects.requireNonNull(value(schema, random));
            for (String partition : List.of("source", "stage", "sweep", "type")) {
                if (schema.getField(partition) != null) {
                    record.put(schema.getField(partition).pos(), "always");
                }
            }
            if (schema.getField("window") != null) {
                record.put(schema.getField("window").pos(), Instant.EPOCH);
            }
            records.add(record);
        }
        return records;
    }

    private static @Nullable Object value(Schema schema, SplittableRandom random) {
        return switch (schema.getType()) {
            case UNION -> random.nextInt(3) == 0 ? null : value(Unions.present(schema), random);
            case STRING ->
                random.nextInt(3) == 0
                        ? "same"
                        : "é\u4e2d\0".repeat(random.nextInt(4))
                                + Integer.toHexString(random.nextInt(1 << random.nextInt(1, 20)));
            case BYTES -> {
                byte[] bytes = new byte[random.nextInt(200)];
                random.nextBytes(bytes);
                yield ByteBuffer.wrap(bytes);
            }
            case INT -> random.nextInt();
            case LONG ->
                schema.getLogicalType() instanceof LogicalTypes.TimestampMicros
                        ? (Object) Times.instant(random.nextLong(-(1L << 50), 1L << 51))
                        : (Object) random.nextLong();
            case DOUBLE -> random.nextDouble();
            case BOOLEAN -> random.nextBoolean();
            case ARRAY -> {
                List<@Nullable Object> items = new ArrayList<>();
                for (int n = random.nextInt(4); n > 0; n--) {
                    items.add(value(schema.getElementType(), random));
                }
                yield items;
            }
            case MAP -> {
                Map<String, @Nullable Object> entries = new LinkedHashMap<>();
                for (int n = random.nextInt(4); n > 0; n--) {
                    entries.put("k" + random.nextInt(9), value(schema.getValueType(), random));
                }
                yield entries;
            }
            case RECORD -> {
                IndexedRecord record = (IndexedRecord)
                        SpecificData.newInstance(SpecificData.get().getClass(schema), schema);
                for (Schema.Field field : schema.getFields()) {
                    record.put(field.pos(), value(field.schema(), random));
                }
                yield record;
            }
            default -> throw new IllegalArgumentException(schema.toString());
        };
    }
}
