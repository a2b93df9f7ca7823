package io.trawl.steps;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.JobFailure;
import io.trawl.base.Json;
import io.trawl.base.Settings;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeTable;
import io.trawl.run.Run;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import org.apache.iceberg.DataOperations;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.jspecify.annotations.Nullable;

/**
 * The indicators that a window is swept with: a snapshot of lake.indicators, the index file built from it, and the
 * allowlists that hold with it.
 *
 * @param id Iceberg snapshot of lake.indicators
 * @param index the index file, a URI
 * @param allowlists null where there are none
 */
public record IndicatorSnapshot(
        long id, String index, @Nullable Lists allowlists) implements Serializable {
    /** Property of a snapshot of lake.indicators that names its index file. */
    public static final String INDEX = "trawl.index";
    /** Property of a snapshot of lake.indicators: SHA-256 of its index file. */
    public static final String DIGEST = "trawl.digest";
    /** Property of a snapshot of lake.indicators that names the file of its allowlists; there is none without allowlists. */
    public static final String ALLOWLISTS = "trawl.allowlists";
    /** Property of a snapshot of lake.indicators: SHA-256 of the file of its allowlists. */
    public static final String ALLOWLISTS_DIGEST = "trawl.allowlists.digest";
    /** Property of a snapshot of lake.indicators: how many allowlists there are. */
    public static final String ALLOWLISTS_COUNT = "trawl.allowlists.count";

    /**
     * Allowlists, all in one file.
     *
     * @param file its URI
     * @param digest its SHA-256, in hexadecimal
     */
    public record Lists(String file, String digest) implements Serializable {}

    private static @Nullable Lists lists(@Nullable String file, @Nullable String digest) {
        return file == null || digest == null ? null : new Lists(file, digest);
    }

    /**
     * Makes index and allowlists ready in this process, so that the first event need not wait for them.
     *
     * @throws JobFailure one of the files is missing or broken
     */
    public void fetch(Settings settings) {
        SnapshotFiles.INDEXES.open(index, settings);
        if (allowlists != null) {
            SnapshotFiles.ALLOWLISTS.open(allowlists.file(), settings);
        }
    }

    /** As a pin holds it. */
    public ObjectNode json() {
        ObjectNode pin = Json.MAPPER.createObjectNode();
        pin.put("snapshot", id).put("index", index);
        if (allowlists != null) {
            pin.putObject("allowlists").put("file", allowlists.file()).put("digest", allowlists.digest());
        }
        return pin;
    }

    /** Reads what {@link #json} gave. */
    public static IndicatorSnapshot of(JsonNode pin) {
        // A pin from before there were allowlists has none.
        JsonNode lists = pin.path("allowlists");
        return new IndicatorSnapshot(
                pin.path("snapshot").asLong(),
                pin.path("index").asText(),
                lists(lists.path("file").textValue(), lists.path("digest").textValue()));
    }

    /**
     * The newest snapshot that says what the indicators are, null where there is none. A compaction's snapshot has the same
     * rows in other files and names no index: what counts is the snapshot that it was made from.
     */
    public static @Nullable Snapshot content(Table table) {
        Snapshot snapshot = table.currentSnapshot();
        while (snapshot != null && DataOperations.REPLACE.equals(snapshot.operation()) && !hasIndex(snapshot)) {
            Long parent = snapshot.parentId();
            snapshot = parent == null ? null : table.snapshot(parent);
        }
        return snapshot != null && hasIndex(snapshot) ? snapshot : null;
    }

    private static boolean hasIndex(Snapshot snapshot) {
        return snapshot.summary().get(INDEX) != null;
    }

    /** The newest indicators, null where none were ever loaded. */
    public static @Nullable IndicatorSnapshot latest(Lake lake) {
        Table table = lake.table(LakeTable.INDICATORS);
        Snapshot snapshot = content(table);
        if (snapshot == null) {
            if (table.currentSnapshot() != null) {
                throw new JobFailure(
                        "lake.indicators has rows, but its newest snapshot that refresh-indicators made is gone: load feeds again (trawl run refresh-indicators)",
                        null);
            }
            return null;
        }
        return new IndicatorSnapshot(
                snapshot.snapshotId(),
                Objects.requireNonNull(snapshot.summary().get(INDEX)),
                lists(snapshot.summary().get(ALLOWLISTS), snapshot.summary().get(ALLOWLISTS_DIGEST)));
    }

    /**
     * The indicators of a run's window, with their allowlists: those of its first sweep, pinned then for every later one.
     * The run takes note of them for the ledger: the snapshot, the allowlists' digest, and whether they are the pinned ones.
     *
     * @param renew take the newest instead, and pin those from now on
     */
    public static IndicatorSnapshot pin(Run run, boolean renew) throws IOException {
        IndicatorSnapshot pinned = pinned(run, renew);
        Lists allowlists = pinned.allowlists();
        run.input(LakeTable.INDICATORS, pinned.id());
        run.indicators(pinned.id());
        run.version("allowlists", allowlists == null ? "none" : allowlists.digest());
        run.version("indicators", renew ? "latest" : "pinned");
        return pinned;
    }

    private static IndicatorSnapshot pinned(Run run, boolean renew) throws IOException {
        String folder = run.stateFile("indicators", "");
        for (int tries = 0; tries < 10; tries++) {
            List<String> pins = run.state().list(folder);
            if (!pins.isEmpty() && !renew) {
                JsonNode pin = run.state().read(folder + pins.get(pins.size() - 1));
                if (pin != null) {
                    return of(pin);
                }
            }
            IndicatorSnapshot latest = latest(run.lake());
            if (latest == null) {
                throw new JobFailure(
                        "lake.indicators is empty: load feeds first (trawl run refresh-indicators --feeds FOLDER, or the DAG refresh_indicators)",
                        null);
            }
            ObjectNode pin = latest.json().put("run_id", run.id());
            // Whoever creates the next number decides; who comes second reads it.
            if (run.state().create(folder + String.format("%06d.json", pins.size()), pin) && renew) {
                return latest;
            }
        }
        throw new JobFailure(
                "the indicators of window " + run.window() + " cannot be pinned: too many runs at once", null);
    }
}
