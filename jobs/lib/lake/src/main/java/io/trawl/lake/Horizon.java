package io.trawl.lake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.Json;
import io.trawl.base.State;
import io.trawl.base.Window;
import io.trawl.schema.word.Stage;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which windows can no longer be rerun exactly, since maintenance has deleted what a rerun would read, or soon will. It is
 * written before anything is deleted, and never goes back.
 *
 * @param ended finished windows whose last run that made rows ended before this
 * @param unfinished the same of windows that are not finished
 * @param own the same of those of sources that differ
 */
public record Horizon(Instant ended, Instant unfinished, Map<String, Instant> own) {
    private static final String FILE = "maintain/horizon.json";
    /** The stages whose results an audit compares. */
    private static final Set<Stage> AUDITED = Set.of(Stage.INGEST, Stage.VALIDATE, Stage.ENRICH);

    /** What the ledger has of the runs of a window. */
    public static final class Runs {
        private @Nullable Instant made;
        private Instant compared = Instant.MIN;
        private Instant audited = Instant.MIN;
        private Instant auditBegan = Instant.MIN;
        private boolean clean;

        /** Adds a run, as its entry has it. */
        public void add(Stage stage, Instant started, Instant ended, Map<?, ?> counts) {
            if (stage.equals(Stage.AUDIT)) {
                if (ended.isAfter(audited)) {
                    audited = ended;
                    auditBegan = started;
                    clean = Long.valueOf(0).equals(counts.get("problems"));
                }
            } else if (!stage.equals(Stage.LOAD)) {
                made = made == null || ended.isAfter(made) ? ended : made;
                compared = AUDITED.contains(stage) && ended.isAfter(compared) ? ended : compared;
            }
        }

        /** When the last run ended that made rows of the window; null if there was none. */
        public @Nullable Instant made() {
            return made;
        }

        /** Whether the newest audit found nothing wrong, and began after the last run whose result it compares had ended. */
        public boolean isFinished() {
            return clean && !auditBegan.isBefore(compared);
        }
    }

    /** The horizon of a lake; null if there never was any maintenance. */
    public static @Nullable Horizon of(State state) throws IOException {
        JsonNode file = state.read(FILE);
        if (file == null) {
            return null;
        }
        Map<String, Instant> own = new TreeMap<>();
        file.path("unfinished_before_of")
                .fields()
                .forEachRemaining(one ->
                        own.put(one.getKey(), Instant.parse(one.getValue().asText())));
        return new Horizon(
                Instant.parse(file.path("ended_before").asText()),
                Instant.parse(file.path("unfinished_before").asText()),
                own);
    }

    /** Writes this horizon, or what is later of it and the one that is there. */
    public Horizon advance(State state) throws IOException {
        Horizon before = of(state);
        Horizon latest = before == null ? this : later(before);
        ObjectNode file = Json.MAPPER
                .createObjectNode()
                .put("ended_before", latest.ended.toString())
                .put("unfinished_before", latest.unfinished.toString());
        ObjectNode of = file.putObject("unfinished_before_of");
        latest.own.forEach((source, one) -> of.put(source, one.toString()));
        state.replace(FILE, file);
        return latest;
    }

    private Horizon later(Horizon other) {
        Map<String, Instant> all = new TreeMap<>();
        Set<String> sources = new TreeSet<>(own.keySet());
        sources.addAll(other.own.keySet());
        sources.forEach(source -> all.put(source, later(unfinished(source), other.unfinished(source))));
        return new Horizon(later(ended, other.ended), later(unfinished, other.unfinished), all);
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }

    private Instant unfinished(String source) {
        return own.getOrDefault(source, unfinished);
    }

    /**
     * Whether a window is before the horizon.
     *
     * @param made when the last run that made rows of it ended
     * @param finished whether an audit since found nothing wrong
     */
    public boolean isBehind(String source, Instant made, boolean finished) {
        return made.isBefore(ended) && (finished || made.isBefore(unfinished(source)));
    }

    /**
     * Refuses a window that is before the horizon.
     *
     * @throws IllegalArgumentException it does
     */
    public static void require(State state, Ledger ledger, String source, Window window) throws IOException {
        String why = why(of(state), ledger, source, window);
        if (why != null) {
            throw new IllegalArgumentException(why);
        }
    }

    /** Why a window can no longer be rerun; null if it is before the horizon, or where there is none. */
    public static @Nullable String why(@Nullable Horizon horizon, Ledger ledger, String source, Window window) {
        if (horizon == null) {
            return null;
        }
        Runs runs = ledger.runs(source, window);
        Instant made = runs.made();
        if (made == null || !horizon.isBehind(source, made, runs.isFinished())) {
            return null;
        }
        return "window " + window + " of source " + source + " can no longer be rerun: its last run ended " + made
                + ", and what runs from before " + (runs.isFinished() ? horizon.ended : horizon.unfinished(source))
                + " read and wrote is no longer kept (settings maintain.rerun, maintain.keep.*)";
    }
}
