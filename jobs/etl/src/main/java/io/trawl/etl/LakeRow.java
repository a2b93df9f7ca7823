package io.trawl.etl;

import java.time.Instant;
import java.util.Collection;
import org.apache.avro.generic.IndexedRecord;
import org.apache.iceberg.StructLike;
import org.jspecify.annotations.Nullable;

/** An Avro record as Iceberg's writers read a row. One of these serves many records: {@link #wrap} it anew. */
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
            return micros(instant);
        }
        if (value instanceof Collection<?> items
                && !items.isEmpty()
                && items.iterator().next() instanceof IndexedRecord) {
            return items.stream()
                    .map(item -> new LakeRow().wrap((IndexedRecord) item))
                    .toList();
        }
        if (value instanceof IndexedRecord nested) {
            return new LakeRow().wrap(nested);
        }
        return value;
    }

    /** Microseconds since 1970. */
    static long micros(Instant instant) {
        return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1_000);
    }

    static Instant instant(long micros) {
        return Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000);
    }

    @Override
    public <T> void set(int position, T value) {
        throw new UnsupportedOperationException("rows are written, not changed");
    }
}
