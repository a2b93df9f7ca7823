package io.trawl.intel.rule.correlation;

import io.trawl.intel.rule.correlation.observation.Matcher;
import io.trawl.intel.rule.correlation.observation.Observation;
import io.trawl.intel.rule.correlation.observation.Seen;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A pattern of observations. */
final class Observing implements Measure {
    private final Matcher matcher;
    private @Nullable List<Seen> found;

    Observing(Node node, Observation observation) {
        this.matcher = new Matcher(observation, node::place);
    }

    @Override
    public void add(Item item) {
        found = matcher.add(item);
    }

    @Override
    public void removeFirst(Item item) {
        matcher.forget(item.place + 1);
    }

    @Override
    public boolean holds(Item first) {
        return found != null && found.get(0).place() >= first.place;
    }

    @Override
    public List<Item> chosen() {
        return found == null ? List.of() : found.stream().map(Item.class::cast).toList();
    }
}
