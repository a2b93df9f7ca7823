package io.trawl.bench.match;

import io.trawl.intel.index.IndicatorIndex;
import io.trawl.parsing.Parser;
import io.trawl.parsing.format.Formats;
import io.trawl.record.ProxyEvent;
import java.time.ZoneOffset;
import java.util.Arrays;

/** Trawl, as the jobs do it: every line becomes an event with all of its fields, and every event is matched. */
final class EventMatcher implements LineMatcher {
    private final Parser parser;
    private final IndicatorIndex index;

    EventMatcher(IndicatorIndex index, String format) {
        this.parser = Formats.shipped().parser(format, ZoneOffset.UTC);
        this.index = index;
    }

    @Override
    public boolean matches(byte[] log, int from, int to) {
        ProxyEvent event = new ProxyEvent();
        if (parser.parse(Arrays.copyOfRange(log, from, to), event) != null) {
            return false;
        }
        boolean[] hit = new boolean[1];
        index.match(event, false, match -> hit[0] = true);
        return hit[0];
    }
}
