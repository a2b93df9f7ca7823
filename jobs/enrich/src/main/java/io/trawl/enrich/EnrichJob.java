package io.trawl.enrich;

import io.trawl.flow.Flow;
import io.trawl.flow.Step;
import io.trawl.flow.Tally;
import io.trawl.intel.canonical.Observables;
import io.trawl.lake.LakeStore;
import io.trawl.lake.LakeTable;
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
import io.trawl.steps.IndicatorSnapshot;
import io.trawl.steps.SweepStep;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.expressions.Expressions;
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

        LakeStore<Detection> detections =
                run.replacing(LakeTable.DETECTIONS, Expressions.equal("sweep", SweepKind.BATCH.text()));
        SweepStep engine = new SweepStep(pinned, run.settings(), run.source(), SweepKind.BATCH);
        boolean empty = events.isEmpty();
        String[] matched = engine.fields().toArray(new String[0]);
        Flow<Optional<ProxyEvent>> candidates =
                empty ? Flow.of(List.of()) : Flow.of(engine.candidates(events.blocks(matched)));
        Tally tally = candidates
                .then(Step.<Optional<ProxyEvent>, ProxyEvent>of("candidates", EnrichJob::present))
                .then(engine)
                .into(detections)
                .filter("suppressed", detection -> detection.getSuppressedBy() != null)
                .run();

        // What was looked at, row by row: the ledger proves coverage with it.
        long count = tally.count("in");
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
    }

    private static void present(Optional<ProxyEvent> event, Step.Out<? super ProxyEvent> out) {
        if (event.isPresent()) {
            out.emit(event.get());
        }
    }

    /** A host without a canonical form, which is matched by its suffix alone. */
    private static boolean isOdd(Observable observable) {
        return Observables.isOdd(observable.getType(), observable.getValue());
    }
}
