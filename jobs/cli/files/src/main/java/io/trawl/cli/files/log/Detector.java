package io.trawl.cli.files.log;

import io.trawl.intel.index.IndicatorIndex;
import io.trawl.intel.index.LineSieve;
import io.trawl.intel.match.Match;
import io.trawl.intel.match.Suppressor;
import io.trawl.parsing.Parts;
import io.trawl.parsing.PlainLine;
import io.trawl.record.ProxyEvent;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Events to what indicators match of them. The one place that knows the index. Safe for use by several threads.
 */
public final class Detector {
    private final IndicatorIndex index;
    private final LineSieve sieve;
    private final boolean webServer;
    private final List<Suppressor> suppressors;

    private Detector(IndicatorIndex index, boolean webServer, List<Suppressor> suppressors) {
        this.index = index;
        this.sieve = index.lineSieve();
        this.webServer = webServer;
        this.suppressors = List.copyOf(suppressors);
    }

    /**
     * @param webServer whether the events are a web server's
     * @param suppressors allowlists, in order; the first that suppresses a match is named
     */
    public static Detector of(IndicatorIndex index, boolean webServer, List<Suppressor> suppressors) {
        return new Detector(index, webServer, suppressors);
    }

    /** How many indicators there are. */
    long size() {
        return index.size();
    }

    /** Passes lines that are plain and have nothing that the index might know; none where lines are never plain. */
    public LineWork.Passing passing(@Nullable PlainLine plain) {
        if (plain == null) {
            return LineWork.Passing.NOTHING;
        }
        Parts parts = plain.parts();
        return (bytes, from, to) -> {
            int end = plain.read(bytes, from, to);
            return end < 0 || mayMatch(bytes, parts) ? -1 : end;
        };
    }

    private boolean mayMatch(byte[] bytes, Parts parts) {
        for (int i = 0; i < parts.count(); i++) {
            if (mayMatch(parts.kind(i), bytes, parts.from(i), parts.to(i))) {
                return true;
            }
        }
        return false;
    }

    private boolean mayMatch(Parts.Kind kind, byte[] bytes, int from, int to) {
        return switch (kind) {
            case URL -> sieve.mayMatchUrl(bytes, from, to);
            case CONNECT -> sieve.mayMatchConnect(bytes, from, to);
            case PATH -> sieve.mayMatchPathOnly(bytes, from, to);
            case HIDDEN_PATH -> sieve.mayMatchAnyPath();
            case HOST -> sieve.mayMatchUrlHost(bytes, from, to);
            case REFERRER -> sieve.mayMatchReferrer(bytes, from, to);
            case USER_AGENT -> sieve.mayMatchUserAgent(bytes, from, to);
            case PEER -> sieve.mayMatchAddress(bytes, from, to);
            case CLIENT -> webServer && sieve.mayMatchAddress(bytes, from, to);
            case NAME -> sieve.mayMatchName(bytes, from, to);
            case ANSWERS -> sieve.mayMatchAnswers(bytes, from, to);
            case HASH -> sieve.mayMatchHash(bytes, from, to);
        };
    }

    /** Gives every match of an event. */
    public void detect(ProxyEvent event, Consumer<Match> matches) {
        index.match(event, webServer, matches::accept);
    }

    /** Name of the allowlist that suppresses a match, null if none does. */
    @Nullable
    public String suppressedBy(Match match) {
        for (Suppressor suppressor : suppressors) {
            String list = suppressor.suppressedBy(match);
            if (list != null) {
                return list;
            }
        }
        return null;
    }
}
