package io.trawl.maintain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.trawl.base.JobFailure;
import io.trawl.base.Settings;
import io.trawl.base.State;
import io.trawl.hbase.HBase;
import io.trawl.hbase.HBaseRetention;
import io.trawl.lake.LakeTable;
import io.trawl.run.Job;
import io.trawl.run.Jobs;
import io.trawl.run.Run;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.hadoop.fs.Path;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.jspecify.annotations.Nullable;
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
    private static final String REPORTS = "reports.dir";
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
        return "Deletes old rows, and snapshots and files that no rerun needs, from lake, HBase and state folder; merges small files.";
    }

    @Override
    public boolean windowed() {
        return false;
    }

    @Override
    public void check(Settings settings) {
        Terms.of(settings, clock.instant(), Set.of());
        requireApart(settings);
        Terms.atLeast(settings, COMPACT_AFTER, Duration.ofDays(1), "the longest window");
        Terms.atLeast(settings, ORPHANS, Duration.ofDays(1), "a day");
        Terms.atLeast(settings, ORPHANS, settings.duration(Terms.GRACE), Terms.GRACE);
        Terms.atLeast(settings, ORPHANS_EVERY, Duration.ZERO, "zero");
        Terms.atLeast(settings, HBASE_EVERY, Duration.ZERO, "zero");
        Terms.atLeast(settings, KEEP_REPORTS, Duration.ofDays(1), "a day");
        if (settings.number(COMPACT_FILES) < 2) {
            throw new IllegalArgumentException("setting " + COMPACT_FILES + " = " + settings.number(COMPACT_FILES)
                    + ": expected 2 or more, for example 5");
        }
        if (settings.text("lake.type").equalsIgnoreCase("hadoop")) {
            throw new IllegalArgumentException(
                    "setting lake.type = hadoop: files of such a catalog cannot be deleted safely; move the lake to a database first (bin/trawl migrate-lake --from hadoop, docs/lake.md)");
        }
    }

    /** Old files of reports.dir are deleted, whoever put them there. */
    private static void requireApart(Settings settings) {
        Path reports = new Path(settings.text(REPORTS));
        for (String key : List.of("state.dir", "lake.warehouse", "indicators.folder", "allowlists.folder")) {
            for (String other : settings.list(key)) {
                if (holds(reports, new Path(other)) || holds(new Path(other), reports)) {
                    throw new IllegalArgumentException(
                            "setting " + REPORTS + " = " + reports + ": expected a folder apart from " + key + " ("
                                    + other + "), since old files in it are deleted");
                }
            }
        }
    }

    private static boolean holds(Path folder, Path other) {
        URI outer = folder.toUri();
        URI inner = other.toUri();
        boolean elsewhere = outer.getScheme() != null
                && inner.getScheme() != null
                && !(outer.getScheme().equals(inner.getScheme())
                        && Objects.equals(outer.getAuthority(), inner.getAuthority()));
        String root = outer.getPath().endsWith("/") ? outer.getPath() : outer.getPath() + "/";
        return !elsewhere && (inner.getPath() + "/").startsWith(root);
    }

    /** What a step does. */
    private interface Action {
        void run() throws Exception;
    }

    /** Steps, of which one that fails does not keep the others from being done. */
    private final class Steps {
        private final List<String> failed = new ArrayList<>();
        private int done;

        void take(String step, Action action) throws InterruptedException {
            steps.accept(step);
            try {
                action.run();
                done++;
            } catch (InterruptedException e) {
                throw e;
            } catch (Exception e) {
                LoggerFactory.getLogger(MaintainJob.class).error("{} failed", step, e);
                failed.add(step + ": " + Jobs.message(e));
            }
        }

        void end() {
            if (!failed.isEmpty()) {
                throw new JobFailure(
                        failed.size() + " of " + (failed.size() + done) + " steps failed, the others are done: "
                                + String.join("; ", failed),
                        null);
            }
        }
    }

    /** Which windows can be rerun, as the ledger says now: it is read anew only after a run has added to it. */
    private static final class Known {
        private final Run run;
        private final Terms terms;
        private @Nullable Kept kept;
        private @Nullable Snapshot at;

        Known(Run run, Terms terms) {
            this.run = run;
            this.terms = terms;
        }

        Kept newest() {
            Table ledger = run.lake().table(LakeTable.LEDGER);
            Snapshot now = ledger.currentSnapshot();
            Kept known = kept;
            if (known == null || !Objects.equals(now, at)) {
                known = Kept.of(ledger, terms);
                kept = known;
                at = now;
            }
            return known;
        }
    }

    @Override
    public void run(Run run) throws Exception {
        Settings settings = run.settings();
        Terms terms = Terms.of(settings, clock.instant(), Folders.pinnedSources(run.state()));
        // Jobs that begin from now on are refused what is deleted below; those that run have the grace.
        terms.horizon(Duration.ZERO).advance(run.state());
        Known known = new Known(run, terms);
        Kept kept = known.newest();
        Folders folders = new Folders(run.state(), run.ledger(), kept, terms);
        Steps all = new Steps();
        // Soon after the ledger was read.
        all.take("delete pins and manifests", () -> run.count("state_windows_deleted", folders.windows()));
        all.take(
                "delete files of the state folder",
                () -> run.count(
                        "state_files_deleted",
                        folders.borders() + folders.claims() + folders.leftovers() + folders.domains()));
        // What makes metadata small comes first: it needs little, and all that follows is faster for it.
        expire(all, run, terms, kept, folders);
        rows(all, run, terms, known);
        all.take(
                "delete index files",
                () -> run.count(
                        "index_files_deleted",
                        folders.indicators(() -> run.lake().table(LakeTable.INDICATORS))));
        all.take(
                "delete declarations of formats",
                () -> run.count("declarations_deleted", folders.declarations(known::newest)));
        all.take(
                "delete reports",
                () -> run.count(
                        "reports_deleted",
                        Folders.reports(
                                State.at(settings.text(REPORTS), run.hadoop()),
                                terms.now().minus(settings.duration(KEEP_REPORTS)))));
        all.take("delete orphan files", () -> orphans(run, terms));
        all.take("delete cells of HBase", () -> hbase(run, terms, known));
        all.end();
    }

    private void expire(Steps all, Run run, Terms terms, Kept kept, Folders folders) throws InterruptedException {
        for (LakeTable<?> name : Terms.WINDOWED) {
            all.take("expire snapshots of " + name, () -> {
                Set<Long> named = new HashSet<>(kept.snapshots(name));
                if (name.equals(LakeTable.DETECTIONS)) {
                    folders.loads().forEach(result -> named.add(result.detections()));
                } else if (name.equals(LakeTable.OBSERVABLES)) {
                    folders.loads().forEach(result -> named.add(result.observables()));
                }
                expire(run, name, named, kept, terms.cutoff());
            });
        }
        all.take("expire snapshots of " + LakeTable.INDICATORS, () -> {
            Set<Long> named = new HashSet<>(kept.snapshots(LakeTable.INDICATORS));
            named.addAll(folders.pinned());
            expire(run, LakeTable.INDICATORS, named, kept, terms.cutoff());
        });
        Instant readers = terms.now().minus(LEDGER_SNAPSHOTS);
        all.take(
                "expire snapshots of " + LakeTable.LEDGER,
                () -> expire(
                        run,
                        LakeTable.LEDGER,
                        Set.of(),
                        kept,
                        terms.cutoff().isAfter(readers) ? terms.cutoff() : readers));
    }

    private static void expire(Run run, LakeTable<?> name, Set<Long> named, Kept kept, Instant cutoff) {
        run.count(
                "snapshots_expired." + name.name(),
                Expiry.expire(name, run.lake().table(name), named, kept, cutoff));
    }

    private void rows(Steps all, Run run, Terms terms, Known known) throws InterruptedException {
        Settings settings = run.settings();
        Compaction compaction = new Compaction(run::spark, run.properties());
        for (LakeTable<?> name : Terms.WINDOWED) {
            all.take(
                    "delete old rows of " + name,
                    () -> run.count(
                            "windows_deleted." + name.name(),
                            Retention.apply(name, run.lake().table(name), terms, known::newest, run.properties())));
            all.take("compact " + name, () -> {
                Table table = run.lake().table(name);
                compaction.windows(
                        name,
                        table,
                        Contents.of(name, table),
                        terms.now().minus(settings.duration(COMPACT_AFTER)),
                        settings.number(COMPACT_FILES));
            });
            all.take(
                    "order manifests of " + name,
                    () -> compaction.manifests(name, run.lake().table(name)));
        }
        all.take("compact " + LakeTable.LEDGER, () -> {
            Table ledger = run.lake().table(LakeTable.LEDGER);
            compaction.ledger(ledger, terms.now());
            Retention.ledger(ledger, terms, run.properties());
            compaction.manifests(LakeTable.LEDGER, ledger);
        });
        run.count("files_compacted", compaction.rewritten());
        run.count("compactions_lost", compaction.lost());
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

    private static void hbase(Run run, Terms terms, Known known) throws IOException {
        Settings settings = run.settings();
        if (!HBase.isSet(settings) || !isDue(run, "hbase", terms.now(), settings.duration(HBASE_EVERY))) {
            return;
        }
        for (Map.Entry<String, LakeTable<?>> one : Map.<String, LakeTable<?>>of(
                        HBase.DETECTIONS, LakeTable.DETECTIONS, HBase.OBSERVABLES, LakeTable.OBSERVABLES)
                .entrySet()) {
            Kept kept = known.newest();
            HBaseRetention.Counts counts = HBaseRetention.apply(
                    settings,
                    one.getKey(),
                    cell -> cell.window().start().isBefore(terms.before(one.getValue(), cell.source()))
                            && terms.hasTimes(cell.source())
                            && !kept.has(cell.source(), cell.window().start()),
                    // No load of an older result of such a window can still run.
                    cell -> cell.window().end().isBefore(terms.cutoff())
                            && !kept.has(cell.source(), cell.window().start()));
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
