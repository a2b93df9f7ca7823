package io.trawl.refreshindicators;

import io.trawl.base.JobFailure;
import io.trawl.base.Settings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;

/**
 * What each feed has now, compared with what it had in the snapshot before. A feed that is missing, or has lost most of its
 * indicators, is more often a download that failed than a threat that is over: nothing would be found by it, and nobody
 * would notice.
 */
final class Shrinking {
    /** In place of names of feeds: whatever they lost. */
    private static final String ALL = "all";
    /** Feeds that a message names. */
    private static final int NAMED = 3;

    private final int most;
    private final List<String> accepted;
    private final Map<String, Long> before = new TreeMap<>();
    private final Map<String, Long> now = new TreeMap<>();
    private final Map<String, Long> rejected = new TreeMap<>();

    private Shrinking(int most, List<String> accepted) {
        this.most = most;
        this.accepted = accepted;
    }

    /**
     * @param accepted feeds that may have lost any number
     * @throws IllegalArgumentException the setting is not a percentage
     */
    static Shrinking of(Settings settings, List<String> accepted) {
        int most = settings.number("indicators.shrink");
        if (most < 0 || most > 100) {
            throw new IllegalArgumentException(
                    "setting indicators.shrink = " + most + ": expected a percentage from 0 to 100, for example 50");
        }
        return new Shrinking(most, accepted);
    }

    boolean isEverythingAccepted() {
        return most == 100 || accepted.contains(ALL);
    }

    /** Counts what the table has of each feed. */
    void before(Table indicators) throws IOException {
        if (isEverythingAccepted() || indicators.currentSnapshot() == null) {
            return;
        }
        try (CloseableIterable<Record> rows =
                IcebergGenerics.read(indicators).select("feed").build()) {
            rows.forEach(row -> before.merge((String) row.getField("feed"), 1L, Long::sum));
        }
    }

    /** Takes note of a feed that was read. */
    void now(String feed, long indicators, long lines) {
        now.merge(feed, indicators, Long::sum);
        rejected.merge(feed, lines, Long::sum);
    }

    /** @throws JobFailure a feed has lost too much */
    void refuse() {
        if (isEverythingAccepted()) {
            return;
        }
        if (now.values().stream().allMatch(has -> has == 0)) {
            throw new JobFailure(
                    "no feed has an indicator, of " + String.join(", ", now.keySet())
                            + ": the previous snapshot stays; if this is right, run trawl run refresh-indicators --accept all",
                    null);
        }
        List<String> told = new ArrayList<>();
        List<String> names = new ArrayList<>();
        before.forEach((feed, had) -> {
            long has = now.getOrDefault(feed, 0L);
            if (has * 100 < had * (100 - most) && !accepted.contains(feed)) {
                names.add(feed);
                told.add("feed " + feed + " had " + count(had) + ", and "
                        + (now.containsKey(feed) ? "has " + has + why(feed) : "is missing now"));
            }
        });
        if (names.isEmpty()) {
            return;
        }
        String more = names.size() > NAMED ? "; and " + (names.size() - NAMED) + " more feeds" : "";
        throw new JobFailure(
                String.join("; ", told.subList(0, Math.min(NAMED, told.size()))) + more
                        + ": the previous snapshot stays, since a feed may lose at most " + most
                        + " % (setting indicators.shrink); if this is right, run trawl run refresh-indicators --accept "
                        + (names.size() > NAMED ? ALL : String.join(",", names)),
                null);
    }

    private static String count(long indicators) {
        return indicators + (indicators == 1 ? " indicator" : " indicators");
    }

    private String why(String feed) {
        long lines = rejected.getOrDefault(feed, 0L);
        return lines == 0 ? " now" : " now, " + lines + (lines == 1 ? " line" : " lines") + " rejected";
    }
}
