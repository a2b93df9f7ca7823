package io.trawl.enrich;

import io.trawl.base.LogSource;
import io.trawl.base.Settings;
import io.trawl.base.Window;
import io.trawl.enrich.risk.DayRisk;
import io.trawl.flow.Flow;
import io.trawl.flow.Step;
import io.trawl.flow.Tally;
import io.trawl.intel.canonical.Observables;
import io.trawl.intel.rule.fact.NewDomains;
import io.trawl.lake.LakeStore;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.record.Detection;
import io.trawl.record.Observable;
import io.trawl.record.ProxyEvent;
import io.trawl.run.Input;
import io.trawl.run.Job;
import io.trawl.run.Jobs;
import io.trawl.run.Reads;
import io.trawl.run.Run;
import io.trawl.schema.word.Stage;
import io.trawl.schema.word.SweepKind;
import io.trawl.steps.Correlating;
import io.trawl.steps.IndicatorSnapshot;
import io.trawl.steps.RuleSettings;
import io.trawl.steps.SweepStep;
import java.io.IOException;
import java.io.Serializable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.expressions.Expressions;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Matches the events of one window with indicators and rules, and says what was seen in it by whom. */
public final class EnrichJob implements Job {
    /** Which indicators a sweep uses. */
    enum Which {
        pinned,
        latest
    }

    @Option(
            names = "--indicators",
            paramLabel = "pinned|latest",
            description =
                    "pinned: those of the window's first sweep (default); latest: today's, with their allowlists and rules, pinned from now on.")
    private Which indicators = Which.pinned;

    public static void main(String[] args) {
        Jobs.main(args, new EnrichJob());
    }

    @Override
    public String name() {
        return Stage.ENRICH.name();
    }

    @Override
    public String purpose() {
        return "Matches the events of a window with indicators and rules; writes lake.detections, and to lake.observables which client contacted what.";
    }

    @Override
    public List<Reads> reads() {
        return List.of(Reads.of(Stage.VALIDATE, LakeTable.PROXY_EVENTS));
    }

    @Override
    public List<LakeTable<?>> writes() {
        return List.of(LakeTable.DETECTIONS, LakeTable.OBSERVABLES);
    }

    @Override
    public void run(Run run) throws IOException {
        Input<ProxyEvent> events = run.reading(LakeTable.PROXY_EVENTS);
        run.lines(events.entry().counts().getOrDefault("valid", 0L));
        IndicatorSnapshot pinned = IndicatorSnapshot.pin(run, indicators == Which.latest);
        RuleSettings held = RuleSettings.pinned(run, pinned);
        if (pinned.rules() != null) {
            run.version("rules.source", held.seenAs());
            run.version("rules.reach", held.reach());
        }
        LogSource source = held.source(run.source());
        Settings settings = held.settings(run.settings(), source);

        LakeStore<Detection> detections =
                run.replacing(LakeTable.DETECTIONS, Expressions.equal("sweep", SweepKind.BATCH.text()));
        boolean empty = events.isEmpty();
        DomainHistory history = isAskedForNewDomains(settings, source, pinned) ? DomainHistory.of(run) : null;
        SweepStep engine = new SweepStep(pinned, settings, source, SweepKind.BATCH, newDomains(run, events, history));
        String[] matched = engine.fields().toArray(new String[0]);
        List<Detection> together = empty
                ? List.of()
                : new ArrayList<>(correlated(run, events, Correlating.of(pinned, settings, source, SweepKind.BATCH)));
        DayRisk risk = DayRisk.of(run);
        if (risk != null && !empty) {
            // What is weak is judged once more: what the sum is of is known only when all has been found.
            JavaRDD<Detection> found = engine.detections(events.blocks(matched));
            together.addAll(risk.detections(
                    together.isEmpty() ? found : found.union(run.context().parallelize(together, 1))));
        }
        Flow<Looked> looked =
                empty ? Flow.of(List.of()) : Flow.of(looked(run, engine.candidates(events.blocks(matched)), together));
        RuleCounts byRule = new RuleCounts();
        Tally tally = looked.then(Step.<Looked, Looked>of("candidates", EnrichJob::present))
                .then(Step.<Looked, Detection>of("detected", (one, out) -> one.detections(engine, out)))
                .into(detections)
                .into(byRule)
                .filter("suppressed", detection -> detection.getSuppressedBy() != null)
                .run();

        // What was looked at, row by row: the ledger proves coverage with it.
        long count = tally.count("in") - together.size();
        LakeStore<Observable> observables = run.replacing(LakeTable.OBSERVABLES);
        Flow<Observable> sightings = empty
                ? Flow.of(List.of())
                : Flow.of(Sightings.of(
                        events.blocks(Sightings.FIELDS),
                        count,
                        run.source().name(),
                        run.window().start()));
        Tally seen = sightings
                .into(observables)
                .filter("odd_hosts", EnrichJob::isOdd)
                .run();

        run.count("events", count);
        run.count("detections", tally.count("stored.detections"));
        run.count("suppressed", tally.count("suppressed"));
        run.count("observables", seen.count("stored.observables"));
        run.count("odd_hosts", seen.count("odd_hosts"));
        if (pinned.rules() != null) {
            byRule.tell(run);
        }
        if (history != null) {
            sayAgain(
                    run,
                    "windows_to_sweep_again",
                    "new domains: this sweep changes what is new in windows that were swept already",
                    DomainHistory.of(run).toSweepAgain(history));
        }
        if (risk != null) {
            sayAgain(
                    run,
                    "risk_windows_to_sweep_again",
                    "risk of clients: this sweep changes the sums of windows that were swept already",
                    risk.toSweepAgain());
        }
    }

    private static boolean isAskedForNewDomains(Settings settings, LogSource source, IndicatorSnapshot pinned) {
        return settings.number(DomainHistory.MOST) > 0 && SweepStep.asksForNewDomains(pinned, settings, source);
    }

    /** What rules and scores may ask of the window's domains; null if nobody asks. */
    private static @Nullable Broadcast<NewDomains> newDomains(
            Run run, Input<ProxyEvent> events, @Nullable DomainHistory history) throws IOException {
        if (history == null || events.isEmpty()) {
            return null;
        }
        NewDomains domains = history.newOf(events.blocks(DomainHistory.fields()));
        if (!domains.isKnown()) {
            return null;
        }
        run.count("new_domains", domains.size());
        return run.context().broadcast(domains);
    }

    private static void sayAgain(Run run, String count, String why, Set<Instant> windows) {
        run.count(count, windows.size());
        if (!windows.isEmpty()) {
            run.note(why + "; run enrich again on: "
                    + windows.stream().limit(10).map(Instant::toString).collect(Collectors.joining(", "))
                    + (windows.size() > 10 ? ", ..." : ""));
        }
    }

    /**
     * What is looked at: an event, if one could be a detection, or a detection of several events.
     */
    private record Looked(
            @Nullable ProxyEvent event, @Nullable Detection correlated) implements Serializable {
        void detections(SweepStep engine, Step.Out<? super Detection> out) {
            if (event != null) {
                engine.apply(event, out);
            }
            if (correlated != null) {
                out.emit(correlated);
            }
        }
    }

    private static JavaRDD<Looked> looked(
            Run run, JavaRDD<Optional<ProxyEvent>> candidates, List<Detection> correlated) {
        JavaRDD<Looked> events = candidates.map(one -> new Looked(one.orElse(null), null));
        return correlated.isEmpty()
                ? events
                : events.union(run.context().parallelize(correlated, 1).map(one -> new Looked(null, one)));
    }

    private static void present(Looked one, Step.Out<? super Looked> out) {
        if (one.event() != null || one.correlated() != null) {
            out.emit(one);
        }
    }

    /** What events of the window and of those before it meet together. */
    private static List<Detection> correlated(Run run, Input<ProxyEvent> events, @Nullable Correlating correlating) {
        if (correlating == null) {
            return List.of();
        }
        List<String> leftOut = correlating.leftOut();
        run.count("correlated_rules_left_out", leftOut.size());
        if (!leftOut.isEmpty()) {
            run.note("rules are in no correlation, since they ask for trawl.domain.new: " + String.join(", ", leftOut));
        }
        if (!correlating.hasRules()) {
            return List.of();
        }
        String[] fields = correlating.fields().toArray(new String[0]);
        JavaRDD<Correlating.Seen> seen = correlating.seen(events.blocks(fields));
        Instant from = run.window().start().minus(correlating.reach());
        int windows = 1;
        Instant endBefore = Instant.MIN;
        for (Ledger.Entry before : run.ledger()
                .current(run.source().name(), Stage.VALIDATE, from, run.window().start())
                .values()) {
            Window window = new Window(before.window(), before.windowEnd());
            long snapshot = before.output(LakeTable.PROXY_EVENTS);
            if (!run.lake().isEmpty(LakeTable.PROXY_EVENTS, run.source().name(), window, snapshot)) {
                seen = seen.union(correlating.seen(run.lake()
                        .blocks(
                                run.spark(),
                                LakeTable.PROXY_EVENTS,
                                run.source().name(),
                                window,
                                snapshot,
                                fields)));
                windows++;
                endBefore = window.end().isAfter(endBefore) ? window.end() : endBefore;
            }
        }
        List<Detection> groups = correlating.groups(correlating.taken(seen), run.window(), endBefore);
        run.count("correlations_left_out", groups == null ? 1 : 0);
        if (groups == null) {
            run.note("correlations are left out: their rules find more events in this window and the " + (windows - 1)
                    + " before it than setting rules.correlation.events allows; narrow the rules, or raise it");
            return List.of();
        }
        run.note("correlations looked at " + windows + (windows == 1 ? " window" : " windows") + " from " + from);
        run.count("correlated", groups.size());
        return groups;
    }

    /** A host without a canonical form, which is matched by its suffix alone. */
    private static boolean isOdd(Observable observable) {
        return Observables.isOdd(observable.getType(), observable.getValue());
    }
}
