package io.trawl.steps;

import io.trawl.base.Settings;
import io.trawl.columns.read.Block;
import io.trawl.flow.Step;
import io.trawl.intel.Engine;
import io.trawl.record.Detection;
import io.trawl.record.ProxyEvent;
import io.trawl.schema.word.SweepKind;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.jspecify.annotations.Nullable;

/** Judges events with the indicators and allowlists of a snapshot: what batch and hot path share. */
public final class SweepStep implements Step<ProxyEvent, Detection> {
    private static final long serialVersionUID = 1L;

    private final IndicatorSnapshot indicators;
    private final Settings settings;
    private final boolean webServer;
    private final SweepKind sweep;
    private transient volatile @Nullable Engine engine;

    /** @param sweep which path the detections are of */
    public SweepStep(IndicatorSnapshot indicators, Settings settings, boolean webServer, SweepKind sweep) {
        this.indicators = indicators;
        this.settings = settings;
        this.webServer = webServer;
        this.sweep = sweep;
    }

    @Override
    public String name() {
        return "detected";
    }

    @Override
    public void apply(ProxyEvent event, Out<? super Detection> out) {
        engine().analyse(event, out::emit);
    }

    /**
     * The events in which there may be a detection, and a few more; empty for every other, which is known to have none
     * without a record of it. The blocks need the fields {@link Engine#FIELDS}.
     */
    public JavaRDD<Optional<ProxyEvent>> candidates(JavaRDD<Block<ProxyEvent>> blocks) {
        return blocks.mapPartitions(some -> new Candidates(engine(), some));
    }

    private Engine engine() {
        Engine judge = engine;
        if (judge == null) {
            IndicatorSnapshot.Lists lists = indicators.allowlists();
            judge = new Engine(
                    SnapshotFiles.INDEXES.open(indicators.index(), settings),
                    indicators.id(),
                    webServer,
                    sweep,
                    lists == null ? List.of() : List.of(SnapshotFiles.ALLOWLISTS.open(lists.file(), settings)));
            engine = judge;
        }
        return judge;
    }
}
