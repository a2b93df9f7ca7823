package io.trawl.intel.rule.correlation;

import static io.trawl.intel.rule.correlation.Cases.START;
import static io.trawl.intel.rule.correlation.Cases.batch;
import static io.trawl.intel.rule.correlation.Cases.correlation;
import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.intel.rule.correlation.observation.Observation;
import io.trawl.intel.rule.correlation.observation.Observation.And;
import io.trawl.intel.rule.correlation.observation.Observation.Between;
import io.trawl.intel.rule.correlation.observation.Observation.FollowedBy;
import io.trawl.intel.rule.correlation.observation.Observation.One;
import io.trawl.intel.rule.correlation.observation.Observation.Or;
import io.trawl.intel.rule.correlation.observation.Observation.Repeats;
import io.trawl.intel.rule.correlation.observation.Observation.Within;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ObservationTest {
    private static final One A = new One("a");
    private static final One B = new One("b");
    private static final One C = new One("c");

    private static Correlation pattern(Observation observation) {
        return correlation("pattern", new Shape.Observed(observation), List.of(), Map.of(), null, false, "a", "b", "c");
    }

    private static Within within(Observation of, int seconds) {
        return new Within(of, Duration.ofSeconds(seconds));
    }

    @Test
    void andIsInAnyOrderOfDifferentEvents() {
        assertThat(batch(pattern(new And(A, B)), "b@0, b@1, a@99")).isEqualTo(":2,3");
        assertThat(batch(pattern(new And(A, B)), "ab@0")).isEmpty();
        assertThat(batch(pattern(new And(A, A)), "a@0, c@1, a@2")).isEqualTo(":1,3");
    }

    @Test
    void orIsOneOfThem() {
        assertThat(batch(pattern(new Or(A, B)), "c@0, b@1, a@2")).isEqualTo(":2 :3");
    }

    @Test
    void followedByIsInOrder() {
        assertThat(batch(pattern(new FollowedBy(A, B)), "b@0, a@1, c@2, b@3")).isEqualTo(":2,4");
        assertThat(batch(pattern(new FollowedBy(A, B)), "b@0, a@1")).isEmpty();
        assertThat(batch(pattern(new FollowedBy(new And(A, B), C)), "b@0, c@1, a@2, c@3"))
                .isEqualTo(":1,3,4");
    }

    @Test
    void theLastPossibleBeginningCounts() {
        assertThat(batch(pattern(within(new FollowedBy(A, B), 5)), "a@0, a@8, b@10"))
                .isEqualTo(":2,3");
        assertThat(batch(pattern(within(new FollowedBy(A, new And(B, C)), 5)), "a@0, b@3, a@4, c@6, b@7"))
                .isEqualTo(":3,4,5");
    }

    @Test
    void withinIsAtMostItsTime() {
        assertThat(batch(pattern(within(new FollowedBy(A, B), 5)), "a@0, b@5.001"))
                .isEmpty();
        assertThat(batch(pattern(within(new FollowedBy(A, B), 5)), "a@0, b@5")).isEqualTo(":1,2");
    }

    @Test
    void eventsOfOneTimeAreInEitherOrder() {
        assertThat(batch(pattern(new FollowedBy(A, B)), "b@0, a@0")).isEqualTo(":1,2");
        assertThat(batch(pattern(new FollowedBy(A, B)), "ab@0")).isEmpty();
    }

    @Test
    void withinOfAPartIsNotOfTheWhole() {
        Observation pattern = new FollowedBy(within(new And(A, B), 2), C);
        assertThat(batch(pattern(pattern), "a@0, b@1, c@50")).isEqualTo(":1,2,3");
        assertThat(batch(pattern(pattern), "a@0, b@10, c@50")).isEmpty();
    }

    @Test
    void repeatsAreEventsOfTheirOwn() {
        assertThat(batch(pattern(new Repeats(A, 3)), "a@0, b@1, a@2, a@3, a@4")).isEqualTo(":1,3,4");
        assertThat(batch(pattern(within(new Repeats(A, 3), 5)), "a@0, a@4, a@8, a@8.5"))
                .isEqualTo(":2,3,4");
        assertThat(batch(pattern(new Repeats(new FollowedBy(A, B), 2)), "a@0, b@1, b@2, a@3"))
                .isEmpty();
        assertThat(batch(pattern(new Repeats(new FollowedBy(A, B), 2)), "a@0, b@1, a@2, b@3"))
                .isEqualTo(":1,2,3,4");
    }

    @Test
    void startAndStopAreAbsolute() {
        Observation pattern = new Between(new Repeats(A, 2), START.plusSeconds(10), START.plusSeconds(20));
        assertThat(batch(pattern(pattern), "a@9, a@10, a@20, a@21")).isEmpty();
        assertThat(batch(pattern(pattern), "a@9, a@10, a@19.999")).isEqualTo(":2,3");
    }
}
