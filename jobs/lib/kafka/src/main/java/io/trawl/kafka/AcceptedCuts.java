package io.trawl.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.State;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The cuts of a topic's log that an operator has accepted: a file each in the state folder, with the border at which
 * windows go on.
 */
final class AcceptedCuts {
    private final State state;
    private final String folder;

    AcceptedCuts(State state, String folder) {
        this.state = state;
        this.folder = folder;
    }

    /**
     * What was accepted, as a border sees it.
     *
     * @param since the lowest cut of each partition's log that came after the border was pinned
     * @param here those at which a window that begins at the border goes on
     */
    record At(Map<Integer, LogCut> since, Map<Integer, LogCut> here) {}

    /** What was accepted, as the border at an instant sees it. */
    At at(Instant border) throws IOException {
        Map<Integer, LogCut> since = new TreeMap<>();
        Map<Integer, LogCut> here = new TreeMap<>();
        for (String name : state.list(folder)) {
            JsonNode file = state.read(folder + "/" + name);
            if (file == null) {
                continue;
            }
            Instant at = Instant.parse(file.path("border").asText());
            if (!border.isAfter(at)) {
                cuts(file)
                        .forEach((partition, each) -> since.merge(partition, each, (a, b) -> a.at() < b.at() ? a : b));
            }
            if (border.equals(at)) {
                here.putAll(cuts(file));
            }
        }
        return new At(since, here);
    }

    /** Whether a cut was accepted, at whichever border. */
    boolean has(LogCut cut) throws IOException {
        for (String name : state.list(folder)) {
            JsonNode file = state.read(folder + "/" + name);
            LogCut known = file == null ? null : cuts(file).get(cut.partition());
            if (known != null && known.at() == cut.at()) {
                return true;
            }
        }
        return false;
    }

    /** Accepts cuts: windows go on with the messages that the broker has taken since, from a border on. */
    void add(Instant border, List<LogCut> cuts, String runId) throws IOException {
        ObjectNode accepted = JsonNodeFactory.instance.objectNode();
        accepted.put("border", border.toString()).put("run_id", runId);
        accepted.put("accepted", Instant.now().toString());
        ObjectNode partitions = accepted.putObject("partitions");
        cuts.forEach(cut -> partitions
                .putObject(String.valueOf(cut.partition()))
                .put("at", cut.at())
                .put("known", cut.known()));
        int number = state.list(folder).size();
        // Whoever creates it: another one has seen the same cut.
        state.create(folder + "/" + String.format("%06d.json", number), accepted);
    }

    private static Map<Integer, LogCut> cuts(JsonNode file) {
        Map<Integer, LogCut> cuts = new TreeMap<>();
        file.path("partitions").fields().forEachRemaining(one -> {
            int partition = Integer.parseInt(one.getKey());
            cuts.put(
                    partition,
                    new LogCut(
                            partition,
                            one.getValue().path("at").asLong(),
                            one.getValue().path("known").asLong()));
        });
        return cuts;
    }
}
