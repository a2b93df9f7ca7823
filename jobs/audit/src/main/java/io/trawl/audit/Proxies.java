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
import io.trawl.run.Run;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.jspecify.annotations.Nullable;

/**
 * What a window says of the proxies behind it: who was heard of, who fell silent, and which bytes of whose log never
 * came. It leans on what the audit before it left in the ledger.
 */
final class Proxies {
    /** Files not heard of for longer than this are forgotten. */
    private static final Duration REMEMBERED = Duration.ofDays(7);

    /** Header of a file's first line: generation and bytes of the file before it, or that there was none. */
    private static final String FOLLOWS = "follows";

    private static final String NONE = "none";
    /** Generation and bytes; with + after them where nobody knows whether it had more. */
    private static final Pattern BEFORE = Pattern.compile("([^ ]+) ([0-9]{1,18})(\\+?)");

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

    private final Gaps gaps = new Gaps(problems, notes);

    private long unknownGeneration;

    /** Up to which byte a file has been seen, and when. */
    private record Reached(long end, Instant when) {}

    private static final Reached NOTHING = new Reached(0, Instant.EPOCH);

    private Proxies() {}

    /**
     * @param rawLines the window's rows of raw_lines, null if there are none
     * @param before detail of the latest audit of an earlier window; a missing node if there is none
     */
    static Proxies judge(Run run, @Nullable Dataset<Row> rawLines, JsonNode before) {
        Proxies proxies = new Proxies();
        Set<String> knownLogs = new LinkedHashSet<>();
        Map<LogFile, Reached> earlier = new TreeMap<>();
        before.path("heard")
                .fields()
                .forEachRemaining(field -> proxies.heard.put(
                        field.getKey(), Instant.parse(field.getValue().asText())));
        Set<LogFile> forgotten = new HashSet<>();
        Instant expected = Expected.from(run);
        for (JsonNode file : before.path("files")) {
            LogFile name = new LogFile(
                    file.path("host").asText(),
                    file.path("log").asText(),
                    file.path("generation").asText());
            Instant when = Instant.parse(file.path("when").asText());
            if (name.generation().equals(LogFile.UNKNOWN)) {
                continue;
            }
            if (when.isBefore(expected) && !run.window().start().isBefore(expected)) {
                // Its lines up to the setting's instant may be in no window: nobody knows how many bytes those are.
                forgotten.add(name);
                continue;
            }
            knownLogs.add(name.host() + "/" + name.log());
            if (when.plus(REMEMBERED).isAfter(run.window().start())) {
                earlier.put(name, new Reached(file.path("end").asLong(), when));
            }
        }
        proxies.files.putAll(earlier);
        for (JsonNode end : before.path("ends")) {
            LogFile name = new LogFile(
                    end.path("host").asText(),
                    end.path("log").asText(),
                    end.path("generation").asText());
            if (!forgotten.contains(name)) {
                proxies.ends.put(name, end.path("bytes").asLong());
            }
        }
        if (rawLines != null) {
            proxies.readFiles(rawLines, earlier, knownLogs, forgotten);
        }
        forgotten.stream()
                .filter(proxies.here::contains)
                .forEach(file -> proxies.notes.add("log " + file + ": bytes before this window's first line are not"
                        + " expected (" + Expected.setting(run) + " = " + expected + ")"));
        proxies.judgeEnds();
        proxies.gaps.judge(run);
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

    private void readFiles(
            Dataset<Row> rawLines, Map<LogFile, Reached> earlier, Set<String> knownLogs, Set<LogFile> forgotten) {
        Column isPlaced = expr("host is not null and file_offset is not null and coalesce(generation, '') <> '"
                + LogFile.UNKNOWN + "'");
        Dataset<Row> placed = rawLines.where(isPlaced)
                .groupBy("event_id")
                .agg(
                        first("host").as("host"),
                        first(expr("coalesce(log, '')")).as("log"),
                        first(expr("coalesce(generation, '')")).as("generation"),
                        first("file_offset").as("begin"),
                        first(Gaps.length()).as("length"),
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
                gaps.addWithin(placed, file);
            }
            Reached reached = earlier.get(file);
            if (reached != null) {
                // One byte more where lines end in CR LF.
                if (begin > reached.end() + 1) {
                    gaps.add(file, reached.end(), begin);
                }
            } else if (begin > 0 && !forgotten.contains(file) && knownLogs.contains(file.host() + "/" + file.log())) {
                gaps.add(file, 0, begin);
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
            } else if (before.matches() && !before.group(1).equals(LogFile.UNKNOWN)) {
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
                gaps.add(file, reached, end.getValue());
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
