package io.trawl.columns.read;

import io.trawl.base.Times;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** A field of records at hand, as a column. */
final class RecordCells implements Cells {
    private final List<? extends SpecificRecord> records;
    private final int field;
    private @Nullable Object value;

    RecordCells(List<? extends SpecificRecord> records, int field) {
        this.records = records;
        this.field = field;
    }

    @Override
    public boolean at(int row) {
        value = records.get(row).get(field);
        return value != null;
    }

    @Override
    public long number() {
        return value() instanceof Instant time ? Times.micros(time) : ((Number) value()).longValue();
    }

    @Override
    public int number(Texts texts) {
        return texts.number((String) value());
    }

    @Override
    public ByteBuffer bytes() {
        return ByteBuffer.wrap(((String) value()).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public Object value() {
        if (value == null) {
            throw new IllegalStateException("no value");
        }
        return value;
    }
}
