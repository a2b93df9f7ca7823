package io.trawl.hbase;

import io.trawl.base.Settings;
import io.trawl.parsing.Printable;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.apache.hadoop.hbase.Cell;
import org.apache.hadoop.hbase.CellUtil;
import org.apache.hadoop.hbase.CompareOperator;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.Get;
import org.apache.hadoop.hbase.client.Put;
import org.apache.hadoop.hbase.client.Result;
import org.apache.hadoop.hbase.client.ResultScanner;
import org.apache.hadoop.hbase.client.Scan;
import org.apache.hadoop.hbase.client.Table;
import org.apache.hadoop.hbase.filter.BinaryPrefixComparator;
import org.apache.hadoop.hbase.filter.KeyOnlyFilter;
import org.apache.hadoop.hbase.filter.QualifierFilter;
import org.apache.hadoop.hbase.util.Bytes;
import org.apache.hadoop.io.IOUtils;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * What HBase has of a load against what it must have: the lake's records are turned into cells as a load turns them, and
 * these are looked up.
 */
public final class LoadCheck {
    private static final int BATCH = 500;
    /** Bytes of cells that are looked up at once, about. */
    private static final long BATCH_BYTES = 8 << 20;
    /** Characters of a value that are shown. */
    private static final int SHOWN = 100;

    /** What is wrong with a cell that no record is put as. */
    public static final String SURPLUS = "not in the lake";

    private LoadCheck() {}

    /** What a cell is for. */
    public enum Kind {
        DETECTION("detections"),
        INDEX("index rows of detections"),
        OBSERVABLE("observables");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        /** As people read it, in the plural. */
        public String text() {
            return text;
        }

        static Kind of(String table, byte[] row) {
            return table.equals(HBase.OBSERVABLES) ? OBSERVABLE : row[1] == Keys.TIME ? DETECTION : INDEX;
        }
    }

    /** Cells that were looked up, by kind: how many, how many were wrong, and a few of those. */
    public static final class Findings implements Serializable {
        private static final long serialVersionUID = 1L;

        private final EnumMap<Kind, HBaseReader.Lacking> kinds = new EnumMap<>(Kind.class);

        void add(Kind kind, long all, long wrong, List<String> examples) {
            kinds.merge(kind, new HBaseReader.Lacking(all, wrong, examples), HBaseReader.Lacking::plus);
        }

        /** These and others. */
        public Findings plus(Findings other) {
            other.kinds.forEach((kind, some) -> kinds.merge(kind, some, HBaseReader.Lacking::plus));
            return this;
        }

        public HBaseReader.Lacking of(Kind kind) {
            return kinds.getOrDefault(kind, HBaseReader.Lacking.NOTHING);
        }
    }

    /**
     * Which of the cells that records are put as HBase does not have, or not as this result has them.
     *
     * @param withValues whether values are compared; else their lengths are
     */
    public static <T> Findings lacking(
            Settings settings, HBaseStore<T> store, Load load, Iterator<T> records, boolean withValues) {
        return each(settings, store, records, withValues, (expected, found, into) -> {
            boolean right = found != null
                    && !isTombstone(found, withValues)
                    && Load.sequence(found) == load.sequence()
                    && (withValues
                            ? CellUtil.matchingValue(expected, found)
                            : length(found) == expected.getValueLength());
            add(store.table(), expected, right, into);
        });
    }

    /** Which of the cells that an earlier load has put are there still. */
    public static <T> Findings left(Settings settings, HBaseStore<T> store, Load now, Iterator<T> records) {
        return each(settings, store, records, false, (expected, found, into) -> {
            boolean left = found != null && !isTombstone(found, false) && Load.sequence(found) < now.sequence();
            add(store.table(), expected, !left, into);
        });
    }

    private static void add(String table, Cell cell, boolean right, Findings into) {
        byte[] row = CellUtil.cloneRow(cell);
        into.add(Kind.of(table, row), 1, right ? 0 : 1, right ? List.of() : List.of(name(table, row)));
    }

    /** What a row is of, in a few words. */
    static String name(String table, byte[] row) {
        if (table.equals(HBase.OBSERVABLES)) {
            String value = Keys.valueOf(row);
            return value == null
                    ? Bytes.toStringBinary(row, 2, Math.min(row.length - 2, SHOWN))
                    : Printable.line(value, SHOWN);
        }
        String id = row.length < Keys.TAIL + 2 ? Bytes.toStringBinary(row) : Keys.idOf(row);
        return switch (row[1]) {
            case Keys.TIME -> id;
            case Keys.CLIENT -> "client " + indexed(row) + " of " + id;
            case Keys.INDICATOR -> "indicator " + indexed(row) + " of " + id;
            case Keys.HOST -> "host " + Keys.reversed(indexed(row)) + " of " + id;
            case Keys.ADDRESS -> "address " + Bytes.toHex(row, 2, Math.min(16, row.length - 2)) + " of " + id;
            default -> Bytes.toStringBinary(row);
        };
    }

    private static String indexed(byte[] row) {
        int length = Math.max(0, row.length - Keys.TAIL - 3);
        return Printable.line(new String(row, 2, length, StandardCharsets.UTF_8), SHOWN);
    }

    private interface Judge {
        void judge(Cell expected, @Nullable Cell found, Findings into);
    }

    private static <T> Findings each(
            Settings settings, HBaseStore<T> store, Iterator<T> records, boolean withValues, Judge judge) {
        Findings findings = new Findings();
        if (!records.hasNext()) {
            return findings;
        }
        try (Table table = HBase.connection(settings).getTable(TableName.valueOf(store.table()))) {
            while (records.hasNext()) {
                List<Put> puts = new ArrayList<>();
                long bytes = 0;
                while (records.hasNext() && puts.size() < BATCH && bytes < BATCH_BYTES) {
                    for (Put put : store.puts(records.next())) {
                        puts.add(put);
                        bytes += put.heapSize();
                    }
                }
                List<Get> gets = new ArrayList<>();
                for (Put put : puts) {
                    Get get = new Get(put.getRow());
                    put.getFamilyCellMap()
                            .forEach((family, cells) ->
                                    cells.forEach(cell -> get.addColumn(family, CellUtil.cloneQualifier(cell))));
                    gets.add(withValues ? get : get.setFilter(new KeyOnlyFilter(true)));
                }
                Result[] rows = table.get(gets);
                for (int i = 0; i < rows.length; i++) {
                    Result row = rows[i];
                    puts.get(i)
                            .getFamilyCellMap()
                            .forEach((family, cells) -> cells.forEach(cell -> judge.judge(
                                    cell,
                                    row.isEmpty()
                                            ? null
                                            : row.getColumnLatestCell(family, CellUtil.cloneQualifier(cell)),
                                    findings)));
                }
            }
        } catch (IOException e) {
            throw HBase.unreachable(settings, e);
        }
        return findings;
    }

    /** Of a cell whose value the region server has replaced by its length. */
    private static int length(Cell cell) {
        return Bytes.toInt(cell.getValueArray(), cell.getValueOffset());
    }

    /** @param withValue whether the cell has its value; else its value is its length */
    static boolean isTombstone(Cell cell, boolean withValue) {
        return withValue ? Load.isTombstone(cell) : length(cell) == Load.TOMBSTONE.length;
    }

    /**
     * Hands on the ids of the detections that HBase has of a window, of events of a span of time, whichever load put them:
     * those of a few more events than the window's own are scanned, not the table.
     */
    public static void detections(
            Settings settings, CellName name, Instant from, Instant until, Consumer<String> found) {
        int salts = HBase.salts(settings, HBase.DETECTIONS);
        byte[] qualifier = name.bytes();
        try (Table table = HBase.connection(settings).getTable(TableName.valueOf(HBase.DETECTIONS))) {
            for (int salt = 0; salt < salts; salt++) {
                Scan scan = new Scan()
                        .withStartRow(Keys.key(salt, Keys.TIME, Bytes.toBytes(Keys.reversed(until) + 1)))
                        .withStopRow(Keys.key(salt, Keys.TIME, Bytes.toBytes(Keys.reversed(from) + 1)))
                        .addColumn(HBase.FAMILY, qualifier)
                        .setFilter(new KeyOnlyFilter(true))
                        .setCaching(BATCH);
                try (ResultScanner rows = table.getScanner(scan)) {
                    for (Result row : rows) {
                        if (!isTombstone(row.rawCells()[0], false)) {
                            found.accept(Keys.idOf(row.getRow()));
                        }
                    }
                }
            }
        } catch (IOException e) {
            throw HBase.unreachable(settings, e);
        }
    }

    /**
     * Compares all cells of a window, row by row: the whole table is read.
     *
     * @return counts of wrong cells by what is wrong, with one of each
     */
    public static <T> Map<String, HBaseReader.Lacking> deep(
            JavaSparkContext spark, Settings settings, HBaseStore<T> store, Load load, JavaRDD<T> records) {
        String table = store.table();
        long sequence = load.sequence();
        CellName name = load.name();
        JavaPairRDD<Digest, Seen> expected = records.flatMapToPair(record -> {
            List<Tuple2<Digest, Seen>> cells = new ArrayList<>();
            for (Put put : store.puts(record)) {
                put.getFamilyCellMap()
                        .values()
                        .forEach(some -> some.forEach(cell -> cells.add(seen(table, cell, sequence))));
            }
            return cells.iterator();
        });
        int salts = HBase.salts(settings, table);
        List<Integer> each = IntStream.range(0, salts).boxed().toList();
        JavaPairRDD<Digest, Seen> found =
                spark.parallelize(each, salts).flatMapToPair(salt -> scan(settings, table, name, salt));
        List<Tuple2<String, HBaseReader.Lacking>> wrong = expected.fullOuterJoin(found)
                .values()
                .flatMapToPair(both -> {
                    Seen lake = both._1().orNull();
                    Seen hbase = both._2().orNull();
                    String what = lake == null
                            ? SURPLUS
                            : hbase == null ? "missing" : hbase.equals(lake) ? null : "different";
                    if (what == null) {
                        return List.<Tuple2<String, HBaseReader.Lacking>>of().iterator();
                    }
                    Seen one = hbase == null ? Objects.requireNonNull(lake) : hbase;
                    return List.of(new Tuple2<>(what, new HBaseReader.Lacking(0, 1, List.of(one.cell()))))
                            .iterator();
                })
                .reduceByKey(HBaseReader.Lacking::plus)
                .collect();
        Map<String, HBaseReader.Lacking> all = new TreeMap<>();
        wrong.forEach(one -> all.put(one._1(), one._2()));
        return all;
    }

    /** Which cell: a digest of row, family and qualifier. */
    private record Digest(long first, long second) implements Serializable {}

    /** What is in it; two are the same where sequence and value are. */
    private record Seen(long sequence, Digest value, String cell) implements Serializable {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Seen seen && seen.sequence == sequence && seen.value.equals(value);
        }

        @Override
        public int hashCode() {
            return Long.hashCode(sequence) ^ value.hashCode();
        }
    }

    private static Tuple2<Digest, Seen> seen(String table, Cell cell, long sequence) {
        byte[] row = CellUtil.cloneRow(cell);
        byte[] name = Bytes.add(
                Bytes.add(Bytes.toBytes(row.length), row), CellUtil.cloneFamily(cell), CellUtil.cloneQualifier(cell));
        String text = Kind.of(table, row).name().toLowerCase(java.util.Locale.ROOT) + " " + name(table, row)
                + ", row \"" + Bytes.toStringBinary(row) + "\"";
        return new Tuple2<>(digest(name), new Seen(sequence, digest(CellUtil.cloneValue(cell)), text));
    }

    private static Digest digest(byte[] bytes) {
        byte[] sha = Keys.sha256(bytes);
        return new Digest(Bytes.toLong(sha), Bytes.toLong(sha, Long.BYTES));
    }

    private static Iterator<Tuple2<Digest, Seen>> scan(Settings settings, String name, CellName cells, int salt)
            throws IOException {
        byte[] own = cells.bytes();
        byte[] chunks = (cells + "#").getBytes(StandardCharsets.UTF_8);
        Scan scan = new Scan()
                .setStartStopRowForPrefixScan(new byte[] {(byte) salt})
                .setFilter(new QualifierFilter(CompareOperator.EQUAL, new BinaryPrefixComparator(own)))
                .setCaching(BATCH);
        try {
            Table table = HBase.connection(settings).getTable(TableName.valueOf(name));
            ResultScanner rows = table.getScanner(scan);
            TaskContext.get().addTaskCompletionListener(context -> {
                rows.close();
                IOUtils.closeStream(table);
            });
            // Row by row as they are asked for: a part may have more of them than a heap holds.
            return StreamSupport.stream(rows.spliterator(), false)
                    .flatMap(row -> Arrays.stream(row.rawCells()))
                    .filter(cell -> {
                        byte[] qualifier = CellUtil.cloneQualifier(cell);
                        boolean ours = Arrays.equals(qualifier, own) || Bytes.startsWith(qualifier, chunks);
                        return ours && !Load.isTombstone(cell);
                    })
                    .map(cell -> seen(name, cell, Load.sequence(cell)))
                    .iterator();
        } catch (IOException e) {
            throw HBase.unreachable(settings, e);
        }
    }
}
