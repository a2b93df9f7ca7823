package io.trawl.bench.match;

import io.trawl.intel.index.IndicatorIndex;
import io.trawl.intel.index.LineSieve;
import io.trawl.parsing.PlainLine;
import io.trawl.parsing.format.Formats;
import java.time.ZoneOffset;
import java.util.Objects;

/** Trawl, as bin/trawl match does it: an event is made only of a line that may have a hit, or is not plain. */
final class SiftMatcher implements LineMatcher {
    private final PlainLine plain = Objects.requireNonNull(
            Formats.shipped().parser("squid", ZoneOffset.UTC).plainLine());
    private final LineSieve sieve;
    private final EventMatcher events;

    SiftMatcher(IndicatorIndex index) {
        this.sieve = index.lineSieve();
        this.events = new EventMatcher(index);
    }

    @Override
    public boolean matches(byte[] log, int from, int to) {
        return (plain.read(log, from, to) < 0 || mayMatch(log)) && events.matches(log, from, to);
    }

    private boolean mayMatch(byte[] log) {
        return (plain.isConnect()
                        ? sieve.mayMatchConnect(log, plain.targetFrom(), plain.targetTo())
                        : sieve.mayMatchUrl(log, plain.targetFrom(), plain.targetTo()))
                || sieve.mayMatchAddress(log, plain.peerFrom(), plain.peerTo());
    }
}
