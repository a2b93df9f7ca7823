package io.trawl.bench.frame;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

class OutcomeTest {
    @Test
    void aGoalIsMetUpToItsValueAndMissedAboveIt() {
        assertThat(new Outcome("path").atMost("a", 1.0, 1.0).met()).isTrue();
        assertThat(new Outcome("path").atMost("a", 1.0, 1.01).met()).isFalse();
        assertThat(new Outcome("path")
                        .atMost("a", 1.0, 0.5)
                        .atMost("b", 1.0, 2.0)
                        .met())
                .isFalse();
    }

    @Test
    void allBenchesGoIntoOneObject() {
        ObjectNode json = Outcome.json();
        new Outcome("parse").figure("squid.ns_per_line", 434.12345).addTo(json);
        new Outcome("path")
                .figure("lines", 10)
                .atMost("jobs_to_peer_cpu", 1.0, 1.96)
                .addTo(json);
        assertThat(json.toString())
                .isEqualTo("{\"figures\":{\"parse.squid.ns_per_line\":434.123,\"path.lines\":10.0},"
                        + "\"ratios\":{\"path.jobs_to_peer_cpu\":1.96},"
                        + "\"goals\":{\"path.jobs_to_peer_cpu\":{\"goal\":1.0,\"value\":1.96,\"met\":false}}}");
    }

    @Test
    void aMissedGoalIsToldInTheText() {
        assertThat(new Outcome("path").say("table").atMost("a", 1.0, 2.0).text())
                .isEqualTo("table\nMISSED  path.a: 2.00, goal at most 1.00\n");
    }
}
