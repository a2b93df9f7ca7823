package io.trawl.parity;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.base.Json;
import io.trawl.base.SourceParser.Used;
import io.trawl.base.Window;
import io.trawl.hbase.CellName;
import io.trawl.hbase.HBase;
import io.trawl.hbase.HBaseStore;
import io.trawl.hbase.Keys;
import io.trawl.hbase.Load;
import io.trawl.kafka.HotProgress;
import io.trawl.record.Detection;
import io.trawl.record.OffsetSpan;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.hbase.Cell;
import org.apache.hadoop.hbase.CellComparator;
import org.apache.hadoop.hbase.KeyValue;
import org.apache.hadoop.hbase.client.Result;
import org.jspecify.annotations.Nullable;

/** A window that both paths have, and detections of it as HBase has them. Tests of what becomes of one extend it. */
abstract class Compared {
    static final Window WINDOW = Window.parse("2026-11-24T10:00:00Z/2026-11-24T11:00:00Z");
    static final Instant BEFORE = Instant.parse("2026-11-24T09:00:00Z");
    static final long SNAPSHOT = 4_611_686_018_427_387_905L;
    static final long VERSION = 12;
    static final String ID = "00112233445566778899aabbccddeeff";

    static final Used FORMATS =
            new Used(List.of("squid/3", "my-gateway/1"), Map.of("my-gateway", "a".repeat(64)), "UTC", 0);
    /** The same but for the text of a declaration. */
    static final Used MENDED = new Used(FORMATS.ids(), Map.of("my-gateway", "b".repeat(64)), "UTC", 0);

    static final String OTHER = "formats squid/3, my-gateway/1 (aaaaaaaaaaaa), zone UTC in the hot path, squid/3,"
            + " my-gateway/1 (bbbbbbbbbbbb), zone UTC in the batch sweep";

    final Findings findings = new Findings();

    static Basis basis() {
        return basis(FORMATS);
    }

    /** @param formats of the batch path; the hot path has those of {@link #FORMATS} since offset 110 */
    static Basis basis(@Nullable Used formats) {
        HotProgress.TakeUp first = new HotProgress.TakeUp(6, Map.of(0, 90L), Map.of(), null);
        HotProgress.TakeUp second =
                new HotProgress.TakeUp(SNAPSHOT, Map.of(0, 110L), Map.of(0, new OffsetSpan(0, 150L, 160L)), FORMATS);
        return new Basis(
                "proxy",
                WINDOW,
                List.of(new OffsetSpan(0, 80L, 300L)),
                List.of(new OffsetSpan(0, 290L, 292L)),
                SNAPSHOT,
                VERSION,
                formats,
                true,
                new HotProgress(List.of(first, second), Map.of(0, 200L)));
    }

    static Detection detection(long offset) {
        Detection detection = new Detection();
        detection.setTags(List.of());
        detection.setReferences(List.of());
        detection.setWhy(List.of());
        detection.setDetectionId(ID);
        detection.setEventId("e");
        detection.setSource("proxy");
        detection.setWindow(WINDOW.start());
        detection.setSweep("batch");
        detection.setPartition(0);
        detection.setOffset(offset);
        detection.setTimestamp(Instant.parse("2026-11-24T09:59:00Z"));
        detection.setClient("10.0.0.1");
        detection.setField("url.domain");
        detection.setValue("www.evil.example");
        detection.setHow("subdomain");
        detection.setIndicatorId("i");
        detection.setIndicatorType("domain");
        detection.setIndicatorValue("evil.example");
        detection.setLabels(List.of("a"));
        detection.setIndicatorSnapshot(SNAPSHOT);
        return detection;
    }

    static Detection hot(long offset, Instant window) {
        Detection hot = detection(offset);
        hot.setSweep("hot");
        hot.setWindow(window);
        return hot;
    }

    static Cell cell(String path, long version, Detection detection) {
        Window window = new Window(detection.getWindow(), detection.getWindow().plusSeconds(3_600));
        CellName name = new CellName(path, window, detection.getSource());
        return new KeyValue(
                Keys.main(4, detection),
                HBase.FAMILY,
                name.bytes(),
                path.equals("batch") ? new Load(name, version, 0).stamp() : version,
                Json.of(detection).toString().getBytes(StandardCharsets.UTF_8));
    }

    static Cell hotCell(Detection hot) {
        return cell("hot", HBaseStore.hotVersion(hot.getPartition(), hot.getOffset()), hot);
    }

    static Result row(Cell... cells) {
        List<Cell> sorted = new ArrayList<>(Arrays.asList(cells));
        sorted.sort(CellComparator.getInstance());
        return Result.create(sorted);
    }

    Verdict verdict() {
        findings.settle(events -> Set.of(), events -> Set.of());
        return new Verdict(basis(), findings);
    }

    static Difference only(Verdict verdict, Kind kind, Reason reason) {
        for (Kind each : Kind.values()) {
            assertThat(verdict.count(each)).as(each.text()).isEqualTo(each == kind ? 1 : 0);
        }
        assertThat(verdict.differences(kind)).containsOnlyKeys(reason);
        assertThat(verdict.equal()).isZero();
        assertThat(verdict.unexplained()).isEqualTo(reason == Reason.UNEXPLAINED ? 1 : 0);
        return verdict.differences(kind).get(reason);
    }

    static String why(Difference difference) {
        return difference.examples().get(0).why();
    }
}
