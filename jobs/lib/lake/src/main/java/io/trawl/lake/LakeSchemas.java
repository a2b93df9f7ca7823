package io.trawl.lake;

import io.trawl.base.JobFailure;
import io.trawl.base.Unions;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/** Avro schemas as Iceberg has them: names and doc lines carry over, an optional field is a union with null. */
public final class LakeSchemas {
    private int lastId;

    private LakeSchemas() {}

    public static org.apache.iceberg.Schema schema(Schema avro) {
        LakeSchemas ids = new LakeSchemas();
        return new org.apache.iceberg.Schema(ids.struct(avro).fields());
    }

    public static PartitionSpec partitioned(org.apache.iceberg.Schema schema, List<String> by) {
        PartitionSpec.Builder spec = PartitionSpec.builderFor(schema);
        by.forEach(spec::identity);
        return spec.build();
    }

    /**
     * The change that gives a table the optional fields of a record that it lacks, each where the record has it; null if
     * it lacks none.
     */
    static @Nullable UpdateSchema missing(Table table, Schema avro) {
        UpdateSchema update = null;
        String before = null;
        for (Schema.Field field : avro.getFields()) {
            if (table.schema().findField(field.name()) == null) {
                Schema type = Unions.present(field.schema());
                if (type == field.schema()) {
                    throw new JobFailure(
                            "lake table " + table.name() + " has no column " + field.name()
                                    + ", and older rows have no value for it",
                            null);
                }
                update = update == null ? table.updateSchema() : update;
                update.addColumn(field.name(), new LakeSchemas().type(type), field.doc());
                // Where it is in the record: a row's place in its partition is read by position.
                if (before == null) {
                    update.moveFirst(field.name());
                } else {
                    update.moveAfter(field.name(), before);
                }
            }
            before = field.name();
        }
        return update;
    }

    /**
     * The columns of a table that a record has, in the record's order. A newer Trawl may have given the table more; after a
     * step back those stay empty.
     */
    static org.apache.iceberg.Schema written(Table table, Schema avro) {
        List<Types.NestedField> known = new ArrayList<>();
        for (Schema.Field field : avro.getFields()) {
            known.add(table.schema().findField(field.name()));
        }
        for (Types.NestedField column : table.schema().columns()) {
            if (column.isRequired() && avro.getField(column.name()) == null) {
                throw new JobFailure(
                        "lake table " + table.name() + " has a column " + column.name()
                                + " that must have a value and that this version of Trawl does not know: use the version"
                                + " that made it",
                        null);
            }
        }
        return new org.apache.iceberg.Schema(known);
    }

    private Types.StructType struct(Schema avro) {
        List<Schema.Field> fields = avro.getFields();
        int first = lastId + 1;
        lastId += fields.size();
        List<Types.NestedField> converted = new ArrayList<>();
        for (int i = 0; i < fields.size(); i++) {
            Schema.Field field = fields.get(i);
            Schema type = Unions.present(field.schema());
            Types.NestedField.Builder nested = Types.NestedField.builder()
                    .withId(first + i)
                    .withName(field.name())
                    .ofType(type(type))
                    .withDoc(field.doc());
            converted.add(
                    type == field.schema()
                            ? nested.asRequired().build()
                            : nested.asOptional().build());
        }
        return Types.StructType.of(converted);
    }

    private Type type(Schema avro) {
        return switch (avro.getType()) {
            case STRING -> Types.StringType.get();
            case BYTES -> Types.BinaryType.get();
            case INT -> Types.IntegerType.get();
            case LONG ->
                avro.getLogicalType() instanceof LogicalTypes.TimestampMicros
                        ? Types.TimestampType.withZone()
                        : Types.LongType.get();
            case DOUBLE -> Types.DoubleType.get();
            case BOOLEAN -> Types.BooleanType.get();
            case RECORD -> struct(avro);
            case ARRAY -> Types.ListType.ofRequired(++lastId, type(avro.getElementType()));
            case MAP -> {
                int key = ++lastId;
                int value = ++lastId;
                yield Types.MapType.ofRequired(key, value, Types.StringType.get(), type(avro.getValueType()));
            }
            default ->
                throw new IllegalArgumentException("the lake has no type for Avro's " + avro.getType() + " in " + avro);
        };
    }
}
