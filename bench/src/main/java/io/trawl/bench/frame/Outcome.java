package io.trawl.bench.frame;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a benchmark measured: figures, ratios of them, the goals they are held to, and a text for people. */
public final class Outcome {
    /**
     * What a value is held to.
     *
     * @param goal the most that the value may be
     */
    public record Goal(double goal, double value) {
        public boolean met() {
            return value <= goal;
        }
    }

    private final String bench;
    private final Map<String, Double> figures = new LinkedHashMap<>();
    private final Map<String, Double> ratios = new LinkedHashMap<>();
    private final Map<String, Goal> goals = new LinkedHashMap<>();
    private final List<String> text = new ArrayList<>();

    /** @param bench its name, which every name in here begins with */
    public Outcome(String bench) {
        this.bench = bench;
    }

    /** Adds a figure; its name ends in its unit, as ingest.cpu_seconds. */
    public Outcome figure(String name, double value) {
        figures.put(bench + "." + name, rounded(value));
        return this;
    }

    public Outcome ratio(String name, double value) {
        ratios.put(bench + "." + name, rounded(value));
        return this;
    }

    /** Adds a ratio that must not be above a goal. */
    public Outcome atMost(String name, double goal, double value) {
        ratio(name, value);
        goals.put(bench + "." + name, new Goal(goal, rounded(value)));
        return this;
    }

    /** Adds lines for people. */
    public Outcome say(String lines) {
        text.add(lines);
        return this;
    }

    public boolean met() {
        return goals.values().stream().allMatch(Goal::met);
    }

    /** Everything for people: what was said, then one line a goal. */
    public String text() {
        StringBuilder all = new StringBuilder(String.join("\n", text)).append('\n');
        goals.forEach((name, goal) -> all.append(String.format(
                Locale.ROOT,
                "%s  %s: %s, goal at most %s%n",
                goal.met() ? "met   " : "MISSED",
                name,
                number(goal.value()),
                number(goal.goal()))));
        return all.toString();
    }

    /** Adds everything to an object {"figures":{…},"ratios":{…},"goals":{…}}. */
    public void addTo(ObjectNode json) {
        figures.forEach(json.withObject("/figures")::put);
        ratios.forEach(json.withObject("/ratios")::put);
        goals.forEach((name, goal) -> json.withObject("/goals")
                .putObject(name)
                .put("goal", goal.goal())
                .put("value", goal.value())
                .put("met", goal.met()));
    }

    /** An object without any figures yet. */
    public static ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.putObject("figures");
        json.putObject("ratios");
        json.putObject("goals");
        return json;
    }

    private static double rounded(double value) {
        return Math.rint(value * 1000) / 1000;
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
