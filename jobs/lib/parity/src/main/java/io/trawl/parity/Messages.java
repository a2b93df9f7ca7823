package io.trawl.parity;

import io.trawl.base.Window;
import io.trawl.copies.EarlierCopies;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.schema.word.Stage;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;

/**
 * What became of the lines of events. An event may be a record of a message that carries several: then its message is looked
 * up, too, which has another id but for its first record.
 */
public final class Messages {
    private final Ledger ledger;
    private final String source;
    private final Window window;
    private final Map<String, Example> places;

    /** @param places where the lines of the events are, by event */
    public Messages(Ledger ledger, String source, Window window, Map<String, Example> places) {
        this.ledger = ledger;
        this.source = source;
        this.window = window;
        this.places = places;
    }

    /** Which of some events are of lines that validate dropped, since another window keeps them. */
    public Set<String> dropped(Set<String> events) {
        Set<String> dropped = new TreeSet<>(EarlierCopies.dropped(ledger, source, window, events));
        Map<String, String> messages = messages(events, dropped);
        if (!messages.isEmpty()) {
            Set<String> whole = EarlierCopies.dropped(ledger, source, window, new TreeSet<>(messages.values()));
            add(dropped, messages, (event, message) -> whole.contains(message));
        }
        return dropped;
    }

    /** Which of some events are of lines that an earlier validate of the window, as far as it is kept, found invalid. */
    public Set<String> wereInvalid(Set<String> events) {
        TreeSet<String> found = new TreeSet<>();
        for (Ledger.Entry validate : ledger.entries(source, Stage.VALIDATE, window)) {
            found.addAll(in(LakeTable.INVALID_RECORDS, validate, events));
        }
        Map<String, String> messages = messages(events, found);
        if (messages.isEmpty()) {
            return found;
        }
        for (Ledger.Entry validate : ledger.entries(source, Stage.VALIDATE, window)) {
            Set<String> whole = in(LakeTable.INVALID_RECORDS, validate, new TreeSet<>(messages.values()));
            if (!whole.isEmpty()
                    && ledger.lake().has(LakeTable.PROXY_EVENTS, validate.output(LakeTable.PROXY_EVENTS))) {
                // The id is also that of the first record, which may have been invalid alone.
                Set<String> read = in(LakeTable.PROXY_EVENTS, validate, messages.keySet());
                add(found, messages, (event, message) -> whole.contains(message) && !read.contains(event));
            }
        }
        return found;
    }

    private static void add(Set<String> found, Map<String, String> messages, BiPredicate<String, String> which) {
        messages.forEach((event, message) -> {
            if (which.test(event, message)) {
                found.add(event);
            }
        });
    }

    private Set<String> in(LakeTable<?> table, Ledger.Entry validate, Set<String> ids) {
        Lake lake = ledger.lake();
        long snapshot = validate.output(table);
        return lake.has(table, snapshot) ? lake.events(table, source, window, snapshot, ids) : Set.of();
    }

    /** The messages of those events that are further records of one, by event. */
    private Map<String, String> messages(Set<String> events, Set<String> without) {
        Map<String, String> messages = new TreeMap<>();
        Set<Long> offsets = new HashSet<>();
        for (String event : events) {
            Example place = places.get(event);
            if (place != null && !without.contains(event)) {
                offsets.add(place.offset());
            }
        }
        Ledger.Entry ingest = ledger.current(source, Stage.INGEST, window);
        if (offsets.isEmpty()
                || ingest == null
                || !hadRecords()
                || !ledger.lake().has(LakeTable.RAW_LINES, ingest.output(LakeTable.RAW_LINES))) {
            return messages;
        }
        Map<String, String> ids = ids(ingest, offsets);
        for (String event : events) {
            Example place = places.get(event);
            String message = place == null ? null : ids.get(place.partition() + " " + place.offset());
            if (message != null && !message.equals(event) && !without.contains(event)) {
                messages.put(event, message);
            }
        }
        return messages;
    }

    /** Whether a result of the window had messages of several records; in none of another one are events looked for by place. */
    private boolean hadRecords() {
        return ledger.entries(source, Stage.VALIDATE, window).stream().anyMatch(Ledger.Entry::hasRecords);
    }

    /** The ids of the messages at some offsets, by partition and offset. */
    private Map<String, String> ids(Ledger.Entry ingest, Set<Long> offsets) {
        Map<String, String> ids = new HashMap<>();
        ledger.lake()
                .at(
                        LakeTable.RAW_LINES,
                        source,
                        window,
                        ingest.output(LakeTable.RAW_LINES),
                        offsets,
                        line -> ids.put(line.getPartition() + " " + line.getOffset(), line.getEventId()));
        return ids;
    }
}
