package io.trawl.lake;

import io.trawl.base.Times;
import java.time.Instant;
import org.apache.avro.generic.IndexedRecord;
import org.apache.iceberg.StructLike;
import org.jspecify.annotations.Nullable;

/** An Avro record as Iceberg reads what a table is partitioned by. One serves many records: {@link #wrap} it anew. */
final class LakeRow implements StructLike {
    private @Nullable IndexedRecord record;

    LakeRow wrap(IndexedRecord wrapped) {
        this.record = wrapped;
        return this;
    }

    private IndexedRecord record() {
        if (record == null) {
            throw new IllegalStateException("nothing wrapped");
        }
        return record;
    }

    @Override
    public int size() {
        return record().getSchema().getFields().size();
    }

    @Override
    public <T> @Nullable T get(int position, Class<T> type) {
        @SuppressWarnings("unchecked")
        T value = (T) value(record().get(position));
        return value;
    }

    private static @Nullable Object value(@Nullable Object value) {
        if (value instanceof Instant instant) {
            return Times.micros(instant);
        }
        return value;
    }

    @Override
    public <T> void set(int position, T value) {
        throw new UnsupportedOperationException("rows are written, not changed");
    }
}
