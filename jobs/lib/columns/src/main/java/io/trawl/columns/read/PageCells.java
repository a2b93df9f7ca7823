package io.trawl.columns.read;

import io.trawl.base.Buffers;
import io.trawl.base.JobFailure;
import io.trawl.base.Times;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.iceberg.shaded.org.apache.parquet.bytes.BytesInput;
import org.apache.iceberg.shaded.org.apache.parquet.column.Encoding;
import org.apache.iceberg.shaded.org.apache.parquet.column.page.DataPage;
import org.apache.iceberg.shaded.org.apache.parquet.column.page.DataPageV1;
import org.apache.iceberg.shaded.org.apache.parquet.column.page.DataPageV2;
import org.apache.iceberg.shaded.org.apache.parquet.column.page.DictionaryPage;
import org.apache.iceberg.shaded.org.apache.parquet.column.page.PageReader;
import org.jspecify.annotations.Nullable;

/**
 * A flat column of a row group in the encodings that nearly all files have, ours among them: plain, or by a dictionary.
 * A page is decoded as a whole into the places of its values, and a value is made only if one is asked for: to leave
 * out a row costs nothing. The column is opened when it is first asked.
 */
final class PageCells implements Cells {
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final Set<Encoding> ENCODINGS = Set.of(
            Encoding.PLAIN, Encoding.PLAIN_DICTIONARY, Encoding.RLE_DICTIONARY, Encoding.RLE, Encoding.BIT_PACKED);
    private static final int UNKNOWN = -1;
    private static final byte[] NOTHING = {};

    private final Schema type;
    private final boolean optional;
    /** Bytes of a number; 0 of a text. */
    private final int width;

    private final Supplier<PageReader> opening;
    private @Nullable PageReader pages;

    private byte[] dictionary = NOTHING;
    private int entries;
    /** Where each text of the dictionary begins. */
    private int[] entryPlaces = {};

    private @Nullable Object[] values = {};
    private @Nullable Texts numberedBy;
    private int[] numbers = {};

    /** Rows of the page: [first, end). */
    private int first;

    private int end;
    private byte[] page = NOTHING;
    private int base;
    /** Number of the value of each row of the page, -1 if it is null; null if none is. */
    private int @Nullable [] valueOf;
    /** Whether the page's values are entries of the dictionary. */
    private boolean coded;
    /** Of each value the entry, or where the text begins. */
    private int[] places = {};

    private int value;

    /**
     * @param type the field's, without null
     * @param optional whether it may be null
     * @param opening gives the column's pages
     */
    PageCells(Schema type, boolean optional, Supplier<PageReader> opening) {
        this.type = type;
        this.optional = optional;
        this.width = switch (type.getType()) {
            case INT -> Integer.BYTES;
            case LONG, DOUBLE -> Long.BYTES;
            default -> 0;
        };
        this.opening = opening;
    }

    /** Whether a column of that type is read by this class where its pages have these encodings. */
    static boolean canRead(Schema type, Set<Encoding> encodings) {
        return type.getType() != Schema.Type.BOOLEAN && ENCODINGS.containsAll(encodings);
    }

    @Override
    public boolean at(int row) {
        while (row >= end) {
            turn();
        }
        int in = row - first;
        int[] of = valueOf;
        value = of == null ? in : of[in];
        return value >= 0;
    }

    private byte[] bytesOfValue() {
        return coded ? dictionary : page;
    }

    private int place() {
        if (width == 0) {
            return coded ? entryPlaces[places[value]] : places[value];
        }
        return coded ? places[value] * width : base + value * width;
    }

    @Override
    public long number() {
        return width == Integer.BYTES
                ? (int) INTS.get(bytesOfValue(), place())
                : (long) LONGS.get(bytesOfValue(), place());
    }

    /** The length of a text is before it. */
    private static int length(byte[] bytes, int place) {
        return (int) INTS.get(bytes, place - Integer.BYTES);
    }

    @Override
    public int number(Texts texts) {
        if (!coded) {
            int place = places[value];
            return texts.number(page, place, length(page, place));
        }
        if (numberedBy != texts) {
            numbers = new int[entries];
            Arrays.fill(numbers, UNKNOWN);
            numberedBy = texts;
        }
        int entry = places[value];
        int known = numbers[entry];
        if (known == UNKNOWN) {
            int place = entryPlaces[entry];
            known = texts.number(dictionary, place, length(dictionary, place));
            numbers[entry] = known;
        }
        return known;
    }

    @Override
    public ByteBuffer bytes() {
        byte[] bytes = bytesOfValue();
        int place = place();
        return ByteBuffer.wrap(bytes, place, length(bytes, place));
    }

    @Override
    public Object value() {
        // A buffer has a position, so it is not shared.
        if (!coded || type.getType() == Schema.Type.BYTES) {
            return made();
        }
        if (values.length == 0) {
            values = new Object[entries];
        }
        int entry = places[value];
        Object known = values[entry];
        if (known == null) {
            known = made();
            values[entry] = known;
        }
        return known;
    }

    private Object made() {
        byte[] bytes = bytesOfValue();
        int place = place();
        return switch (type.getType()) {
            case INT -> (int) INTS.get(bytes, place);
            case DOUBLE -> Double.longBitsToDouble((long) LONGS.get(bytes, place));
            case LONG ->
                type.getLogicalType() instanceof LogicalTypes.TimestampMicros
                        ? (Object) Times.instant((long) LONGS.get(bytes, place))
                        : (Object) (long) LONGS.get(bytes, place);
            case BYTES -> ByteBuffer.wrap(Arrays.copyOfRange(bytes, place, place + length(bytes, place)));
            default -> new String(bytes, place, length(bytes, place), StandardCharsets.UTF_8);
        };
    }

    /** Goes on to the next page. */
    private void turn() {
        PageReader from = pages;
        if (from == null) {
            from = opening.get();
            pages = from;
            DictionaryPage entriesPage = from.readDictionaryPage();
            if (entriesPage != null) {
                dictionary = bytes(entriesPage.getBytes());
                entries = entriesPage.getDictionarySize();
                entryPlaces = width == 0 ? texts(dictionary, 0, entries) : entryPlaces;
            }
        }
        DataPage next = from.readPage();
        if (next == null) {
            throw new IllegalStateException("the column ends at row " + end + ", before its row group");
        }
        first = end;
        end += next.getValueCount();
        next.accept(new DataPage.Visitor<Void>() {
            @Override
            public Void visit(DataPageV1 v1) {
                read(v1);
                return null;
            }

            @Override
            public Void visit(DataPageV2 v2) {
                read(v2);
                return null;
            }
        });
    }

    private void read(DataPageV1 v1) {
        page = bytes(v1.getBytes());
        base = 0;
        int there = v1.getValueCount();
        if (optional) {
            if (v1.getDlEncoding() != Encoding.RLE) {
                throw new IllegalStateException("definition levels in encoding " + v1.getDlEncoding());
            }
            int length = (int) INTS.get(page, 0);
            base = Integer.BYTES + length;
            there = nulls(page, Integer.BYTES, base, there);
        } else {
            valueOf = null;
        }
        values(v1.getValueEncoding(), there);
    }

    private void read(DataPageV2 v2) {
        page = bytes(v2.getData());
        base = 0;
        valueOf = null;
        int there = v2.getValueCount();
        if (optional) {
            byte[] levels = bytes(v2.getDefinitionLevels());
            there = nulls(levels, 0, levels.length, there);
        }
        values(v2.getDataEncoding(), there);
    }

    private static byte[] bytes(BytesInput input) {
        try {
            // The array below, where a page has one of its own.
            return Buffers.bytes(input.toByteBuffer());
        } catch (IOException e) {
            throw new JobFailure("a page cannot be read: " + e.getMessage(), e);
        }
    }

    /** Finds out which rows are null; @return how many are not */
    private int nulls(byte[] levels, int from, int to, int rows) {
        int[] of = new int[rows];
        RunLengths.read(levels, from, to, 1, of, rows);
        int there = 0;
        for (int i = 0; i < rows; i++) {
            of[i] = of[i] == 0 ? -1 : there++;
        }
        valueOf = there == rows ? null : of;
        return there;
    }

    private void values(Encoding encoding, int there) {
        coded = encoding.usesDictionary();
        if (coded) {
            places = new int[there];
            // All of a page may be null: then not even the width is there.
            if (there > 0) {
                RunLengths.read(page, base + 1, page.length, page[base], places, there);
            }
        } else if (width == 0) {
            places = texts(page, base, there);
        }
    }

    /** Where each of so many texts begins, the first one's length at a place. */
    private static int[] texts(byte[] bytes, int from, int count) {
        int[] places = new int[count];
        int at = from;
        for (int i = 0; i < count; i++) {
            places[i] = at + Integer.BYTES;
            at += Integer.BYTES + (int) INTS.get(bytes, at);
        }
        return places;
    }
}
