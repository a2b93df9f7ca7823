package io.trawl.audit;

import io.trawl.base.Window;
import io.trawl.copies.EarlierCopies;
import io.trawl.copies.FileRanges;
import io.trawl.copies.SeenFiles;
import io.trawl.lake.Ledger;
import io.trawl.run.Run;
import io.trawl.schema.word.Stage;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeSet;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * Lines that came again from files that were sent before: counted from the tables, and compared with what validate dropped.
 * The two differ if an earlier window was ingested in between, or a later one became too old to be rerun. What ingest noted
 * of the places of lines is compared with the lines themselves, in each window, so that it can be relied on in all that come
 * after it.
 */
final class Again {
    private Again() {}

    /**
     * Counts them.
     *
     * @param lines the window's rows of raw_lines; null if there are none
     * @param places where they are
     * @return how many lines of the window another one keeps, each counted once
     */
    static long count(
            Run run,
            List<String> problems,
            Ledger.Entry ingest,
            Ledger.Entry validate,
            @Nullable Dataset<Row> lines,
            FileRanges places)
            throws IOException {
        FileRanges noted = FileRanges.noted(ingest);
        if (noted != null && !noted.equals(places)) {
            List<String> differing = noted.differing(places);
            problems.add("ingest noted the lines of " + differing.size()
                    + " files elsewhere than lake.raw_lines has them, for example of " + differing.get(0)
                    + ": rerun ingest and what follows it");
        }
        SeenFiles seen = SeenFiles.before(run);
        EarlierCopies copies = EarlierCopies.find(run, lines, places, seen);
        SortedMap<Instant, Long> dropped = EarlierCopies.noted(validate);
        TreeSet<Instant> windows = new TreeSet<>(copies.windows().keySet());
        windows.addAll(dropped.keySet());
        for (Instant window : windows) {
            long here = copies.windows().getOrDefault(window, 0L);
            long there = dropped.getOrDefault(window, 0L);
            if (here == there) {
                continue;
            }
            if (window.isAfter(run.window().start())) {
                problems.add(here + " lines are kept by window " + named(run, window)
                        + ", which can no longer be rerun, but validate dropped " + there
                        + ": rerun validate and what follows it");
            } else {
                problems.add(here + " lines came again from window " + named(run, window) + ", but validate dropped "
                        + there + ": it ran before that window was ingested: rerun validate and what follows it");
            }
        }
        for (Map.Entry<Instant, Long> kept : copies.windows().entrySet()) {
            Instant window = kept.getKey();
            if (run.ledger()
                    .current(run.source().name(), Stage.VALIDATE, window, window.plusNanos(1_000))
                    .isEmpty()) {
                problems.add(
                        kept.getValue() + " lines came again from window " + named(run, window)
                                + ", which keeps them and was never validated: run validate and what follows it for that window");
            }
        }
        EarlierCopies.storedLater(run, lines, places)
                .forEach(
                        (window, count) -> problems.add(
                                count + " lines of this window are stored in window "
                                        + named(run, window)
                                        + ", too, whose validate ran before this window was ingested: rerun validate and what follows it for that window"));
        long earlier = sum(copies.windows().headMap(run.window().start()));
        if (earlier > 0) {
            run.note(earlier + " lines came again: earlier windows also have them, and keep them");
        }
        if (copies.count() > earlier) {
            run.note((copies.count() - earlier) + " lines are kept by later windows, which can no longer be rerun");
        }
        Instant unknown = seen.unknown();
        if (unknown != null && !places.isEmpty()) {
            run.note("windows before " + unknown
                    + " were ingested by an earlier version: copies of their lines are not detected");
        }
        return copies.count();
    }

    private static long sum(Map<Instant, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    private static Window named(Run run, Instant window) {
        Duration unit = Duration.between(run.window().start(), run.window().end());
        return new Window(window, window.plus(unit));
    }
}
