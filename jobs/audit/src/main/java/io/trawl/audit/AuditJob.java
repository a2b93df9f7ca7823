package io.trawl.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.Json;
import io.trawl.base.Settings;
import io.trawl.base.Window;
import io.trawl.copies.FileRanges;
import io.trawl.flow.Rows;
import io.trawl.hbase.HBase;
import io.trawl.kafka.HotProgress;
import io.trawl.kafka.LogCut;
import io.trawl.kafka.Messages;
import io.trawl.kafka.Offsets;
import io.trawl.kafka.files.Inbox;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.parity.Parity;
import io.trawl.parity.Verdict;
import io.trawl.record.Detection;
import io.trawl.record.OffsetSpan;
import io.trawl.run.Job;
import io.trawl.run.Jobs;
import io.trawl.run.Run;
import io.trawl.schema.word.Stage;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Proves for one window that nothing was lost and nothing is counted twice. It counts in broker, lake and HBase, and does not
 * rely on what the jobs reported:
 *
 * <pre>messages in offsets = raw_lines = proxy_events + invalid_records + copies</pre>
 *
 * Copies are lines that the window has twice, or that an earlier window has, too. How many records a message of several
 * has is what validate counted; {@link Wrapped} holds it against the tables. It names proxies that fell silent, files whose byte offsets have a gap or whose
 * end never came, results that the ledger does not name, and messages that no window has read. What it finds is written into the
 * ledger either way; where something does not hold the job fails with the numbers.
 */
public final class AuditJob implements Job {
    @Option(
            names = "--deep",
            description = "Compares every row, not only samples and counts: reads HBase's tables whole.")
    private boolean deep;

    public static void main(String[] args) {
        Jobs.main(args, new AuditJob());
    }

    @Override
    public String name() {
        return Stage.AUDIT.name();
    }

    @Override
    public String purpose() {
        return "Recounts a window in broker, lake and HBase; fails with the numbers if a line is lost or counted twice.";
    }

    @Override
    public void check(Settings settings) {
        CopiesElsewhere.lookback(settings);
        HBaseSide.most(settings);
        InvalidShare.check(settings);
    }

    @Override
    public List<LakeTable<?>> inspects() {
        return List.of(
                LakeTable.RAW_LINES,
                LakeTable.PROXY_EVENTS,
                LakeTable.INVALID_RECORDS,
                LakeTable.DETECTIONS,
                LakeTable.OBSERVABLES);
    }

    @Override
    public boolean recorded() {
        return true;
    }

    @Override
    public void run(Run run) throws IOException {
        String source = run.source().name();
        Window window = run.window();
        Ledger ledger = run.ledger();
        Ledger.Entry ingest = ledger.require(source, Stage.INGEST, window);
        Ledger.Entry validate = ledger.require(source, Stage.VALIDATE, window);
        Ledger.Entry enrich = ledger.require(source, Stage.ENRICH, window);
        boolean hasHBase = HBase.isSet(run.settings());
        Ledger.@Nullable Entry load = hasHBase ? ledger.require(source, Stage.LOAD, window) : null;
        List<String> problems = new ArrayList<>();

        stale(problems, Stage.VALIDATE, validate, ingest, LakeTable.RAW_LINES);
        stale(problems, Stage.ENRICH, enrich, validate, LakeTable.PROXY_EVENTS);
        if (load != null) {
            stale(problems, Stage.LOAD, load, enrich, LakeTable.DETECTIONS);
            stale(problems, Stage.LOAD, load, enrich, LakeTable.OBSERVABLES);
        }

        Heads heads = new Heads(run, problems);
        heads.compare(Stage.INGEST, ingest, LakeTable.RAW_LINES);
        heads.compare(Stage.VALIDATE, validate, LakeTable.PROXY_EVENTS, LakeTable.INVALID_RECORDS);
        heads.compare(Stage.ENRICH, enrich, LakeTable.DETECTIONS, LakeTable.OBSERVABLES);

        run.lines(ingest.counts().getOrDefault("raw", 0L) + Wrapped.of(validate).more());
        Dataset<Row> lines = rowsIfAny(run, LakeTable.RAW_LINES, ingest.output(LakeTable.RAW_LINES));
        FileRanges places = FileRanges.in(lines);
        long again = Again.count(run, problems, ingest, validate, lines, places);
        Offsets.Span broker = conserve(run, problems, ingest, validate, lines, again);
        CopiesElsewhere.count(run, lines, places.unplaced());
        tile(run, problems, ingest, broker.cuts());
        if (hasHBase) {
            hbase(run, problems, ingest, enrich, deep);
        } else {
            Dataset<Row> detections = batch(run, enrich);
            run.count("detections", detections == null ? 0 : detections.count());
            run.note("not compared with HBase: there is none (setting hbase.quorum is empty)");
        }
        Map<String, String> versions = enrich.versions();
        run.note("swept with indicators " + enrich.indicatorSnapshot() + " ("
                + versions.getOrDefault("indicators", "pinned") + "), allowlists "
                + versions.getOrDefault("allowlists", "none"));
        run.count("suppressed", enrich.counts().getOrDefault("suppressed", 0L));
        run.count("odd_hosts", enrich.counts().getOrDefault("odd_hosts", 0L));
        Ledger.Entry before = ledger.latestBefore(source, Stage.AUDIT, window);
        JsonNode known = before == null || before.detail() == null
                ? Json.MAPPER.missingNode()
                : Json.MAPPER.readTree(before.detail());
        Unswept unswept = Unswept.before(run, ingest, known, before == null ? null : before.window());
        unswept.judge(run, problems);
        InvalidShare.of(run, validate).judge(run, validate);
        Proxies proxies = Proxies.judge(run, lines, known);
        problems.addAll(proxies.problems());
        proxies.notes().forEach(run::note);
        ObjectNode detail = Json.MAPPER.createObjectNode();
        unswept.into(detail);
        proxies.into(detail);
        problems.forEach(detail.putArray("problems")::add);
        run.detail(Json.MAPPER.writeValueAsString(detail));

        run.count("unknown_generation", proxies.unknownGeneration());
        run.count("problems", problems.size());
        run.sequence(Instant.now().toEpochMilli());
        if (!problems.isEmpty()) {
            run.failed("window " + window + " of source " + source + ": " + String.join("; ", problems));
        }
    }

    private static Dataset<Row> rows(Run run, LakeTable<?> table, long snapshot) {
        return run.lake().rows(run.spark(), table, run.source().name(), run.window(), snapshot);
    }

    /** The window's rows of a table; null if there are none, since asking Spark for none takes seconds. */
    private static @Nullable Dataset<Row> rowsIfAny(Run run, LakeTable<?> table, long snapshot) {
        return run.lake().isEmpty(table, run.source().name(), run.window(), snapshot)
                ? null
                : rows(run, table, snapshot);
    }

    private static long count(Run run, LakeTable<?> table, long snapshot) {
        Dataset<Row> rows = rowsIfAny(run, table, snapshot);
        return rows == null ? 0 : rows.count();
    }

    private static void stale(
            List<String> problems, Stage stage, Ledger.Entry reader, Ledger.Entry writer, LakeTable<?> table) {
        long read = reader.input(table);
        long current = writer.output(table);
        if (read != current) {
            problems.add(stage + " was made from snapshot " + read + " of " + table
                    + ", which is no longer the current one (" + current + "): rerun " + stage
                    + " and what follows it");
        }
    }

    private static Offsets.Span conserve(
            Run run,
            List<String> problems,
            Ledger.Entry ingest,
            Ledger.Entry validate,
            @Nullable Dataset<Row> lines,
            long again)
            throws IOException {
        Offsets.Span broker;
        try (Messages messages = Inbox.of(run.source(), run.settings(), run.state())) {
            broker = messages.of(run.window());
        }
        if (!broker.spans().equals(ingest.spans("offsets"))) {
            problems.add("ingest read offsets " + text(ingest.spans("offsets")) + ", but the window is "
                    + text(broker.spans()) + ": rerun ingest and what follows it");
        }
        long holes = total(ingest.spans("holes"));
        long messages = total(broker.spans()) - holes;
        // Two queries of one distinct count each: one of both would move every line twice.
        long raw = 0;
        long places = 0;
        long copies = 0;
        if (lines != null) {
            for (Row of : lines.groupBy("partition")
                    .agg(functions.count(functions.lit(1)), functions.countDistinct("offset"))
                    .collectAsList()) {
                raw += of.getLong(1);
                places += of.getLong(2);
            }
            // 8 bytes instead of 32 letters: of 100 million lines two share them by chance once in 3,700 audits.
            copies = again
                    + raw
                    - lines.select(functions.xxhash64(functions.col("event_id")))
                            .distinct()
                            .count();
        }
        long valid = count(run, LakeTable.PROXY_EVENTS, validate.output(LakeTable.PROXY_EVENTS));
        long invalid = count(run, LakeTable.INVALID_RECORDS, validate.output(LakeTable.INVALID_RECORDS));
        Wrapped wrapped = Wrapped.of(validate);
        long stored = valid + invalid - wrapped.more();
        if (lines != null && raw != stored + copies) {
            copies = again + raw - lines.select("event_id").distinct().count();
        }
        run.count("messages", messages);
        run.count("raw", raw);
        run.count("valid", valid);
        run.count("invalid", invalid);
        run.count("copies", copies);
        run.count("copies_earlier", again);
        run.count("holes", holes);
        if (raw != messages) {
            problems.add("the offsets hold " + messages + " messages, lake.raw_lines has " + raw + " ("
                    + (raw < messages ? (messages - raw) + " lost" : (raw - messages) + " too many") + ")");
        }
        if (places != raw) {
            problems.add("lake.raw_lines has " + (raw - places) + " messages twice");
        }
        if (wrapped.isAny()) {
            wrapped.judge(run, problems, validate, raw - copies);
        }
        if (raw != stored + copies) {
            problems.add("lake.raw_lines has " + raw + " lines, but " + valid + " valid + " + invalid + " invalid + "
                    + copies + " copies" + wrapped + " = " + (stored + copies));
        }
        if (holes > 0) {
            run.note(holes + " messages of the window were gone before they were read (accepted)");
        }
        broker.cuts().forEach(cut -> run.note(cut.text(run.source().topic()) + " (accepted)"));
        return broker;
    }

    private static void tile(Run run, List<String> problems, Ledger.Entry ingest, List<LogCut> cuts) {
        Ledger.Entry before = run.ledger()
                .current(run.source().name(), Stage.INGEST, run.window().previous());
        if (before == null) {
            return;
        }
        Map<Integer, Long> ends = new HashMap<>();
        before.spans("offsets").forEach(span -> ends.put(span.getPartition(), span.getUntil()));
        for (OffsetSpan span : ingest.spans("offsets")) {
            long end = ends.getOrDefault(span.getPartition(), 0L);
            boolean cut =
                    cuts.stream().anyMatch(one -> one.partition() == span.getPartition() && one.at() == span.getFrom());
            if (end != span.getFrom() && !cut) {
                problems.add("partition " + span.getPartition() + " begins at offset " + span.getFrom()
                        + ", but the window before ended at " + end);
            }
        }
    }

    /** The batch sweep's detections of the window. */
    private static @Nullable Dataset<Row> batch(Run run, Ledger.Entry enrich) {
        Dataset<Row> all = rowsIfAny(run, LakeTable.DETECTIONS, enrich.output(LakeTable.DETECTIONS));
        return all == null ? null : all.where("sweep = 'batch'");
    }

    /** What HBase has of the window: the batch sweep's rows and, if there is a hot path, its own as well. */
    private static void hbase(Run run, List<String> problems, Ledger.Entry ingest, Ledger.Entry enrich, boolean deep)
            throws IOException {
        // Before the detections are read.
        HotProgress hot = HotProgress.of(run.source(), run.settings(), run.state());
        long lacking = HBaseSide.compare(run, problems, enrich, deep);
        if (hot == null) {
            return;
        }
        if (lacking > 0) {
            run.note("hot path: not compared, since HBase lacks detections of the batch sweep");
            return;
        }
        Dataset<Row> detections = batch(run, enrich);
        Parity compared = Parity.of(run.settings(), run.ledger(), run.window(), ingest, enrich, hot);
        Verdict parity = detections == null
                ? compared.judge(Collections.emptyIterator())
                : compared.judge(run.context(), Rows.records(detections, Detection::new));
        run.counts(parity.counts());
        run.note(parity.note());
    }

    private static long total(List<OffsetSpan> spans) {
        return spans.stream()
                .mapToLong(span -> span.getUntil() - span.getFrom())
                .sum();
    }

    private static String text(List<OffsetSpan> spans) {
        List<String> parts = new ArrayList<>();
        spans.forEach(span -> parts.add(span.getPartition() + ": " + span.getFrom() + " to " + span.getUntil()));
        return "{" + String.join(", ", parts) + "}";
    }
}
