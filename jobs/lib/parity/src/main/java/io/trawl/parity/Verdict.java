package io.trawl.parity;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.Json;
import io.trawl.base.Window;
import io.trawl.hbase.HBaseReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** The answer for one window. */
public final class Verdict {
    private final Basis basis;
    private final Findings findings;

    Verdict(Basis basis, Findings findings) {
        this.basis = basis;
        this.findings = findings;
    }

    public Window window() {
        return basis.window();
    }

    /** Of the batch sweep's detections, what HBase does not have of the load: where there are some, the hot side is not known. */
    public HBaseReader.Lacking lacking() {
        return findings.lacking;
    }

    /** Lines of the window that the hot path has not stored yet. */
    public long behind() {
        return basis.hot().behind(basis.spans());
    }

    /** Whether the hot path has passed the window's end, so that nothing can change any more. */
    public boolean judged() {
        return behind() == 0;
    }

    public long equal() {
        return findings.equal;
    }

    /** How many of the equal ones the hot path has under another window. */
    public long moved() {
        return findings.moved;
    }

    public long count(Kind kind) {
        return differences(kind).values().stream().mapToLong(Difference::count).sum();
    }

    public Map<Reason, Difference> differences(Kind kind) {
        return findings.differences.getOrDefault(kind, new TreeMap<>());
    }

    /** Differences of any kind that have no reason. */
    public long unexplained() {
        return findings.differences.values().stream()
                .map(reasons -> reasons.get(Reason.UNEXPLAINED))
                .filter(Objects::nonNull)
                .mapToLong(Difference::count)
                .sum();
    }

    /** Counts for the ledger. */
    public Map<String, Long> counts() {
        TreeMap<String, Long> counts = new TreeMap<>();
        counts.put("hot_equal", equal());
        counts.put("hot_behind", behind());
        counts.put("hot_unexplained", unexplained());
        for (Kind kind : Kind.values()) {
            counts.put(kind.count, count(kind));
            differences(kind).forEach((reason, some) -> counts.put(kind.count + "." + reason.field(), some.count()));
        }
        return counts;
    }

    /** One line; it begins with "hot path disagrees" where there is an unexplained difference. */
    public String note() {
        StringBuilder note = new StringBuilder(unexplained() > 0 ? "hot path disagrees: " : "hot path: ");
        note.append(equal()).append(" equal");
        for (Kind kind : Kind.values()) {
            List<String> reasons = new ArrayList<>();
            differences(kind).forEach((reason, some) -> {
                Example first = some.examples().get(0);
                reasons.add(some.count() + " " + reason.text()
                        + (reason == Reason.UNEXPLAINED
                                ? ", for example " + first.detectionId() + ", partition " + first.partition()
                                        + " offset " + first.offset() + ": " + first.why()
                                : ""));
            });
            if (!reasons.isEmpty()) {
                note.append(", ").append(count(kind)).append(' ').append(kind.text());
                note.append(" (").append(String.join("; ", reasons)).append(')');
            }
        }
        if (!judged()) {
            note.append("; it is ").append(behind()).append(" lines behind, so this is not final");
        }
        return note.toString();
    }

    public ObjectNode json() {
        ObjectNode json = Json.MAPPER.createObjectNode();
        json.put("source", basis.source());
        json.putObject("window")
                .put("start", window().start().toString())
                .put("end", window().end().toString());
        json.put("judged", judged()).put("behind", behind()).put("indicator_snapshot", basis.snapshot());
        json.put("equal", equal()).put("moved", moved());
        for (Kind kind : Kind.values()) {
            ObjectNode reasons =
                    json.putObject(kind.field).put("count", count(kind)).putObject("reasons");
            differences(kind).forEach((reason, some) -> {
                var examples = reasons.putObject(reason.field())
                        .put("count", some.count())
                        .putArray("examples");
                some.examples().forEach(example -> examples.add(example.json()));
            });
        }
        return json.put("unexplained", unexplained());
    }
}
