package io.trawl.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.JobFailure;
import io.trawl.base.Json;
import io.trawl.base.State;
import io.trawl.base.Window;
import io.trawl.lake.Ledger;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which windows a source has: each part of a day belongs to windows of one length, whoever sweeps them first. So a window
 * is known by its source, start and end, though tables and folders are named by source and start.
 *
 * <p>A day of a source is a folder of numbered files, each with all that is claimed of the day; a claim is the creation of
 * the next number, which has one winner. No window crosses midnight, since a window's length divides a day.
 */
final class WindowClaims {
    /** Days, and claims of a day, that are looked at for the last one. */
    private static final int DAYS = 31;

    private static final int CLAIMS = 60;

    private final State state;
    private final Ledger ledger;
    private final String source;

    WindowClaims(State state, Ledger ledger, String source) {
        this.state = state;
        this.ledger = ledger;
        this.source = source;
    }

    /** Neighbouring windows of one length. */
    private record Held(Instant from, Instant until, Duration unit) {
        static Held of(JsonNode json) {
            return new Held(
                    Instant.parse(json.path("from").asText()),
                    Instant.parse(json.path("until").asText()),
                    Duration.parse(json.path("unit").asText()));
        }

        static Held of(Window window) {
            return new Held(window.start(), window.end(), Duration.between(window.start(), window.end()));
        }

        boolean overlaps(Window window) {
            return from.isBefore(window.end()) && until.isAfter(window.start());
        }

        boolean continues(Held before) {
            return unit.equals(before.unit) && from.equals(before.until);
        }

        /** The first of these windows that has a part in the given one. */
        Window overlapping(Window window) {
            long past = Math.max(0, Duration.between(from, window.start()).toMillis());
            Instant start = from.plusMillis(past - past % unit.toMillis());
            return new Window(start, start.plus(unit));
        }
    }

    /** The newest file of a day; number -1 if there is none. */
    private record Day(int number, List<Held> held) {}

    /**
     * Looks whether a window may be swept. One that the ledger has and nobody has claimed, of before there were claims, is
     * claimed.
     *
     * @throws IllegalArgumentException windows of another length have been claimed or swept there
     */
    void check(Window window, String runId) throws IOException {
        if (!isHeld(day(window.start()), window)) {
            List<Window> swept = ledger.overlapping(source, window);
            if (swept.contains(window)) {
                claim(window, runId);
            } else if (!swept.isEmpty()) {
                throw refused(window, swept.get(0), null);
            }
        }
    }

    /**
     * Claims a window, or finds it claimed.
     *
     * @throws IllegalArgumentException windows of another length have been claimed or swept there
     */
    void claim(Window window, String runId) throws IOException {
        while (true) {
            Day day = day(window.start());
            if (isHeld(day, window)) {
                return;
            }
            Window other = swept(window);
            if (other != null) {
                throw refused(window, other, null);
            }
            ObjectNode next = Json.MAPPER.createObjectNode();
            next.put("claimed", window.toString()).put("run_id", runId);
            next.put("at", Instant.now().toString());
            ArrayNode held = next.putArray("held");
            for (Held one : with(day.held(), Held.of(window))) {
                held.addObject()
                        .put("from", one.from().toString())
                        .put("until", one.until().toString())
                        .put("unit", one.unit().toString());
            }
            if (state.create(name(window.start(), day.number() + 1), next)) {
                return;
            }
            // Another job was first with some window of the day.
        }
    }

    /** When a window that has a part in the given one was claimed last, by the newest claims of each day; null if none was. */
    @Nullable
    Instant last(Window within) throws IOException {
        Instant last = null;
        Instant end = within.start().plus(Duration.ofDays(DAYS));
        for (Instant day = within.start().truncatedTo(ChronoUnit.DAYS);
                day.isBefore(within.end()) && day.isBefore(end);
                day = day.plus(Duration.ofDays(1))) {
            for (int number = day(day).number(), least = Math.max(0, number - CLAIMS); number >= least; number--) {
                JsonNode file = state.read(name(day, number));
                if (file != null
                        && Held.of(Window.parse(file.path("claimed").asText())).overlaps(within)) {
                    Instant at = Instant.parse(file.path("at").asText());
                    last = last == null || at.isAfter(last) ? at : last;
                    break;
                }
            }
        }
        return last;
    }

    /**
     * Refuses where a window's claim is no longer there.
     *
     * @throws JobFailure somebody has taken it away
     */
    void require(Window window) throws IOException {
        if (!isHeld(day(window.start()), window)) {
            throw new JobFailure(
                    "window " + window + " of source " + source + " is no longer claimed in "
                            + state.path(folder(window.start()))
                            + ": was a file deleted there? Nothing was committed; run it again",
                    null);
        }
    }

    /**
     * Refuses windows of a length where others have been claimed.
     *
     * @throws IllegalArgumentException they overlap
     */
    void requireFree(Window window) throws IOException {
        isHeld(day(window.start()), window);
    }

    private boolean isHeld(Day day, Window window) throws IOException {
        for (Held one : day.held()) {
            if (one.overlaps(window)) {
                Window other = one.overlapping(window);
                if (!other.equals(window)) {
                    throw refused(window, other, day);
                }
                return true;
            }
        }
        return false;
    }

    /** A window in the ledger that overlaps the given one, which is not there itself. */
    private @Nullable Window swept(Window window) {
        List<Window> swept = ledger.overlapping(source, window);
        return swept.isEmpty() || swept.contains(window) ? null : swept.get(0);
    }

    private IllegalArgumentException refused(Window window, Window other, @Nullable Day day) throws IOException {
        Duration unit = Duration.between(window.start(), window.end());
        Duration was = Duration.between(other.start(), other.end());
        Window swept = swept(window);
        String had = swept == null && day != null
                ? "which a run has claimed (if that was a mistake and no job of " + claimed(day, other)
                : "which is in the ledger";
        return new IllegalArgumentException("window " + window + " of source " + source + " overlaps "
                + (swept == null ? other : swept) + ", " + had
                + ": set source." + source + ".window = " + was + " for those windows; windows of " + unit
                + " may begin after the last one that was swept");
    }

    /** What to delete where a claim was a mistake. Maintenance leaves the newest file of a day, which has all that is claimed. */
    private String claimed(Day day, Window window) throws IOException {
        for (int number = day.number(); number >= 0; number--) {
            String name = name(window.start(), number);
            JsonNode file = state.read(name);
            if (file != null && file.path("claimed").asText().equals(window.toString())) {
                return "it runs, delete " + state.path(name) + " and what follows it)";
            }
        }
        return "that day runs, delete the folder " + state.path(folder(window.start()))
                + ": windows in the ledger are claimed again)";
    }

    private static List<Held> with(List<Held> held, Held another) {
        List<Held> all = new ArrayList<>(held);
        all.add(another);
        all.sort(Comparator.comparing(Held::from));
        List<Held> merged = new ArrayList<>();
        for (Held one : all) {
            int last = merged.size() - 1;
            if (last >= 0 && one.continues(merged.get(last))) {
                merged.set(last, new Held(merged.get(last).from(), one.until(), one.unit()));
            } else {
                merged.add(one);
            }
        }
        return merged;
    }

    private Day day(Instant at) throws IOException {
        List<String> names = state.list(folder(at));
        if (names.isEmpty()) {
            return new Day(-1, List.of());
        }
        String newest = names.get(names.size() - 1);
        JsonNode file = state.read(folder(at) + "/" + newest);
        List<Held> held = new ArrayList<>();
        if (file != null) {
            file.path("held").forEach(one -> held.add(Held.of(one)));
        }
        return new Day(Integer.parseInt(newest.substring(0, newest.indexOf('.'))), held);
    }

    private String folder(Instant at) {
        return "windows/" + source + "/" + LocalDate.ofInstant(at, ZoneOffset.UTC);
    }

    private String name(Instant at, int number) {
        return folder(at) + "/" + String.format("%06d", number) + ".json";
    }
}
