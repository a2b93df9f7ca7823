package io.trawl.maintain;

import io.trawl.base.JobFailure;
import io.trawl.base.Window;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeTable;
import io.trawl.steps.IndicatorSnapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.ExpireSnapshots;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.jspecify.annotations.Nullable;

/**
 * Snapshots that nobody needs leave a table, with the files that only they have. Each is named: Iceberg's own rules know
 * ages and branches, and not the ledger.
 */
final class Expiry {
    private Expiry() {}

    /**
     * Expires in one commit.
     *
     * @param named what the ledger names
     * @param keptWindows of each of these the newest snapshot is kept, whether the ledger names it or not: an audit finds by it
     *     that a run committed rows and was killed before its entry
     * @param cutoff what was committed from here on is kept, and what was the newest then: runs that began since validate
     *     against these
     * @return how many snapshots went
     */
    static int expire(LakeTable<?> name, Table table, Set<Long> named, Kept keptWindows, Instant cutoff) {
        table.refresh();
        Snapshot current = table.currentSnapshot();
        if (current == null) {
            return 0;
        }
        List<Snapshot> all = new ArrayList<>();
        table.snapshots().forEach(all::add);
        Set<Long> kept = new HashSet<>(named);
        kept.add(current.snapshotId());
        table.refs().values().stream().map(SnapshotRef::snapshotId).forEach(kept::add);
        all.stream()
                .filter(one -> one.timestampMillis() >= cutoff.toEpochMilli())
                .map(Snapshot::snapshotId)
                .forEach(kept::add);
        newestOf(all, keptWindows).forEach(kept::add);
        newestBefore(all, cutoff, false).forEach(kept::add);
        newestBefore(all, cutoff, true).forEach(kept::add);
        // A compaction names no indicators: those that it was made from do.
        Snapshot content = IndicatorSnapshot.content(table);
        for (Snapshot one = current; content != null && one != null; one = parent(table, one)) {
            kept.add(one.snapshotId());
            if (one.snapshotId() == content.snapshotId()) {
                break;
            }
        }
        List<Long> gone = all.stream()
                .map(Snapshot::snapshotId)
                .filter(id -> !kept.contains(id))
                .toList();
        if (!gone.isEmpty()) {
            // From the year 1970 on: by age, nothing expires.
            ExpireSnapshots expire = table.expireSnapshots().expireOlderThan(0);
            gone.forEach(expire::expireSnapshotId);
            try {
                expire.commit();
            } catch (CommitFailedException e) {
                throw new JobFailure(
                        name
                                + ": no snapshots were expired, since other runs committed all the time; run maintain again",
                        e);
            }
        }
        return gone.size();
    }

    private static List<Long> newestOf(List<Snapshot> all, Kept keptWindows) {
        Map<String, Snapshot> newest = new HashMap<>();
        for (Snapshot one : all) {
            String source = one.summary().get(Lake.SOURCE);
            String window = one.summary().get(Lake.WINDOW);
            if (source != null
                    && window != null
                    && keptWindows.has(source, Window.parse(window).start())) {
                newest.merge(source + " " + window, one, (a, b) -> a.sequenceNumber() > b.sequenceNumber() ? a : b);
            }
        }
        return newest.values().stream().map(Snapshot::snapshotId).toList();
    }

    private static List<Long> newestBefore(List<Snapshot> all, Instant cutoff, boolean withIndex) {
        return all.stream()
                .filter(one -> one.timestampMillis() < cutoff.toEpochMilli())
                .filter(one -> !withIndex || one.summary().containsKey(IndicatorSnapshot.INDEX))
                .max(Comparator.comparingLong(Snapshot::sequenceNumber))
                .map(Snapshot::snapshotId)
                .stream()
                .toList();
    }

    private static @Nullable Snapshot parent(Table table, Snapshot snapshot) {
        Long parent = snapshot.parentId();
        return parent == null ? null : table.snapshot(parent);
    }
}
