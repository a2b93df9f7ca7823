package io.trawl.parity;

import io.trawl.hbase.HBaseReader;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What has been found so far; shares of it add up. */
final class Findings implements Serializable {
    private static final long serialVersionUID = 1L;

    HBaseReader.Lacking lacking = HBaseReader.Lacking.NOTHING;
    long equal;
    long moved;
    /**
     * Of the batch sweep's detections those that the hot path has in this window, of lines that are the window's by
     * their offsets, too: how many, and the sum of their ids.
     */
    long paired;

    long pairedIds;
    /** All that the hot path has of such lines in this window, in the same way. */
    long hot;

    long hotIds;
    /** What it has in this window of other lines. */
    long outside;

    final TreeMap<Kind, TreeMap<Reason, Difference>> differences = new TreeMap<>();

    /** Only the hot path has them, and the reason hangs on whether validate dropped their line. */
    final ArrayList<Doubtful> doubtful = new ArrayList<>();

    /** So many of {@link #later} are looked up: a hot path that has nothing of a window lacks millions. */
    static final int MOST_LATER = 10_000;

    /** Only the batch sweep has them, and the reason hangs on whether their line was invalid once. */
    private final ArrayList<Doubtful> later = new ArrayList<>();

    /** Adds a detection that only the batch sweep has; beyond some thousands nobody asks for its line. */
    void later(Doubtful one) {
        if (later.size() < MOST_LATER) {
            later.add(one);
        } else {
            leave(
                    Kind.ONLY_BATCH,
                    one,
                    one.example()
                            .because(one.example().why() + "; not looked up whether the line was invalid once, since "
                                    + MOST_LATER + " others were"));
        }
    }

    /** Where the lines are whose reasons are left open, by event. */
    Map<String, Example> places() {
        return Stream.concat(later.stream(), doubtful.stream())
                .collect(Collectors.toMap(Doubtful::eventId, Doubtful::example, (one, other) -> one));
    }

    /**
     * Tells the reasons of what was left open.
     *
     * @param dropped which of some events are of lines that validate dropped
     * @param wereInvalid which of some events are of lines that an earlier validate could not read
     */
    void settle(UnaryOperator<Set<String>> dropped, UnaryOperator<Set<String>> wereInvalid) {
        Set<String> healed = ids(later, wereInvalid);
        Set<String> copies = ids(doubtful, dropped);
        Set<String> twice = inOtherFields(healed, copies);
        for (Doubtful one : later) {
            if (healed.contains(one.eventId())) {
                add(
                        Kind.ONLY_BATCH,
                        Reason.HEALED,
                        one.example()
                                .because("the line was invalid when the hot path read it, and was parsed again since"));
            } else if (one.wasUrlDomain() && twice.contains(one.what())) {
                add(
                        Kind.ONLY_BATCH,
                        Reason.OTHER_FIELD,
                        one.example().because("the hot path has it in url.domain, the batch sweep in " + one.field()));
            } else {
                leave(Kind.ONLY_BATCH, one, one.example());
            }
        }
        later.clear();
        for (Doubtful one : doubtful) {
            if (copies.contains(one.eventId())) {
                add(
                        Kind.ONLY_HOT,
                        Reason.COPY,
                        one.example().because("validate dropped the line, which another window keeps"));
            } else if (one.isOld() && twice.contains(one.what())) {
                add(
                        Kind.ONLY_HOT,
                        Reason.OTHER_FIELD,
                        one.example().because("the batch sweep has it in a field of DNS or TLS"));
            } else {
                leave(Kind.ONLY_HOT, one, one.example());
            }
        }
        doubtful.clear();
    }

    /** Adds one of whose line nothing is known but, perhaps, that the two parsed it by different formats. */
    private void leave(Kind kind, Doubtful one, Example example) {
        String formats = one.formats();
        if (formats != null) {
            add(kind, Reason.OTHER_FORMATS, one.example().because(formats));
        } else if (one.scored()) {
            add(kind, Reason.NEW_DOMAIN, one.example().because(Basis.SCORED));
        } else {
            add(kind, Reason.UNEXPLAINED, example);
        }
    }

    /** Line and indicator of what a hot path of version 1 has in url.domain, and the batch sweep in a field of DNS or TLS. */
    private Set<String> inOtherFields(Set<String> healed, Set<String> copies) {
        Set<String> old = doubtful.stream()
                .filter(one -> one.isOld() && !copies.contains(one.eventId()))
                .map(Doubtful::what)
                .collect(Collectors.toSet());
        return later.stream()
                .filter(one -> one.wasUrlDomain() && !healed.contains(one.eventId()))
                .map(Doubtful::what)
                .filter(old::contains)
                .collect(Collectors.toSet());
    }

    private static Set<String> ids(List<Doubtful> some, UnaryOperator<Set<String>> which) {
        Set<String> events = new TreeSet<>();
        some.forEach(one -> events.add(one.eventId()));
        return events.isEmpty() ? events : which.apply(events);
    }

    Findings plus(Findings other) {
        other.later.forEach(this::later);
        doubtful.addAll(other.doubtful);
        lacking = lacking.plus(other.lacking);
        equal += other.equal;
        moved += other.moved;
        paired += other.paired;
        pairedIds += other.pairedIds;
        hot += other.hot;
        hotIds += other.hotIds;
        outside += other.outside;
        other.differences.forEach((kind, reasons) -> reasons.forEach((reason, some) -> add(kind, reason, some)));
        return this;
    }

    void add(Kind kind, Reason reason, Difference some) {
        differences.computeIfAbsent(kind, key -> new TreeMap<>()).merge(reason, some, Difference::plus);
    }

    void add(Kind kind, Reason reason, Example example) {
        add(kind, reason, new Difference(1, List.of(example)));
    }

    /** The first half of an id, as a number: sums of them tell sets of ids apart. */
    static long firstHalf(String id) {
        return Long.parseUnsignedLong(id, 0, 16, 16);
    }

    /** Whether the batch sweep has all that the hot path has of the window's lines. */
    boolean hasAllOfHot() {
        return paired == hot && pairedIds == hotIds;
    }
}
