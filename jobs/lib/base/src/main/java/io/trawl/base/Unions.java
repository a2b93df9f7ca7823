package io.trawl.base;

import org.apache.avro.Schema;

/** Optional fields: in Avro the union of a type with null. */
public final class Unions {
    private Unions() {}

    /** The type in a union with null; the schema itself if it is not a union. */
    public static Schema present(Schema schema) {
        if (schema.getType() != Schema.Type.UNION) {
            return schema;
        }
        for (Schema option : schema.getTypes()) {
            if (option.getType() != Schema.Type.NULL) {
                return option;
            }
        }
        throw new IllegalArgumentException("a union without a type: " + schema);
    }
}
