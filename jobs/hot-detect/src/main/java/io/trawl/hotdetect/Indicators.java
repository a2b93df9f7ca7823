package io.trawl.hotdetect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.JobFailure;
import io.trawl.base.LogSource;
import io.trawl.base.Settings;
import io.trawl.base.SourceParser.Used;
import io.trawl.run.Jobs;
import io.trawl.run.Run;
import io.trawl.steps.IndicatorSnapshot;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The indicators that lines are matched with: a new snapshot is made ready while batches run, in driver and executors,
 * and taken into use between two of them. Which lines were matched with which is kept in the state folder.
 */
final class Indicators {
    private static final Logger LOG = LoggerFactory.getLogger(Indicators.class);

    private final Run run;
    private final Settings settings;
    private final String folder;
    private volatile @Nullable IndicatorSnapshot current;
    private volatile @Nullable IndicatorSnapshot next;
    private volatile @Nullable Instant since;
    private volatile @Nullable Refused refused;
    private @Nullable ObjectNode last;

    /** A snapshot that cannot be used, and why; without an id if it cannot even be asked which is the newest. */
    record Refused(@Nullable Long snapshot, String why) {
        /** The snapshot as a message calls it. */
        String name() {
            return snapshot == null ? "of the newest snapshot" : snapshot.toString();
        }
    }

    Indicators(Run run, Settings settings) {
        this.run = run;
        this.settings = settings;
        this.folder = "hot/" + run.source().name() + "/indicators/";
    }

    /** Looks for a newer snapshot, and makes it ready; one that is broken is said once, and looked at again. */
    void look() {
        IndicatorSnapshot latest = null;
        try {
            latest = IndicatorSnapshot.latest(run.lake());
            IndicatorSnapshot used = next != null ? next : current;
            if (latest == null || used != null && used.id() == latest.id()) {
                refused = null;
                return;
            }
            ready(latest);
            refused = null;
            next = latest;
        } catch (Exception e) {
            // Also what Spark throws without declaring it.
            Refused now = new Refused(latest == null ? null : latest.id(), Jobs.message(e));
            if (!now.equals(refused)) {
                LOG.warn("indicators {} cannot be used, {} stay: {}", now.name(), name(), now.why());
            }
            refused = now;
        }
    }

    private String name() {
        IndicatorSnapshot used = current;
        return used == null ? "none" : String.valueOf(used.id());
    }

    /** Opens a snapshot here and wherever tasks run. */
    private void ready(IndicatorSnapshot snapshot) {
        LogSource source = run.source();
        snapshot.fetch(settings, source);
        Settings there = settings;
        // Two tasks for each core there is now: so many that none of the executors is left out.
        List<Integer> tasks = IntStream.range(0, 2 * Math.max(1, run.context().defaultParallelism()))
                .boxed()
                .toList();
        run.context().parallelize(tasks, tasks.size()).foreachPartition(any -> snapshot.fetch(there, source));
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

    /** What was noted last, whichever driver did; null if nothing ever was. */
    @Nullable
    JsonNode noted() throws IOException {
        List<String> names = run.state().list(folder);
        return names.isEmpty() ? null : run.state().read(folder + names.get(names.size() - 1));
    }

    /** Goes on with the snapshot that a driver before this one had taken up; false if it cannot be used any more. */
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
        } catch (Exception e) {
            // A file system that does not answer says so here, and is waited for.
            Path index = new Path(snapshot.index());
            boolean there = index.getFileSystem(run.hadoop()).exists(index);
            LOG.warn(
                    "indicators {}, which were in use, cannot be opened any more (their index is {}): {}",
                    id,
                    there ? "there" : "gone",
                    Jobs.message(e));
            return false;
        }
        current = snapshot;
        since = Instant.parse(found.path("taken").asText());
        return true;
    }

    /** The snapshot that is ready to be taken up. */
    IndicatorSnapshot ready() {
        IndicatorSnapshot ready = next;
        if (ready == null) {
            throw new IllegalStateException("no indicators are ready");
        }
        return ready;
    }

    /**
     * Keeps note of which snapshot and formats are used for the lines from these offsets on. The same once more is noted once.
     *
     * @param topicId the topic's id: its offsets mean nothing in another one
     * @param skipped offsets that were deleted before they were read, by partition: from, until
     */
    void note(
            IndicatorSnapshot snapshot,
            Used formats,
            String topicId,
            Map<Integer, Long> from,
            Map<Integer, long[]> skipped) {
        ObjectNode note = snapshot.json().put("run_id", run.id()).put("topic_id", topicId);
        ObjectNode by = note.putObject("formats");
        formats.versions().forEach(by::put);
        ObjectNode offsets = note.putObject("from");
        from.forEach((partition, offset) -> offsets.put(String.valueOf(partition), offset));
        if (!skipped.isEmpty()) {
            ObjectNode gone = note.putObject("skipped");
            skipped.forEach((partition, span) -> gone.putObject(String.valueOf(partition))
                    .put("from", span[0])
                    .put("until", span[1]));
        }
        if (note.equals(last)) {
            return;
        }
        try {
            ObjectNode file = note.deepCopy().put("taken", Instant.now().toString());
            int number = run.state().list(folder).size();
            while (!run.state().create(folder + String.format("%06d.json", number), file)) {
                number++;
            }
        } catch (IOException e) {
            throw new JobFailure(
                    "the take-up of indicators " + snapshot.id() + " cannot be noted: " + e.getMessage(), e);
        }
        last = note;
    }

    /** Uses a snapshot from now on. */
    void use(IndicatorSnapshot snapshot) {
        IndicatorSnapshot before = current;
        if (before == null || before.id() != snapshot.id()) {
            LOG.warn("indicators {} from now on, {} before", snapshot.id(), name());
            since = Instant.now();
        }
        current = snapshot;
        IndicatorSnapshot ready = next;
        if (ready != null && ready.id() == snapshot.id()) {
            next = null;
        }
    }
}
