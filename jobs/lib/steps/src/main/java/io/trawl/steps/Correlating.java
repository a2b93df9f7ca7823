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
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.spark.api.java.JavaRDD;
import org.jspecify.annotations.Nullable;

/**
 * Finds what events meet together. In the batch path these are the events of a window and of those before it. A group
 * belongs to the first window with whose events it is true: it is not a group of the windows before alone, in whatever
 * order their events came. So each window's sweep gives its own groups, however the borders are, and a rerun gives the same.
 * A group that more events can break belongs to the window in which its timespan ends.
 */
public final class Correlating implements Serializable {
    private static final long serialVersionUID = 1L;

    /** What a detection of a correlation has as how it matched. */
    public static final String HOW = "correlation";

    private static final int OFFSET_BITS = 48;
    private static final String LIMIT = "rules.correlation.events";
    /** So many events of a group are named. */
    private static final int NAMED = 10;

    private final IndicatorSnapshot indicators;
    private final Settings settings;
    private final LogSource source;
    private final SweepKind sweep;
    private transient volatile @Nullable Engine engine;

    private Correlating(IndicatorSnapshot indicators, Settings settings, LogSource source, SweepKind sweep) {
        this.indicators = indicators;
        this.settings = settings;
        this.source = source;
        this.sweep = sweep;
    }

    /**
     * The correlations of a snapshot's rules; null if there are none for the source.
     *
     * @param sweep which path the detections are of
     */
    public static @Nullable Correlating of(
            IndicatorSnapshot indicators, Settings settings, LogSource source, SweepKind sweep) {
        if (indicators.rules() == null) {
            return null;
        }
        Correlating correlating = new Correlating(indicators, settings, source, sweep);
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
    public record Seen(Fired fired, Instant window, Detection detection) implements Serializable {
        /** Of several rules that fired for an event, the same one is always the event's. */
        public static Seen first(Seen one, Seen other) {
            return one.fired.rule().compareTo(other.fired.rule()) <= 0 ? one : other;
        }
    }

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

    public Correlations correlations() {
        return pack().book().correlations();
    }

    /** How far before a window events are looked at. */
    public Duration reach() {
        return reach(correlations());
    }

    /** The same for some of the correlations. */
    public Duration reach(Correlations some) {
        Duration most = settings.duration("rules.correlation.reach");
        Duration reach = some.reach();
        return reach == null || reach.compareTo(most) > 0 ? most : reach;
    }

    /** How many events are looked at, at most. */
    public int most() {
        return Math.toIntExact(settings.number(LIMIT));
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
                    sweep,
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
        candidate.ifPresent(event -> seen(event, seen::add));
        return seen.iterator();
    }

    /** Gives the rules that fired for an event. */
    public void seen(ProxyEvent event, Consumer<Seen> seen) {
        engine().verdicts(event, (verdict, detection) -> {
            // What an allowlist has counts in no group.
            if (detection.getSuppressedBy() == null) {
                seen.accept(new Seen(fired(verdict, event), event.getWindow(), detection));
            }
        });
    }

    private Fired fired(Verdict verdict, ProxyEvent event) {
        long order = ((long) event.getPartition() << OFFSET_BITS) + event.getOffset();
        return pack().book().fired(verdict.rule().id(), event.getEventId(), order, event);
    }

    /** What is there, up to one more than setting rules.correlation.events allows. */
    public List<Seen> taken(JavaRDD<Seen> seen) {
        return seen.take(most() + 1);
    }

    /**
     * The groups that come true with a window, as detections.
     *
     * @param all of the window and of those before it that are in reach
     * @param endBefore end of the last window before it that was judged, with or without such events; {@link Instant#MIN} if
     *     there is none
     * @return null if there are more than setting rules.correlation.events allows: none of them is judged
     */
    public @Nullable List<Detection> groups(List<Seen> all, Window window, Instant endBefore) {
        return all.size() > most() ? null : groups(correlations(), all, window, endBefore);
    }

    /** The same, however many there are. */
    public static List<Detection> groups(Correlations correlations, List<Seen> all, Window window, Instant endBefore) {
        Map<String, Seen> byEvent = new HashMap<>();
        List<Fired> fired = new ArrayList<>();
        List<Fired> before = new ArrayList<>();
        for (Seen one : all) {
            fired.add(one.fired());
            byEvent.merge(one.fired().event(), one, Seen::first);
            if (one.window().isBefore(window.start())) {
                before.add(one.fired());
            }
        }
        List<Detection> groups = new ArrayList<>();
        for (Group group : NewGroups.of(correlations, fired, before, window.end(), endBefore)) {
            Sum sum = Sum.of(group, byEvent::get, window.start());
            // Its timespan may have ended with this window, after its last event.
            if (sum != null && (sum.isOf(window.start()) || group.held().isAfter(endBefore))) {
                Detection detection = sum.detection();
                detection.setWindow(window.start());
                groups.add(detection);
            }
        }
        return groups;
    }

    /**
     * What a detection says of a group. It is of the window with whose events the group came true, and has the group's
     * events up to the end of that window: batch and hot path say the same, whatever comes later.
     *
     * @param home the event that it names: with it the group came true
     * @param count how many events, up to the end of the window
     * @param last when the last of them was
     * @param named the ids of the first of them
     */
    public record Sum(Group group, Seen home, int count, Instant last, List<String> named) {
        /**
         * Sums a group up.
         *
         * @param events gives a group's event; null for one that is not known any more
         * @param window if the group's first events are of none of the window's, the last event that is counts
         * @return null if none of its events is known
         */
        public static @Nullable Sum of(Group group, Function<String, @Nullable Seen> events, @Nullable Instant window) {
            List<Seen> all = new ArrayList<>();
            Seen home = null;
            boolean before = true;
            for (String id : group.events()) {
                Seen one = events.apply(id);
                if (one != null) {
                    all.add(one);
                    boolean isLater = home == null || !one.window().isBefore(home.window());
                    home = before && isLater ? one : home;
                }
                before &= !id.equals(group.cause());
            }
            if (home != null && window != null && home.window().isBefore(window)) {
                for (Seen one : all) {
                    home = one.window().equals(window) ? one : home;
                }
            }
            if (home == null) {
                return null;
            }
            int count = 0;
            Instant last = group.first();
            List<String> named = new ArrayList<>();
            for (Seen one : all) {
                if (!one.window().isAfter(home.window())) {
                    count++;
                    last = one.fired().time().isAfter(last) ? one.fired().time() : last;
                    if (named.size() < NAMED) {
                        named.add(one.fired().event());
                    }
                }
            }
            return new Sum(group, home, count, last, List.copyOf(named));
        }

        boolean isOf(Instant window) {
            return home.window().equals(window);
        }

        /** The detection's id: the same for the same group and event. */
        public String id() {
            return Ids.of(group.id(), group.correlation().id(), home.detection().getField());
        }

        public Detection detection() {
            Correlation correlation = group.correlation();
            Detection event = home.detection();
            Detection detection = Detection.newBuilder(event).build();
            detection.setDetectionId(id());
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
                    "events", "event.id", String.join(" ", named), count + " from " + group.first() + " to " + last));
            why.addAll(event.getWhy());
            detection.setWhy(why);
            return detection;
        }
    }
}
