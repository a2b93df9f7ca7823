package io.trawl.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.audit.AuditJob;
import io.trawl.enrich.EnrichJob;
import io.trawl.ingest.IngestJob;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.parity.Example;
import io.trawl.parity.Messages;
import io.trawl.parsing.flume.Origin;
import io.trawl.record.RawLine;
import io.trawl.replay.ReplayJob;
import io.trawl.schema.word.Stage;
import io.trawl.validate.ValidateJob;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.Test;

/** Messages that carry several records, through the jobs: their sums, reruns and replays. */
class RecordsJobTest extends ReplayedLake {
    private static final String RECORDS = """
            name: my-gateway
            title: My gateway
            link: https://gateway.example/
            verified: true
            envelope: [%s]
            grammar:
              delimited: {columns: time client url more, least: 3, most: %d}
            map: {timestamp: time, source_address: client, url_original: url}
            samples:
              - line: nonsense
                refused: syntax
            """;

    private static final String GOOD = "2026-01-05T10:00:00Z,10.0.0.1,http://good.example/";
    private static final String EVIL = "2026-01-05T10:00:01Z,10.0.0.2,http://www.evil.example/a";

    /** Two messages of several records, of which one is there twice, and lines. */
    private static final String[] MESSAGES = {
        "{\"records\":[\"" + EVIL + ",x\",\"" + GOOD + "\",\"" + EVIL + "\"]}",
        GOOD,
        "{\"records\":[\"" + GOOD + "\",\"broken\",\"" + EVIL + ",x\"]}",
        "{\"records\":[]}",
        "{\"records\":[\"" + GOOD + "\""
    };

    private static void records(String envelope, int most) throws Exception {
        Files.writeString(folder.resolve("formats/my-gateway.yaml"), RECORDS.formatted(envelope, most));
    }

    private List<String> rows(int number) throws Exception {
        List<String> rows = new ArrayList<>();
        named(number).forEach((table, some) -> some.forEach(row -> rows.add(table + " " + row)));
        return rows;
    }

    private static String value(String row, String field) {
        int from = row.indexOf(field + "=") + field.length() + 1;
        return row.substring(from, row.indexOf(' ', from));
    }

    private Map<String, Long> counts(int number) throws Exception {
        return validate(number).counts();
    }

    /** The ids that the messages of a window must give, by message. */
    private Map<String, List<String>> messages(int number) throws Exception {
        Map<String, List<String>> ids = new TreeMap<>();
        try (Lake open = Lake.open(settings, LakeRows.HADOOP)) {
            Ledger.Entry ingest = new Ledger(open).require(Sweep.SOURCE, Stage.INGEST, window(number));
            try (CloseableIterable<RawLine> lines = open.records(
                    LakeTable.RAW_LINES,
                    Sweep.SOURCE,
                    window(number),
                    ingest.output(LakeTable.RAW_LINES),
                    Expressions.alwaysTrue(),
                    "source",
                    "window",
                    "event_id",
                    "offset")) {
                lines.forEach(line -> ids.put(
                        "message " + line.getOffset(),
                        List.of(
                                line.getEventId(),
                                Origin.recordId(line.getEventId(), 1),
                                Origin.recordId(line.getEventId(), 2))));
            }
        }
        return ids;
    }

    @Test
    void theSumsHoldForMessagesRecordsAndCopiesAndARerunIsTheSame() throws Exception {
        records("{records: records}", 3);
        came(2, MESSAGES);
        mustRun(2, List.of(IngestJob::new, ValidateJob::new, EnrichJob::new, AuditJob::new));
        assertThat(counts(2))
                .containsEntry("raw", 5L)
                .containsEntry("wrapped", 2L)
                .containsEntry("records", 6L)
                .containsEntry("valid", 4L)
                .containsEntry("invalid", 5L)
                .containsEntry("invalid.syntax", 3L)
                .containsEntry("invalid.timestamp", 1L)
                .containsEntry("invalid.empty", 1L)
                .containsEntry("copies", 0L);
        JsonNode audit = report("audit", 2).path("counts");
        assertThat(audit.path("messages").asLong()).isEqualTo(5);
        assertThat(audit.path("records").asLong()).isEqualTo(6);
        assertThat(report("enrich", 2).path("counts").path("detections").asLong())
                .isEqualTo(1);
        List<String> rows = rows(2);
        Map<String, List<String>> messages = messages(2);
        Set<String> ids = new TreeSet<>();
        rows.forEach(row -> ids.add(value(row, "event_id")));
        assertThat(ids).hasSize(9);
        assertThat(ids).containsAll(messages.get("message 0")).containsAll(messages.get("message 2"));
        assertThat(rows)
                .filteredOn(row -> row.startsWith("invalid_records") && row.contains("raw=broken "))
                .singleElement()
                .satisfies(row -> assertThat(value(row, "event_id"))
                        .isEqualTo(messages.get("message 2").get(1)));
        mustRun(2, List.of(ValidateJob::new, EnrichJob::new, AuditJob::new));
        assertThat(rows(2)).isEqualTo(rows);

        // The same file once more: all of its messages are copies.
        came(3, MESSAGES);
        mustRun(3, List.of(IngestJob::new, ValidateJob::new, EnrichJob::new, AuditJob::new));
        assertThat(counts(3))
                .containsEntry("raw", 5L)
                .containsEntry("copies", 5L)
                .containsEntry("valid", 0L)
                .containsEntry("records", 0L);
        assertThat(lines(3).dropped(all(3))).isEqualTo(all(2));
        assertThat(lines(2).dropped(all(2))).isEmpty();
    }

    private Set<String> all(int number) throws Exception {
        Set<String> all = new TreeSet<>();
        messages(number).values().forEach(all::addAll);
        return all;
    }

    /** What parity asks of a window's lines. */
    private interface Asked {
        Set<String> of(Messages lines);
    }

    private record Questions(RecordsJobTest test, int number) {
        Set<String> dropped(Set<String> events) throws Exception {
            return test.ask(number, lines -> lines.dropped(events));
        }

        Set<String> wereInvalid(Set<String> events) throws Exception {
            return test.ask(number, lines -> lines.wereInvalid(events));
        }
    }

    private Questions lines(int number) {
        return new Questions(this, number);
    }

    private Set<String> ask(int number, Asked question) throws Exception {
        Map<String, Example> places = new TreeMap<>();
        messages(number)
                .forEach((message, ids) -> ids.forEach(id -> places.put(
                        id,
                        new Example(
                                "d",
                                Instant.EPOCH,
                                null,
                                null,
                                number,
                                Long.parseLong(message.substring("message ".length())),
                                ""))));
        try (Lake open = Lake.open(settings, LakeRows.HADOOP)) {
            return question.of(new Messages(new Ledger(open), Sweep.SOURCE, window(number), places));
        }
    }

    @Test
    void aReplayHealsSingleRecordsAndWholeMessages() throws Exception {
        records("", 3);
        came(2, MESSAGES);
        mustRun(2, List.of(IngestJob::new, ValidateJob::new, EnrichJob::new, AuditJob::new));
        assertThat(counts(2))
                .containsEntry("valid", 1L)
                .containsEntry("invalid", 4L)
                .doesNotContainKey("wrapped");
        List<String> before = rows(2);

        // Of messages that were lines: each becomes its records.
        records("{records: records}", 3);
        JsonNode report = replay(2);
        assertThat(report.path("counts").path("healed").asLong()).isEqualTo(3);
        assertThat(report.path("notes").toString())
                .contains("of 4 invalid lines 3 become events, 5 stay invalid (empty 1, syntax 3, timestamp 1)");
        assertThat(counts(2))
                .containsEntry("raw", 5L)
                .containsEntry("wrapped", 2L)
                .containsEntry("records", 6L)
                .containsEntry("valid", 4L)
                .containsEntry("invalid", 5L);
        follows(2);
        // The records that were valid stay as they are; the others are healed, each alone.
        List<String> events = events(2);
        records("{records: records}", 4);
        JsonNode some = replay(2, "--pattern", "evil");
        assertThat(some.path("counts").path("selected").asLong()).isEqualTo(2);
        assertThat(some.path("counts").path("healed").asLong()).isEqualTo(2);
        assertThat(events(2)).hasSize(6).containsAll(events);
        assertThat(counts(2))
                .containsEntry("wrapped", 2L)
                .containsEntry("records", 6L)
                .containsEntry("valid", 6L)
                .containsEntry("invalid", 3L);
        follows(2);
        assertThat(report("enrich", 2).path("counts").path("detections").asLong())
                .isEqualTo(3);
        // What is said of the others is today's after a replay of all.
        assertThat(replay(2).path("counts").path("healed").asLong()).isZero();
        follows(2);
        List<String> replayed = rows(2);
        assertThat(expected(2))
                .isEqualTo(Map.of(
                        "proxy_events",
                        only(replayed, "proxy_events"),
                        "invalid_records",
                        only(replayed, "invalid_records")));
        assertThat(before).hasSize(5);
        follows(2);
        assertThat(run(new ReplayJob(), 2)).isEmpty();
        assertThat(report("replay", 2).path("notes").toString()).contains("nothing changes");
    }

    private static List<String> only(List<String> rows, String table) {
        return rows.stream()
                .filter(row -> row.startsWith(table + " "))
                .map(row -> row.substring(table.length() + 1))
                .toList();
    }

    /** Why only one of hot path and batch has a detection is told of a record by its message. */
    @Test
    void theLineOfARecordIsItsMessage() throws Exception {
        records("", 3);
        came(2, MESSAGES);
        mustRun(2, List.of(IngestJob::new, ValidateJob::new, EnrichJob::new));
        records("{records: records}", 4);
        replay(2);
        assertThat(lines(2).wereInvalid(all(2)))
                .containsAll(messages(2).get("message 0"))
                .containsAll(messages(2).get("message 2"))
                .doesNotContainAnyElementsOf(messages(2).get("message 1"));

        // A first record that was invalid alone says nothing of the others.
        records("{records: records}", 3);
        came(3, "{\"records\":[\"" + EVIL + "3,x\",\"" + GOOD + "3\"]}");
        mustRun(3, List.of(IngestJob::new, ValidateJob::new));
        records("{records: records}", 4);
        mustRun(3, List.of(ValidateJob::new));
        List<String> ids = messages(3).get("message 0");
        assertThat(lines(3).wereInvalid(Set.copyOf(ids.subList(0, 2)))).containsExactly(ids.get(0));
    }
}
