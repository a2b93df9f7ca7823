package io.trawl.flow;

import io.trawl.base.Buffers;
import io.trawl.base.Maker;
import io.trawl.base.Times;
import io.trawl.base.Unions;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.SpecializedGetters;
import org.apache.spark.sql.catalyst.util.ArrayBasedMapData;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.catalyst.util.GenericArrayData;
import org.apache.spark.sql.catalyst.util.MapData;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;
import org.jspecify.annotations.Nullable;

/** Avro records to Spark's internal rows and back, without Row, bean or encoder between. */
public final class Rows {
    private Rows() {}

    /** The Spark type of an Avro record. */
    public static StructType structType(Schema schema) {
        List<StructField> fields = new ArrayList<>();
        for (Schema.Field field : schema.getFields()) {
            Schema type = Unions.present(field.schema());
            fields.add(DataTypes.createStructField(field.name(), dataType(type), type != field.schema()));
        }
        return DataTypes.createStructType(fields);
    }

    private static DataType dataType(Schema schema) {
        return switch (schema.getType()) {
            case STRING -> DataTypes.StringType;
            case BYTES -> DataTypes.BinaryType;
            case INT -> DataTypes.IntegerType;
            case LONG ->
                schema.getLogicalType() instanceof LogicalTypes.TimestampMicros
                        ? DataTypes.TimestampType
                        : DataTypes.LongType;
            case DOUBLE -> DataTypes.DoubleType;
            case BOOLEAN -> DataTypes.BooleanType;
            case RECORD -> structType(schema);
            case ARRAY -> DataTypes.createArrayType(dataType(schema.getElementType()), false);
            case MAP -> DataTypes.createMapType(DataTypes.StringType, dataType(schema.getValueType()), false);
            default -> throw new IllegalArgumentException("no Spark type for Avro's " + schema.getType());
        };
    }

    /** Records as a Dataset. */
    public static <T extends SpecificRecord> Dataset<Row> dataset(
            SparkSession spark, JavaRDD<T> records, Schema schema) {
        JavaRDD<InternalRow> rows = records.map(record -> (InternalRow) row(record));
        return spark.internalCreateDataFrame(rows.rdd(), structType(schema), false);
    }

    private static GenericInternalRow row(IndexedRecord record) {
        int size = record.getSchema().getFields().size();
        Object[] values = new Object[size];
        for (int i = 0; i < size; i++) {
            values[i] = internal(record.get(i));
        }
        return new GenericInternalRow(values);
    }

    private static @Nullable Object internal(@Nullable Object value) {
        if (value == null || value instanceof Number || value instanceof Boolean) {
            return value;
        }
        if (value instanceof String text) {
            return UTF8String.fromString(text);
        }
        if (value instanceof Instant instant) {
            return Times.micros(instant);
        }
        if (value instanceof ByteBuffer bytes) {
            return Buffers.bytes(bytes);
        }
        if (value instanceof IndexedRecord nested) {
            return row(nested);
        }
        if (value instanceof List<?> items) {
            return new GenericArrayData(items.stream().map(Rows::internal).toArray());
        }
        if (value instanceof Map<?, ?> map) {
            return new ArrayBasedMapData(
                    new GenericArrayData(
                            map.keySet().stream().map(Rows::internal).toArray()),
                    new GenericArrayData(
                            map.values().stream().map(Rows::internal).toArray()));
        }
        throw new IllegalArgumentException("no row value for " + value.getClass());
    }

    /**
     * The rows of a Dataset as records. Columns are matched by name; fields that it lacks stay as they are in a new
     * record.
     */
    public static <T extends SpecificRecord> JavaRDD<T> records(Dataset<Row> rows, Maker<T> maker) {
        String[] columns = rows.columns();
        Reader<T> reader = new Reader<>(columns, maker);
        return rows.queryExecution().toRdd().toJavaRDD().map(reader::read);
    }

    /** Reads one row at a time. */
    private static final class Reader<T extends SpecificRecord> implements Serializable {
        private static final long serialVersionUID = 1L;
        private final String[] columns;
        private final Maker<T> maker;
        private transient int @Nullable [] positions;
        private transient Schema @Nullable [] types;
        private transient @Nullable Text @Nullable [] texts;

        Reader(String[] columns, Maker<T> maker) {
            this.columns = columns;
            this.maker = maker;
        }

        T read(InternalRow row) {
            T record = maker.make();
            int[] to = positions;
            Schema[] as = types;
            Text[] known = texts;
            if (to == null || as == null || known == null) {
                Schema schema = record.getSchema();
                to = new int[columns.length];
                as = new Schema[columns.length];
                known = new Text[columns.length];
                for (int i = 0; i < columns.length; i++) {
                    Schema.Field field = schema.getField(columns[i]);
                    to[i] = field == null ? -1 : field.pos();
                    as[i] = field == null ? schema : Unions.present(field.schema());
                    known[i] = as[i].getType() == Schema.Type.STRING ? new Text() : null;
                }
                positions = to;
                types = as;
                texts = known;
            }
            for (int i = 0; i < to.length; i++) {
                if (to[i] >= 0 && !row.isNullAt(i)) {
                    Text text = known[i];
                    record.put(to[i], text == null ? field(row, i, as[i]) : text.of(row.getUTF8String(i)));
                }
            }
            return record;
        }
    }

    /** The Strings of a column: one that comes again is not made again, as long as that is often enough so. */
    private static final class Text {
        private @Nullable UTF8String bytes;
        private String last = "";
        private int misses;

        String of(UTF8String text) {
            if (misses > 1_000) {
                return text.toString();
            }
            if (text.equals(bytes)) {
                misses = Math.max(0, misses - 1);
            } else {
                misses++;
                bytes = text.clone();
                last = text.toString();
            }
            return last;
        }
    }

    private static Object field(SpecializedGetters row, int i, Schema type) {
        return switch (type.getType()) {
            case STRING -> row.getUTF8String(i).toString();
            case BYTES -> ByteBuffer.wrap(row.getBinary(i));
            case INT -> row.getInt(i);
            case LONG ->
                type.getLogicalType() instanceof LogicalTypes.TimestampMicros
                        ? (Object) Times.instant(row.getLong(i))
                        : (Object) row.getLong(i);
            case DOUBLE -> row.getDouble(i);
            case BOOLEAN -> row.getBoolean(i);
            case RECORD -> nested(row.getStruct(i, type.getFields().size()), type);
            case ARRAY -> items(row.getArray(i), type.getElementType());
            case MAP -> entries(row.getMap(i), type.getValueType());
            default -> throw new IllegalArgumentException("no record value for " + type);
        };
    }

    private static Object nested(InternalRow row, Schema type) {
        IndexedRecord record =
                (IndexedRecord) SpecificData.newInstance(SpecificData.get().getClass(type), type);
        List<Schema.Field> fields = type.getFields();
        for (int i = 0; i < fields.size(); i++) {
            record.put(
                    i,
                    row.isNullAt(i)
                            ? null
                            : field(row, i, Unions.present(fields.get(i).schema())));
        }
        return record;
    }

    private static List<Object> items(ArrayData array, Schema type) {
        List<Object> items = new ArrayList<>(array.numElements());
        for (int i = 0; i < array.numElements(); i++) {
            items.add(field(array, i, type));
        }
        return items;
    }

    private static Map<String, Object> entries(MapData map, Schema type) {
        Map<String, Object> entries = new HashMap<>();
        ArrayData keys = map.keyArray();
        ArrayData values = map.valueArray();
        for (int i = 0; i < map.numElements(); i++) {
            entries.put(keys.getUTF8String(i).toString(), field(values, i, type));
        }
        return entries;
    }
}
