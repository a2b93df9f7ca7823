package io.trawl.columns.read;

import io.trawl.base.Times;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Function;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.iceberg.shaded.org.apache.parquet.column.ColumnReader;
import org.apache.iceberg.shaded.org.apache.parquet.column.Dictionary;
import org.apache.iceberg.shaded.org.apache.parquet.io.api.Binary;
import org.apache.iceberg.shaded.org.apache.parquet.io.api.PrimitiveConverter;
import org.jspecify.annotations.Nullable;

/**
 * A flat column of a row group. Parquet's own reader decodes the pages, whatever their encoding, and tells an entry of
 * the dictionary by its number. It is opened when it is first asked: pages of a column that nobody asks stay compressed.
 */
final class ParquetCells extends PrimitiveConverter implements Cells {
    private static final int UNKNOWN = -1;

    private final Schema type;
    private final int present;
    private final Function<ParquetCells, ColumnReader> opening;
    private @Nullable ColumnReader reader;
    private int row;
    private boolean decoded;

    private @Nullable Dictionary dictionary;
    /** Entry of the dictionary, {@link #UNKNOWN} where the value itself is given. */
    private int entry = UNKNOWN;

    private long number;
    private double real;
    private Binary binary = Binary.EMPTY;

    private @Nullable Object @Nullable [] values;
    private @Nullable Texts numberedBy;
    private int[] numbers = {};

    /**
     * @param type the field's, without null
     * @param present definition level of a value that is not null
     * @param opening makes the reader, which converts with these cells
     */
    ParquetCells(Schema type, int present, Function<ParquetCells, ColumnReader> opening) {
        this.type = type;
        this.present = present;
        this.opening = opening;
    }

    @Override
    public boolean at(int to) {
        ColumnReader from = reader;
        if (from == null) {
            from = opening.apply(this);
            reader = from;
        }
        while (row < to) {
            if (!decoded && from.getCurrentDefinitionLevel() == present) {
                from.skip();
            }
            from.consume();
            decoded = false;
            row++;
        }
        if (from.getCurrentDefinitionLevel() != present) {
            return false;
        }
        if (!decoded) {
            entry = UNKNOWN;
            from.writeCurrentValueToConverter();
            decoded = true;
        }
        return true;
    }

    @Override
    public long number() {
        return entry == UNKNOWN ? number : whole(dictionary());
    }

    private long whole(Dictionary of) {
        return type.getType() == Schema.Type.INT ? of.decodeToInt(entry) : of.decodeToLong(entry);
    }

    @Override
    public int number(Texts texts) {
        if (entry == UNKNOWN) {
            return number(texts, binary);
        }
        if (numberedBy != texts) {
            numbers = new int[dictionary().getMaxId() + 1];
            Arrays.fill(numbers, UNKNOWN);
            numberedBy = texts;
        }
        int known = numbers[entry];
        if (known == UNKNOWN) {
            known = number(texts, dictionary().decodeToBinary(entry));
            numbers[entry] = known;
        }
        return known;
    }

    private static int number(Texts texts, Binary text) {
        ByteBuffer bytes = text.toByteBuffer();
        if (bytes.hasArray()) {
            return texts.number(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
        }
        return texts.number(text.getBytesUnsafe(), 0, text.length());
    }

    @Override
    public ByteBuffer bytes() {
        return (entry == UNKNOWN ? binary : dictionary().decodeToBinary(entry)).toByteBuffer();
    }

    @Override
    public Object value() {
        if (entry == UNKNOWN) {
            return switch (type.getType()) {
                case STRING -> text(binary);
                case BYTES -> ByteBuffer.wrap(binary.getBytes());
                case DOUBLE -> real;
                case BOOLEAN -> number != 0;
                default -> whole(number);
            };
        }
        Object[] known = values;
        if (known == null) {
            known = new Object[dictionary().getMaxId() + 1];
            values = known;
        }
        Object value = known[entry];
        if (value == null) {
            Dictionary from = dictionary();
            value = switch (type.getType()) {
                case STRING -> text(from.decodeToBinary(entry));
                case BYTES -> ByteBuffer.wrap(from.decodeToBinary(entry).getBytes());
                case DOUBLE -> from.decodeToDouble(entry);
                case BOOLEAN -> from.decodeToBoolean(entry);
                default -> whole(whole(from));
            };
            // A buffer has a position, so it is not shared.
            if (type.getType() != Schema.Type.BYTES) {
                known[entry] = value;
            }
        }
        return value;
    }

    private Object whole(long value) {
        if (type.getType() == Schema.Type.INT) {
            return (int) value;
        }
        return type.getLogicalType() instanceof LogicalTypes.TimestampMicros ? (Object) Times.instant(value) : value;
    }

    private static String text(Binary binary) {
        ByteBuffer bytes = binary.toByteBuffer();
        if (bytes.hasArray()) {
            return new String(
                    bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining(), StandardCharsets.UTF_8);
        }
        return binary.toStringUsingUTF8();
    }

    private Dictionary dictionary() {
        if (dictionary == null) {
            throw new IllegalStateException("an entry of a dictionary that the file does not have");
        }
        return dictionary;
    }

    @Override
    public boolean hasDictionarySupport() {
        return true;
    }

    @Override
    public void setDictionary(Dictionary ofChunk) {
        this.dictionary = ofChunk;
    }

    @Override
    public void addValueFromDictionary(int id) {
        this.entry = id;
    }

    @Override
    public void addBinary(Binary value) {
        this.binary = value;
    }

    @Override
    public void addInt(int value) {
        this.number = value;
    }

    @Override
    public void addLong(long value) {
        this.number = value;
    }

    @Override
    public void addDouble(double value) {
        this.real = value;
    }

    @Override
    public void addBoolean(boolean value) {
        this.number = value ? 1 : 0;
    }
}
