package io.trawl.intel.rule.eval;

import io.trawl.intel.rule.Field;
import io.trawl.intel.rule.internal.GramTable;
import io.trawl.intel.rule.internal.Grams;
import io.trawl.intel.rule.internal.Sheet;
import io.trawl.record.ProxyEvent;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What is known of the event that is judged: values that were read and tests that were made. For one thread. */
final class Scratch implements Consumer<String> {
    private static final int UNKNOWN = 0;

    private final Field[] fields;
    private final int[] positions;
    private final String[][] values;
    private final int[] counts;
    /** The values of a field are those of the event if its turn is. */
    private final int[] readIn;
    /** Of each test twice the turn, and 1 more if it passed. */
    private final int[] tested;
    /** A bit for each rule that may hold. */
    final long[] candidates;

    private final byte[] buffer = GramTable.buffer();
    private final @Nullable Scan scan;
    private final Sheet.Page[] pages;
    private final Grams.Hits[] edgeHits;
    private final @Nullable String[] texts = new String[TextColumns.count()];
    private int turn;
    private int reading;
    private @Nullable ProxyEvent event;

    /** @param scan what makes candidates of rules; null if it is known which rule is asked */
    Scratch(Field[] fields, int[] positions, int tests, int rules, @Nullable Scan scan) {
        this.fields = fields;
        this.positions = positions;
        this.values = new String[fields.length][1];
        this.counts = new int[fields.length];
        this.readIn = new int[fields.length];
        this.tested = new int[tests];
        this.candidates = new long[(rules + Long.SIZE - 1) / Long.SIZE];
        this.scan = scan;
        this.pages = scan == null ? new Sheet.Page[0] : scan.pages(candidates);
        this.edgeHits = scan == null ? new Grams.Hits[0] : scan.edgeHits(candidates);
    }

    boolean isBusy() {
        return event != null;
    }

    /** @param always the rules that may hold of any event */
    void begin(ProxyEvent of, long[] always) {
        event = of;
        TextColumns.read(of, texts);
        System.arraycopy(always, 0, candidates, 0, candidates.length);
        turn++;
        if (turn == Integer.MAX_VALUE / 2) {
            Arrays.fill(readIn, UNKNOWN);
            Arrays.fill(tested, UNKNOWN);
            turn = 1;
        }
    }

    /** Forgets the event; its values stay until the next one has others. */
    void end() {
        event = null;
    }

    /** Makes candidates of the rules that may hold. */
    void scan() {
        if (scan != null) {
            scan.run(this, pages, edgeHits);
        }
    }

    private ProxyEvent event() {
        if (event == null) {
            throw new IllegalStateException("no event is judged");
        }
        return event;
    }

    /** The text of the column at a place of the schema; null if the event has none. */
    @Nullable
    String text(int position) {
        return texts[position];
    }

    /** How many values the event has of a field. */
    int count(int field) {
        if (readIn[field] != turn) {
            readIn[field] = turn;
            counts[field] = 0;
            int position = positions[field];
            if (position >= 0) {
                String text = texts[position];
                if (text != null) {
                    values[field][0] = text;
                    counts[field] = 1;
                }
            } else {
                reading = field;
                fields[field].reader().read(event(), this);
            }
        }
        return counts[field];
    }

    String value(int field, int index) {
        return values[field][index];
    }

    long number(Field.Numbers numbers) {
        return numbers.read(event());
    }

    @Override
    public void accept(String value) {
        int count = counts[reading]++;
        if (count == values[reading].length) {
            values[reading] = Arrays.copyOf(values[reading], 2 * count);
        }
        values[reading][count] = value;
    }

    byte[] buffer() {
        return buffer;
    }

    boolean isTested(int test) {
        return tested[test] >>> 1 == turn;
    }

    boolean passed(int test) {
        return (tested[test] & 1) != 0;
    }

    boolean tested(int test, boolean passed) {
        tested[test] = turn << 1 | (passed ? 1 : 0);
        return passed;
    }
}
