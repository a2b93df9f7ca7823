package io.trawl.it;

import io.trawl.base.Window;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Says what is wrong after a round: every line that was written is in the topic, every message is in one window, each
 * window's counts add up, and lake, HBase and hot path found what was planted, once.
 *
 * <p>Origin is where a line was born: proxy and byte of its log. Place is where a message of it lies in the topic.
 */
final class FaultJudge {
    /** How many problems of one kind are told. */
    private static final int TOLD = 5;

    /** The truth about a line: its bytes, whether it is malformed, and each match as indicator, field and how. */
    record Truth(String body, boolean malformed, List<String> planted) {}

    record Place(int partition, long offset) {}

    record Message(Place place, String origin, String body) {}

    /** A detection: its id, the message it is of, and its match as {@link Truth#planted} has it. */
    record Found(String id, Place place, String match) {}

    /** What the sweep of a window left. */
    record Swept(Window window, List<Message> raw, Map<String, Long> audit, List<Found> lake, List<Found> hbase) {}

    private final Map<String, Truth> written;
    private final Map<Place, Message> topic;
    private final List<String> problems = new ArrayList<>();
    private final Map<String, Integer> told = new TreeMap<>();

    /**
     * @param written every line of all rounds, by origin
     * @param topic every message of all rounds
     */
    FaultJudge(Map<String, Truth> written, Map<Place, Message> topic) {
        this.written = written;
        this.topic = topic;
    }

    /**
     * Judges a round.
     *
     * @param origins of its lines
     * @param arrived messages that must be in its windows
     * @param windows that were swept
     * @param hot what the hot path found in its lines
     * @return what is wrong; empty if nothing is
     */
    List<String> problems(Set<String> origins, List<Message> arrived, List<Swept> windows, List<Found> hot) {
        Set<String> there = new HashSet<>();
        for (Message message : arrived) {
            there.add(message.origin());
            Truth truth = written.get(message.origin());
            if (truth == null) {
                tell("a line that nobody wrote is in the topic", message.origin());
            } else if (!truth.body().equals(message.body())) {
                tell("a line is not in the topic as it was written", message.origin());
            }
        }
        for (String origin : origins) {
            if (!there.contains(origin)) {
                tell("a line was written and is not in the topic", origin);
            }
        }
        inWindows(arrived, windows);
        windows.forEach(this::window);
        same("the hot path", expected(origins), matches("the hot path", once(hot)));
        told.forEach((kind, times) -> {
            if (times > TOLD) {
                problems.add(kind + ": " + (times - TOLD) + " more");
            }
        });
        return problems;
    }

    private void inWindows(List<Message> arrived, List<Swept> windows) {
        Map<Place, Integer> swept = new HashMap<>();
        for (Swept window : windows) {
            for (Message raw : window.raw()) {
                swept.merge(raw.place(), 1, Integer::sum);
                if (!raw.equals(topic.get(raw.place()))) {
                    tell("a raw line is not what the topic has at its place", raw.place() + " of " + window.window());
                }
            }
        }
        for (Message message : arrived) {
            int times = swept.getOrDefault(message.place(), 0);
            if (times != 1) {
                tell(
                        "a message is not in exactly one window",
                        message.place() + " of " + message.origin() + " is in " + times);
            }
        }
    }

    private void window(Swept swept) {
        Set<String> origins = new HashSet<>();
        swept.raw().forEach(raw -> origins.add(raw.origin()));
        origins.removeAll(earlier(swept));
        long malformed = origins.stream()
                .filter(origin ->
                        written.containsKey(origin) && written.get(origin).malformed())
                .count();
        Map<String, Long> counts = Map.of(
                "messages",
                (long) swept.raw().size(),
                "raw",
                (long) swept.raw().size(),
                "copies",
                (long) swept.raw().size() - origins.size(),
                "invalid",
                malformed,
                "valid",
                origins.size() - malformed,
                "problems",
                0L);
        new TreeMap<>(counts).forEach((name, count) -> {
            Long audited = swept.audit().get(name);
            if (!count.equals(audited)) {
                tell(
                        "the audit counts wrong",
                        name + " of " + swept.window() + " is " + audited + ", expected " + count);
            }
        });
        Map<String, Integer> expected = expected(origins);
        String lake = "lake.detections of " + swept.window();
        String hbase = "HBase's detections of " + swept.window();
        same(lake, expected, matches(lake, swept.lake()));
        same(hbase, expected, matches(hbase, swept.hbase()));
        if (!ids(swept.lake()).equals(ids(swept.hbase()))) {
            tell("lake and HBase have other detections", swept.window().toString());
        }
    }

    /** Origins of lines that came before a window: that window has copies of them only. A proxy's lines are in one partition. */
    private Set<String> earlier(Swept swept) {
        Map<Integer, Long> first = new HashMap<>();
        swept.raw()
                .forEach(raw -> first.merge(raw.place().partition(), raw.place().offset(), Math::min));
        Set<String> earlier = new HashSet<>();
        topic.forEach((place, message) -> {
            if (place.offset() < first.getOrDefault(place.partition(), 0L)) {
                earlier.add(message.origin());
            }
        });
        return earlier;
    }

    /** Each detection id of a match once: the hot path finds a line again in each copy of it, under the same id. */
    private List<Found> once(List<Found> found) {
        Map<String, Found> once = new LinkedHashMap<>();
        for (Found one : found) {
            Message message = topic.get(one.place());
            String of = message == null ? one.place().toString() : message.origin();
            once.putIfAbsent(one.id() + " " + of + " " + one.match(), one);
        }
        return List.copyOf(once.values());
    }

    private static Set<String> ids(List<Found> found) {
        Set<String> ids = new HashSet<>();
        found.forEach(one -> ids.add(one.id()));
        return ids;
    }

    /** Every match that these lines must lead to, once for each. */
    private Map<String, Integer> expected(Set<String> origins) {
        Map<String, Integer> expected = new HashMap<>();
        for (String origin : origins) {
            Truth truth = written.get(origin);
            if (truth != null) {
                truth.planted().forEach(match -> expected.put(origin + " " + match, 1));
            }
        }
        return expected;
    }

    private Map<String, Integer> matches(String where, List<Found> found) {
        Map<String, Integer> matches = new HashMap<>();
        for (Found one : found) {
            Message message = topic.get(one.place());
            if (message == null) {
                tell("a detection is of no message", one.id() + " of " + where);
            } else {
                matches.merge(message.origin() + " " + one.match(), 1, Integer::sum);
            }
        }
        return matches;
    }

    private void same(String where, Map<String, Integer> expected, Map<String, Integer> found) {
        expected.keySet().forEach(match -> {
            if (!found.containsKey(match)) {
                tell("a planted match is missing in " + where, match);
            }
        });
        found.forEach((match, times) -> {
            if (!expected.containsKey(match)) {
                tell("a match that nobody planted is in " + where, match);
            } else if (times > 1) {
                tell("a match is there " + times + " times in " + where, match);
            }
        });
    }

    private void tell(String kind, String which) {
        if (told.merge(kind, 1, Integer::sum) <= TOLD) {
            problems.add(kind + ": " + which);
        }
    }
}
