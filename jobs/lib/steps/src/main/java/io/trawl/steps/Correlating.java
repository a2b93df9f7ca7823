package io.trawl.steps;

import io.trawl.base.LogSource;
import io.trawl.base.Settings;
import io.trawl.base.Window;
import io.trawl.columns.read.Block;
import io.trawl.intel.Engine;
import io.trawl.intel.canonical.Ids;
import io.trawl.intel.index.IndicatorIndex;
import io.trawl.intel.rule.Judge;
import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.Verdict;
import io.trawl.intel.rule.book.NewGroups;
import io.trawl.intel.rule.correlation.Correlation;
import io.trawl.intel.rule.correlation.Correlations;
import io.trawl.intel.rule.correlation.Fired;
import io.trawl.intel.rule.correlation.Group;
import io.trawl.intel.rule.pack.RulePack;
import io.trawl.record.Detection;
import io.trawl.record.ProxyEvent;
import io.trawl.record.RuleReason;
import io.trawl.schema.word.SweepKind;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.api.java.JavaRDD;
import org.jspecify.annotations.Nullable;

/**
 * Finds what the events of a window and of those before it meet together. A group belongs to the first
 * window with whose events it is true: it is not a group of the windows before alone, in whatever order their events came.
 * So each window's sweep gives its own groups, however the borders lie, and a rerun gives the same. A group that more
 * events can break belongs to the window in which its timespan ends.
 */
public final class Correlating implements Serializable {
    private static final long serialVersionUID = 1L;

    /** What a detection of a correlation has as how it matched. */
    public static final String HOW = "correlation";

    private static final int OFFSET_BITS = 48;
    private static final String LIMIT = "rules.correlation.events";

    private final IndicatorSnapshot indicators;
    private final Settings settings;
    private final LogSource source;
    private transient volatile @Nullable Engine engine;

    private Correlating(IndicatorSnapshot indicators, Settings settings, LogSource source) {
        this.indicators = indicators;
        this.settings = settings;
        this.source = source;
    }

    /** The correlations of a snapshot's rules; null where there are none for the source. */
    public static @Nullable Correlating of(IndicatorSnapshot indicators, Settings settings, LogSource source) {
        if (indicators.rules() == null) {
            return null;
        }
        Correlating correlating = new Correlating(indicators, settings, source);
        return correlating.hasRules() || !correlating.leftOut().isEmpty() ? correlating : null;
    }

    /** Whether a correlation is of rules that can be judged over several windows. */
    public boolean hasRules() {
        return rules() != null;
    }

    /**
     * An event for which a rule fired.
     *
     * @param window the start of its window
     * @param detection what the event would be as a detection of the rule
     */
    public record Seen(Fired fired, Instant window, Detection detection) implements Serializable {}

    private RulePack pack() {
        IndicatorSnapshot.Pack rules = indicators.rules();
        if (rules == null) {
            throw new IllegalStateException("no rules");
        }
        return SnapshotFiles.RULES.open(rules.file(), settings);
    }

    private @Nullable Judge rules() {
        return pack().ofCorrelations(source.formats(), SweepStep.logsource(source, settings));
    }

    /** Names of rules that are in no group since they ask which domains are new: of the windows before nobody knows it. */
    public List<String> leftOut() {
        return pack().leftOutOfCorrelations(source.formats(), SweepStep.logsource(source, settings)).stream()
                .map(Rule::name)
                .toList();
    }

    /** How far before a window events are looked at. */
    public Duration reach() {
        Duration most = settings.duration("rules.correlation.reach");
        Duration reach = pack().book().correlations().reach();
        return reach == null || reach.compareTo(most) > 0 ? most : reach;
    }

    /** The columns of an event that are needed. */
    public List<String> fields() {
        Set<String> fields = new LinkedHashSet<>(Engine.fields(rules()));
        fields.addAll(pack().book().columnsOfFired());
        return List.copyOf(fields);
    }

    private Engine engine() {
        Engine judge = engine;
        if (judge == null) {
            IndicatorSnapshot.Pack lists = indicators.allowlists();
            judge = new Engine(
                    IndicatorIndex.of(List.of()),
                    indicators.id(),
                    source.webServer(),
                    SweepKind.BATCH,
                    lists == null ? List.of() : List.of(SnapshotFiles.ALLOWLISTS.open(lists.file(), settings)),
                    rules());
            engine = judge;
        }
        return judge;
    }

    /** The events for which a rule fired that a correlation is of. The blocks need the {@link #fields}. */
    public JavaRDD<Seen> seen(JavaRDD<Block<ProxyEvent>> blocks) {
        return blocks.mapPartitions(some -> new Candidates(engine(), some)).flatMap(this::seen);
    }

    private Iterator<Seen> seen(Optional<ProxyEvent> candidate) {
        List<Seen> seen = new ArrayList<>();
        candidate.ifPresent(event -> engine().verdicts(event, (verdict, detection) -> {
            // What an allowlist has counts in no group.
            if (detection.getSuppressedBy() == null) {
                seen.add(new Seen(fired(verdict, event), event.getWindow(), detection));
            }
        }));
        return seen.iterator();
    }

    private Fired fired(Verdict verdict, ProxyEvent event) {
        long order = ((long) event.getPartition() << OFFSET_BITS) + event.getOffset();
        return pack().book().fired(verdict.rule().id(), event.getEventId(), order, event);
    }

    private int most() {
        return Math.toIntExact(settings.number(LIMIT));
    }

    /** What is there, up to one more than setting rules.correlation.events allows. */
    public List<Seen> taken(JavaRDD<Seen> seen) {
        return seen.take(most() + 1);
    }

    /**
     * The groups that come true with a window, as detections.
     *
     * @param all of the window and of those before it that are in reach
     * @return null where there are more than setting rules.correlation.events allows: none of them is judged
     */
    public @Nullable List<Detection> groups(List<Seen> all, Window window) {
        if (all.size() > most()) {
            return null;
        }
        Map<String, Seen> byEvent = new HashMap<>();
        List<Fired> fired = new ArrayList<>();
        List<Fired> before = new ArrayList<>();
        Instant endBefore = Instant.MIN;
        for (Seen one : all) {
            fired.add(one.fired());
            byEvent.putIfAbsent(one.fired().event(), one);
            if (one.window().isBefore(window.start())) {
                before.add(one.fired());
                Instant end = one.window().plus(Duration.between(window.start(), window.end()));
                endBefore = end.isAfter(endBefore) ? end : endBefore;
            }
        }
        Correlations correlations = pack().book().correlations();
        List<Detection> groups = new ArrayList<>();
        for (Group group : NewGroups.of(correlations, fired, before, window.end(), endBefore)) {
            Seen last = null;
            Seen lastBefore = null;
            for (String event : group.events()) {
                Seen one = byEvent.get(event);
                last = one != null && one.window().equals(window.start()) ? one : last;
                lastBefore = one != null ? one : lastBefore;
            }
            if (last == null && group.held().isAfter(endBefore)) {
                // Its timespan ended with this window, after its last event.
                last = lastBefore;
            }
            if (last != null && !correlations.isSilent(group.correlation().id())) {
                groups.add(detection(group, last.detection(), window));
            }
        }
        return groups;
    }

    private static Detection detection(Group group, Detection event, Window window) {
        Correlation correlation = group.correlation();
        Detection detection = Detection.newBuilder(event).build();
        detection.setDetectionId(Ids.of(group.id(), correlation.id(), event.getField()));
        detection.setWindow(window.start());
        detection.setHow(HOW);
        detection.setIndicatorId(correlation.id());
        detection.setIndicatorValue(correlation.name());
        detection.setRuleId(correlation.id());
        detection.setRuleName(correlation.name());
        detection.setRuleLevel(correlation.level().text());
        detection.setScore(correlation.score());
        detection.setTags(new ArrayList<>(correlation.tags()));
        detection.setReferences(new ArrayList<>(correlation.references()));
        List<RuleReason> why = new ArrayList<>();
        group.group().forEach((field, value) -> why.add(new RuleReason("group", field, value, value)));
        why.add(new RuleReason(
                "events",
                "event.id",
                String.join(
                        " ",
                        group.events().subList(0, Math.min(10, group.events().size()))),
                group.count() + " from " + group.first() + " to " + group.last()));
        why.addAll(event.getWhy());
        detection.setWhy(why);
        return detection;
    }
}
