package io.trawl.replay;

import static io.trawl.steps.Steps.expect;
import static io.trawl.steps.Steps.parse;

import io.trawl.base.JobFailure;
import io.trawl.base.LogSource;
import io.trawl.base.Settings;
import io.trawl.base.SourceParser;
import io.trawl.base.SourceParser.Used;
import io.trawl.base.State;
import io.trawl.base.Window;
import io.trawl.flow.Flow;
import io.trawl.flow.Tally;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeStore;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.lake.Newest;
import io.trawl.parsing.Parser;
import io.trawl.parsing.Reason;
import io.trawl.record.InvalidRecord;
import io.trawl.record.ProxyEvent;
import io.trawl.run.Job;
import io.trawl.run.Jobs;
import io.trawl.run.Run;
import io.trawl.schema.SchemaVersion;
import io.trawl.schema.word.Stage;
import io.trawl.steps.HeaderLines;
import io.trawl.steps.SourceFormats;
import java.io.IOException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaRDD;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Parses invalid lines of a window again. What today's formats read becomes events of the window; the rest stays invalid
 * with today's reason. Events that are there stay as they are, byte for byte.
 *
 * <p>It is a run of the stage validate, and counts as any other: the window has its new events and its new invalid records
 * when the ledger names the snapshots of both, at one moment. It begins with what the ledger names, whatever a run that
 * died has left in the tables since. So reruns of validate and replays may come in any order.
 */
public final class ReplayJob implements Job {
    public static final String COMMIT_EVENTS = "commit events";
    public static final String COMMIT_INVALID = "commit invalid records";
    public static final String RECORD = "record";

    /** Key of the ledger's versions: what was replayed. */
    private static final String REPLAY = "replay";
    /** How stages are named that count records which stay as they are, by reason. */
    private static final String OTHER = "other.";

    @Option(
            names = "--since",
            paramLabel = "INSTANT",
            description =
                    "Instead of --window: the window that contains this instant, and all later ones that were validated. Windows that can no longer be rerun are skipped.")
    private @Nullable String since;

    @Option(
            names = "--reason",
            paramLabel = "CODE",
            split = ",",
            description = "Only records with this reason, for example syntax; several, separated by commas.")
    private List<String> reasons = new ArrayList<>();

    @Option(
            names = "--format",
            paramLabel = "NAME",
            split = ",",
            description =
                    "Only records that this format could not read, for example squid; several, separated by commas.")
    private List<String> formats = new ArrayList<>();

    @Option(
            names = "--pattern",
            paramLabel = "RE2",
            description =
                    "Only records in whose line this regular expression (RE2: linear time, no look-around, no back-reference) finds a match.")
    private @Nullable String pattern;

    @Option(names = "--dry-run", description = "Change nothing; say what would change, with ten of the lines.")
    private boolean dryRun;

    private final Consumer<String> steps;
    private final List<Window> skipped = new ArrayList<>();
    private int shown;

    public ReplayJob() {
        this(step -> {});
    }

    /** @param steps hears of each step before it is done */
    public ReplayJob(Consumer<String> steps) {
        this.steps = steps;
    }

    public static void main(String[] args) {
        Jobs.main(args, new ReplayJob());
    }

    @Override
    public String name() {
        return "replay";
    }

    @Override
    public Stage stage() {
        return Stage.VALIDATE;
    }

    @Override
    public String purpose() {
        return "Parses invalid lines of a window again, by today's formats; those that are valid now become events of their window.";
    }

    @Override
    public @Nullable Instant since() {
        String given = since;
        if (given == null) {
            return null;
        }
        try {
            return OffsetDateTime.parse(given.strip()).toInstant();
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "--since " + given + ": expected an instant with its zone, for example 2026-11-24T10:00:00Z", e);
        }
    }

    @Override
    public List<LakeTable<?>> writes() {
        return List.of(LakeTable.PROXY_EVENTS, LakeTable.INVALID_RECORDS);
    }

    /** Only of windows that are changed: {@link #before}. */
    @Override
    public boolean needsHistory() {
        return false;
    }

    @Override
    public void check(Settings settings) {
        selection();
    }

    @Override
    public void check(LogSource source) {
        source.checkFormats();
    }

    private Selection selection() {
        return Selection.of(reasons, formats, pattern);
    }

    /**
     * Refuses all of it if one of the windows cannot be replayed: nothing is done by half. Of windows since an instant those
     * that can no longer be rerun are skipped, since nobody asked for one of them.
     */
    @Override
    public void before(LogSource source, List<Window> windows, Lake lake, State state) throws IOException {
        Ledger ledger = new Ledger(lake);
        Selection selection = selection();
        for (Window window : windows) {
            Validated validated = Validated.of(ledger, state, source.name(), window);
            if (!validated.isEmpty()) {
                boolean gone = validated.gone() != null;
                if (gone && since != null) {
                    skipped.add(window);
                } else if ((gone || validated.stale() != null) && validated.any(selection)) {
                    validated.requireReplayable();
                }
            }
        }
    }

    @Override
    public void run(Run run) throws IOException {
        String source = run.source().name();
        if (skipped.contains(run.window())) {
            skip(run);
            return;
        }
        Validated validated = Validated.of(run.ledger(), run.state(), source, run.window());
        Ledger.Entry validate = validated.entry();
        boolean left = !dryRun && validated.isLeft();
        if (!left && validated.isEmpty()) {
            unchanged(run, validate);
            return;
        }
        SourceParser reading = run.source().sourceParser();
        if (!reading.parser().hasRecords()) {
            run.lines(validate.counts().getOrDefault("raw", 0L));
        }
        JavaRDD<RecordedLine> lines = RecordedLine.of(run, validate, selection());
        Look look = Look.at(lines.filter(RecordedLine::isSelected), reading.parser());
        run.count("selected", look.lines());
        if (!left && look.lines() == 0) {
            unchanged(run, validate);
            return;
        }
        boolean changes = look.changes();
        if (dryRun || !changes && !left) {
            run.note(told(run.window(), look, changes));
            if (dryRun) {
                examples(run, look);
                run.count("would_heal", look.healed());
            }
            unchanged(run, validate);
            return;
        }
        validated.requireReplayable();
        replay(run, validated, lines, reading, changes);
        if (changes) {
            run.note(told(run.window(), look, true));
        } else {
            run.note("window " + run.window() + ": rows of a run that died were in the tables; they are again as the"
                    + " ledger named them; run enrich, load and audit of it next");
        }
    }

    /** The first of the windows that were skipped speaks for all. */
    private void skip(Run run) {
        run.unchanged();
        run.count("skipped", 1);
        if (run.window().equals(skipped.get(0))) {
            boolean one = skipped.size() == 1;
            run.note((one
                            ? "1 window, " + skipped.get(0) + ", was skipped: it can"
                            : skipped.size() + " windows, from " + skipped.get(0) + " to "
                                    + skipped.get(skipped.size() - 1) + ", were skipped: they can")
                    + " no longer be rerun exactly, since what earlier runs read and wrote is no longer kept (settings"
                    + " maintain.rerun, maintain.keep.*)");
        }
    }

    /** An earlier try may have replayed the window and died before it could say so. */
    private void unchanged(Run run, Ledger.Entry validate) {
        run.unchanged();
        if (!dryRun && validate.versions().containsKey(REPLAY)) {
            Ledger.Entry enrich = run.ledger().current(run.source().name(), Stage.ENRICH, run.window());
            if (enrich == null || enrich.input(LakeTable.PROXY_EVENTS) != validate.output(LakeTable.PROXY_EVENTS)) {
                run.awaited();
            }
        }
    }

    /** A validate of the window may have run between this run's commits and its entry in the ledger. */
    @Override
    public void afterwards(Run run) {
        run.requireNotOvertaken();
    }

    private String told(Window window, Look look, boolean changes) {
        String rest = look.reasons().entrySet().stream()
                .map(reason -> reason.getKey() + " " + reason.getValue())
                .collect(Collectors.joining(", "));
        long invalid =
                look.reasons().values().stream().mapToLong(Long::longValue).sum();
        return "window " + window + ": of " + look.lines() + " invalid lines " + look.healed()
                + (dryRun ? " would become events, " : " become events, ") + invalid
                + (dryRun ? " would stay" : " stay")
                + " invalid" + (rest.isEmpty() ? "" : " (" + rest + ")")
                + (changes ? dryRun ? "" : "; run enrich, load and audit of it next" : "; nothing changes");
    }

    private void examples(Run run, Look look) {
        for (String example : look.examples()) {
            if (shown < Look.EXAMPLES) {
                run.note(example);
                shown++;
            }
        }
    }

    private void replay(
            Run run, Validated validated, JavaRDD<RecordedLine> lines, SourceParser reading, boolean changes)
            throws IOException {
        String source = run.source().name();
        Ledger.Entry validate = validated.entry();
        Parser parser = reading.parser();
        long before = validate.output(LakeTable.PROXY_EVENTS);
        // If the newest state of the table is what the ledger names, its files stay; else a run died and all is written
        // anew.
        boolean adds = Newest.is(run.lake(), LakeTable.PROXY_EVENTS, source, run.window(), before);
        Gathered<ProxyEvent> events =
                new Gathered<>(adds ? run.adding(LakeTable.PROXY_EVENTS) : run.replacing(LakeTable.PROXY_EVENTS));
        Gathered<InvalidRecord> invalid = new Gathered<>(run.replacing(LakeTable.INVALID_RECORDS));
        if (!adds && !run.lake().isEmpty(LakeTable.PROXY_EVENTS, source, run.window(), before)) {
            Flow.of(run.lake().read(run.spark(), LakeTable.PROXY_EVENTS, source, run.window(), before))
                    .into(events)
                    .run();
        }
        Flow<RecordedLine> all = Flow.of(lines);
        for (Reason reason : Reason.values()) {
            String code = reason.code();
            all = all.also(some -> some.filter(
                    OTHER + code,
                    line -> !line.isSelected() && line.record().getReason().equals(code)));
        }
        Tally tally = all.also(some -> some.filter("others", line -> !line.isSelected())
                        .map("kept", RecordedLine::record)
                        .into(invalid))
                .filter("selected", RecordedLine::isSelected)
                .then(parse(parser))
                .then(expect(ProxyEvent.class))
                .into(events)
                .rejectsInto(invalid.named("rejects"))
                .run();
        validated.requireSame();
        run.input(LakeTable.RAW_LINES, validate.input(LakeTable.RAW_LINES));
        run.input(LakeTable.PROXY_EVENTS, before);
        run.input(LakeTable.INVALID_RECORDS, validate.output(LakeTable.INVALID_RECORDS));
        SourceFormats.keep(run, reading);
        steps.accept(COMMIT_EVENTS);
        events.commitAll();
        steps.accept(COMMIT_INVALID);
        try {
            invalid.commitAll();
        } catch (LakeStore.Overtaken e) {
            throw new JobFailure(
                    "lake.invalid_records: another run of the same window committed while this one ran; this run's events were"
                            + " added to lake.proxy_events before, its invalid records were not written, and the ledger"
                            + " names neither: run it again",
                    e);
        }
        note(run, validate, reading, tally);
        if (changes) {
            SourceFormats.note(run, reading);
            run.version("formats", "latest");
        } else {
            // Nothing was read by today's formats: a rerun goes on with those that made the rows.
            Used used = Used.of(validate.versions());
            if (used != null) {
                used.versions().forEach(run::version);
            }
        }
        steps.accept(RECORD);
    }

    /** What the ledger says: of the window as a whole, as validate does. */
    private void note(Run run, Ledger.Entry validate, SourceParser reading, Tally tally) {
        Map<String, Long> was = validate.counts();
        long healed = tally.count("stored.proxy_events");
        for (String count : List.of("raw", "copies", "copies_earlier")) {
            run.count(count, was.getOrDefault(count, 0L));
        }
        run.count("valid", was.getOrDefault("valid", 0L) + healed);
        run.count("healed", healed);
        byFormat(validate, reading.parser(), tally).forEach(run::count);
        TreeMap<String, Long> invalid = new TreeMap<>();
        tally.counts().forEach((name, count) -> {
            if (name.startsWith("invalid")) {
                invalid.merge(name, count, Long::sum);
            } else if (name.startsWith(OTHER) && count > 0) {
                invalid.merge("invalid." + name.substring(OTHER.length()), count, Long::sum);
                invalid.merge("invalid", count, Long::sum);
            }
        });
        invalid.forEach(run::count);
        HeaderLines.note(run);
        for (String count : List.of(Tally.WRAPPED, Tally.RECORDS)) {
            if (reading.parser().hasRecords() || was.containsKey(count)) {
                run.count(count, was.getOrDefault(count, 0L) + tally.count(count));
            }
        }
        run.version("schema", SchemaVersion.ofEvents());
        run.version(REPLAY, selection() + ", of run " + validate.runId());
        String detail = validate.detail();
        if (detail != null) {
            run.detail(detail);
        }
    }

    /** Events of each format, where there are several. */
    private static Map<String, Long> byFormat(Ledger.Entry validate, Parser parser, Tally tally) {
        TreeMap<String, Long> counts = new TreeMap<>();
        validate.counts().forEach((name, count) -> {
            if (name.startsWith("valid.")) {
                counts.put(name, count);
            }
        });
        if (counts.isEmpty()) {
            String one = validate.versions().getOrDefault("parser", "");
            counts.put(
                    "valid." + one.substring(0, Math.max(0, one.lastIndexOf('/'))),
                    validate.counts().getOrDefault("valid", 0L));
        }
        List<Parser> formats = parser.formats();
        for (Parser format : formats) {
            long healed = formats.size() > 1
                    ? tally.count("stored.proxy_events." + format.name())
                    : tally.count("stored.proxy_events");
            counts.merge("valid." + format.name(), healed, Long::sum);
        }
        return counts.size() > 1 ? counts : Map.of();
    }
}
