package io.trawl.run;

import io.trawl.base.JobFailure;
import io.trawl.base.LogSource;
import io.trawl.base.Window;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.schema.word.Stage;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.iceberg.Snapshot;
import org.jspecify.annotations.Nullable;

/**
 * What a run reads and writes: what its job said it would, and what it did. The snapshot that fences a table's commit is
 * taken before anything is read; inputs and outputs are noted as they happen; at the end both sides have to agree.
 */
final class Books implements Lake.Watch {
    private final Job job;
    private final @Nullable LogSource source;
    private final @Nullable Window window;
    private final Map<String, LakeTable<?>> writes = new TreeMap<>();
    private final Map<String, @Nullable Long> bases = new HashMap<>();
    private final Map<Stage, Ledger.Entry> stages = new HashMap<>();
    private final Set<String> seen = new TreeSet<>();
    private final Map<String, Long> inputs = new TreeMap<>();
    private final Map<String, Long> outputs = new TreeMap<>();
    private final Map<String, Long> sequences = new HashMap<>();
    private @Nullable Long sequence;

    Books(Job job, @Nullable LogSource source, @Nullable Window window) {
        this.job = job;
        this.source = source;
        this.window = window;
        job.writes().forEach(table -> writes.put(table.name(), table));
    }

    /** Takes the snapshots that fence the run's commits, and then what the ledger says of the stages that it reads. */
    void open(Lake lake, Ledger ledger) {
        writes.forEach((name, table) -> bases.put(name, lake.snapshot(table)));
        for (Reads reads : job.reads()) {
            if (source == null || window == null) {
                throw new IllegalStateException("job " + job.name() + " has no window to read");
            }
            stages.put(reads.stage(), ledger.require(source.name(), reads.stage(), window));
        }
    }

    /** The entry of the stage that the job reads a table of; the table counts as read from now on. */
    Ledger.Entry reading(LakeTable<?> table) {
        for (Reads reads : job.reads()) {
            if (reads.tables().contains(table)) {
                Ledger.Entry entry = Objects.requireNonNull(stages.get(reads.stage()));
                inputs.put(table.name(), entry.output(table));
                return entry;
            }
        }
        throw new JobFailure(
                "job " + job.name() + " reads " + table
                        + " without having said so; expected it in reads(), for example Reads.of(Stage.INGEST, LakeTable.RAW_LINES)",
                null);
    }

    /** The snapshot of a table before the run read anything; null if there was none. */
    @Nullable
    Long base(LakeTable<?> table) {
        if (!writes.containsKey(table.name())) {
            throw new JobFailure(
                    "job " + job.name() + " writes " + table
                            + " without having said so; expected it in writes(), for example List.of(LakeTable.PROXY_EVENTS)",
                    null);
        }
        return bases.get(table.name());
    }

    void input(LakeTable<?> table, long snapshot) {
        inputs.put(table.name(), snapshot);
    }

    void output(LakeTable<?> table, Snapshot snapshot) {
        outputs.put(table.name(), snapshot.snapshotId());
        sequences.put(table.name(), snapshot.sequenceNumber());
    }

    void sequence(long value) {
        this.sequence = value;
    }

    /**
     * What orders the runs of a stage: what the job says, else the number of its commit to the first table that it writes; if
     * it writes none, the time.
     */
    long sequence() {
        if (sequence != null) {
            return sequence;
        }
        return job.writes().isEmpty()
                ? Instant.now().toEpochMilli()
                : Objects.requireNonNull(sequences.get(job.writes().get(0).name()));
    }

    Map<String, Long> inputs() {
        return inputs;
    }

    Map<String, Long> outputs() {
        return outputs;
    }

    /** @throws JobFailure the job did not do what it said, or did what it did not say */
    void balance() {
        for (Reads reads : job.reads()) {
            for (LakeTable<?> table : reads.tables()) {
                if (!inputs.containsKey(table.name())) {
                    throw new JobFailure(
                            "job " + job.name() + " has " + table
                                    + " in reads() and did not read it; expected run.reading(table), or a shorter list",
                            null);
                }
            }
        }
        for (LakeTable<?> table : job.inspects()) {
            seen.remove(table.name());
        }
        for (String name : seen) {
            if (!inputs.containsKey(name)) {
                throw new JobFailure(
                        "job " + job.name() + " read lake." + name
                                + " of its window, and the ledger would not say so; expected it in reads() or inspects()",
                        null);
            }
        }
        for (LakeTable<?> table : writes.values()) {
            if (!outputs.containsKey(table.name())) {
                throw new JobFailure(
                        "job " + job.name() + " has " + table
                                + " in writes() and committed nothing to it; expected run.replacing(table) to be filled, if only with nothing",
                        null);
            }
        }
    }

    @Override
    public void reads(LakeTable<?> table, String of, Instant start) {
        if (source != null && window != null && of.equals(source.name()) && start.equals(window.start())) {
            seen.add(table.name());
        }
    }

    @Override
    public void replaces(LakeTable<?> table, @Nullable Long base) {
        if (!Objects.equals(base(table), base)) {
            throw new JobFailure(
                    "job " + job.name() + " would replace rows of " + table + " as of snapshot " + base
                            + ", taken after it had begun to read; expected run.base(table)",
                    null);
        }
    }

    @Override
    public void committed(LakeTable<?> table, Snapshot snapshot) {
        output(table, snapshot);
    }
}
