package io.trawl.terminal;

import io.trawl.intel.IndicatorIndex;
import io.trawl.intel.Match;
import io.trawl.intel.Suppressor;
import io.trawl.record.ProxyEvent;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Events to what indicators match of them. The one place that knows the index. Safe for use by several threads.
 */
final class Detector {
    private final IndicatorIndex index;
    private final boolean webServer;
    private final List<Suppressor> suppressors;

    private Detector(IndicatorIndex index, boolean webServer, List<Suppressor> suppressors) {
        this.index = index;
        this.webServer = webServer;
        this.suppressors = List.copyOf(suppressors);
    }

    /**
     * @param webServer whether the events are a web server's
     * @param suppressors allowlists, in order; the first that suppresses a match is named
     */
    static Detector of(IndicatorIndex index, boolean webServer, List<Suppressor> suppressors) {
        return new Detector(index, webServer, suppressors);
    }

    /** How many indicators there are. */
    long size() {
        return index.size();
    }

    /** Gives every match of an event. */
    void detect(ProxyEvent event, Consumer<Match> matches) {
        index.match(event, webServer, matches::accept);
    }

    /** Name of the allowlist that suppresses a match, null where none does. */
    @Nullable
    String suppressedBy(Match match) {
        for (Suppressor suppressor : suppressors) {
            String list = suppressor.suppressedBy(match);
            if (list != null) {
                return list;
            }
        }
        return null;
    }
}
