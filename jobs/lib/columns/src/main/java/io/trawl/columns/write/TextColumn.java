package io.trawl.columns.write;

import java.util.Arrays;
import java.util.List;
import org.apache.iceberg.shaded.org.apache.parquet.column.ColumnDescriptor;
import org.apache.iceberg.shaded.org.apache.parquet.column.statistics.Statistics;
import org.apache.iceberg.shaded.org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;

/**
 * A column of texts or bytes; the page at hand is there as the PLAIN encoding has it. Two columns often have the very same
 * values, as a client and its address: as long as each page of theirs is the same, they share one dictionary.
 */
final class TextColumn extends PageColumn {
    private final PageBytes texts = new PageBytes();
    private final List<TextColumn> earlier;
    private final TextDictionary own = new TextDictionary();
    /** Our own, or that of the column that has had the same pages. */
    private TextDictionary dictionary = own;

    private @Nullable TextColumn same;
    /** How many texts the dictionary had before the page at hand, and has since the last one. */
    private int before;

    private int entries;
    private int count;

    /** @param earlier columns whose pages end before those of this one */
    TextColumn(
            ColumnDescriptor descriptor,
            boolean withDictionary,
            boolean withStatistics,
            int level,
            List<TextColumn> earlier) {
        super(descriptor, withDictionary, withStatistics, level);
        this.earlier = earlier;
    }

    void write(int repetition, byte[] bytes) {
        present(repetition);
        texts.putText(bytes, 0, bytes.length);
        count++;
    }

    @Override
    int count() {
        return count;
    }

    @Override
    int size() {
        return texts.size;
    }

    @Override
    void clearValues() {
        texts.clear();
        count = 0;
    }

    @Override
    void clearDictionary() {
        same = null;
        dictionary = own;
        own.clear();
        entries = 0;
    }

    @Override
    void beforePageEnds() {
        if (same != null && !isSamePage(same)) {
            own.take(dictionary, entries);
            dictionary = own;
            same = null;
        }
    }

    @Override
    void number(int[] into) {
        before = entries;
        if (entries == 0) {
            share();
        }
        int[] theirs = same == null ? null : same.numbers();
        if (theirs == null) {
            dictionary.number(texts.array, count, into);
        } else {
            System.arraycopy(theirs, 0, into, 0, count);
        }
        entries = dictionary.count();
    }

    /** Takes the dictionary of a column that has begun it with the same page. */
    private void share() {
        for (TextColumn column : earlier) {
            if (column.same == null && column.before == 0 && column.numbers() != null && isSamePage(column)) {
                same = column;
                dictionary = column.dictionary;
                return;
            }
        }
    }

    private boolean isSamePage(TextColumn other) {
        return count == other.count
                && texts.size == other.texts.size
                && Arrays.equals(texts.array, 0, texts.size, other.texts.array, 0, texts.size);
    }

    @Override
    int dictionaryCount() {
        return dictionary.count();
    }

    @Override
    int dictionarySize() {
        return dictionary.size();
    }

    @Override
    void putDictionary(PageBytes out) {
        dictionary.put(out);
    }

    @Override
    void putPlain(PageBytes out) {
        out.put(texts.array, 0, texts.size);
    }

    @Override
    void judge(Statistics<?> statistics, boolean byDictionary) {
        if (byDictionary) {
            // Of all that the dictionary has until now, since only what is new in it must be looked at. The bounds
            // hold.
            statistics.updateStats(Binary.fromConstantByteArray(dictionary.least()));
            statistics.updateStats(Binary.fromConstantByteArray(dictionary.greatest()));
            return;
        }
        byte[] array = texts.array;
        int least = 0;
        int greatest = 0;
        for (int at = 0; at < texts.size; at += 4 + length(at)) {
            if (compare(at, least) < 0) {
                least = at;
            } else if (compare(at, greatest) > 0) {
                greatest = at;
            }
        }
        statistics.updateStats(
                Binary.fromConstantByteArray(Arrays.copyOfRange(array, least + 4, least + 4 + length(least))));
        statistics.updateStats(
                Binary.fromConstantByteArray(Arrays.copyOfRange(array, greatest + 4, greatest + 4 + length(greatest))));
    }

    private int length(int at) {
        return (int) PageBytes.INTS.get(texts.array, at);
    }

    private int compare(int left, int right) {
        return Arrays.compareUnsigned(
                texts.array, left + 4, left + 4 + length(left), texts.array, right + 4, right + 4 + length(right));
    }
}
