package io.trawl.copies;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.Json;
import io.trawl.copies.FileRanges.Range;
import io.trawl.flow.Store;
import io.trawl.parsing.flume.ProxyFile;
import io.trawl.record.RawLine;
import java.io.Serializable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RangeStoreTest {
    private static RawLine line(String host, String log, String generation, Long offset) {
        RawLine line = new RawLine();
        line.setHost(host);
        line.setLog(log);
        line.setGeneration(generation);
        line.setFileOffset(offset);
        return line;
    }

    private static FileRanges noted(List<List<RawLine>> tasks) throws Exception {
        RangeStore store = new RangeStore();
        List<Serializable> receipts = new ArrayList<>();
        for (List<RawLine> task : tasks) {
            Store.Writer<RawLine> writer = store.open(0, 0);
            for (RawLine line : task) {
                writer.write(line);
            }
            receipts.add(writer.close());
        }
        store.commit(receipts);
        return store.ranges();
    }

    /** More files than a task has slots for, so that they push each other out. */
    @Test
    void ofEachFileTheFirstAndTheLastPlaceAreNoted() throws Exception {
        Random random = new Random(7);
        TreeMap<ProxyFile, Range> expected = new TreeMap<>();
        List<List<RawLine>> tasks = new ArrayList<>();
        for (int task = 0; task < 3; task++) {
            List<RawLine> lines = new ArrayList<>();
            for (int i = 0; i < 5_000; i++) {
                String host = "p" + random.nextInt(20);
                String log = random.nextInt(3) == 0 ? null : "access";
                String generation = "g" + random.nextInt(20);
                long offset = random.nextInt(1_000_000);
                // Not the same String each time.
                lines.add(line(new String(host), log, new String(generation), offset));
                expected.merge(
                        new ProxyFile(host, log == null ? "" : log, generation),
                        new Range(offset, offset),
                        Range::around);
            }
            tasks.add(lines);
        }
        FileRanges noted = noted(tasks);
        assertThat(noted.ranges()).isEqualTo(expected);
    }

    @Test
    void aLineWhosePlaceIsNotKnownIsLeftOut() throws Exception {
        FileRanges noted = noted(List.of(List.of(
                line("p", "access", "unknown", 1L),
                line("p", "access", null, 1L),
                line("p", "access", "", 1L),
                line("p", "access", "g", null),
                line(null, "access", "g", 1L))));
        assertThat(noted.isEmpty()).isTrue();
    }

    @Test
    void onlyAFileThatWasThereAtThePlacesIsSuspected() throws Exception {
        FileRanges own = noted(List.of(List.of(
                line("p", "a.b/c", "old", 0L),
                line("p", "a.b/c", "old", 90L),
                line("p", "a.b/c", "goes on", 101L),
                line("q", "a.b/c", "old", 5L))));
        SeenFiles seen = new SeenFiles();
        Instant first = Instant.parse("2026-11-24T10:00:00Z");
        seen.add(new ProxyFile("p", "a.b/c", "old"), new SeenFiles.Seen(new Range(50, 100), first, first));
        seen.add(new ProxyFile("p", "a.b/c", "goes on"), new SeenFiles.Seen(new Range(0, 100), first, first));
        assertThat(seen.suspected(own)).containsOnlyKeys(new ProxyFile("p", "a.b/c", "old"));
        // What is written is read: names with dots and slashes, too.
        ObjectNode detail = Json.MAPPER.createObjectNode();
        own.into(detail);
        FileRanges read = new FileRanges();
        FileRanges.each(
                detail.get("files"),
                (file, values) -> read.add(
                        file, new Range(values.get(0).asLong(), values.get(1).asLong())));
        assertThat(read).isEqualTo(own);
        assertThat(Map.copyOf(read.ranges())).containsEntry(new ProxyFile("q", "a.b/c", "old"), new Range(5, 5));
    }
}
