package io.trawl.etl;

import java.util.Arrays;
import org.apache.iceberg.shaded.org.apache.parquet.column.ColumnDescriptor;
import org.apache.iceberg.shaded.org.apache.parquet.column.statistics.Statistics;
import org.apache.iceberg.shaded.org.apache.parquet.io.api.Binary;

/** A column of texts or bytes; the page at hand lies there as the PLAIN encoding has it. */
final class TextColumn extends PageColumn {
    private final PageBytes texts = new PageBytes();
    private final TextDictionary dictionary = new TextDictionary();
    private int count;

    TextColumn(ColumnDescriptor descriptor, boolean withDictionary, boolean withStatistics, int level) {
        super(descriptor, withDictionary, withStatistics, level);
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
        dictionary.clear();
    }

    @Override
    void number(int[] into) {
        int at = 0;
        for (int i = 0; i < count; i++) {
            int length = (int) PageBytes.INTS.get(texts.array, at);
            into[i] = dictionary.number(texts.array, at + 4, length);
            at += 4 + length;
        }
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
