package io.trawl.columns.read;

import io.trawl.base.Maker;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * Some rows of a table by column, as its files have them: what is worth knowing once a distinct value need not be found
 * out once a row. It is read once, forwards, in the task that it came to, before the next one.
 *
 * @param <T> the table's record
 */
public final class Block<T extends SpecificRecord> {
    /** Where the columns come from. */
    interface Columns {
        /** The column of that name, always the same one. */
        Cells cells(String field);
    }

    /** Records of one block where there are only records. */
    private static final int AT_ONCE = 4096;

    private final int rows;
    private final Maker<T> maker;
    private final String[] fields;
    private final Columns columns;
    private Cells @Nullable [] cells;
    private int @Nullable [] positions;

    /** @param fields those that were asked for */
    Block(int rows, Maker<T> maker, String[] fields, Columns columns) {
        this.rows = rows;
        this.maker = maker;
        this.fields = fields;
        this.columns = columns;
    }

    /** Records at hand as blocks of some thousand. */
    public static <T extends SpecificRecord> Iterator<Block<T>> of(
            Iterator<T> records, Maker<T> maker, String... fields) {
        Schema schema = maker.make().getSchema();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return records.hasNext();
            }

            @Override
            public Block<T> next() {
                List<T> some = new ArrayList<>();
                while (some.size() < AT_ONCE && records.hasNext()) {
                    some.add(records.next());
                }
                if (some.isEmpty()) {
                    throw new NoSuchElementException();
                }
                return new Block<>(
                        some.size(),
                        maker,
                        fields,
                        field -> new RecordCells(some, schema.getField(field).pos()));
            }
        };
    }

    /** How many rows it has. */
    public int rows() {
        return rows;
    }

    /** The column of a field that was asked for. */
    public Cells cells(String field) {
        return columns.cells(field);
    }

    /** The record of a row, with the fields that were asked for; no column may have gone beyond the row. */
    public T record(int row) {
        T record = maker.make();
        Cells[] from = cells;
        int[] to = positions;
        if (from == null || to == null) {
            Schema schema = record.getSchema();
            from = new Cells[fields.length];
            to = new int[fields.length];
            for (int i = 0; i < fields.length; i++) {
                from[i] = columns.cells(fields[i]);
                to[i] = schema.getField(fields[i]).pos();
            }
            cells = from;
            positions = to;
        }
        for (int i = 0; i < to.length; i++) {
            if (from[i].at(row)) {
                record.put(to[i], from[i].value());
            }
        }
        return record;
    }

    /** The records of all rows. */
    public Iterator<T> records() {
        return new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return next < rows;
            }

            @Override
            public T next() {
                return record(next++);
            }
        };
    }
}
