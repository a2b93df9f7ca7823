package io.trawl.etl;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.jspecify.annotations.Nullable;

/**
 * The indicators that a window is swept with: a snapshot of lake.indicators and the index file built from it.
 *
 * @param id Iceberg snapshot of lake.indicators
 * @param index the index file, a URI
 */
public record IndicatorSnapshot(long id, String index) implements Serializable {
    /** Property of a snapshot of lake.indicators that names its index file. */
    public static final String INDEX = "trawl.index";
    /** Property of a snapshot of lake.indicators: hash of what is in it. */
    public static final String DIGEST = "trawl.digest";

    /** The newest indicators, null where none were ever loaded. */
    public static @Nullable IndicatorSnapshot latest(Lake lake) {
        Table table = lake.table(LakeTable.INDICATORS);
        Snapshot snapshot = table.currentSnapshot();
        if (snapshot == null || snapshot.summary().get(INDEX) == null) {
            return null;
        }
        return new IndicatorSnapshot(
                snapshot.snapshotId(), Objects.requireNonNull(snapshot.summary().get(INDEX)));
    }

    /**
     * The indicators of a run's window: those of its first sweep, pinned then for every later one.
     *
     * @param renew take the newest instead, and pin those from now on
     */
    public static IndicatorSnapshot pin(Run run, boolean renew) throws IOException {
        String folder = run.stateFile("indicators", "");
        for (int tries = 0; tries < 10; tries++) {
            List<String> pins = run.state().list(folder);
            if (!pins.isEmpty() && !renew) {
                JsonNode pin = run.state().read(folder + pins.get(pins.size() - 1));
                if (pin != null) {
                    return new IndicatorSnapshot(
                            pin.path("snapshot").asLong(), pin.path("index").asText());
                }
            }
            IndicatorSnapshot latest = latest(run.lake());
            if (latest == null) {
                throw new JobFailure(
                        "lake.indicators is empty: load feeds first (trawl run refresh-indicators --feeds FOLDER, or the DAG refresh_indicators)",
                        null);
            }
            ObjectNode pin = Json.MAPPER.createObjectNode();
            pin.put("snapshot", latest.id()).put("index", latest.index()).put("run_id", run.id());
            // Whoever creates the next number decides; who comes second reads it.
            if (run.state().create(folder + String.format("%06d.json", pins.size()), pin) && renew) {
                return latest;
            }
        }
        throw new JobFailure(
                "the indicators of window " + run.window() + " cannot be pinned: too many runs at once", null);
    }
}
