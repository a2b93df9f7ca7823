package io.trawl.bench.match;

import io.trawl.intel.index.IndicatorIndex;
import io.trawl.intel.index.LineSieve;
import io.trawl.parsing.Parts;
import io.trawl.parsing.PlainLine;
import io.trawl.parsing.format.Formats;
import java.time.ZoneOffset;
import java.util.Objects;

/** Trawl, as bin/trawl match does it: an event is made only of a line that may have a hit, or is not plain. */
final class SiftMatcher implements LineMatcher {
    private final PlainLine plain;
    private final LineSieve sieve;
    private final EventMatcher events;

    SiftMatcher(IndicatorIndex index, String format) {
        this.plain = Objects.requireNonNull(
                Formats.shipped().parser(format, ZoneOffset.UTC).plainLine());
        this.sieve = index.lineSieve();
        this.events = new EventMatcher(index, format);
    }

    @Override
    public boolean matches(byte[] log, int from, int to) {
        return (plain.read(log, from, to) < 0 || mayMatch(log)) && events.matches(log, from, to);
    }

    private boolean mayMatch(byte[] log) {
        Parts parts = plain.parts();
        for (int i = 0; i < parts.count(); i++) {
            if (mayMatch(parts.kind(i), log, parts.from(i), parts.to(i))) {
                return true;
            }
        }
        return false;
    }

    /** As match asks of a proxy's log: its clients are not looked up. */
    private boolean mayMatch(Parts.Kind kind, byte[] log, int from, int to) {
        return switch (kind) {
            case URL -> sieve.mayMatchUrl(log, from, to);
            case CONNECT -> sieve.mayMatchConnect(log, from, to);
            case PATH -> sieve.mayMatchPathOnly(log, from, to);
            case HIDDEN_PATH -> sieve.mayMatchAnyPath();
            case HOST -> sieve.mayMatchUrlHost(log, from, to);
            case REFERRER -> sieve.mayMatchReferrer(log, from, to);
            case USER_AGENT -> sieve.mayMatchUserAgent(log, from, to);
            case PEER -> sieve.mayMatchAddress(log, from, to);
            case CLIENT -> false;
            case NAME -> sieve.mayMatchName(log, from, to);
            case ANSWERS -> sieve.mayMatchAnswers(log, from, to);
            case HASH -> sieve.mayMatchHash(log, from, to);
        };
    }
}
