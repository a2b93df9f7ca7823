package io.trawl.backtest;

import io.trawl.intel.rule.document.Refusal;
import java.time.Instant;
import java.util.List;

/**
 * What rules would have found.
 *
 * @param source whose events were looked at
 * @param from start of the first window
 * @param until end of the last one
 * @param windows how many windows were looked at
 * @param events how many events they have
 * @param rules each rule with what it found
 * @param leftOut windows in which correlations were not judged: their rules found too much
 * @param refused rules that cannot be run
 * @param notSweepable patterns that ask for what no log says
 */
record Result(
        String source,
        Instant from,
        Instant until,
        int windows,
        long events,
        List<Of> rules,
        int leftOut,
        List<Refusal> refused,
        List<Refusal> notSweepable) {
    /** What a rule is. */
    enum Kind {
        RULE,
        CORRELATION,
        INDICATOR
    }

    /**
     * One rule.
     *
     * @param level of an indicator empty
     * @param note why it finds nothing, if that is known
     */
    record Of(String id, String name, Kind kind, String level, String note, Found found) {}

    long found() {
        return rules.stream().mapToLong(one -> one.found().count()).sum();
    }

    long suppressed() {
        return rules.stream().mapToLong(one -> one.found().suppressed()).sum();
    }
}
