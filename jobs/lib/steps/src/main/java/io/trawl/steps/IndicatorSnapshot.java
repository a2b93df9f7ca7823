package io.trawl.steps;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.JobFailure;
import io.trawl.base.Json;
import io.trawl.base.LogSource;
import io.trawl.base.Settings;
import io.trawl.intel.rule.fact.NewDomains;
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
 * What a window is swept with: a snapshot of lake.indicators, the index file built from it, and the allowlists and rules
 * that hold with it.
 *
 * @param id Iceberg snapshot of lake.indicators
 * @param index the index file, a URI
 * @param allowlists null if there are none
 * @param rules null if there are none
 */
public record IndicatorSnapshot(
        long id,
        String index,
        @Nullable Pack allowlists,
        @Nullable Pack rules) implements Serializable {
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

    /** Property of a snapshot of lake.indicators that names the file of its rules; there is none without rules. */
    public static final String RULES = "trawl.rules";
    /** Property of a snapshot of lake.indicators: SHA-256 of the file of its rules. */
    public static final String RULES_DIGEST = "trawl.rules.digest";
    /** Property of a snapshot of lake.indicators: how many rules there are. */
    public static final String RULES_COUNT = "trawl.rules.count";

    /**
     * Allowlists or rules, all in one file.
     *
     * @param file its URI
     * @param digest its SHA-256, in hexadecimal
     */
    public record Pack(String file, String digest) implements Serializable {
        /** The digest of a pack as a version; none if there is no pack. */
        static String version(@Nullable Pack pack) {
            return pack == null ? "none" : pack.digest();
        }
    }

    private static @Nullable Pack pack(@Nullable String file, @Nullable String digest) {
        return file == null || digest == null ? null : new Pack(file, digest);
    }

    private static @Nullable Pack pack(JsonNode pin) {
        return pack(pin.path("file").textValue(), pin.path("digest").textValue());
    }

    private static void put(ObjectNode pin, String name, @Nullable Pack pack) {
        if (pack != null) {
            pin.putObject(name).put("file", pack.file()).put("digest", pack.digest());
        }
    }

    /**
     * Makes index, allowlists and rules ready in this process, so that the first event need not wait for them.
     *
     * @param source whose events are to be judged
     * @throws JobFailure one of the files is missing or broken, or the rules cannot be run on the source
     */
    public void fetch(Settings settings, LogSource source) {
        SnapshotFiles.INDEXES.open(index, settings);
        if (allowlists != null) {
            SnapshotFiles.ALLOWLISTS.open(allowlists.file(), settings);
        }
        if (rules != null) {
            SweepStep.rules(this, settings, source, NewDomains.UNKNOWN);
        }
    }

    /** As a pin holds it. */
    public ObjectNode json() {
        ObjectNode pin = Json.MAPPER.createObjectNode();
        pin.put("snapshot", id).put("index", index);
        put(pin, "allowlists", allowlists);
        put(pin, "rules", rules);
        return pin;
    }

    /** Reads what {@link #json} gave. */
    public static IndicatorSnapshot of(JsonNode pin) {
        // A pin from before there were allowlists or rules has none.
        return new IndicatorSnapshot(
                pin.path("snapshot").asLong(),
                pin.path("index").asText(),
                pack(pin.path("allowlists")),
                pack(pin.path("rules")));
    }

    /**
     * The newest snapshot that says what the indicators are, null if there is none. A compaction's snapshot has the same
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

    /** The newest indicators, null if none were ever loaded. */
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
                pack(snapshot.summary().get(ALLOWLISTS), snapshot.summary().get(ALLOWLISTS_DIGEST)),
                pack(snapshot.summary().get(RULES), snapshot.summary().get(RULES_DIGEST)));
    }

    /**
     * The indicators of a run's window, with their allowlists and rules: those of its first sweep, pinned then for every
     * later one. The run takes note of them for the ledger: the snapshot, the digests of allowlists and rules, and whether
     * they are the pinned ones.
     *
     * @param renew take the newest instead, and pin those from now on
     */
    public static IndicatorSnapshot pin(Run run, boolean renew) throws IOException {
        IndicatorSnapshot pinned = pinned(run, renew);
        run.input(LakeTable.INDICATORS, pinned.id());
        run.indicators(pinned.id());
        run.version("allowlists", Pack.version(pinned.allowlists()));
        run.version("rules", Pack.version(pinned.rules()));
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
            pin.set(
                    RuleSettings.PIN,
                    RuleSettings.of(run.settings(), run.source()).json());
            // Whoever creates the next number decides; who comes second reads it.
            if (run.state().create(folder + String.format("%06d.json", pins.size()), pin) && renew) {
                return latest;
            }
        }
        throw new JobFailure(
                "the indicators of window " + run.window() + " cannot be pinned: too many runs at once", null);
    }
}
