package io.trawl.maintain;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.etl.IndicatorSnapshot;
import io.trawl.etl.LakeTable;
import io.trawl.etl.State;
import io.trawl.etl.Window;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.jspecify.annotations.Nullable;

/**
 * The folders state.dir and reports.dir. What is numbered there stays gapless: of a window all goes, or nothing; take-ups of
 * the hot path and accepted cuts, which are few, stay.
 */
final class Folders {
    /** What a pin or a snapshot is about to name is put aside under this name before it is deleted. */
    private static final String ASIDE = ".unused";

    private final State state;
    private final FileSystem files;
    private final Kept kept;
    private final Terms terms;

    Folders(State state, Kept kept, Terms terms) {
        this.state = state;
        this.files = state.files();
        this.kept = kept;
        this.terms = terms;
    }

    /** Pins of indicators, manifests of loads and what was seen of files, of windows that cannot be rerun. @return how many folders went */
    long windows() throws IOException {
        long gone = 0;
        for (String kind : List.of("indicators", "loads", "seen")) {
            for (FileStatus source : inside(kind)) {
                Set<String> stay = kept.windows(source.getPath().getName()).stream()
                        .map(Window::start)
                        .map(start -> start.toString().replace(":", ""))
                        .collect(Collectors.toSet());
                for (FileStatus window : inside(source.getPath())) {
                    if (window.isDirectory()
                            && !stay.contains(window.getPath().getName())
                            && inside(window.getPath()).stream().allMatch(file -> isBefore(file, terms.cutoff()))) {
                        files.delete(window.getPath(), true);
                        gone++;
                    }
                }
            }
        }
        return gone;
    }

    /** Claims: of a day that is over the newest file has all. @return how many files went */
    long claims() throws IOException {
        long gone = 0;
        LocalDate day = LocalDate.ofInstant(terms.cutoff(), ZoneOffset.UTC);
        for (FileStatus source : inside("windows")) {
            for (FileStatus of : inside(source.getPath())) {
                if (of.isDirectory() && of.getPath().getName().compareTo(day.toString()) < 0) {
                    gone += allButTheLast(of.getPath(), 1, terms.cutoff());
                }
            }
        }
        return gone;
    }

    /** Pinned borders of windows whose raw lines are no longer kept. @return how many files went */
    long borders() throws IOException {
        long gone = 0;
        for (FileStatus source : inside("offsets")) {
            // A border that is pinned anew is compared with its neighbours.
            gone += allButTheLast(
                    source.getPath(),
                    2,
                    terms.before(LakeTable.RAW_LINES, source.getPath().getName()));
        }
        return gone;
    }

    private long allButTheLast(Path folder, int last, Instant before) throws IOException {
        List<FileStatus> all = new ArrayList<>(inside(folder));
        all.removeIf(file -> file.isDirectory() || file.getPath().getName().startsWith("."));
        all.sort(Comparator.comparing(file -> file.getPath().getName()));
        long gone = 0;
        for (FileStatus file : all.subList(0, Math.max(0, all.size() - last))) {
            if (isBefore(file, before)) {
                files.delete(file.getPath(), false);
                gone++;
            }
        }
        return gone;
    }

    /**
     * Index files and allowlists that no snapshot and no pin names. Each is put aside first, and comes back if a snapshot that
     * was committed meanwhile names it: refresh-indicators looks for its files once more after its commit.
     *
     * @param indicators loads the table
     * @return how many files went
     */
    long indicators(Supplier<Table> indicators) throws IOException {
        long gone = 0;
        for (String folder : List.of("index", "allowlists")) {
            for (FileStatus file : inside(folder)) {
                Path path = file.getPath();
                boolean aside = path.getName().endsWith(ASIDE);
                if (!aside && (path.getName().startsWith(".") || !isBefore(file, terms.cutoff()))) {
                    continue;
                }
                Path whole = aside
                        ? new Path(
                                path.getParent(),
                                path.getName().substring(0, path.getName().length() - ASIDE.length()))
                        : path;
                if (!aside && named(indicators.get()).contains(whole.toUri().getPath())) {
                    continue;
                }
                Path put = new Path(whole.getParent(), whole.getName() + ASIDE);
                FileContext context = FileContext.getFileContext(path.toUri(), files.getConf());
                if (!aside) {
                    context.rename(path, put, Options.Rename.OVERWRITE);
                }
                if (named(indicators.get()).contains(whole.toUri().getPath())) {
                    back(context, put, whole);
                } else {
                    files.delete(put, false);
                    gone++;
                }
            }
        }
        return gone;
    }

    private void back(FileContext context, Path put, Path whole) throws IOException {
        try {
            context.rename(put, whole, Options.Rename.NONE);
        } catch (FileAlreadyExistsException e) {
            files.delete(put, false);
        }
    }

    /** Paths of the files that a snapshot, a pin, or the hot path's newest take-up names. */
    private Set<String> named(Table indicators) throws IOException {
        Set<String> named = new HashSet<>();
        for (Snapshot snapshot : indicators.snapshots()) {
            for (String key : List.of(IndicatorSnapshot.INDEX, IndicatorSnapshot.ALLOWLISTS)) {
                String file = snapshot.summary().get(key);
                if (file != null) {
                    named.add(new Path(file).toUri().getPath());
                }
            }
        }
        for (JsonNode pin : pins()) {
            IndicatorSnapshot snapshot = IndicatorSnapshot.of(pin);
            named.add(new Path(snapshot.index()).toUri().getPath());
            IndicatorSnapshot.Lists lists = snapshot.allowlists();
            if (lists != null) {
                named.add(new Path(lists.file()).toUri().getPath());
            }
        }
        return named;
    }

    /** Snapshots of indicators that a pin names, or the hot path's newest take-up. */
    Set<Long> pinned() throws IOException {
        return pins().stream().map(pin -> pin.path("snapshot").asLong()).collect(Collectors.toSet());
    }

    private List<JsonNode> pins() throws IOException {
        List<JsonNode> pins = new ArrayList<>();
        for (FileStatus source : inside("indicators")) {
            for (FileStatus window : inside(source.getPath())) {
                String folder = "indicators/" + source.getPath().getName() + "/"
                        + window.getPath().getName();
                for (String name : state.list(folder)) {
                    add(state.read(folder + "/" + name), pins);
                }
            }
        }
        for (FileStatus source : inside("hot")) {
            String folder = "hot/" + source.getPath().getName() + "/indicators";
            List<String> names = state.list(folder);
            if (!names.isEmpty()) {
                add(state.read(folder + "/" + names.get(names.size() - 1)), pins);
            }
        }
        return pins;
    }

    private static void add(@Nullable JsonNode pin, List<JsonNode> into) {
        if (pin != null && pin.path("index").isTextual()) {
            into.add(pin);
        }
    }

    /** What killed jobs left of files that they were writing. @return how many files went */
    long leftovers() throws IOException {
        return deleteOld(files, root(state), terms.cutoff(), true);
    }

    /** Old reports. @return how many files went */
    static long reports(State reports, Instant before) throws IOException {
        return deleteOld(reports.files(), root(reports), before, false);
    }

    private static Path root(State state) {
        return state.path("x").getParent();
    }

    private static long deleteOld(FileSystem files, Path folder, Instant before, boolean temporaryOnly)
            throws IOException {
        long gone = 0;
        for (FileStatus one : inside(files, folder)) {
            if (one.isDirectory()) {
                gone += deleteOld(files, one.getPath(), before, temporaryOnly);
            } else if (isBefore(one, before)
                    && (!temporaryOnly || one.getPath().getName().startsWith("."))) {
                files.delete(one.getPath(), false);
                gone++;
            }
        }
        return gone;
    }

    private static boolean isBefore(FileStatus file, Instant instant) {
        return file.getModificationTime() < instant.toEpochMilli();
    }

    private List<FileStatus> inside(String folder) throws IOException {
        return inside(state.path(folder));
    }

    private List<FileStatus> inside(Path folder) throws IOException {
        return inside(files, folder);
    }

    private static List<FileStatus> inside(FileSystem files, Path folder) throws IOException {
        try {
            return List.of(files.listStatus(folder));
        } catch (FileNotFoundException e) {
            return List.of();
        }
    }
}
