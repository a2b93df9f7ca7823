package io.trawl.etl;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which windows can no longer be rerun exactly, since maintenance has deleted what a rerun would read, or soon will. It is
 * written before anything is deleted, and never goes back.
 *
 * @param ended windows whose last run that made rows ended before this, and that were audited
 * @param windows by source: windows that end by this instant, audited or not, of which the same holds
 */
public record Horizon(Instant ended, Map<String, Instant> windows) {
    private static final String FILE = "maintain/horizon.json";
    private static final String LOAD = "load";
    /** The stage that is a window's last. */
    private static final String AUDIT = "audit";

    /** The horizon of a lake; null where there never was any maintenance. */
    public static @Nullable Horizon of(State state) throws IOException {
        JsonNode file = state.read(FILE);
        if (file == null) {
            return null;
        }
        Map<String, Instant> windows = new TreeMap<>();
        file.path("windows_before")
                .fields()
                .forEachRemaining(one ->
                        windows.put(one.getKey(), Instant.parse(one.getValue().asText())));
        return new Horizon(Instant.parse(file.path("ended_before").asText()), windows);
    }

    /** Writes this horizon, or what is later of it and the one that is there. */
    public Horizon advance(State state) throws IOException {
        Horizon before = of(state);
        Instant latest = before == null || before.ended.isBefore(ended) ? ended : before.ended;
        TreeMap<String, Instant> all = new TreeMap<>(windows);
        if (before != null) {
            before.windows.forEach((source, one) -> all.merge(source, one, (a, b) -> a.isAfter(b) ? a : b));
        }
        ObjectNode file = Json.MAPPER.createObjectNode().put("ended_before", latest.toString());
        ObjectNode of = file.putObject("windows_before");
        all.forEach((source, one) -> of.put(source, one.toString()));
        state.replace(FILE, file);
        return new Horizon(latest, all);
    }

    /** Whether a stage makes rows of the lake: from the last run of such a stage on a window's age is reckoned. */
    public static boolean isMaking(String stage) {
        return !stage.equals(LOAD) && !stage.equals(AUDIT);
    }

    /**
     * Whether a window lies behind the horizon.
     *
     * @param last when the last run that made rows of it ended
     * @param audited whether it was audited
     */
    public boolean isBehind(String source, Window window, Instant last, boolean audited) {
        return last.isBefore(ended) && (audited || !window.end().isAfter(windows.getOrDefault(source, Instant.MIN)));
    }

    /**
     * Refuses a window that lies behind the horizon.
     *
     * @throws IllegalArgumentException it does
     */
    static void require(State state, Ledger ledger, String source, Window window) throws IOException {
        Horizon horizon = of(state);
        if (horizon == null) {
            return;
        }
        List<Ledger.Ended> runs = ledger.runs(source, window);
        Instant last = runs.stream()
                .filter(run -> isMaking(run.stage()))
                .map(Ledger.Ended::at)
                .max(Instant::compareTo)
                .orElse(null);
        boolean audited = runs.stream().anyMatch(run -> run.stage().equals(AUDIT));
        if (last != null && horizon.isBehind(source, window, last, audited)) {
            throw new IllegalArgumentException("window " + window + " of source " + source
                    + " can no longer be rerun: its last run ended " + last
                    + ", and what runs from before " + horizon.ended
                    + " read and wrote is no longer kept (settings maintain.rerun, maintain.keep.*)");
        }
    }
}
