package io.trawl.enrich;

import io.trawl.flow.Store;
import io.trawl.record.Detection;
import io.trawl.run.Run;
import java.io.Serializable;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Counts detections by rule, and says in the report which rules found most. */
final class RuleCounts implements Store<Detection> {
    private static final long serialVersionUID = 1L;
    /** Rules that a note names. */
    private static final int NAMED = 20;

    private final transient Map<String, Count> counts = new TreeMap<>();

    /** What one rule found. */
    private static final class Count implements Serializable {
        private static final long serialVersionUID = 1L;
        private final String name;
        private final @Nullable String level;
        private long found;
        private long suppressed;

        Count(Detection detection) {
            this.name = String.valueOf(detection.getRuleName());
            this.level = detection.getRuleLevel();
        }

        Count add(Count other) {
            found += other.found;
            suppressed += other.suppressed;
            return this;
        }
    }

    @Override
    public String name() {
        return "rules";
    }

    @Override
    public Writer<Detection> open(int partition, long attempt) {
        HashMap<String, Count> own = new HashMap<>();
        return new Writer<>() {
            @Override
            public void write(Detection detection) {
                if (detection.getRuleId() != null) {
                    Count count = own.computeIfAbsent(detection.getRuleId(), any -> new Count(detection));
                    count.found++;
                    count.suppressed += detection.getSuppressedBy() == null ? 0 : 1;
                }
            }

            @Override
            public Serializable close() {
                return own;
            }

            @Override
            public void abort() {
                own.clear();
            }
        };
    }

    @Override
    @SuppressWarnings("unchecked")
    public void commit(List<Serializable> receipts) {
        receipts.forEach(
                receipt -> ((Map<String, Count>) receipt).forEach((id, one) -> counts.merge(id, one, Count::add)));
    }

    /** Counts the rules that found something, and notes the first of them. */
    void tell(Run run) {
        run.count("rules_that_fired", counts.size());
        List<Map.Entry<String, Count>> most = counts.entrySet().stream()
                .sorted(Comparator.comparing(one -> -one.getValue().found))
                .toList();
        for (Map.Entry<String, Count> one : most.subList(0, Math.min(NAMED, most.size()))) {
            Count count = one.getValue();
            run.note("rule " + count.name + " (" + one.getKey() + ", " + count.level + "): " + count.found
                    + (count.found == 1 ? " detection" : " detections")
                    + (count.suppressed == 0 ? "" : ", " + count.suppressed + " of them suppressed"));
        }
        if (most.size() > NAMED) {
            run.note((most.size() - NAMED) + " more rules have detections");
        }
    }
}
