package io.trawl.maintain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.trawl.etl.HBase;
import io.trawl.etl.HBaseRetention;
import io.trawl.etl.Job;
import io.trawl.etl.Jobs;
import io.trawl.etl.LakeTable;
import io.trawl.etl.Run;
import io.trawl.etl.Settings;
import io.trawl.etl.State;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.iceberg.Table;
import org.slf4j.LoggerFactory;

/**
 * Deletes what is too old or unused, and makes few files of many. Each step is a commit of its own or a deletion of what nobody
 * names, so the job may be killed at any moment and run again, and other jobs run meanwhile.
 */
public final class MaintainJob implements Job {
    private static final String COMPACT_AFTER = "maintain.compact.after";
    private static final String COMPACT_FILES = "maintain.compact.files";
    private static final String ORPHANS = "maintain.orphans";
    private static final String ORPHANS_EVERY = "maintain.orphans.every";
    private static final String HBASE_EVERY = "maintain.hbase.every";
    private static final String KEEP_REPORTS = "maintain.keep.reports";
    /** A snapshot of the ledger serves nobody but who is just reading it. */
    private static final Duration LEDGER_SNAPSHOTS = Duration.ofHours(1);

    private final Clock clock;
    private final Consumer<String> steps;

    public MaintainJob() {
        this(
                Clock.systemUTC(),
                step -> LoggerFactory.getLogger(MaintainJob.class).info("{}", step));
    }

    /**
     * @param clock that ages are reckoned by
     * @param steps hears what is done next
     */
    public MaintainJob(Clock clock, Consumer<String> steps) {
        this.clock = clock;
        this.steps = steps;
    }

    public static void main(String[] args) {
        Jobs.main(args, new MaintainJob());
    }

    @Override
    public String name() {
        return "maintain";
    }

    @Override
    public String purpose() {
        return "Deletes old rows, snapshots and files that no rerun needs from lake, HBase and state folder; merges small files.";
    }

    @Override
    public boolean windowed() {
        return false;
    }

    @Override
    public void check(Settings settings) {
        Terms.of(settings, clock.instant());
        Terms.atLeast(settings, COMPACT_AFTER, Duration.ofDays(1), "the longest window");
        Terms.atLeast(settings, ORPHANS, settings.duration(Terms.GRACE), Terms.GRACE);
        Terms.atLeast(settings, ORPHANS_EVERY, Duration.ZERO, "zero");
        Terms.atLeast(settings, HBASE_EVERY, Duration.ZERO, "zero");
        Terms.atLeast(settings, KEEP_REPORTS, Duration.ofDays(1), "a day");
        if (settings.number(COMPACT_FILES) < 2) {
            throw new IllegalArgumentException(
                    "setting " + COMPACT_FILES + " = " + settings.number(COMPACT_FILES) + ": expected 2 or more, as 5");
        }
        if (settings.text("lake.type").equalsIgnoreCase("hadoop")) {
            throw new IllegalArgumentException(
                    "setting lake.type = hadoop: files of such a catalog cannot be deleted safely; move the lake to a database first (bin/trawl migrate-lake --from hadoop, docs/lake.md)");
        }
    }

    @Override
    public void run(Run run) throws Exception {
        Settings settings = run.settings();
        Terms terms = Terms.of(settings, clock.instant());
        Table ledger = run.lake().table(LakeTable.LEDGER);
        // Jobs that begin from now on are refused what is deleted below; those that run have the grace.
        Kept.horizon(terms, Set.copyOf(settings.sources())).advance(run.state());
        Kept kept = Kept.of(ledger, terms);
        Folders folders = new Folders(run.state(), kept, terms);
        Compaction compaction = new Compaction(run::spark, run.properties());
        for (LakeTable<?> name : Terms.WINDOWED) {
            steps.accept("delete old rows of " + name);
            Table table = run.lake().table(name);
            Contents contents = Contents.of(name, table);
            run.count(
                    "windows_deleted." + name.name(),
                    Retention.apply(name, table, contents, terms, kept, run.properties()));
            steps.accept("compact " + name);
            compaction.windows(
                    name,
                    table,
                    Contents.of(name, table),
                    terms.now().minus(settings.duration(COMPACT_AFTER)),
                    settings.number(COMPACT_FILES));
            steps.accept("order manifests of " + name);
            compaction.manifests(name, table);
        }
        steps.accept("compact " + LakeTable.LEDGER);
        compaction.ledger(ledger, terms.now());
        Retention.ledger(ledger, terms, run.properties());
        compaction.manifests(LakeTable.LEDGER, ledger);
        run.count("files_compacted", compaction.rewritten());
        run.count("compactions_lost", compaction.lost());

        steps.accept("delete pins and manifests");
        run.count("state_windows_deleted", folders.windows());
        for (LakeTable<?> name : Terms.WINDOWED) {
            expire(run, name, kept.snapshots(name), terms.cutoff());
        }
        Set<Long> indicators = new HashSet<>(kept.snapshots(LakeTable.INDICATORS));
        indicators.addAll(folders.pinned());
        expire(run, LakeTable.INDICATORS, indicators, terms.cutoff());
        Instant readers = terms.now().minus(LEDGER_SNAPSHOTS);
        expire(run, LakeTable.LEDGER, Set.of(), terms.cutoff().isAfter(readers) ? terms.cutoff() : readers);

        steps.accept("delete files of the state folder");
        run.count("state_files_deleted", folders.claims() + folders.borders() + folders.leftovers());
        run.count("index_files_deleted", folders.indicators(() -> run.lake().table(LakeTable.INDICATORS)));
        run.count(
                "reports_deleted",
                Folders.reports(
                        State.at(settings.text("reports.dir"), run.hadoop()),
                        terms.now().minus(settings.duration(KEEP_REPORTS))));
        steps.accept("delete orphan files");
        orphans(run, terms);
        steps.accept("delete cells of HBase");
        hbase(run, terms, kept);
    }

    private void expire(Run run, LakeTable<?> name, Set<Long> named, Instant cutoff) {
        steps.accept("expire snapshots of " + name);
        run.count("snapshots_expired." + name.name(), Expiry.expire(run.lake().table(name), named, cutoff));
    }

    private static void orphans(Run run, Terms terms) throws IOException {
        Settings settings = run.settings();
        if (!isDue(run, "orphans", terms.now(), settings.duration(ORPHANS_EVERY))) {
            return;
        }
        List<LakeTable<?>> all = new ArrayList<>(Terms.WINDOWED);
        all.add(LakeTable.INDICATORS);
        all.add(LakeTable.LEDGER);
        for (LakeTable<?> name : all) {
            Table table = run.lake().table(name);
            if (table.currentSnapshot() != null) {
                run.count(
                        "orphans_deleted",
                        Orphans.delete(run.spark(), table, terms.now().minus(settings.duration(ORPHANS))));
            }
        }
        done(run, "orphans", terms.now());
    }

    private static void hbase(Run run, Terms terms, Kept kept) throws IOException {
        Settings settings = run.settings();
        if (!HBase.isSet(settings) || !isDue(run, "hbase", terms.now(), settings.duration(HBASE_EVERY))) {
            return;
        }
        for (Map.Entry<String, LakeTable<?>> one : Map.<String, LakeTable<?>>of(
                        HBase.DETECTIONS, LakeTable.DETECTIONS, HBase.OBSERVABLES, LakeTable.OBSERVABLES)
                .entrySet()) {
            HBaseRetention.Counts counts = HBaseRetention.apply(
                    settings,
                    one.getKey(),
                    cell -> !kept.has(cell.source(), cell.window().start())
                            && terms.hasTimes(cell.source())
                            && cell.window().start().isBefore(terms.before(one.getValue(), cell.source())),
                    // No load of such a window can run any more.
                    cell -> !kept.has(cell.source(), cell.window().start())
                            && cell.window().end().isBefore(terms.cutoff()));
            run.count("cells_deleted." + one.getKey(), counts.expired());
            run.count("tombstones_deleted." + one.getKey(), counts.tombstones());
        }
        done(run, "hbase", terms.now());
    }

    /** Whether a step that reads much is to be done again. */
    private static boolean isDue(Run run, String step, Instant now, Duration every) throws IOException {
        JsonNode last = run.state().read("maintain/" + step + ".json");
        return last == null
                || !Instant.parse(last.path("done").asText()).plus(every).isAfter(now);
    }

    private static void done(Run run, String step, Instant now) throws IOException {
        run.state()
                .replace(
                        "maintain/" + step + ".json",
                        JsonNodeFactory.instance.objectNode().put("done", now.toString()));
    }
}
