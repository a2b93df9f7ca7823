package io.trawl.maintain;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.base.State;
import io.trawl.base.Window;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.run.Loads;
import io.trawl.schema.word.Stage;
import io.trawl.steps.IndicatorSnapshot;
import io.trawl.steps.SourceFormats;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

    private static final String LOADS = "loads";
    private static final String OFFSETS = "offsets";
    /** A window or border, as files and folders of it are named. */
    private static final Pattern TIME =
            Pattern.compile("(\\d{4}-\\d\\d-\\d\\dT\\d\\d)(\\d\\d)(\\d\\d(?:\\.\\d+)?Z)(?:\\.json)?");

    private final State state;
    private final FileSystem files;
    private final Ledger ledger;
    private final Kept kept;
    private final Terms terms;

    Folders(State state, Ledger ledger, Kept kept, Terms terms) {
        this.state = state;
        this.files = state.files();
        this.ledger = ledger;
        this.kept = kept;
        this.terms = terms;
    }

    /** Sources that windows were pinned of to offsets of a topic. */
    static Set<String> pinnedSources(State state) throws IOException {
        return inside(state.files(), state.path(OFFSETS)).stream()
                .map(source -> source.getPath().getName())
                .collect(Collectors.toSet());
    }

    /**
     * Pins of indicators, manifests of loads and what was seen of files, of windows that cannot be rerun. Manifests stay if the
     * newest result was never loaded: its load takes out of HBase what these may have put.
     *
     * @return how many folders went
     */
    long windows() throws IOException {
        long gone = 0;
        for (String kind : List.of("indicators", LOADS, "seen")) {
            for (FileStatus source : inside(kind)) {
                for (FileStatus window : inside(source.getPath())) {
                    if (window.isDirectory()
                            && !isKept(source, window)
                            && inside(window.getPath()).stream().allMatch(file -> isBefore(file, terms.cutoff()))
                            && !(kind.equals(LOADS) && isUnloaded(source, window))) {
                        files.delete(window.getPath(), true);
                        gone++;
                    }
                }
            }
        }
        return gone;
    }

    private boolean isKept(FileStatus source, FileStatus window) {
        Instant start = time(window);
        return start != null && kept.has(source.getPath().getName(), start);
    }

    /** Whether a window's newest result was never whole in HBase, and is not too old for it. */
    private boolean isUnloaded(FileStatus source, FileStatus window) throws IOException {
        String name = source.getPath().getName();
        Instant start = time(window);
        Loads.Result newest = newest(source, window);
        return start != null
                && newest != null
                && !Loads.isDone(state, name, start, newest)
                && !(terms.hasTimes(name)
                        && start.isBefore(terms.before(LakeTable.DETECTIONS, name))
                        && start.isBefore(terms.before(LakeTable.OBSERVABLES, name)));
    }

    private Loads.@Nullable Result newest(FileStatus source, FileStatus window) {
        Instant start = time(window);
        Ledger.Entry enrich = start == null
                ? null
                : ledger.current(source.getPath().getName(), Stage.ENRICH, start, start.plusMillis(1))
                        .get(start);
        return enrich == null ? null : Loads.Result.of(enrich);
    }

    /** What loads of windows that cannot be rerun may still read: all that their manifests name, and the newest result. */
    List<Loads.Result> loads() throws IOException {
        List<Loads.Result> all = new ArrayList<>();
        for (FileStatus source : inside(LOADS)) {
            for (FileStatus window : inside(source.getPath())) {
                Instant start = time(window);
                if (start != null && !isKept(source, window)) {
                    all.addAll(Loads.all(state, source.getPath().getName(), start));
                    Loads.Result newest = newest(source, window);
                    if (newest != null) {
                        all.add(newest);
                    }
                }
            }
        }
        return all;
    }

    /** The instant that a file or folder is named by; null if it is named otherwise. */
    private static @Nullable Instant time(FileStatus file) {
        Matcher name = TIME.matcher(file.getPath().getName());
        return name.matches() ? Instant.parse(name.group(1) + ":" + name.group(2) + ":" + name.group(3)) : null;
    }

    /** Claims: of a day that is over the newest file has all. @return how many files went */
    long claims() throws IOException {
        long gone = 0;
        LocalDate day = LocalDate.ofInstant(terms.cutoff(), ZoneOffset.UTC);
        for (FileStatus source : inside("windows")) {
            for (FileStatus of : inside(source.getPath())) {
                if (of.isDirectory() && of.getPath().getName().compareTo(day.toString()) < 0) {
                    gone += allButTheLast(of.getPath());
                }
            }
        }
        return gone;
    }

    /**
     * Pinned borders of times whose raw lines are no longer kept, but for those of windows that can be rerun, and the newest two:
     * a border that is pinned anew is compared with its neighbours.
     *
     * @return how many files went
     */
    long borders() throws IOException {
        long gone = 0;
        for (FileStatus source : inside(OFFSETS)) {
            String name = source.getPath().getName();
            Instant before = terms.before(LakeTable.RAW_LINES, name);
            Set<Instant> stay = new HashSet<>();
            for (Window window : kept.windows(name)) {
                stay.add(window.start());
                stay.add(window.end());
            }
            List<FileStatus> all = sorted(source.getPath());
            for (FileStatus file : all.subList(0, Math.max(0, all.size() - 2))) {
                Instant at = time(file);
                if (at != null && at.isBefore(before) && !stay.contains(at) && isBefore(file, terms.cutoff())) {
                    files.delete(file.getPath(), false);
                    gone++;
                }
            }
        }
        return gone;
    }

    private List<FileStatus> sorted(Path folder) throws IOException {
        List<FileStatus> all = new ArrayList<>(inside(folder));
        all.removeIf(file -> file.isDirectory() || file.getPath().getName().startsWith("."));
        all.sort(Comparator.comparing(file -> file.getPath().getName()));
        return all;
    }

    private long allButTheLast(Path folder) throws IOException {
        List<FileStatus> all = sorted(folder);
        long gone = 0;
        for (FileStatus file : all.subList(0, Math.max(0, all.size() - 1))) {
            if (isBefore(file, terms.cutoff())) {
                files.delete(file.getPath(), false);
                gone++;
            }
        }
        return gone;
    }

    /**
     * Index files, allowlists and rules that no snapshot and no pin names. All are put aside first, then it is asked once more who
     * names what: a file that a snapshot of meanwhile names comes back. refresh-indicators looks for its files once more
     * after its commit.
     *
     * @param indicators loads the table
     * @return how many files went
     */
    long indicators(Supplier<Table> indicators) throws IOException {
        return unnamed(List.of("index", "allowlists", "rules"), () -> named(indicators.get()));
    }

    /**
     * Declarations of formats that no window which can be rerun was parsed with. A run names one only when it ends; it is young
     * from when the run began, also where it was put aside meanwhile.
     *
     * @param newest reads what the ledger names
     * @return how many files went
     */
    long declarations(Supplier<Kept> newest) throws IOException {
        return unnamed(
                List.of(SourceFormats.FOLDER),
                () -> newest.get().declarations().stream()
                        .map(digest ->
                                state.path(SourceFormats.file(digest)).toUri().getPath())
                        .collect(Collectors.toSet()));
    }

    /** Reads which files are named by whoever needs them, by their paths. */
    private interface Names {
        Set<String> read() throws IOException;
    }

    private long unnamed(List<String> folders, Names names) throws IOException {
        Set<String> before = names.read();
        List<Path> aside = new ArrayList<>();
        for (String folder : folders) {
            for (FileStatus file : inside(folder)) {
                Path path = file.getPath();
                String name = path.getName();
                if (name.endsWith(ASIDE)) {
                    // Of a run that was killed.
                    aside.add(new Path(path.getParent(), name.substring(0, name.length() - ASIDE.length())));
                } else if (!name.startsWith(".")
                        && isBefore(file, terms.cutoff())
                        && !before.contains(path.toUri().getPath())) {
                    context(path).rename(path, aside(path), Options.Rename.OVERWRITE);
                    aside.add(path);
                }
            }
        }
        if (aside.isEmpty()) {
            return 0;
        }
        Set<String> now = names.read();
        long gone = 0;
        for (Path whole : new LinkedHashSet<>(aside)) {
            if (now.contains(whole.toUri().getPath()) || isYoung(aside(whole))) {
                back(context(whole), aside(whole), whole);
            } else {
                files.delete(aside(whole), false);
                gone++;
            }
        }
        return gone;
    }

    private boolean isYoung(Path file) throws IOException {
        try {
            return !isBefore(files.getFileStatus(file), terms.cutoff());
        } catch (FileNotFoundException e) {
            return false;
        }
    }

    private static Path aside(Path whole) {
        return new Path(whole.getParent(), whole.getName() + ASIDE);
    }

    private FileContext context(Path path) throws IOException {
        return FileContext.getFileContext(path.toUri(), files.getConf());
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
            for (String key : List.of(IndicatorSnapshot.INDEX, IndicatorSnapshot.ALLOWLISTS, IndicatorSnapshot.RULES)) {
                String file = snapshot.summary().get(key);
                if (file != null) {
                    named.add(new Path(file).toUri().getPath());
                }
            }
        }
        for (JsonNode pin : pins()) {
            IndicatorSnapshot snapshot = IndicatorSnapshot.of(pin);
            named.add(new Path(snapshot.index()).toUri().getPath());
            for (IndicatorSnapshot.@Nullable Pack pack : Arrays.asList(snapshot.allowlists(), snapshot.rules())) {
                if (pack != null) {
                    named.add(new Path(pack.file()).toUri().getPath());
                }
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

    /** Domains of days that no sweep asked for since: enrich makes them anew from the observables. @return how many files went */
    long domains() throws IOException {
        return deleteOld(
                files,
                state.path("domains"),
                terms.cutoff(),
                file -> file.getName().endsWith(".gz"));
    }

    /** What killed jobs left of files that they were writing. @return how many files went */
    long leftovers() throws IOException {
        return deleteOld(
                files, root(state), terms.cutoff(), file -> file.getName().startsWith("."));
    }

    /** Old reports; what the hot path says of itself stays, however long ago it ran. @return how many files went */
    static long reports(State reports, Instant before) throws IOException {
        return deleteOld(
                reports.files(),
                root(reports),
                before,
                file -> file.getName().endsWith(".json") && !file.getName().equals("heartbeat.json"));
    }

    private static Path root(State state) {
        return state.path("x").getParent();
    }

    private static long deleteOld(FileSystem files, Path folder, Instant before, Predicate<Path> which)
            throws IOException {
        long gone = 0;
        for (FileStatus one : inside(files, folder)) {
            if (one.isDirectory()) {
                gone += deleteOld(files, one.getPath(), before, which);
            } else if (isBefore(one, before) && which.test(one.getPath())) {
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
