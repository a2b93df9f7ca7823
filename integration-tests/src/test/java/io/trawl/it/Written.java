package io.trawl.it;

import io.trawl.base.Window;
import io.trawl.hbase.CellName;
import io.trawl.it.Broker.Message;
import io.trawl.schema.word.SweepKind;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * What proxies wrote and the broker took, and what must come of it, reckoned from the lines alone: a line is an event or an
 * invalid record of the window in which its first message was taken, and of no other.
 */
final class Written {
    /** Lines of a file; the first half is written after midnight, the second half before the next one. */
    private static final int LINES = 8;

    private static final Instant MIDNIGHT = Instant.parse("2023-11-15T00:00:00Z");

    private final String name;
    private final List<Log> logs = new ArrayList<>();
    private final List<Taken> taken = new ArrayList<>();
    private final Map<String, Set<Host>> batch = new HashMap<>();
    private final Map<String, Set<Host>> hot = new HashMap<>();

    /** @param name part of the hosts' names, so that no other test has them */
    Written(String name) {
        this.name = name;
    }

    /** Whom the lines are about. */
    enum Host {
        FINE("198.51.100.8"),
        EVIL("198.51.100.7"),
        /** An indicator of the first feed only. */
        NOISE("198.51.100.9");

        private final String address;

        Host(String address) {
            this.address = address;
        }
    }

    /** The indicator that a host is. */
    String domain(Host host) {
        return host.name().toLowerCase(Locale.ROOT) + "-" + name + ".example";
    }

    private String host(Host host) {
        return "www." + domain(host);
    }

    /**
     * A line of a log.
     *
     * @param file number of the file between two rotations
     * @param at byte offset in the file
     * @param host null where the line is broken
     */
    private record Line(
            Log log,
            int file,
            long at,
            Instant time,
            String client,
            @Nullable Host host,
            String text) {}

    /** A message that the broker took. */
    private record Taken(Line line, Window window, int partition, long offset) {
        String source() {
            return line.log().source();
        }

        String place() {
            return partition + ":" + offset;
        }
    }

    /**
     * The log of a proxy.
     *
     * @param again whether the agent sends each renamed file again as a whole, and so all that are there, since their names
     *     have numbers
     */
    private record Log(String source, String proxy, int partition, String clients, boolean again) {}

    void log(String source, String proxy, int partition, String clients, boolean again) {
        logs.add(new Log(source, proxy, partition, clients, again));
    }

    private List<Line> file(Log log, int file) {
        List<Line> lines = new ArrayList<>();
        long at = 0;
        for (int i = 0; i < LINES; i++) {
            Instant day = MIDNIGHT.plus(Duration.ofDays(file));
            Instant time = i < LINES / 2
                    ? day.plusSeconds(i)
                    : day.plus(Duration.ofDays(1)).minusSeconds(LINES - i);
            Host host = List.of(Host.FINE, Host.EVIL, Host.NOISE).stream()
                    .skip(i % 4)
                    .findFirst()
                    .orElse(null);
            String client = log.clients() + "." + file + "." + i;
            String text = time.getEpochSecond() + ".000     62 " + client
                    + (host == null
                            ? ""
                            : " TCP_MISS/200 1380 GET http://" + host(host) + "/ - HIER_DIRECT/" + host.address
                                    + " text/html");
            lines.add(new Line(log, file, at, time, client, host, text));
            at += text.length() + 1;
        }
        return lines;
    }

    /** What the agents send around a midnight: the end of a day's file, the renamed files, and the beginning of the next. */
    private List<Line> midnight(Log log, int day) {
        List<Line> lines = new ArrayList<>();
        if (day > 0) {
            lines.addAll(file(log, day - 1).subList(LINES / 2, LINES));
            for (int file = 0; log.again() && file < day; file++) {
                lines.addAll(file(log, file));
            }
        }
        lines.addAll(file(log, day).subList(0, LINES / 2));
        return lines;
    }

    /** Sends what is written around the midnights before some days, of all logs, at the beginning of a window of all sources. */
    void send(Broker broker, int... days) throws Exception {
        Sweeper.nextWindow();
        long unit = Sweeper.UNIT.toMillis();
        for (Log log : logs) {
            List<Line> lines = Arrays.stream(days)
                    .boxed()
                    .flatMap(day -> midnight(log, day).stream())
                    .toList();
            List<RecordMetadata> landed = broker.send(
                    log.source(),
                    lines.stream()
                            .map(line -> Message.of(
                                    log.partition(),
                                    log.proxy(),
                                    "day" + line.file(),
                                    line.at(),
                                    line.text().getBytes(StandardCharsets.ISO_8859_1)))
                            .toList());
            for (int i = 0; i < landed.size(); i++) {
                long start = landed.get(i).timestamp() / unit * unit;
                Window window = new Window(Instant.ofEpochMilli(start), Instant.ofEpochMilli(start + unit));
                taken.add(new Taken(
                        lines.get(i), window, log.partition(), landed.get(i).offset()));
            }
        }
    }

    /** Windows that have messages, of all sources, in order. */
    List<Window> windows() {
        return taken.stream()
                .map(Taken::window)
                .distinct()
                .sorted(Comparator.comparing(Window::start))
                .toList();
    }

    long messages(String source) {
        return taken.stream().filter(one -> one.source().equals(source)).count();
    }

    /** Which hosts were indicators when a window of a source was swept. */
    void swept(String source, Window window, Set<Host> indicators) {
        batch.put(source + window, indicators);
    }

    /** Which hosts were indicators when a source's hot path read a window. */
    void read(String source, Window window, Set<Host> indicators) {
        hot.put(source + window, indicators);
    }

    private boolean isSwept(Taken one) {
        return isIn(batch, one);
    }

    private boolean isHot(Taken one) {
        return isIn(hot, one);
    }

    private static boolean isIn(Map<String, Set<Host>> indicators, Taken one) {
        Host host = one.line().host();
        return host != null
                && indicators
                        .getOrDefault(one.source() + one.window(), EnumSet.noneOf(Host.class))
                        .contains(host);
    }

    /** The message that counts, of each line. */
    private List<Taken> firsts() {
        Map<Line, Taken> firsts = new LinkedHashMap<>();
        taken.stream()
                .sorted(Comparator.comparing((Taken one) -> one.window().start())
                        .thenComparing(Taken::partition)
                        .thenComparing(Taken::offset))
                .forEach(one -> firsts.putIfAbsent(one.line(), one));
        return List.copyOf(firsts.values());
    }

    private Stream<Taken> events() {
        return firsts().stream().filter(one -> one.line().host() != null);
    }

    private static List<String> sorted(Stream<String> rows) {
        return rows.sorted().toList();
    }

    List<String> rawLines() {
        return sorted(
                taken.stream().map(one -> one.source() + " " + one.window().start() + " " + one.place()));
    }

    /** How many lines were written. */
    int lines() {
        return firsts().size();
    }

    List<String> proxyEvents() {
        return sorted(events().map(one -> one.source() + " " + one.window().start() + " " + one.place() + " "
                + one.line().log().proxy() + " " + one.line().client() + " "
                + one.line().time() + " http://" + host(one.line().host()) + "/"));
    }

    List<String> invalidRecords() {
        return sorted(firsts().stream()
                .filter(one -> one.line().host() == null)
                .map(one -> one.source() + " " + one.window().start() + " " + one.place() + " "
                        + one.line().log().proxy() + " " + one.line().at() + " "
                        + one.line().text()));
    }

    List<String> detections() {
        return sorted(events().filter(this::isSwept)
                .map(one -> one.source() + " " + one.window().start() + " " + one.place() + " batch "
                        + one.line().client() + " " + domain(one.line().host())));
    }

    /** Who saw a value when and how often, by source, window and value. */
    private TreeMap<String, TreeMap<String, List<Instant>>> seen() {
        TreeMap<String, TreeMap<String, List<Instant>>> seen = new TreeMap<>();
        events().forEach(one -> {
            for (String value : List.of(
                    "domain " + host(one.line().host()), "ipv4 " + one.line().host().address)) {
                seen.computeIfAbsent(one.source() + " " + one.window() + " " + value, key -> new TreeMap<>())
                        .computeIfAbsent(one.line().client(), key -> new ArrayList<>())
                        .add(one.line().time());
            }
        });
        return seen;
    }

    /** Of each value of a window: who saw it, with the first and last time and how often. */
    List<String> observables() {
        return sorted(seen().entrySet().stream()
                .map(value -> value.getKey() + " "
                        + value.getValue().values().stream()
                                .mapToInt(List::size)
                                .sum()
                        + value.getValue().entrySet().stream()
                                .map(client -> " " + sighting(client))
                                .collect(Collectors.joining())));
    }

    List<String> sightings() {
        return sorted(seen().entrySet().stream()
                .flatMap(value ->
                        value.getValue().entrySet().stream().map(client -> value.getKey() + " " + sighting(client))));
    }

    private static String sighting(Map.Entry<String, List<Instant>> client) {
        return sighting(
                client.getKey(),
                client.getValue().stream().min(Comparator.naturalOrder()).orElseThrow(),
                client.getValue().stream().max(Comparator.naturalOrder()).orElseThrow(),
                client.getValue().size());
    }

    static String sighting(String client, Instant first, Instant last, long events) {
        return client + " " + first + " " + last + " " + events;
    }

    /** What a reader of HBase finds of a host: client, and the cells that have the detection. */
    List<String> found(Host host) {
        return sorted(events().filter(one -> one.line().host() == host && (isSwept(one) || isHot(one)))
                .map(one -> one.source() + " " + one.line().client() + " " + cellsOf(one)));
    }

    private List<String> cellsOf(Taken one) {
        return Stream.of("batch", "hot")
                .filter(path -> path.equals("hot") ? isHot(one) : isSwept(one))
                .map(path -> new CellName(path, one.window(), one.source()).toString())
                .toList();
    }

    /** Cells of detections in HBase by name and kind of row: the main row, the index rows, and the hot path's list. */
    TreeMap<String, Long> cellsOfDetections() {
        TreeMap<String, Long> cells = new TreeMap<>();
        events().forEach(one -> cellsOf(one).forEach(cell -> {
            for (char kind : (cell.startsWith("hot") ? "TCIHAW" : "TCIHA").toCharArray()) {
                cells.merge(cell + " " + kind, 1L, Long::sum);
            }
        }));
        return cells;
    }

    TreeMap<String, Long> cellsOfObservables() {
        TreeMap<String, Long> cells = new TreeMap<>();
        TreeSet<String> values = new TreeSet<>();
        events().forEach(one -> {
            String cell = new CellName(SweepKind.BATCH, one.window(), one.source()).toString();
            for (String kind : List.of(" D", " A")) {
                if (values.add(cell + kind + one.line().host())) {
                    cells.merge(cell + kind, 1L, Long::sum);
                }
            }
        });
        return cells;
    }

    /** Clients of the hot path's alerts, each for a line. */
    List<String> alerts() {
        return sorted(events().filter(this::isHot)
                .map(one -> one.line().client() + " " + domain(one.line().host())));
    }

    /** What the audit of a window must have counted. */
    Map<String, Long> audit(String source, Window window) {
        List<Taken> all = taken.stream()
                .filter(one -> one.source().equals(source) && one.window().equals(window))
                .toList();
        List<Taken> own = firsts().stream().filter(all::contains).toList();
        Set<Line> lines = all.stream().map(Taken::line).collect(Collectors.toSet());
        own.forEach(one -> lines.remove(one.line()));
        long valid = own.stream().filter(one -> one.line().host() != null).count();
        long detections = own.stream().filter(this::isSwept).count();
        String cell = new CellName(SweepKind.BATCH, window, source).toString();
        long observables = cellsOfObservables().entrySet().stream()
                .filter(kind -> kind.getKey().startsWith(cell))
                .mapToLong(Map.Entry::getValue)
                .sum();
        Map<String, Long> counts = new TreeMap<>(Map.of(
                "messages",
                (long) all.size(),
                "raw",
                (long) all.size(),
                "valid",
                valid,
                "invalid",
                own.size() - valid,
                "copies",
                (long) all.size() - own.size(),
                "copies_earlier",
                (long) lines.size(),
                "detections",
                detections,
                "hbase_index_rows",
                4 * detections,
                "problems",
                0L));
        Set<Host> read = hot.get(source + window);
        if (read != null) {
            boolean same = read.equals(batch.get(source + window));
            long both = own.stream().filter(one -> isSwept(one) && isHot(one)).count();
            counts.put("hot_equal", same ? both : 0);
            counts.put("hot_different", same ? 0 : both);
            counts.put(
                    "hot_only",
                    own.stream().filter(one -> isHot(one) && !isSwept(one)).count());
            counts.put("hot_batch_only", 0L);
            counts.put("hot_unexplained", 0L);
            counts.put("hot_behind", 0L);
        }
        return counts;
    }
}
