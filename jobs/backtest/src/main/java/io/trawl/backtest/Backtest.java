package io.trawl.backtest;

import io.trawl.base.LogSource;
import io.trawl.base.Settings;
import io.trawl.base.Window;
import io.trawl.columns.read.Block;
import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.book.RuleBook;
import io.trawl.intel.rule.correlation.Correlation;
import io.trawl.intel.rule.fact.NewDomains;
import io.trawl.intel.rule.pack.RulePack;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.record.Detection;
import io.trawl.record.Indicator;
import io.trawl.record.ProxyEvent;
import io.trawl.schema.word.Stage;
import io.trawl.schema.word.SweepKind;
import io.trawl.steps.Correlating;
import io.trawl.steps.IndicatorSnapshot;
import io.trawl.steps.SweepStep;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongFunction;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/** Judges the events that the lake has of a source's windows as enrich would, and counts what rules find. It writes nothing. */
final class Backtest {
    /** Before and after every window. */
    private static final Window ALL = new Window(Instant.EPOCH, Instant.parse("9999-01-01T00:00:00Z"));

    private final Lake lake;
    private final Settings settings;
    private final LogSource source;
    private final IndicatorSnapshot by;
    private final RulePack pack;
    private final LongFunction<SparkSession> spark;
    private @Nullable SparkSession session;
    private long events;

    /**
     * @param by the rules, with the allowlists that hold for them
     * @param pack the same rules
     * @param spark asked for once, if there are events to look at: how many
     */
    Backtest(
            Lake lake,
            Settings settings,
            LogSource source,
            IndicatorSnapshot by,
            RulePack pack,
            LongFunction<SparkSession> spark) {
        this.lake = lake;
        this.settings = settings;
        this.source = source;
        this.by = by;
        this.pack = pack;
        this.spark = spark;
    }

    /**
     * The rules of a backtest, with the allowlists of the newest snapshot of the indicators: those that the next sweep has.
     *
     * @param index URI of an index of the STIX patterns that are indicators
     * @param rules URI of the rules
     * @throws IllegalArgumentException if there is no lake
     */
    static IndicatorSnapshot snapshot(Lake lake, Settings settings, String index, String rules, String digest) {
        for (LakeTable<?> table : List.of(LakeTable.LEDGER, LakeTable.PROXY_EVENTS)) {
            if (!has(lake, table)) {
                throw new IllegalArgumentException("there is no " + table + " in " + settings.text("lake.warehouse")
                        + ": expected a lake with windows that were validated (setting lake.warehouse)");
            }
        }
        IndicatorSnapshot latest = has(lake, LakeTable.INDICATORS) ? IndicatorSnapshot.latest(lake) : null;
        return new IndicatorSnapshot(
                latest == null ? 0 : latest.id(),
                index,
                latest == null ? null : latest.allowlists(),
                new IndicatorSnapshot.Pack(rules, digest));
    }

    /** Whether there is a table. To load one that is not there would make it. */
    private static boolean has(Lake lake, LakeTable<?> table) {
        return lake.catalog().tableExists(TableIdentifier.of(Namespace.of(LakeTable.DATABASE), table.name()));
    }

    /**
     * Judges the events of the windows that have a part in a range.
     *
     * @param asked null for all windows
     * @throws IllegalArgumentException if no window of the range was validated
     */
    Result run(@Nullable Window asked) {
        Window range = asked == null ? ALL : asked;
        List<Ledger.Entry> judged = windows(range);
        if (judged.isEmpty()) {
            throw new IllegalArgumentException(none(range));
        }
        Map<String, Found> found = new TreeMap<>();
        SweepStep step = new SweepStep(by, settings, source, SweepKind.BATCH);
        String[] fields = step.fields().toArray(new String[0]);
        events = judged.stream()
                .mapToLong(entry -> entry.counts().getOrDefault("valid", 0L))
                .sum();
        for (Ledger.Entry entry : judged) {
            if (!isEmpty(entry)) {
                step.candidates(blocks(entry, fields))
                        .mapPartitions(some -> List.of(found(step, some)).iterator())
                        .collect()
                        .forEach(part -> part.forEach((rule, one) -> found.merge(rule, one, Found::add)));
            }
        }
        int leftOut = correlated(judged, found);
        RuleBook book = pack.book();
        return new Result(
                source.name(),
                judged.get(0).window(),
                judged.get(judged.size() - 1).windowEnd(),
                judged.size(),
                events,
                named(found),
                leftOut,
                book.refused(),
                book.notSweepable());
    }

    private List<Ledger.Entry> windows(Window range) {
        return List.copyOf(new Ledger(lake)
                .current(source.name(), Stage.VALIDATE, range.start(), range.end())
                .values());
    }

    private String none(Window range) {
        List<Ledger.Entry> all = windows(ALL);
        if (all.isEmpty()) {
            return "source " + source.name() + " has no window in the lake that was validated: run a sweep of it first";
        }
        return "--window " + range + ": no window of source " + source.name() + " was validated there; the lake has "
                + all.size() + " from " + all.get(0).window() + " to "
                + all.get(all.size() - 1).windowEnd() + " (times at which lines arrived)";
    }

    private boolean isEmpty(Ledger.Entry entry) {
        return lake.isEmpty(LakeTable.PROXY_EVENTS, source.name(), window(entry), entry.output(LakeTable.PROXY_EVENTS));
    }

    private JavaRDD<Block<ProxyEvent>> blocks(Ledger.Entry entry, String... fields) {
        SparkSession started = session;
        if (started == null) {
            started = spark.apply(events);
            session = started;
        }
        return lake.blocks(
                started,
                LakeTable.PROXY_EVENTS,
                source.name(),
                window(entry),
                entry.output(LakeTable.PROXY_EVENTS),
                fields);
    }

    private static Window window(Ledger.Entry entry) {
        return new Window(entry.window(), entry.windowEnd());
    }

    private static TreeMap<String, Found> found(SweepStep step, Iterator<Optional<ProxyEvent>> candidates) {
        TreeMap<String, Found> found = new TreeMap<>();
        candidates.forEachRemaining(one ->
                one.ifPresent(event -> step.judge(event, detection -> add(found, detection))));
        return found;
    }

    private static void add(Map<String, Found> found, Detection detection) {
        found.computeIfAbsent(Found.rule(detection), any -> new Found()).add(detection);
    }

    /**
     * What the rules of correlations found in a window.
     *
     * @param end of the window
     */
    private record Before(Instant end, List<Correlating.Seen> seen) {}

    /**
     * Adds what events meet together, window by window as they are swept.
     *
     * @return how many windows were left out
     */
    private int correlated(List<Ledger.Entry> judged, Map<String, Found> found) {
        Correlating correlating = Correlating.of(by, settings, source, SweepKind.BATCH);
        if (correlating == null || !correlating.hasRules()) {
            return 0;
        }
        Duration reach = correlating.reach();
        Instant first = judged.get(0).window();
        String[] fields = correlating.fields().toArray(new String[0]);
        TreeMap<Instant, Before> inReach = new TreeMap<>();
        int leftOut = 0;
        for (Ledger.Entry entry : windows(
                new Window(first.minus(reach), judged.get(judged.size() - 1).windowEnd()))) {
            Window window = window(entry);
            Instant from = window.start().minus(reach);
            inReach.values().removeIf(before -> !before.end().isAfter(from));
            if (!isEmpty(entry)) {
                inReach.put(
                        window.start(),
                        new Before(window.end(), correlating.taken(correlating.seen(blocks(entry, fields)))));
            }
            if (window.start().isBefore(first) || !inReach.containsKey(window.start())) {
                continue;
            }
            List<Correlating.Seen> all = new ArrayList<>();
            inReach.values().forEach(before -> all.addAll(before.seen()));
            Instant endBefore = inReach.headMap(window.start()).values().stream()
                    .map(Before::end)
                    .max(Comparator.naturalOrder())
                    .orElse(Instant.MIN);
            List<Detection> groups = correlating.groups(all, window, endBefore);
            leftOut += groups == null ? 1 : 0;
            if (groups != null) {
                groups.forEach(group -> add(found, group));
            }
        }
        return leftOut;
    }

    /** Every rule, whether it found something or not. */
    private List<Result.Of> named(Map<String, Found> found) {
        RuleBook book = pack.book();
        Map<String, String> notes = new LinkedHashMap<>();
        book.cannotFire()
                .forEach(one -> notes.put(
                        one.id(),
                        "cannot fire: no event has "
                                + (one.fields().isEmpty()
                                        ? "what its rules ask for"
                                        : String.join(", ", one.fields()))));
        Map<String, Result.Of> all = new LinkedHashMap<>();
        String logsource = SweepStep.logsource(source, settings);
        for (Rule rule : book.rules()) {
            if (!book.correlations().isSilent(rule.id())) {
                String note = notes.getOrDefault(
                        rule.id(),
                        NewDomains.isAsked(rule) ? "asks which domains are new, which a backtest does not know" : "");
                if (!RulePack.isRuleFor(rule, source.formats(), logsource)) {
                    note = "for other log sources";
                }
                all.putIfAbsent(
                        rule.id(),
                        new Result.Of(
                                rule.id(),
                                rule.name(),
                                Result.Kind.RULE,
                                rule.level().text(),
                                note,
                                found.getOrDefault(rule.id(), new Found())));
            }
        }
        for (Correlation one : book.correlations().all()) {
            if (!book.correlations().isSilent(one.id())) {
                all.putIfAbsent(
                        one.id(),
                        new Result.Of(
                                one.id(),
                                one.name(),
                                Result.Kind.CORRELATION,
                                one.level().text(),
                                notes.getOrDefault(one.id(), ""),
                                found.getOrDefault(one.id(), new Found())));
            }
        }
        for (Indicator indicator : pack.indicators()) {
            String id = indicator.getIndicatorId();
            all.putIfAbsent(
                    id,
                    new Result.Of(
                            id,
                            indicator.getType() + " " + indicator.getValue(),
                            Result.Kind.INDICATOR,
                            "",
                            "",
                            found.getOrDefault(id, new Found())));
        }
        return List.copyOf(all.values());
    }
}
