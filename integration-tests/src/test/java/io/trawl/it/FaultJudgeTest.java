package io.trawl.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.base.Window;
import io.trawl.it.FaultJudge.Found;
import io.trawl.it.FaultJudge.Message;
import io.trawl.it.FaultJudge.Place;
import io.trawl.it.FaultJudge.Swept;
import io.trawl.it.FaultJudge.Truth;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A round in which all is well, and what the judge says when one thing is changed. */
class FaultJudgeTest {
    private static final Window WINDOW =
            new Window(Instant.parse("2026-11-24T10:00:00Z"), Instant.parse("2026-11-24T10:01:00Z"));

    private final Map<String, Truth> written = new HashMap<>(Map.of(
            "p:0", new Truth("a", false, List.of("evil.example url.domain exact")),
            "p:2", new Truth("b", false, List.of()),
            "p:4", new Truth("?", true, List.of())));
    private final Set<String> origins = new HashSet<>(written.keySet());
    private final List<Message> arrived = new ArrayList<>(
            List.of(message(0, "p:0", "a"), message(1, "p:2", "b"), message(2, "p:4", "?"), message(3, "p:0", "a")));
    private final List<Message> raw = new ArrayList<>(arrived);
    private final Map<String, Long> audit =
            new HashMap<>(Map.of("messages", 4L, "raw", 4L, "valid", 2L, "invalid", 1L, "copies", 1L, "problems", 0L));
    private final List<Found> lake =
            new ArrayList<>(List.of(new Found("id", new Place(0, 0), "evil.example url.domain exact")));
    private final List<Found> hbase = new ArrayList<>(lake);
    private final List<Found> hot = new ArrayList<>(lake);

    private static Message message(long offset, String origin, String body) {
        return new Message(new Place(0, offset), origin, body);
    }

    private List<String> problems() {
        Map<Place, Message> topic = new HashMap<>();
        arrived.forEach(message -> topic.put(message.place(), message));
        return new FaultJudge(written, topic)
                .problems(origins, arrived, List.of(new Swept(WINDOW, raw, audit, lake, hbase)), hot);
    }

    @Test
    void nothingIsWrong() {
        assertThat(problems()).isEmpty();
    }

    @Test
    void aLineThatCameAgainInALaterWindowIsACopyThere() {
        Window next = new Window(WINDOW.end(), WINDOW.end().plusSeconds(60));
        List<Message> again = List.of(message(4, "p:0", "a"), message(5, "p:2", "b"), message(6, "p:6", "c"));
        written.put("p:6", new Truth("c", false, List.of()));
        origins.add("p:6");
        arrived.addAll(again);
        Map<Place, Message> topic = new HashMap<>();
        arrived.forEach(message -> topic.put(message.place(), message));
        Map<String, Long> counts = new HashMap<>(
                Map.of("messages", 3L, "raw", 3L, "valid", 1L, "invalid", 0L, "copies", 2L, "problems", 0L));
        List<Swept> windows = List.of(
                new Swept(WINDOW, raw, audit, lake, hbase), new Swept(next, again, counts, List.of(), List.of()));
        assertThat(new FaultJudge(written, topic).problems(origins, arrived, windows, hot))
                .isEmpty();
        counts.putAll(Map.of("valid", 3L, "copies", 0L));
        assertThat(new FaultJudge(written, topic).problems(origins, arrived, windows, hot))
                .containsExactly(
                        "the audit counts wrong: copies of " + next + " is 0, expected 2",
                        "the audit counts wrong: valid of " + next + " is 3, expected 1");
    }

    @Test
    void aLineThatIsNotInTheTopic() {
        written.put("p:6", new Truth("c", false, List.of()));
        origins.add("p:6");
        assertThat(problems()).containsExactly("a line was written and is not in the topic: p:6");
    }

    @Test
    void aLineThatNobodyWrote() {
        written.remove("p:2");
        origins.remove("p:2");
        assertThat(problems()).contains("a line that nobody wrote is in the topic: p:2");
    }

    @Test
    void aLineOfOtherBytes() {
        written.put("p:2", new Truth("B", false, List.of()));
        assertThat(problems()).containsExactly("a line is not in the topic as it was written: p:2");
    }

    @Test
    void aMessageThatNoWindowHas() {
        raw.remove(1);
        assertThat(problems())
                .contains(
                        "a message is not in exactly one window: Place[partition=0, offset=1] of p:2 is in 0",
                        "the audit counts wrong: raw of " + WINDOW + " is 4, expected 3");
    }

    @Test
    void aRawLineThatTheTopicHasNot() {
        raw.set(1, message(1, "p:2", "B"));
        assertThat(problems())
                .containsExactly(
                        "a raw line is not what the topic has at its place: Place[partition=0, offset=1] of " + WINDOW);
    }

    @Test
    void anAuditThatHasProblemsOrIsNotThere() {
        audit.put("problems", 1L);
        audit.remove("valid");
        assertThat(problems())
                .containsExactly(
                        "the audit counts wrong: problems of " + WINDOW + " is 1, expected 0",
                        "the audit counts wrong: valid of " + WINDOW + " is null, expected 2");
    }

    @Test
    void aDetectionThatIsThereTwice() {
        lake.add(new Found("other id", new Place(0, 3), "evil.example url.domain exact"));
        assertThat(problems())
                .containsExactly(
                        "a match is there 2 times in lake.detections of " + WINDOW
                                + ": p:0 evil.example url.domain exact",
                        "lake and HBase have other detections: " + WINDOW);
    }

    @Test
    void aHotDetectionThatIsThereUnderTwoIds() {
        hot.add(new Found("id", new Place(0, 3), "evil.example url.domain exact"));
        assertThat(problems()).isEmpty();
        hot.add(new Found("other id", new Place(0, 3), "evil.example url.domain exact"));
        assertThat(problems())
                .containsExactly("a match is there 2 times in the hot path: p:0 evil.example url.domain exact");
    }

    @Test
    void aDetectionThatIsMissingInOnePlace() {
        hbase.clear();
        hot.clear();
        assertThat(problems())
                .containsExactly(
                        "a planted match is missing in HBase's detections of " + WINDOW
                                + ": p:0 evil.example url.domain exact",
                        "lake and HBase have other detections: " + WINDOW,
                        "a planted match is missing in the hot path: p:0 evil.example url.domain exact");
    }

    @Test
    void aDetectionThatNobodyPlanted() {
        hot.add(new Found("x", new Place(0, 1), "fine.example url.domain exact"));
        hot.add(new Found("y", new Place(1, 1), "evil.example url.domain exact"));
        assertThat(problems())
                .containsExactly(
                        "a detection is of no message: y of the hot path",
                        "a match that nobody planted is in the hot path: p:2 fine.example url.domain exact");
    }

    @Test
    void manyOfAKindAreCounted() {
        for (int i = 10; i < 20; i++) {
            origins.add("p:" + i);
        }
        assertThat(problems()).hasSize(6).last().isEqualTo("a line was written and is not in the topic: 5 more");
    }
}
