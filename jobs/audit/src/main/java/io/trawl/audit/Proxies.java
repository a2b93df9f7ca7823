package io.trawl.audit;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.first;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.sum;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.lake.LakeTable;
import io.trawl.run.Run;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * What a window says of the proxies behind it: who was heard of, who fell silent, and which bytes of whose log never
 * came. It leans on what the audit before it left in the ledger.
 */
final class Proxies {
    /** Files not heard of for longer than this are forgotten. */
    private static final Duration REMEMBERED = Duration.ofDays(7);

    /** What the agent calls the generation of a line that it found in no file; several files may share it. */
    private static final String UNKNOWN = "unknown";

    /** Header of a file's first line: generation and bytes of the file before it, or that there was none. */
    private static final String FOLLOWS = "follows";

    private static final String NONE = "none";
    /** Generation and bytes; with + behind them where nobody knows whether it had more. */
    private static final Pattern BEFORE = Pattern.compile("([^ ]+) ([0-9]{1,18})(\\+?)");

    private static final int NAMED = 5;

    private final List<String> problems = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    /** When each host was last heard of. */
    private final Map<String, Instant> heard = new TreeMap<>();
    /** Lines of each host in this window. */
    private final Map<String, Long> lines = new TreeMap<>();

    private final Map<LogFile, Reached> files = new TreeMap<>();

    /** Files that have lines in this window. */
    private final Set<LogFile> here = new HashSet<>();
    /** How long files are whose ends have not come, in bytes. */
    private final Map<LogFile, Long> ends = new TreeMap<>();

    private final List<Gap> gaps = new ArrayList<>();

    private long unknownGeneration;

    /** One file of one log of one host, between two rotations. */
    private record LogFile(String host, String log, String generation) implements Comparable<LogFile> {
        @Override
        public int compareTo(LogFile other) {
            return toString().compareTo(other.toString());
        }

        /** Whether it is another file of the same log. */
        boolean isSibling(LogFile other) {
            return host.equals(other.host) && log.equals(other.log) && !generation.equals(other.generation);
        }

        @Override
        public String toString() {
            return host + "/" + log + "/" + generation;
        }
    }

    /** Up to which byte a file has been seen, and when. */
    private record Reached(long end, Instant when) {}

    private static final Reached NOTHING = new Reached(0, Instant.EPOCH);

    /** Bytes [from, until) of a file that this window lacks. */
    private record Gap(LogFile file, long from, long until) {}

    private Proxies() {}

    /**
     * @param rawLines the window's rows of raw_lines, null where there are none
     * @param before detail of the latest audit of an earlier window; a missing node where there is none
     */
    static Proxies judge(Run run, @Nullable Dataset<Row> rawLines, JsonNode before) {
        Proxies proxies = new Proxies();
        Set<String> knownLogs = new LinkedHashSet<>();
        Map<LogFile, Reached> earlier = new TreeMap<>();
        before.path("heard")
                .fields()
                .forEachRemaining(field -> proxies.heard.put(
                        field.getKey(), Instant.parse(field.getValue().asText())));
        for (JsonNode file : before.path("files")) {
            LogFile name = new LogFile(
                    file.path("host").asText(),
                    file.path("log").asText(),
                    file.path("generation").asText());
            Instant when = Instant.parse(file.path("when").asText());
            if (name.generation().equals(UNKNOWN)) {
                continue;
            }
            knownLogs.add(name.host() + "/" + name.log());
            if (when.plus(REMEMBERED).isAfter(run.window().start())) {
                earlier.put(name, new Reached(file.path("end").asLong(), when));
            }
        }
        proxies.files.putAll(earlier);
        for (JsonNode end : before.path("ends")) {
            proxies.ends.put(
                    new LogFile(
                            end.path("host").asText(),
                            end.path("log").asText(),
                            end.path("generation").asText()),
                    end.path("bytes").asLong());
        }
        if (rawLines != null) {
            proxies.readFiles(rawLines, earlier, knownLogs);
        }
        proxies.judgeEnds();
        proxies.judgeGaps(run);
        proxies.silent(run);
        return proxies;
    }

    List<String> problems() {
        return problems;
    }

    List<String> notes() {
        return notes;
    }

    /** Lines that no gap check can be made of, since nobody knows their file. */
    long unknownGeneration() {
        return unknownGeneration;
    }

    /** What the next window's audit leans on, and the figures of this one. */
    void into(ObjectNode detail) {
        ObjectNode last = detail.putObject("heard");
        heard.forEach((host, when) -> last.put(host, when.toString()));
        ObjectNode counts = detail.putObject("lines");
        lines.forEach(counts::put);
        var list = detail.putArray("files");
        var awaited = detail.putArray("ends");
        ends.forEach((file, bytes) -> awaited.addObject()
                .put("host", file.host())
                .put("log", file.log())
                .put("generation", file.generation())
                .put("bytes", bytes));
        files.forEach((file, reached) -> list.addObject()
                .put("host", file.host())
                .put("log", file.log())
                .put("generation", file.generation())
                .put("end", reached.end())
                .put("when", reached.when().toString()));
    }

    /** Bytes of the line in its file, without its line end; of a line that the agent cut, what it had. */
    private static Column length() {
        return expr("coalesce(oversize, cast(octet_length(body) as bigint))");
    }

    private void readFiles(Dataset<Row> rawLines, Map<LogFile, Reached> earlier, Set<String> knownLogs) {
        Column isPlaced =
                expr("host is not null and file_offset is not null and coalesce(generation, '') <> '" + UNKNOWN + "'");
        Dataset<Row> placed = rawLines.where(isPlaced)
                .groupBy("event_id")
                .agg(
                        first("host").as("host"),
                        first(expr("coalesce(log, '')")).as("log"),
                        first(expr("coalesce(generation, '')")).as("generation"),
                        first("file_offset").as("begin"),
                        first(length()).as("length"),
                        max("append_time").as("append_time"));
        List<Row> totals = placed.groupBy("host", "log", "generation")
                .agg(
                        min("begin"),
                        max(expr("begin + length + 1")),
                        sum(expr("length + 1")),
                        count(lit(1)),
                        max("append_time"))
                .collectAsList();
        for (Row total : totals) {
            LogFile file = new LogFile(total.getString(0), total.getString(1), total.getString(2));
            long begin = total.getLong(3);
            long end = total.getLong(4);
            long bytes = total.getLong(5);
            Instant when = total.getTimestamp(7).toInstant();
            lines.merge(file.host(), total.getLong(6), Long::sum);
            heard.merge(file.host(), when, (a, b) -> a.isAfter(b) ? a : b);
            if (end - begin != bytes) {
                inside(placed, file);
            }
            Reached reached = earlier.get(file);
            if (reached != null) {
                // One byte more where lines end in CR LF.
                if (begin > reached.end() + 1) {
                    gaps.add(new Gap(file, reached.end(), begin));
                }
            } else if (begin > 0 && knownLogs.contains(file.host() + "/" + file.log())) {
                gaps.add(new Gap(file, 0, begin));
            }
            here.add(file);
            files.merge(file, new Reached(end, when), (a, b) -> new Reached(Math.max(a.end(), b.end()), b.when()));
        }
        if (totals.stream().anyMatch(total -> total.getLong(3) == 0)) {
            ends(rawLines.where(isPlaced), earlier, knownLogs);
        }
        rawLines.where(expr("host is not null").and(functions.not(isPlaced)))
                .groupBy("host")
                .agg(
                        count(lit(1)),
                        max("append_time"),
                        functions.count_if(col("file_offset").isNull()))
                .collectAsList()
                .forEach(this::readUnplaced);
        long unplaced = rawLines.where("host is null").count();
        if (unplaced > 0) {
            notes.add(unplaced + " messages carry no host: their copies and gaps cannot be seen");
        }
    }

    /** Of each file that begins in this window: whether the end of the file before it came. */
    private void ends(Dataset<Row> placed, Map<LogFile, Reached> earlier, Set<String> knownLogs) {
        List<Row> begun = placed.where("file_offset = 0")
                .select(
                        col("host"),
                        expr("coalesce(log, '')"),
                        expr("coalesce(generation, '')"),
                        expr("headers['" + FOLLOWS + "']").as("follows"))
                .where("follows is not null")
                .distinct()
                .collectAsList();
        for (Row row : begun) {
            LogFile file = new LogFile(row.getString(0), row.getString(1), row.getString(2));
            String follows = row.getString(3);
            Matcher before = BEFORE.matcher(follows);
            if (follows.equals(NONE)) {
                // A file that comes again as a whole began when nobody listened.
                if (!earlier.containsKey(file)) {
                    earlier.keySet().stream()
                            .filter(one -> one.isSibling(file))
                            .max(Comparator.comparing(
                                    one -> earlier.getOrDefault(one, NOTHING).when()))
                            .ifPresent(one -> notes.add("nobody knows where log " + one
                                    + " ended: its agent has no memory of a file before " + file.generation()));
                }
            } else if (before.matches() && !before.group(1).equals(UNKNOWN)) {
                LogFile one = new LogFile(file.host(), file.log(), before.group(1));
                if (files.containsKey(one) || knownLogs.contains(file.host() + "/" + file.log())) {
                    ends.merge(one, Long.parseLong(before.group(2)), Math::max);
                }
                if (!before.group(3).isEmpty()) {
                    notes.add("log " + one + " was gone when its agent began again: whether it had more than "
                            + before.group(2) + " bytes nobody knows");
                }
            }
        }
    }

    /**
     * Looks whether the ends of files came that later files tell of. While lines of a file still come, as after an agent was
     * cut off from the collector, its end is awaited by the next audit.
     */
    private void judgeEnds() {
        ends.entrySet().removeIf(end -> {
            LogFile file = end.getKey();
            long reached = files.getOrDefault(file, NOTHING).end();
            // The last line may end in CR LF, or in nothing.
            boolean came = reached + 1 >= end.getValue();
            if (!came && !here.contains(file)) {
                gaps.add(new Gap(file, reached, end.getValue()));
            }
            return came || !here.contains(file);
        });
    }

    /** Lines of one host whose place in a file is not known. */
    private void readUnplaced(Row row) {
        String host = row.getString(0);
        lines.merge(host, row.getLong(1), Long::sum);
        heard.merge(host, row.getTimestamp(2).toInstant(), (a, b) -> a.isAfter(b) ? a : b);
        long withoutOffset = row.getLong(3);
        if (withoutOffset > 0) {
            notes.add("host " + host
                    + " sends no byte offsets: gaps in its log cannot be seen (TAILDIR: byteOffsetHeader = true)");
        }
        long unknown = row.getLong(1) - withoutOffset;
        if (unknown > 0) {
            unknownGeneration += unknown;
            notes.add(unknown + " lines of host " + host
                    + " were found in no file (generation unknown): gaps among them cannot be seen");
        }
    }

    /** Names the gaps inside a window. */
    private void inside(Dataset<Row> placed, LogFile file) {
        List<Row> within = placed.where(col("host")
                        .equalTo(file.host())
                        .and(col("log").equalTo(file.log()))
                        .and(col("generation").equalTo(file.generation())))
                .select(
                        expr("begin + length + 1").as("end"),
                        functions.lead("begin", 1).over(Window.orderBy("begin")).as("next"))
                // A line that ends in CR LF has one byte more than its text and a line feed.
                .where("next > end + 1")
                .orderBy("end")
                .collectAsList();
        for (Row gap : within.subList(0, Math.min(within.size(), NAMED))) {
            gaps.add(new Gap(file, gap.getLong(0), gap.getLong(1)));
        }
        if (within.size() > NAMED) {
            problems.add("log " + file + " has " + (within.size() - NAMED) + " more gaps");
        }
    }

    /**
     * Judges the bytes that this window lacks: lost, unless another window has them, where they came late or early. All gaps
     * are looked for in one pass over the windows of two days.
     */
    private void judgeGaps(Run run) {
        if (gaps.isEmpty()) {
            return;
        }
        List<Row> ranges = new ArrayList<>();
        for (int i = 0; i < gaps.size(); i++) {
            Gap gap = gaps.get(i);
            LogFile file = gap.file();
            ranges.add(RowFactory.create(i, file.host(), file.log(), file.generation(), gap.from(), gap.until()));
        }
        Dataset<Row> lacked = run.spark()
                .createDataFrame(
                        ranges,
                        StructType.fromDDL(
                                "gap int, of_host string, of_log string, of_generation string, begin bigint, end bigint"));
        long snapshot = Objects.requireNonNull(run.lake().snapshot(LakeTable.RAW_LINES));
        Map<Integer, Row> found = new HashMap<>();
        run.lake()
                .rows(run.spark(), LakeTable.RAW_LINES, snapshot)
                .where(col("source")
                        .equalTo(run.source().name())
                        .and(col("window")
                                .between(
                                        lit(Timestamp.from(run.window().start().minus(Duration.ofDays(1)))),
                                        lit(Timestamp.from(run.window().end().plus(Duration.ofDays(1)))))))
                .join(
                        functions.broadcast(lacked),
                        expr(
                                "host = of_host and coalesce(log, '') = of_log and file_offset >= begin and file_offset < end"
                                        + " and coalesce(generation, '') in (of_generation, '" + UNKNOWN + "')"))
                .groupBy("gap", "event_id")
                .agg(
                        first(length()).as("length"),
                        first(expr("coalesce(generation, '') <> '" + UNKNOWN + "'"))
                                .as("own"))
                .groupBy("gap")
                .agg(
                        sum(expr("if(own, length + 1, 0)")),
                        functions.count_if(col("own")),
                        functions.count_if(functions.not(col("own"))))
                .collectAsList()
                .forEach(row -> found.put(row.getInt(0), row));
        for (int i = 0; i < gaps.size(); i++) {
            Row row = found.get(i);
            judge(
                    gaps.get(i),
                    row == null ? 0 : row.getLong(1),
                    row == null ? 0 : row.getLong(2),
                    row == null ? 0 : row.getLong(3));
        }
    }

    /**
     * @param bytes bytes of the gap that other windows have
     * @param lines lines that they are of, each of which may have a byte more, where lines end in CR LF
     * @param unknown lines there whose file nobody knows
     */
    private void judge(Gap gap, long bytes, long lines, long unknown) {
        long lacking = gap.until() - gap.from() - bytes;
        String text = "bytes " + gap.from() + " to " + (gap.until() - 1) + " of log " + gap.file();
        if (lacking > lines) {
            problems.add(text + " never came (" + lacking + " bytes)"
                    + (unknown > 0
                            ? ", unless they are among the lines of generation unknown there (" + unknown + ")"
                            : ""));
        } else {
            notes.add(text + " are in another window");
        }
    }

    private void silent(Run run) {
        Set<String> expected = new LinkedHashSet<>(run.source().hosts());
        expected.addAll(heard.keySet());
        expected.removeAll(run.settings().list("source." + run.source().name() + ".retired"));
        for (String host : expected) {
            Instant last = heard.get(host);
            if (last == null) {
                problems.add("proxy " + host + " has never been heard of (setting source."
                        + run.source().name() + ".hosts)");
                continue;
            }
            Duration silence = Duration.between(last, run.window().end());
            if (silence.compareTo(run.source().silence()) >= 0) {
                problems.add("proxy " + host + " is silent: its last line came at " + last + ", "
                        + silence.truncatedTo(ChronoUnit.SECONDS)
                        + " before the window's end (setting source."
                        + run.source().name() + ".silence; a proxy that is gone goes into .retired)");
            } else if (!lines.containsKey(host)) {
                notes.add("proxy " + host + " has no line in this window; its last came at " + last);
            }
        }
    }
}
