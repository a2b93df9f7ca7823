package io.trawl.copies;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.Json;
import io.trawl.base.State;
import io.trawl.lake.Ledger;
import io.trawl.parsing.flume.ProxyFile;
import io.trawl.run.Run;
import io.trawl.schema.word.Stage;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the windows before a window had of each file: its first and last line, and the first and last window of them. A line
 * that is between may be a copy.
 *
 * <p>It is gathered from what each ingest noted in the ledger. So that nobody reads hundreds of entries, it is kept in the
 * state folder with the number of the ledger's commit that it was gathered at, once in some windows: it names every file of
 * those days. Who needs it takes the one that was kept for this window, or for the latest window before it, and reads the entries
 * that came since; which those are, the ledger's metadata tells. A window that was ingested late is not missed, then, and
 * where nothing is kept all is read. What was kept may name more, and never less, than the entries of those days: it makes
 * a suspicion, and no more.
 */
public final class SeenFiles {
    /**
     * How far back it is looked. A log that is rotated each week is sent again within some windows after its last line, and
     * its first line is as old as that and a week.
     */
    public static final Duration REMEMBERED = Duration.ofDays(8);

    private static final String KIND = "seen";
    private static final String NAME = "before.json";
    /** So many windows are tried for what was kept, before all is read. */
    private static final int TRIES = 24;
    /** It is kept where at least so many files of the ledger had to be read. */
    static final int WORTH = 8;

    private final TreeMap<ProxyFile, Seen> files = new TreeMap<>();
    private @Nullable Instant unknown;

    /**
     * What is known of a file.
     *
     * @param first start of the first window that had lines of it
     * @param last of the last one
     */
    record Seen(FileRanges.Range range, Instant first, Instant last) {
        Seen with(Seen other) {
            return new Seen(
                    range.around(other.range),
                    first.isBefore(other.first) ? first : other.first,
                    last.isAfter(other.last) ? last : other.last);
        }
    }

    SeenFiles() {}

    /** Gathers what was seen before a run's window, as far as it is ingested now. */
    public static SeenFiles before(Run run) throws IOException {
        return before(
                run.ledger(),
                run.state(),
                run.source().name(),
                run.window().start(),
                window -> run.stateFile(KIND, window, NAME));
    }

    /** @param files where it is kept for a window, in the state folder */
    static SeenFiles before(Ledger ledger, State state, String source, Instant until, Function<Instant, String> files)
            throws IOException {
        Instant from = until.minus(REMEMBERED);
        Ledger.Parts all = ledger.parts(source, Stage.INGEST, from, until);
        SeenFiles seen = new SeenFiles();
        long sequence = -1;
        Instant kept = from;
        for (Instant window : candidates(until, all.parts())) {
            JsonNode file = state.read(files.apply(window));
            if (file != null && file.path("ledger").asText().equals(all.table())) {
                seen.read(file);
                sequence = file.path("sequence").asLong();
                kept = window;
                break;
            }
        }
        Instant covered = kept;
        long known = sequence;
        List<Ledger.Part> news = all.parts().stream()
                .filter(part -> part.sequence() > known || !part.last().isBefore(covered))
                .toList();
        ledger.current(source, Stage.INGEST, news, from, until).values().forEach(seen::add);
        seen.forget(from);
        if (news.size() >= WORTH) {
            state.replace(files.apply(until), seen.json(all));
        }
        return seen;
    }

    private static List<Instant> candidates(Instant until, List<Ledger.Part> parts) {
        return java.util.stream.Stream.concat(
                        java.util.stream.Stream.of(until),
                        parts.stream()
                                .map(Ledger.Part::last)
                                .filter(last -> last.isBefore(until))
                                .distinct()
                                .sorted(Comparator.reverseOrder())
                                .limit(TRIES))
                .toList();
    }

    private void add(Ledger.Entry ingest) {
        FileRanges noted = FileRanges.noted(ingest);
        Instant window = ingest.window();
        if (noted == null) {
            unknown = unknown == null || unknown.isBefore(ingest.windowEnd()) ? ingest.windowEnd() : unknown;
            return;
        }
        noted.ranges().forEach((file, range) -> add(file, new Seen(range, window, window)));
    }

    void add(ProxyFile file, Seen seen) {
        files.merge(file, seen, Seen::with);
    }

    private void forget(Instant from) {
        files.values().removeIf(seen -> seen.last().isBefore(from));
        if (unknown != null && !unknown.isAfter(from)) {
            unknown = null;
        }
    }

    /** End of the latest window before of which it is not known where its lines are: an earlier version ingested it. */
    public @Nullable Instant unknown() {
        return unknown;
    }

    /** Of a window's files those that have lines which may have come before, and what is known of them. */
    TreeMap<ProxyFile, Seen> suspected(FileRanges own) {
        TreeMap<ProxyFile, Seen> suspected = new TreeMap<>();
        own.ranges().forEach((file, range) -> {
            Seen before = files.get(file);
            if (before != null && before.range().meets(range)) {
                suspected.put(file, before);
            }
        });
        return suspected;
    }

    private ObjectNode json(Ledger.Parts at) {
        ObjectNode json = Json.MAPPER.createObjectNode();
        json.put("ledger", at.table()).put("sequence", at.sequence());
        if (unknown != null) {
            json.put("unknown", unknown.toString());
        }
        ObjectNode hosts = json.putObject("files");
        files.forEach((file, seen) -> FileRanges.at(hosts, file)
                .putArray(file.generation())
                .add(seen.range().first())
                .add(seen.range().last())
                .add(seen.first().toString())
                .add(seen.last().toString()));
        return json;
    }

    private void read(JsonNode json) {
        String text = json.path("unknown").asText("");
        unknown = text.isEmpty() ? null : Instant.parse(text);
        FileRanges.each(
                Objects.requireNonNull(json.get("files")),
                (file, values) -> add(
                        file,
                        new Seen(
                                new FileRanges.Range(
                                        values.path(0).asLong(), values.path(1).asLong()),
                                Instant.parse(values.path(2).asText()),
                                Instant.parse(values.path(3).asText()))));
    }
}
