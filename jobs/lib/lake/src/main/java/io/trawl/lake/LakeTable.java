package io.trawl.lake;

import io.trawl.base.Maker;
import io.trawl.record.Detection;
import io.trawl.record.Indicator;
import io.trawl.record.InvalidRecord;
import io.trawl.record.LedgerEntry;
import io.trawl.record.Observable;
import io.trawl.record.ProxyEvent;
import io.trawl.record.RawLine;
import java.io.Serializable;
import java.lang.reflect.Constructor;
import java.util.List;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * A table of the lake: a record type and the fields it is partitioned by.
 *
 * @param <T> what a row is
 */
public final class LakeTable<T extends SpecificRecord> implements Serializable {
    private static final long serialVersionUID = 1L;

    public static final LakeTable<RawLine> RAW_LINES = new LakeTable<>(
                    "raw_lines", RawLine.class, RawLine.SCHEMA$, List.of("source", "window"))
            .hardlyRepeating("offset", "event_id", "file_offset", "body");
    public static final LakeTable<ProxyEvent> PROXY_EVENTS = new LakeTable<>(
                    "proxy_events", ProxyEvent.class, ProxyEvent.SCHEMA$, List.of("source", "window"))
            .hardlyRepeating(
                    "event_id",
                    "offset",
                    "timestamp",
                    "event_duration",
                    "http_response_bytes",
                    "url_original",
                    "url_full",
                    "url_path",
                    "url_query");
    public static final LakeTable<InvalidRecord> INVALID_RECORDS =
            new LakeTable<>("invalid_records", InvalidRecord.class, InvalidRecord.SCHEMA$, List.of("source", "window"));
    public static final LakeTable<Indicator> INDICATORS = new LakeTable<>(
                    "indicators", Indicator.class, Indicator.SCHEMA$, List.of("type"))
            .hardlyRepeating("indicator_id", "value", "original", "line");
    public static final LakeTable<Detection> DETECTIONS =
            new LakeTable<>("detections", Detection.class, Detection.SCHEMA$, List.of("source", "window", "sweep"));
    public static final LakeTable<Observable> OBSERVABLES = new LakeTable<>(
                    "observables", Observable.class, Observable.SCHEMA$, List.of("source", "window"))
            .hardlyRepeating(
                    "value",
                    "first_seen",
                    "last_seen",
                    "clients.list.element.first_seen",
                    "clients.list.element.last_seen");
    public static final LakeTable<LedgerEntry> LEDGER =
            new LakeTable<>("ledger", LedgerEntry.class, LedgerEntry.SCHEMA$, List.of("source", "stage"));

    /** The database that the tables lie in: lake.trawl.raw_lines and so on. */
    public static final String DATABASE = "trawl";

    private final String name;
    private final Class<T> type;
    private final Schema schema;
    private final List<String> partitions;
    private final Set<String> distinct;

    private LakeTable(String name, Class<T> type, Schema schema, List<String> partitions) {
        this(name, type, schema, partitions, Set.of());
    }

    private LakeTable(String name, Class<T> type, Schema schema, List<String> partitions, Set<String> distinct) {
        this.name = name;
        this.type = type;
        this.schema = schema;
        this.partitions = partitions;
        this.distinct = distinct;
    }

    /**
     * The same table, its files written without a dictionary for these columns: worth it where a value hardly ever comes
     * twice. A column is named by its path in Parquet.
     */
    public LakeTable<T> hardlyRepeating(String... columns) {
        return new LakeTable<>(name, type, schema, partitions, Set.of(columns));
    }

    /** A table of one's own record type; it is created when it is first written to. */
    public static <T extends SpecificRecord> LakeTable<T> of(
            String name, Class<T> type, Schema schema, String... partitions) {
        return new LakeTable<>(name, type, schema, List.of(partitions));
    }

    public String name() {
        return name;
    }

    Schema schema() {
        return schema;
    }

    List<String> partitions() {
        return partitions;
    }

    /** Columns whose values hardly repeat. */
    Set<String> distinct() {
        return distinct;
    }

    /** Makes an empty record of this table. */
    Maker<T> maker() {
        return new Empty<>(type);
    }

    /** Makes empty records; the constructor is looked up once a task, since each look-up copies it. */
    private static final class Empty<T> implements Maker<T> {
        private static final long serialVersionUID = 1L;
        private final Class<T> type;
        private transient @Nullable Constructor<T> constructor;

        Empty(Class<T> type) {
            this.type = type;
        }

        @Override
        public T make() {
            try {
                Constructor<T> known = constructor;
                if (known == null) {
                    known = type.getDeclaredConstructor();
                    constructor = known;
                }
                return known.newInstance();
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(type + " has no public constructor without arguments", e);
            }
        }
    }

    @Override
    public String toString() {
        return "lake." + name;
    }
}
