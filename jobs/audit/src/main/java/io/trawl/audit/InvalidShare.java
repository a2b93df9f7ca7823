package io.trawl.audit;

import io.trawl.base.Buffers;
import io.trawl.base.Settings;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.parsing.Printable;
import io.trawl.parsing.Reason;
import io.trawl.record.InvalidRecord;
import io.trawl.run.Run;
import io.trawl.schema.word.Stage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;

/**
 * Whether too many lines of a window are invalid: more than a limit, or than a multiple of the share of the windows before.
 * A warning, no problem: the lines are kept, and a replay reads them when a format is mended. Lines that tell of their
 * file, such as #Fields, do not count. Of the windows before it takes what the ledger's newest entry of validate counts.
 */
final class InvalidShare {
    static final String LIMIT = "audit.invalid.limit";
    static final String GROWTH = "audit.invalid.growth";
    /** Fewer of them are no change of the world. */
    static final int LEAST = 10;
    /** So many windows before count. */
    static final int WINDOWS = 24;

    private static final String DIRECTIVES = "invalid." + Reason.DIRECTIVE.code();
    private static final int EXAMPLES = 3;
    private static final int WIDTH = 200;

    /** Lines of a window, without those that tell of their file, and those of them that are invalid. */
    record Share(long lines, long invalid) {
        static Share of(long valid, long invalid, Ledger.Entry validate) {
            long directives = Math.min(invalid, validate.counts().getOrDefault(DIRECTIVES, 0L));
            return new Share(valid + invalid - directives, invalid - directives);
        }
    }

    private final List<Share> before;
    private final Share own;

    /**
     * @param before of the windows before
     * @param own of the window
     */
    InvalidShare(List<Share> before, Share own) {
        this.before = before;
        this.own = own;
    }

    /** Of a run's window, as it was counted, and of those before it, as they are now: replays may have healed lines of them. */
    static InvalidShare of(Run run, Ledger.Entry validate) {
        Instant until = run.window().start();
        Instant from = until.minus(run.source().unit().multipliedBy(WINDOWS));
        List<Share> before = run.ledger().current(run.source().name(), Stage.VALIDATE, from, until).values().stream()
                .map(entry -> Share.of(count(entry.counts(), "valid"), count(entry.counts(), "invalid"), entry))
                .toList();
        return new InvalidShare(
                before, Share.of(count(run.countsSoFar(), "valid"), count(run.countsSoFar(), "invalid"), validate));
    }

    private static long count(Map<String, Long> counts, String name) {
        return counts.getOrDefault(name, 0L);
    }

    /** @throws IllegalArgumentException a setting is not a share, or no multiple */
    static void check(Settings settings) {
        int limit = settings.number(LIMIT);
        if (limit < 0 || limit > 100) {
            throw new IllegalArgumentException("setting " + LIMIT + " = " + limit
                    + ": expected a share in percent from 0 to 100, for example 10 (100: no limit)");
        }
        int growth = settings.number(GROWTH);
        if (growth < 0 || growth == 1) {
            throw new IllegalArgumentException("setting " + GROWTH + " = " + growth
                    + ": expected a multiple of at least 2, for example 4 (0: not compared)");
        }
    }

    /**
     * Why they are too many; empty if they are not.
     *
     * @param limit percent
     * @param growth a multiple of the share before; 0: it is not compared
     */
    List<String> why(int limit, int growth) {
        long lines = before.stream().mapToLong(Share::lines).sum();
        long invalid = before.stream().mapToLong(Share::invalid).sum();
        List<String> why = new ArrayList<>();
        if (100 * own.invalid() > limit * own.lines()) {
            why.add("more than " + limit + " % (setting " + LIMIT + ")");
        }
        // Products, since neither side may be divided by zero.
        if (growth > 0
                && own.invalid() >= LEAST
                && lines > 0
                && (double) own.invalid() * lines > (double) growth * invalid * own.lines()) {
            why.add("more than " + growth + " times the " + percent(invalid, lines) + " of the " + before.size()
                    + (before.size() == 1 ? " window" : " windows") + " before (setting " + GROWTH + ")");
        }
        return why;
    }

    /** Notes, and counts as a warning, that there are too many, with the reasons and some of the lines. */
    void judge(Run run, Ledger.Entry validate) throws IOException {
        List<String> why = why(run.settings().number(LIMIT), run.settings().number(GROWTH));
        if (why.isEmpty()) {
            return;
        }
        run.count("warnings", 1);
        TreeMap<String, Long> reasons = new TreeMap<>();
        validate.counts().forEach((name, count) -> {
            if (name.startsWith("invalid.") && !name.equals(DIRECTIVES) && count > 0) {
                reasons.put(name.substring("invalid.".length()), count);
            }
        });
        run.note("warning: " + own.invalid() + " of " + own.lines() + " lines are invalid, "
                + percent(own.invalid(), own.lines()) + ": " + String.join("; ", why) + ". Reasons: "
                + reasons.entrySet().stream()
                        .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
                        .map(reason -> reason.getKey() + " " + reason.getValue())
                        .collect(Collectors.joining(", "))
                + ". Mend the format, then replay");
        examples(run, validate);
    }

    private static void examples(Run run, Ledger.Entry validate) throws IOException {
        int shown = 0;
        try (CloseableIterable<InvalidRecord> records = run.lake()
                .records(
                        LakeTable.INVALID_RECORDS,
                        run.source().name(),
                        run.window(),
                        validate.output(LakeTable.INVALID_RECORDS),
                        Expressions.notEqual("reason", Reason.DIRECTIVE.code()))) {
            for (InvalidRecord record : records) {
                byte[] bytes = Buffers.bytes(record.getRaw());
                String line = new String(bytes, 0, Math.min(bytes.length, 4 * WIDTH), StandardCharsets.UTF_8);
                run.note("invalid, " + record.getReason() + ": " + Printable.line(record.getMessage(), WIDTH) + ": "
                        + Printable.line(line, WIDTH));
                if (++shown == EXAMPLES) {
                    return;
                }
            }
        }
    }

    private static String percent(long part, long whole) {
        return whole == 0 ? "0 %" : String.format(Locale.ROOT, "%.2f %%", 100.0 * part / whole);
    }
}
