package io.trawl.enrich;

import io.trawl.etl.Block;
import io.trawl.etl.IndicatorSnapshot;
import io.trawl.etl.Job;
import io.trawl.etl.Jobs;
import io.trawl.etl.LakeStore;
import io.trawl.etl.LakeTable;
import io.trawl.etl.Ledger;
import io.trawl.etl.Run;
import io.trawl.etl.Step;
import io.trawl.etl.SweepStep;
import io.trawl.etl.Tally;
import io.trawl.flow.Flow;
import io.trawl.intel.Engine;
import io.trawl.intel.Observables;
import io.trawl.record.Detection;
import io.trawl.record.Observable;
import io.trawl.record.ProxyEvent;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.expressions.Expressions;
import org.apache.spark.api.java.JavaRDD;
import picocli.CommandLine.Option;

/** Matches the events of one window with the indicators, and says what was seen in it by whom. */
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
                    "pinned: those of the window's first sweep (default); latest: today's, with their allowlists, pinned from now on.")
    private Which indicators = Which.pinned;

    public static void main(String[] args) {
        Jobs.main(args, new EnrichJob());
    }

    @Override
    public String name() {
        return "enrich";
    }

    @Override
    public String purpose() {
        return "Matches the events of a window with the indicators; writes lake.detections, and to lake.observables which client contacted what.";
    }

    @Override
    public void run(Run run) throws IOException {
        Long detectionsBase = run.lake().snapshot(LakeTable.DETECTIONS);
        Long observablesBase = run.lake().snapshot(LakeTable.OBSERVABLES);
        Ledger.Entry validate = run.ledger().require(run.source().name(), "validate", run.window());
        run.lines(validate.counts().getOrDefault("valid", 0L));
        long snapshot = validate.output(LakeTable.PROXY_EVENTS);
        run.input(LakeTable.PROXY_EVENTS, snapshot);
        IndicatorSnapshot pinned = IndicatorSnapshot.pin(run, indicators == Which.latest);

        LakeStore<Detection> detections =
                run.replacing(LakeTable.DETECTIONS, detectionsBase, Expressions.equal("sweep", "batch"));
        SweepStep engine = new SweepStep(pinned, run.settings(), run.source().webServer(), "batch");
        boolean empty = run.lake().isEmpty(LakeTable.PROXY_EVENTS, run.source().name(), run.window(), snapshot);
        String[] matched = Engine.FIELDS.toArray(new String[0]);
        Flow<Optional<ProxyEvent>> candidates =
                empty ? Flow.of(List.of()) : Flow.of(engine.candidates(events(run, snapshot, matched)));
        Tally tally = candidates
                .then(Step.<Optional<ProxyEvent>, ProxyEvent>of("candidates", EnrichJob::present))
                .then(engine)
                .into(detections)
                .filter("suppressed", detection -> detection.getSuppressedBy() != null)
                .run();

        // What was looked at, row by row: the ledger proves coverage with it.
        long count = tally.count("in");
        LakeStore<Observable> observables = run.replacing(LakeTable.OBSERVABLES, observablesBase);
        Flow<Observable> sightings = empty
                ? Flow.of(List.of())
                : Flow.of(Sightings.of(
                        events(run, snapshot, Sightings.FIELDS),
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
        run.output(LakeTable.DETECTIONS, detections.committed());
        run.output(LakeTable.OBSERVABLES, observables.committed());
        run.record();
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

    private static JavaRDD<Block<ProxyEvent>> events(Run run, long snapshot, String... fields) {
        return run.lake()
                .blocks(run.spark(), LakeTable.PROXY_EVENTS, run.source().name(), run.window(), snapshot, fields);
    }
}
