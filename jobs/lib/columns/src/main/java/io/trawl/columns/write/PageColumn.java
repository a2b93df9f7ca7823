package io.trawl.columns.write;

import java.io.IOException;
import java.util.Arrays;
import org.apache.iceberg.shaded.org.apache.parquet.bytes.BytesInput;
import org.apache.iceberg.shaded.org.apache.parquet.column.ColumnDescriptor;
import org.apache.iceberg.shaded.org.apache.parquet.column.Encoding;
import org.apache.iceberg.shaded.org.apache.parquet.column.page.DictionaryPage;
import org.apache.iceberg.shaded.org.apache.parquet.column.page.PageWriter;
import org.apache.iceberg.shaded.org.apache.parquet.column.statistics.Statistics;
import org.jspecify.annotations.Nullable;

/**
 * One column of a row group: takes values with their levels, and makes pages of them (data page version 1). Values are
 * only laid down as they come; dictionary, packing and statistics are a page's work, column by column, so that each
 * column's dictionary is in the processor's cache while it is asked 20,000 times.
 */
abstract class PageColumn {
    /** Bytes of a dictionary from which on it takes no more pages, as Parquet's default is. */
    private static final int MOST_DICTIONARY = 1 << 20;

    final ColumnDescriptor descriptor;
    /** zstd's level for its pages. */
    final int level;

    private final boolean withStatistics;
    /** Definition level of a value that is there. */
    private final int present;

    private int levels;
    /** Whether the page's levels differ; most columns are either full or empty, and then one of each says all. */
    private boolean mixed;

    private int onlyRepetition;
    private int onlyDefinition;
    private byte[] definitions = new byte[0];
    private byte[] repetitions = new byte[0];
    private int[] unpacked = new int[0];
    private @Nullable PageWriter pages;
    /** Whether the column has a dictionary: given up for good where the first page shows that it is of no use. */
    private boolean hasDictionary;
    /** Whether the row group's dictionary has become too large, so that it gets no more pages. */
    private boolean full;

    private boolean first = true;
    /** Numbers of the page's values, where it is put by dictionary. */
    private int[] numbers = new int[256];

    private boolean byDictionary;

    /** @param dictionary whether values come again often enough to be worth one */
    PageColumn(ColumnDescriptor descriptor, boolean dictionary, boolean withStatistics, int level) {
        this.descriptor = descriptor;
        this.present = descriptor.getMaxDefinitionLevel();
        this.level = level;
        this.hasDictionary = dictionary;
        this.withStatistics = withStatistics;
    }

    /** Begins a row group. */
    void begin(PageWriter to) {
        pages = to;
        first = true;
        full = false;
        clearDictionary();
    }

    /** Lays down that there is nothing, down to a definition level. */
    final void nothing(int repetition, int definition) {
        if (!mixed) {
            if (levels == 0) {
                onlyRepetition = repetition;
                onlyDefinition = definition;
            }
            if (repetition == onlyRepetition && definition == onlyDefinition) {
                levels++;
                return;
            }
            mix();
        }
        if (levels == definitions.length) {
            definitions = Arrays.copyOf(definitions, 2 * levels);
            repetitions = Arrays.copyOf(repetitions, 2 * levels);
        }
        definitions[levels] = (byte) definition;
        repetitions[levels++] = (byte) repetition;
    }

    /** Lays down so many times that there is nothing. */
    final void nothing(int repetition, int definition, int times) {
        nothing(repetition, definition);
        int more = times - 1;
        if (mixed) {
            if (levels + more > definitions.length) {
                int length = Math.max(2 * definitions.length, levels + more);
                definitions = Arrays.copyOf(definitions, length);
                repetitions = Arrays.copyOf(repetitions, length);
            }
            Arrays.fill(definitions, levels, levels + more, (byte) definition);
            Arrays.fill(repetitions, levels, levels + more, (byte) repetition);
        }
        levels += more;
    }

    /** From here on each level is kept. */
    private void mix() {
        if (definitions.length <= levels) {
            definitions = new byte[Math.max(256, 2 * levels)];
            repetitions = new byte[definitions.length];
        }
        Arrays.fill(definitions, 0, levels, (byte) onlyDefinition);
        Arrays.fill(repetitions, 0, levels, (byte) onlyRepetition);
        mixed = true;
    }

    /** Lays down the levels of a value. */
    final void present(int repetition) {
        nothing(repetition, present);
    }

    /** Values of the page at hand, without those that are not there. */
    abstract int count();

    /** Bytes of the page at hand, before all encoding. */
    abstract int size();

    abstract void clearValues();

    abstract void clearDictionary();

    /** Finds each value's number in the dictionary, which takes those that are new. */
    abstract void number(int[] into);

    /** How many values the dictionary has, and how many bytes they take. */
    abstract int dictionaryCount();

    abstract int dictionarySize();

    abstract void putDictionary(PageBytes out);

    abstract void putPlain(PageBytes out);

    /** Adds the least and greatest value of the page at hand. */
    abstract void judge(Statistics<?> statistics, boolean byDictionary);

    /** The numbers of the values of the page that has ended; null if it has none, being put plainly. */
    final int @Nullable [] numbers() {
        return byDictionary ? numbers : null;
    }

    /** Told of each page before it ends. */
    void beforePageEnds() {}

    /** Makes a page of what was laid down; it is kept until {@link #clearPage}. */
    void endPage(int rows, PageBytes out) throws IOException {
        byDictionary = false;
        beforePageEnds();
        if (levels == 0) {
            return;
        }
        out.clear();
        putLevels(onlyRepetition, repetitions, descriptor.getMaxRepetitionLevel(), out);
        putLevels(onlyDefinition, definitions, descriptor.getMaxDefinitionLevel(), out);
        byDictionary = putByDictionary(out);
        if (!byDictionary) {
            putPlain(out);
        }
        write(rows, BytesInput.from(out.array, 0, out.size));
        full |= dictionarySize() > MOST_DICTIONARY;
        first &= count() == 0;
    }

    /** Forgets the page that has ended. */
    final void clearPage() {
        levels = 0;
        mixed = false;
        clearValues();
    }

    private void write(int rows, BytesInput page) throws IOException {
        Statistics<?> statistics = withStatistics
                ? Statistics.createStats(descriptor.getPrimitiveType())
                : Statistics.noopStats(descriptor.getPrimitiveType());
        if (withStatistics) {
            statistics.incrementNumNulls(levels - count());
            if (count() > 0) {
                judge(statistics, byDictionary);
            }
        }
        pages().writePage(
                        page,
                        levels,
                        rows,
                        statistics,
                        descriptor.getMaxRepetitionLevel() == 0 ? Encoding.BIT_PACKED : Encoding.RLE,
                        descriptor.getMaxDefinitionLevel() == 0 ? Encoding.BIT_PACKED : Encoding.RLE,
                        byDictionary ? Encoding.PLAIN_DICTIONARY : Encoding.PLAIN);
    }

    private PageWriter pages() {
        if (pages == null) {
            throw new IllegalStateException("no row group has begun");
        }
        return pages;
    }

    private void putLevels(int only, byte[] of, int greatest, PageBytes out) {
        if (greatest == 0) {
            return;
        }
        int start = out.size;
        out.putInt(0);
        int width = PageBytes.width(greatest);
        if (mixed) {
            if (unpacked.length < levels) {
                unpacked = new int[of.length];
            }
            for (int i = 0; i < levels; i++) {
                unpacked[i] = of[i];
            }
            out.putPacked(unpacked, levels, width);
        } else {
            out.putRun(only, levels, width);
        }
        PageBytes.INTS.set(out.array, start, out.size - start - 4);
    }

    /** @return whether the values were put; else the dictionary is of no use for them */
    private boolean putByDictionary(PageBytes out) {
        if (!hasDictionary || full || count() == 0) {
            return false;
        }
        if (numbers.length < count()) {
            numbers = new int[Math.max(count(), 2 * numbers.length)];
        }
        number(numbers);
        int width = PageBytes.width(dictionaryCount() - 1);
        if (first && dictionarySize() + count() * (long) width / 8 >= size()) {
            hasDictionary = false;
            clearDictionary();
            return false;
        }
        out.putByte(width);
        out.putPacked(numbers, count(), width);
        return true;
    }

    /** Ends the row group. */
    void end(PageBytes out) throws IOException {
        if (dictionaryCount() > 0) {
            out.clear();
            putDictionary(out);
            pages().writeDictionaryPage(new DictionaryPage(
                    BytesInput.from(out.array, 0, out.size), dictionaryCount(), Encoding.PLAIN_DICTIONARY));
        }
    }
}
