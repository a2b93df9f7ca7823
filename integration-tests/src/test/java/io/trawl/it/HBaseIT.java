package io.trawl.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.base.Settings;
import io.trawl.base.Window;
import io.trawl.flow.Store;
import io.trawl.hbase.CellName;
import io.trawl.hbase.HBase;
import io.trawl.hbase.HBaseReader;
import io.trawl.hbase.HBaseReader.Sighting;
import io.trawl.hbase.HBaseReader.Sightings;
import io.trawl.hbase.HBaseReader.Target;
import io.trawl.hbase.HBaseRetention;
import io.trawl.hbase.HBaseStore;
import io.trawl.hbase.Load;
import io.trawl.intel.canonical.Observables;
import io.trawl.it.Broker.Message;
import io.trawl.lake.LakeStore;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.record.ClientSightings;
import io.trawl.record.Detection;
import io.trawl.record.Observable;
import io.trawl.run.Job;
import io.trawl.run.Jobs;
import io.trawl.run.Run;
import io.trawl.schema.word.Stage;
import io.trawl.schema.word.SweepKind;
import io.trawl.stack.SharedStack;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.apache.hadoop.hbase.Cell;
import org.apache.hadoop.hbase.CellUtil;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.Delete;
import org.apache.hadoop.hbase.client.Put;
import org.apache.hadoop.hbase.client.Result;
import org.apache.hadoop.hbase.client.ResultScanner;
import org.apache.hadoop.hbase.client.Scan;
import org.apache.hadoop.hbase.client.Table;
import org.apache.hadoop.hbase.util.Bytes;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * HBase's rows and cells: two sources, two units, reruns, compactions, an operator's deletes; and what audit sees of them.
 *
 * <p>Longer than other classes, since its tests share the tables, and read them cell by cell with the same few lines.
 */
class HBaseIT {
    private static final String EVIL =
            "1700000000.123     62 10.0.0.1 TCP_MISS/200 1380 GET http://www.evil.example/a - HIER_DIRECT/192.0.2.7 text/html";
    private static final String FINE =
            "1700000002.123     62 10.0.0.3 TCP_MISS/200 1380 GET http://fine.example/ - HIER_DIRECT/192.0.2.8 text/html";

    private static final Window HOUR = Window.parse("2026-11-24T10:00:00Z/2026-11-24T11:00:00Z");
    private static final AtomicInteger NAMES = new AtomicInteger();

    @TempDir
    static Path folder;

    private static Path conf;
    private static Broker broker;
    private static Settings settings;
    private static HBaseReader reader;

    @BeforeAll
    static void start() throws Exception {
        conf = SharedStack.stores().conf();
        Sweeper any = new Sweeper(conf, "any", Map.of());
        settings = any.settings();
        reader = new HBaseReader(settings);
        broker = new Broker(settings.text("kafka.bootstrap"));
        Path feed = Files.writeString(folder.resolve("feed.txt"), "evil[.]example\n");
        any.mustRun("refresh-indicators", null, "--feeds", feed.toString());
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private static String domain() {
        return "name" + NAMES.incrementAndGet() + "-" + System.nanoTime() + ".example";
    }

    private static Load load(String source, Window window, long sequence, int attempt) {
        return new Load(new CellName(SweepKind.BATCH, window, source), sequence, attempt);
    }

    private static Observable observable(String source, Window window, String type, String value, int clients) {
        Observable observable = new Observable();
        observable.setSource(source);
        observable.setWindow(window.start());
        observable.setType(type);
        observable.setValue(value);
        List<ClientSightings> all = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            // Spread over the window, in another order than that of the names.
            Instant at = window.start().plusMillis(i * 7_919L % 3_600_000);
            all.add(new ClientSightings(String.format("10.%d.%d.%d", i >> 16, i >> 8 & 255, i & 255), at, at, 2L));
        }
        observable.setClients(all);
        observable.setFirstSeen(all.stream()
                .map(ClientSightings::getFirstSeen)
                .min(Comparator.naturalOrder())
                .orElseThrow());
        observable.setLastSeen(all.stream()
                .map(ClientSightings::getLastSeen)
                .max(Comparator.naturalOrder())
                .orElseThrow());
        observable.setEvents(2L * clients);
        return observable;
    }

    private static <T> void put(Store<T> store, List<T> records) {
        store.fill(records::forEach);
    }

    private static void put(Load load, Observable... observables) {
        put(HBaseStore.observables(settings, load), List.of(observables));
    }

    private static void takeOut(Load load, Observable... observables) {
        put(HBaseStore.observables(settings, load).tombstones(load), List.of(observables));
    }

    private static List<String> seen(String domain) {
        return reader.sightings(Target.domain(domain), null, 1_000).newest().stream()
                .map(one -> one.source() + " " + one.window() + " " + one.client())
                .sorted()
                .toList();
    }

    @Test
    void twoSourcesThatSawOneHostInOneWindowKeepTheirSightingsWhicheverIsRerun() {
        String host = domain();
        Observable one = observable("one", HOUR, "domain", host, 2);
        Observable two = observable("two", HOUR, "domain", host, 1);
        put(load("one", HOUR, 5, 0), one);
        put(load("two", HOUR, 6, 0), two);
        assertThat(seen(host))
                .containsExactly("one " + HOUR + " 10.0.0.0", "one " + HOUR + " 10.0.0.1", "two " + HOUR + " 10.0.0.0");

        takeOut(load("one", HOUR, 7, 0), one);
        assertThat(seen(host)).containsExactly("two " + HOUR + " 10.0.0.0");
        assertThat(reader.sightings(Target.domain(host), null, 9).total()).isEqualTo(1);
    }

    @Test
    void windowsThatBeginTogetherAndEndApartAreTwo() {
        String host = domain();
        Window quarter = new Window(HOUR.start(), HOUR.start().plus(Duration.ofMinutes(15)));
        put(load("one", HOUR, 5, 0), observable("one", HOUR, "domain", host, 1));
        put(load("one", quarter, 6, 0), observable("one", quarter, "domain", host, 1));

        assertThat(seen(host)).containsExactlyInAnyOrder("one " + HOUR + " 10.0.0.0", "one " + quarter + " 10.0.0.0");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, HBaseStore.FEW + 1, 2 * HBaseStore.CLIENTS + 1})
    void whatALaterLoadTookOutStaysOutAfterCompactionsAndWhateverAStalledLoadPuts(int clients) throws Exception {
        String host = domain();
        Observable gone = observable("one", HOUR, "domain", host, clients);
        put(load("one", HOUR, 5, 0), gone);
        assertThat(reader.sightings(Target.domain(host), null, 1).total()).isEqualTo(clients);
        takeOut(load("one", HOUR, 6, 0), gone);
        for (int round = 0; round < 2; round++) {
            compact(HBase.OBSERVABLES);
            put(load("one", HOUR, 5, round + 1), gone);
            assertThat(seen(host)).as("round " + round).isEmpty();
        }
        compact(HBase.OBSERVABLES);
        assertThat(seen(host)).isEmpty();

        put(load("one", HOUR, 6, 0), gone);
        assertThat(reader.sightings(Target.domain(host), null, 1).total())
                .as("a result's own tombstones hide none of its cells")
                .isEqualTo(clients);
    }

    private static void compact(String name) throws Exception {
        new StoredCells(settings, name).compact();
    }

    @Test
    void maintenanceTakesOutOldCellsAndTombstonesThatHideNothingThatCouldCome() throws Exception {
        String host = domain();
        String source = "maintained-" + System.nanoTime();
        Window old =
                new Window(HOUR.start().minus(Duration.ofDays(400)), HOUR.end().minus(Duration.ofDays(400)));
        Window settled = new Window(HOUR.start().minusSeconds(3_600), HOUR.start());
        int many = HBaseStore.FEW + 1;
        put(load(source, old, 5, 0), observable(source, old, "domain", host, many));
        for (Window window : List.of(settled, HOUR)) {
            put(load(source, window, 5, 0), observable(source, window, "domain", host, many));
            takeOut(load(source, window, 6, 0), observable(source, window, "domain", host, many));
            put(load(source, window, 7, 0), observable(source, window, "domain", "now." + host, 1));
        }
        Predicate<CellName> own = cell -> cell.source().equals(source);
        // The counted cell and one with clients, of each.
        assertThat(cells(source)).hasSize(2 + 2 * 2 + 2);

        HBaseRetention.Counts counts = HBaseRetention.apply(
                settings,
                HBase.OBSERVABLES,
                own.and(cell -> cell.window().equals(old)),
                own.and(cell -> cell.window().equals(settled)));

        assertThat(counts).isEqualTo(new HBaseRetention.Counts(2, 2));
        for (int round = 0; round < 2; round++) {
            assertThat(seen("now." + host)).as("what counts").hasSize(2);
            assertThat(seen(host)).as("with its subdomain").hasSize(2);
            assertThat(cells(source))
                    .as("what hides, of the window whose load may come")
                    .hasSize(2 + 2);
            compact(HBase.OBSERVABLES);
        }
        put(load(source, HOUR, 5, 1), observable(source, HOUR, "domain", host, many));
        assertThat(seen(host)).as("a stalled load's").hasSize(2);
        assertThat(HBaseRetention.apply(settings, HBase.OBSERVABLES, own.and(cell -> false), own.and(cell -> false)))
                .isEqualTo(new HBaseRetention.Counts(0, 0));
    }

    /** Cells of a source, tombstones too. */
    private static List<String> cells(String source) throws IOException {
        List<String> cells = new ArrayList<>();
        try (Table table = table(HBase.OBSERVABLES);
                ResultScanner all = table.getScanner(new Scan())) {
            for (Result row : all) {
                for (Cell cell : row.rawCells()) {
                    String name = Bytes.toString(CellUtil.cloneQualifier(cell));
                    if (name.contains(":" + source)) {
                        cells.add(name);
                    }
                }
            }
        }
        return cells;
    }

    @Test
    void anOperatorsDeleteallHidesNothingThatIsLoaded() throws Exception {
        String host = domain();
        Observable kept = observable("one", HOUR, "domain", host, 1);
        put(load("one", HOUR, 5, 0), kept);
        byte[] row = rows(
                        HBase.OBSERVABLES, key -> Bytes.toStringBinary(key).contains("example." + host.split("\\.")[0]))
                .get(0);
        try (Table table = table(HBase.OBSERVABLES)) {
            // As the shell's deleteall: by the clock.
            table.delete(new Delete(row));
            assertThat(seen(host)).hasSize(1);
            put(load("one", HOUR, 6, 0), kept);
            assertThat(seen(host)).hasSize(1);

            // With a stamp it takes out what is there, and a load again brings it back.
            Cell cell = table.get(new org.apache.hadoop.hbase.client.Get(row)).rawCells()[0];
            table.delete(new Delete(row, cell.getTimestamp()));
            assertThat(seen(host)).isEmpty();
            put(load("one", HOUR, 6, 1), kept);
            assertThat(seen(host)).hasSize(1);
        }
    }

    @Test
    void theNewestSightingsAreThoseOfAllAndCounted() {
        String domain = domain();
        String sub = "www." + domain;
        List<Observable> all = new ArrayList<>();
        for (int hour = 0; hour < 72; hour++) {
            Instant start = HOUR.start().minus(Duration.ofHours(hour));
            Window window = new Window(start, start.plus(Duration.ofHours(1)));
            Observable popular = observable("one", window, "domain", sub, hour % 3 == 0 ? 1_500 : 7);
            Observable rare = observable("two", window, "domain", domain, 1);
            put(load("one", window, 5, 0), popular);
            put(load("two", window, 5, 0), rare);
            all.add(popular);
            all.add(rare);
        }
        put(load("one", HOUR, 5, 0), observable("one", HOUR, "domain", "not" + domain, 3));
        Comparator<String> newest = Comparator.reverseOrder();
        List<String> expected = all.stream()
                .flatMap(one -> one.getClients().stream()
                        .map(client -> client.getLastSeen() + " " + one.getValue() + " " + client.getClient()))
                .sorted(newest)
                .toList();

        Sightings found = reader.sightings(Target.domain(domain), null, 100);
        assertThat(found.total()).isEqualTo(expected.size());
        assertThat(found.newest()).hasSize(100);
        assertThat(found.newest().stream().map(Sighting::last))
                .containsExactlyElementsOf(expected.stream()
                        .limit(100)
                        .map(line -> Instant.parse(line.substring(0, line.indexOf(' '))))
                        .toList());
        assertThat(found.newest().stream().map(HBaseIT::text)).isSubsetOf(expected);

        Instant since = HOUR.start().minus(Duration.ofMinutes(90));
        List<String> later = expected.stream()
                .filter(line -> line.compareTo(since.toString()) >= 0)
                .toList();
        Sightings some = reader.sightings(Target.domain(domain), since, 100_000);
        assertThat(some.total()).isEqualTo(later.size());
        assertThat(some.newest().stream().map(HBaseIT::text)).containsExactlyInAnyOrderElementsOf(later);
    }

    private static String text(Sighting one) {
        return one.last() + " " + one.value() + " " + one.client();
    }

    @Test
    void aUserAgentIsFoundByItsExactTextHoweverLong() {
        String unique = domain();
        String odd = unique + "\u0000\u001b[31m";
        String longest = unique + "x".repeat(1 << 20);
        List<String> agents = List.of(unique, unique + " ", odd, longest + "a", longest + "b");
        for (String agent : agents) {
            String value = Objects.requireNonNull(Observables.userAgent(agent)).value();
            put(load("agents", HOUR, 5, 0), observable("agents", HOUR, "user_agent", value, 2));
        }
        // A host and a user agent of the same text are two.
        put(load("agents", HOUR, 5, 0), observable("agents", HOUR, "domain", unique, 5));

        for (String agent : agents) {
            String value = Objects.requireNonNull(Observables.userAgent(agent)).value();
            for (String asked : List.of(agent, value)) {
                Sightings found = reader.userAgentSightings(asked, null, 9);
                assertThat(found.total()).isEqualTo(2);
                assertThat(found.newest())
                        .hasSize(2)
                        .allMatch(one ->
                                one.type().equals("user_agent") && one.value().equals(value));
            }
        }
        assertThat(reader.userAgentSightings(unique.toUpperCase(Locale.ROOT), null, 9)
                        .total())
                .isZero();
        assertThat(reader.sightings(Target.domain(unique), null, 9).total()).isEqualTo(5);
    }

    @Test
    void aRangeIsAskedForHoweverWide() {
        Window window = new Window(HOUR.start().minusSeconds(3_600), HOUR.start());
        List<String> addresses = List.of("100.64.0.1", "100.64.255.255", "100.65.0.0", "100.79.1.1", "100.80.0.1");
        for (String address : addresses) {
            put(load("ranges", window, 5, 0), observable("ranges", window, "ipv4", address, 1));
        }
        put(load("ranges", window, 5, 0), observable("ranges", window, "ipv6", "3fff:7:7::1", 1));

        assertThat(values("100.64.0.1")).containsExactly("100.64.0.1");
        assertThat(values("100.64.0.0/16")).containsExactly("100.64.0.1", "100.64.255.255");
        assertThat(values("100.64.0.0/12")).containsExactlyElementsOf(addresses.subList(0, 4));
        // A range of documentation that nobody else takes: the stack is shared.
        assertThat(values("3fff:7:7::/48")).containsExactly("3fff:7:7::1");
        assertThat(values("3fff:7::/32")).containsExactly("3fff:7:7::1");
    }

    private static List<String> values(String range) {
        return reader.sightings(Target.addresses(range), null, 1_000).newest().stream()
                .filter(one -> one.source().equals("ranges"))
                .map(Sighting::value)
                .sorted()
                .toList();
    }

    private static Table table(String name) throws IOException {
        return HBase.connection(settings).getTable(TableName.valueOf(name));
    }

    private static List<byte[]> rows(String name, Predicate<byte[]> which) throws IOException {
        List<byte[]> rows = new ArrayList<>();
        try (Table table = table(name);
                ResultScanner all = table.getScanner(new Scan())) {
            for (Result row : all) {
                if (which.test(row.getRow())) {
                    rows.add(row.getRow());
                }
            }
        }
        return rows;
    }

    /** Live cells of a source's window, by the kind of their row. */
    private static List<Cell> cells(Sweeper source, Window window, String name, char kind) throws IOException {
        List<Cell> cells = new ArrayList<>();
        byte[] qualifier = new CellName(SweepKind.BATCH, window, source.source()).bytes();
        try (Table table = table(name);
                ResultScanner all = table.getScanner(new Scan().addColumn(Bytes.toBytes("d"), qualifier))) {
            for (Result row : all) {
                if (row.getRow()[1] == kind) {
                    cells.add(row.rawCells()[0]);
                }
            }
        }
        return cells;
    }

    private static Sweeper source(String name) throws Exception {
        String unique = Sweeper.unique(name);
        broker.create(unique, 1, Map.of());
        return new Sweeper(conf, unique, Map.of());
    }

    private static Window swept(Sweeper source) throws Exception {
        List<Message> messages =
                Broker.log(0, "p-" + source.source(), 0, EVIL, FINE, EVIL.replace("10.0.0.1", "10.0.0.2"));
        Window window = source.fill(broker, messages);
        source.sweep(window);
        return window;
    }

    /** As the shell's deleteall of a column with a stamp: older cells, of the same result's loads before, go too. */
    private static void delete(String name, Cell cell) throws IOException {
        try (Table table = table(name)) {
            table.delete(new Delete(CellUtil.cloneRow(cell))
                    .addColumns(CellUtil.cloneFamily(cell), CellUtil.cloneQualifier(cell), cell.getTimestamp()));
        }
    }

    private static void put(String name, byte[] row, Cell like, long stamp, byte[] value) throws IOException {
        try (Table table = table(name)) {
            table.put(new Put(row, stamp).addColumn(CellUtil.cloneFamily(like), CellUtil.cloneQualifier(like), value));
        }
    }

    private static void fails(Sweeper source, Window window, String line, String... more) {
        Sweeper.Said said = source.run("audit", window, more);
        assertThat(said.error()).contains(line);
        assertThat(said.status()).isEqualTo(1);
    }

    @Test
    void aMissingRowFailsTheAuditAndAnotherLoadBringsItBack() throws Exception {
        Sweeper source = source("missing");
        Window window = swept(source);
        for (char kind : new char[] {'T', 'C', 'I', 'H'}) {
            delete(
                    HBase.DETECTIONS,
                    cells(source, window, HBase.DETECTIONS, kind).get(0));
        }
        fails(source, window, "HBase lacks 1 of 2 detections (as ");
        fails(source, window, "HBase lacks 3 of 8 index rows of detections (as ");
        assertThat(source.run("audit", window).error())
                .containsPattern(
                        "(client 10\\.0\\.0\\.\\d|indicator evil\\.example|host www\\.evil\\.example) of [0-9a-f]{32}");
        source.mustRun("load", window);
        source.mustRun("audit", window);

        Cell seen = cells(source, window, HBase.OBSERVABLES, 'D').stream()
                .filter(cell -> Bytes.toStringBinary(CellUtil.cloneRow(cell)).contains("example.fine."))
                .findFirst()
                .orElseThrow();
        delete(HBase.OBSERVABLES, seen);
        fails(source, window, "HBase lacks 1 of 4 observables (as fine.example): rerun load");
        source.mustRun("load", window);
        source.mustRun("audit", window);
        source.mustRun("audit", window, "--deep");
    }

    @Test
    void aMissingUserAgentFailsTheAuditAndIsFoundAgain() throws Exception {
        String name = Sweeper.unique("agents");
        broker.create(name, 1, Map.of());
        Sweeper source = new Sweeper(conf, name, Map.of("source." + name + ".format", "combined"));
        String agent = "\"curl/8.5.0 (" + name + ")\"";
        String line = "10.0.0.%d - - [14/Nov/2023:22:13:20 +0000] \"GET http://fine.example/ HTTP/1.1\" 200 5 \"-\" %s";
        List<Message> messages = Broker.log(
                0,
                "p-" + name,
                0,
                line.formatted(1, agent),
                line.formatted(2, agent),
                line.formatted(3, "\"-\""),
                line.formatted(4, "\"\""),
                line.formatted(5, "\"bad\\x00" + name + "\""));
        Window window = source.fill(broker, messages);
        source.sweep(window);
        Map<String, Long> seen = new TreeMap<>();
        for (Map<String, Object> row : source.records(LakeTable.OBSERVABLES, "enrich", window)) {
            if (row.get("type").equals("user_agent")) {
                seen.put((String) row.get("value"), (Long) row.get("events"));
            }
        }
        assertThat(seen).isEqualTo(Map.of("curl/8.5.0 (" + name + ")", 2L, "bad%00" + name, 1L));
        source.mustRun("audit", window, "--deep");

        for (Cell cell : cells(source, window, HBase.OBSERVABLES, 'U')) {
            delete(HBase.OBSERVABLES, cell);
        }
        fails(source, window, "HBase lacks 2 of 3 observables (as ");
        source.mustRun("load", window);
        source.mustRun("audit", window, "--deep");
        Sightings found = reader.userAgentSightings("curl/8.5.0 (" + name + ")", null, 9);
        assertThat(found.newest().stream().map(Sighting::client)).containsExactlyInAnyOrder("10.0.0.1", "10.0.0.2");
        assertThat(reader.userAgentSightings("bad%00" + name, null, 9).total()).isEqualTo(1);
    }

    @Test
    void aSurplusDetectionFailsTheAudit() throws Exception {
        Sweeper source = source("surplus");
        Window window = swept(source);
        Cell like = cells(source, window, HBase.DETECTIONS, 'T').get(0);
        byte[] id = Bytes.fromHex("0123456789abcdef0123456789abcdef");
        long micros = window.start().toEpochMilli() * 1_000 + 17;
        byte[] row = ByteBuffer.allocate(26)
                .put((byte) 1)
                .put((byte) 'T')
                .putLong(Long.MAX_VALUE - micros)
                .put(id)
                .array();
        put(HBase.DETECTIONS, row, like, like.getTimestamp(), CellUtil.cloneValue(like));
        fails(
                source,
                window,
                "HBase has 1 detection that the lake does not have (as 0123456789abcdef0123456789abcdef): ");
        try (Table table = table(HBase.DETECTIONS)) {
            table.delete(new Delete(row, like.getTimestamp()));
        }
        source.mustRun("audit", window);
    }

    @Test
    void aForeignObservableAndAChangedValueFailTheDeepAudit() throws Exception {
        Sweeper source = source("foreign");
        Window window = swept(source);
        Cell seen = cells(source, window, HBase.OBSERVABLES, 'D').stream()
                .filter(cell -> Bytes.toStringBinary(CellUtil.cloneRow(cell)).contains("example.fine."))
                .findFirst()
                .orElseThrow();
        byte[] row = CellUtil.cloneRow(seen);
        row[new String(row, StandardCharsets.ISO_8859_1).indexOf("fine") + 1] = 'a';
        put(HBase.OBSERVABLES, row, seen, seen.getTimestamp(), CellUtil.cloneValue(seen));
        source.mustRun("audit", window);
        fails(
                source,
                window,
                "HBase, row by row: 1 cell is not in the lake (as observable fane.example, row \"",
                "--deep");
        try (Table table = table(HBase.OBSERVABLES)) {
            table.delete(new Delete(row, seen.getTimestamp()));
        }
        source.mustRun("audit", window, "--deep");

        Cell main = cells(source, window, HBase.DETECTIONS, 'T').get(0);
        byte[] value = CellUtil.cloneValue(main);
        value[new String(value, StandardCharsets.ISO_8859_1).indexOf("evil.example")] = 'E';
        put(HBase.DETECTIONS, CellUtil.cloneRow(main), main, main.getTimestamp(), value);
        fails(source, window, "HBase, row by row: 1 cell is different (as detection ", "--deep");
        source.mustRun("load", window);
        source.mustRun("audit", window, "--deep");
    }

    /** An enrich behind a mended parser: the same detections, of another client and time. */
    private record Mended(String client) implements Job {
        @Override
        public String name() {
            return "enrich";
        }

        @Override
        public String purpose() {
            return "Changes what the keys of a window's detections are made of.";
        }

        @Override
        public List<LakeTable<?>> writes() {
            return List.of(LakeTable.DETECTIONS, LakeTable.OBSERVABLES);
        }

        @Override
        public List<LakeTable<?>> inspects() {
            return writes();
        }

        @Override
        public void run(Run run) throws IOException {
            String source = run.source().name();
            Ledger.Entry before = run.ledger().require(source, Stage.ENRICH, run.window());
            run.input(LakeTable.PROXY_EVENTS, before.input(LakeTable.PROXY_EVENTS));
            run.indicators(before.indicatorSnapshot());
            Expression batch = Expressions.equal("sweep", "batch");
            LakeStore<Detection> detections = run.replacing(LakeTable.DETECTIONS, batch);
            LakeStore<Observable> observables = run.replacing(LakeTable.OBSERVABLES);
            List<Detection> changed = records(run, LakeTable.DETECTIONS, before, batch);
            changed.forEach(one -> {
                one.setClient(client);
                one.setTimestamp(one.getTimestamp().plusSeconds(3_600));
            });
            put(detections, changed);
            put(observables, records(run, LakeTable.OBSERVABLES, before, Expressions.alwaysTrue()));
            before.counts().forEach(run::count);
        }

        private static <T extends org.apache.avro.specific.SpecificRecord> List<T> records(
                Run run, LakeTable<T> table, Ledger.Entry of, Expression which) throws IOException {
            List<T> all = new ArrayList<>();
            try (CloseableIterable<T> records =
                    run.lake().records(table, of.source(), run.window(), of.output(table), which)) {
                records.forEach(all::add);
            }
            return all;
        }
    }

    private static void mend(Sweeper source, Window window, String client) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int status = Jobs.run(
                source.arguments(window).toArray(new String[0]),
                new Mended(client),
                Clock.systemUTC(),
                new PrintStream(said, true, StandardCharsets.UTF_8));
        assertThat(status).as(said.toString(StandardCharsets.UTF_8)).isZero();
    }

    private static List<String> clients(Sweeper source) {
        return reader
                .detections(new HBaseReader.Query(null, null, Target.domain("www.evil.example"), null, 100_000))
                .stream()
                .filter(one -> one.path("source").asText().equals(source.source()))
                .map(one -> one.path("client").asText())
                .sorted()
                .toList();
    }

    @Test
    void aDetectionWhoseTimeOrClientChangedInARerunIsThereOnce() throws Exception {
        Sweeper source = source("mended");
        Window window = swept(source);
        assertThat(clients(source)).containsExactly("10.0.0.1", "10.0.0.2");
        mend(source, window, "10.9.9.9");
        source.mustRun("load", window);
        source.mustRun("audit", window);
        source.mustRun("audit", window, "--deep");

        assertThat(clients(source)).containsExactly("10.9.9.9", "10.9.9.9");
        assertThat(source.hbase(HBase.DETECTIONS, window))
                .as("two main rows, with four index rows each")
                .hasSize(10);
        compact(HBase.DETECTIONS);
        assertThat(source.hbase(HBase.DETECTIONS, window)).hasSize(10);
        assertThat(source.counts("load", window)).containsEntry("detections_deleted", 2L);
    }

    @Test
    void whatAnEarlierResultHasLeftFailsTheAuditUntilTheNextLoad() throws Exception {
        Sweeper source = source("ghost");
        Window window = swept(source);
        Cell old = cells(source, window, HBase.DETECTIONS, 'T').get(0);
        mend(source, window, "10.9.9.8");
        source.mustRun("load", window);
        source.mustRun("audit", window);
        Cell tombstone = cells(source, window, HBase.DETECTIONS, 'T').stream()
                .filter(cell -> CellUtil.matchingRows(cell, old))
                .findFirst()
                .orElseThrow();
        assertThat(Load.isTombstone(tombstone)).isTrue();
        // As a delete marker would have done: gone with a compaction, and the old load's put comes late.
        try (Table table = table(HBase.DETECTIONS)) {
            table.delete(new Delete(CellUtil.cloneRow(tombstone))
                    .addColumn(
                            CellUtil.cloneFamily(tombstone),
                            CellUtil.cloneQualifier(tombstone),
                            tombstone.getTimestamp()));
        }
        put(HBase.DETECTIONS, CellUtil.cloneRow(old), old, old.getTimestamp(), CellUtil.cloneValue(old));
        assertThat(clients(source)).hasSize(2);
        fails(source, window, "HBase still has 1 of 2 detections of an earlier result (as ");
        fails(source, window, "HBase, row by row: 1 cell is not in the lake (as detection ", "--deep");
        source.mustRun("load", window);
        source.mustRun("audit", window, "--deep");
    }
}
