package io.trawl.hotdetect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.etl.IndicatorSnapshot;
import io.trawl.etl.Jobs;
import io.trawl.etl.Run;
import io.trawl.etl.Settings;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The indicators that lines are matched with: a new snapshot is made ready beside the batches, in driver and executors,
 * and taken up between two of them. Which lines were matched with which is kept in the state folder.
 */
final class Indicators {
    private static final Logger LOG = LoggerFactory.getLogger(Indicators.class);

    private final Run run;
    private final Settings settings;
    private final String folder;
    private final int cores;
    private volatile @Nullable IndicatorSnapshot current;
    private volatile @Nullable IndicatorSnapshot next;
    private volatile @Nullable Instant since;
    private volatile @Nullable Refused refused;

    /** A snapshot that cannot be used, and why. */
    record Refused(long snapshot, String why) {}

    Indicators(Run run, Settings settings) {
        this.run = run;
        this.settings = settings;
        this.folder = "hot/" + run.source().name() + "/indicators/";
        this.cores = Math.max(1, run.context().defaultParallelism());
    }

    /** Looks for a newer snapshot, and makes it ready; one that is broken is said once, and looked at again. */
    void look() {
        IndicatorSnapshot latest = null;
        try {
            latest = IndicatorSnapshot.latest(run.lake());
            IndicatorSnapshot used = next != null ? next : current;
            if (latest == null || used != null && used.id() == latest.id()) {
                return;
            }
            ready(latest);
            refused = null;
            next = latest;
        } catch (RuntimeException e) {
            long id = latest == null ? 0 : latest.id();
            String why = Jobs.message(e);
            Refused before = refused;
            if (before == null || before.snapshot() != id || !before.why().equals(why)) {
                LOG.warn("indicators {} cannot be used, {} stay: {}", id, name(), why);
            }
            refused = new Refused(id, why);
        }
    }

    private String name() {
        IndicatorSnapshot used = current;
        return used == null ? "none" : String.valueOf(used.id());
    }

    /** Opens a snapshot here and wherever tasks run. */
    private void ready(IndicatorSnapshot snapshot) {
        snapshot.fetch(settings);
        Settings there = settings;
        // Two tasks a core: so many that none of the executors is left out.
        List<Integer> tasks = IntStream.range(0, 2 * cores).boxed().toList();
        run.context().parallelize(tasks, tasks.size()).foreachPartition(any -> snapshot.fetch(there));
    }

    /** The snapshot in use; null before the first. */
    @Nullable
    IndicatorSnapshot current() {
        return current;
    }

    /** Whether a newer one is ready. */
    boolean hasNext() {
        return next != null;
    }

    @Nullable
    Instant since() {
        return since;
    }

    @Nullable
    Refused refused() {
        return refused;
    }

    /** Goes on with the snapshot that a driver before this one had taken up; false where it cannot be used any more. */
    boolean resume(long id) throws IOException {
        JsonNode found = null;
        for (String name : run.state().list(folder)) {
            JsonNode taken = run.state().read(folder + name);
            if (taken != null && taken.path("snapshot").asLong() == id) {
                found = taken;
            }
        }
        if (found == null) {
            return false;
        }
        IndicatorSnapshot snapshot = IndicatorSnapshot.of(found);
        try {
            ready(snapshot);
        } catch (RuntimeException e) {
            LOG.warn("indicators {}, which were in use, cannot be opened any more: {}", id, Jobs.message(e));
            return false;
        }
        current = snapshot;
        since = Instant.parse(found.path("taken").asText());
        return true;
    }

    /**
     * Takes up the snapshot that is ready, for the lines from these offsets on, and keeps note of it.
     *
     * @param skipped offsets that were deleted before they were read, by partition: from, until
     */
    IndicatorSnapshot take(Map<Integer, Long> from, Map<Integer, long[]> skipped) {
        IndicatorSnapshot taken = next != null ? next : current;
        if (taken == null) {
            throw new IllegalStateException("no indicators are ready");
        }
        Instant now = Instant.now();
        ObjectNode note = taken.json().put("run_id", run.id()).put("taken", now.toString());
        ObjectNode offsets = note.putObject("from");
        from.forEach((partition, offset) -> offsets.put(String.valueOf(partition), offset));
        if (!skipped.isEmpty()) {
            ObjectNode gone = note.putObject("skipped");
            skipped.forEach((partition, span) -> gone.putObject(String.valueOf(partition))
                    .put("from", span[0])
                    .put("until", span[1]));
        }
        try {
            int number = run.state().list(folder).size();
            while (!run.state().create(folder + String.format("%06d.json", number), note)) {
                number++;
            }
        } catch (IOException e) {
            throw new io.trawl.etl.JobFailure(
                    "the take-up of indicators " + taken.id() + " cannot be noted: " + e.getMessage(), e);
        }
        if (current == null || current.id() != taken.id()) {
            LOG.warn("indicators {} from now on, {} before", taken.id(), name());
            since = now;
        }
        current = taken;
        next = null;
        return taken;
    }
}
