package io.trawl.etl;

import io.trawl.intel.Engine;
import io.trawl.record.Detection;
import io.trawl.record.ProxyEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Judges events with the indicators and allowlists of a snapshot: what batch and hot path share. */
public final class SweepStep implements Step<ProxyEvent, Detection> {
    private static final long serialVersionUID = 1L;

    private final IndicatorSnapshot indicators;
    private final Settings settings;
    private final boolean webServer;
    private final String sweep;
    private transient volatile @Nullable Engine engine;

    /** @param sweep batch or retro */
    public SweepStep(IndicatorSnapshot indicators, Settings settings, boolean webServer, String sweep) {
        this.indicators = indicators;
        this.settings = settings;
        this.webServer = webServer;
        this.sweep = sweep;
    }

    @Override
    public void apply(ProxyEvent event, Out<? super Detection> out) {
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
        judge.analyse(event, out::emit);
    }
}
