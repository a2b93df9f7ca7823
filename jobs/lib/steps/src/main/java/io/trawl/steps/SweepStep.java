package io.trawl.steps;

import io.trawl.base.JobFailure;
import io.trawl.base.LogSource;
import io.trawl.base.Settings;
import io.trawl.columns.read.Block;
import io.trawl.flow.Step;
import io.trawl.intel.Engine;
import io.trawl.intel.rule.Judge;
import io.trawl.intel.rule.fact.NewDomains;
import io.trawl.intel.rule.pack.RulePack;
import io.trawl.record.Detection;
import io.trawl.record.ProxyEvent;
import io.trawl.schema.word.SweepKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;
import org.jspecify.annotations.Nullable;

/** Judges events with the indicators, allowlists and rules of a snapshot: what batch and hot path share. */
public final class SweepStep implements Step<ProxyEvent, Detection> {
    private static final long serialVersionUID = 1L;

    private final IndicatorSnapshot indicators;
    private final Settings settings;
    private final LogSource source;
    private final SweepKind sweep;
    private final @Nullable Broadcast<NewDomains> domains;
    private transient volatile @Nullable Engine engine;

    /**
     * Where nobody knows which domains are new.
     *
     * @param source whose events they are: rules are for some sources, and clients are matched of web servers only
     * @param sweep which path the detections are of
     */
    public SweepStep(IndicatorSnapshot indicators, Settings settings, LogSource source, SweepKind sweep) {
        this(indicators, settings, source, sweep, null);
    }

    /**
     * The same.
     *
     * @param domains the window's domains that are new; null if nobody knows
     */
    public SweepStep(
            IndicatorSnapshot indicators,
            Settings settings,
            LogSource source,
            SweepKind sweep,
            @Nullable Broadcast<NewDomains> domains) {
        this.indicators = indicators;
        this.settings = settings;
        this.source = source;
        this.sweep = sweep;
        this.domains = domains;
    }

    @Override
    public String name() {
        return "detected";
    }

    @Override
    public void apply(ProxyEvent event, Out<? super Detection> out) {
        judge(event, out::emit);
    }

    /** Gives the detections of an event. */
    public void judge(ProxyEvent event, Consumer<Detection> detections) {
        engine().analyse(event, detections);
    }

    /** The detections of the events of blocks, which need the {@link #fields}. */
    public JavaRDD<Detection> detections(JavaRDD<Block<ProxyEvent>> blocks) {
        return candidates(blocks).flatMap(one -> {
            List<Detection> found = new ArrayList<>();
            one.ifPresent(event -> engine().analyse(event, found::add));
            return found.iterator();
        });
    }

    /**
     * The events in which there may be a detection, and a few more; empty for every other, which is known to have none
     * without a record of it. The blocks need the {@link #fields}.
     */
    public JavaRDD<Optional<ProxyEvent>> candidates(JavaRDD<Block<ProxyEvent>> blocks) {
        return blocks.mapPartitions(some -> new Candidates(engine(), some));
    }

    /** The columns of an event that are needed to judge it. */
    public List<String> fields() {
        return Engine.fields(rules());
    }

    /** What a person says that a source is to Sigma rules. */
    public static String logsource(LogSource source, Settings settings) {
        return settings.text("source." + source.name() + ".logsource", "");
    }

    private @Nullable Judge rules() {
        return rules(indicators, settings, source, domains == null ? NewDomains.UNKNOWN : domains.value());
    }

    /** Whether rules or scores ask which domains of a window are new. */
    public static boolean asksForNewDomains(IndicatorSnapshot indicators, Settings settings, LogSource source) {
        IndicatorSnapshot.Pack rules = indicators.rules();
        return rules != null
                && SnapshotFiles.RULES
                        .open(rules.file(), settings)
                        .asksForNewDomains(source.formats(), logsource(source, settings));
    }

    /**
     * The rules of a snapshot for a source; null if there are none.
     *
     * @throws JobFailure they cannot be run, or what a person says that the source is cannot be read
     */
    static @Nullable Judge rules(
            IndicatorSnapshot indicators, Settings settings, LogSource source, NewDomains domains) {
        IndicatorSnapshot.Pack rules = indicators.rules();
        if (rules == null) {
            return null;
        }
        RulePack pack = SnapshotFiles.RULES.open(rules.file(), settings);
        try {
            return pack.judge(source.formats(), logsource(source, settings), domains);
        } catch (IllegalArgumentException e) {
            throw new JobFailure(
                    "rules cannot be run on source " + source.name() + ": " + e.getMessage() + " (setting source."
                            + source.name() + ".logsource)",
                    e);
        }
    }

    private Engine engine() {
        Engine judge = engine;
        if (judge == null) {
            IndicatorSnapshot.Pack lists = indicators.allowlists();
            judge = new Engine(
                    SnapshotFiles.INDEXES.open(indicators.index(), settings),
                    indicators.id(),
                    source.webServer(),
                    sweep,
                    lists == null ? List.of() : List.of(SnapshotFiles.ALLOWLISTS.open(lists.file(), settings)),
                    rules());
            engine = judge;
        }
        return judge;
    }
}
