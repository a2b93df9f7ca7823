package io.trawl.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RestartsTest {
    private static final Instant START = Instant.parse("2026-11-29T12:00:00Z");

    private final Restarts restarts = new Restarts(5, Duration.ofMinutes(10));

    @Test
    void aServerThatFallsIsStartedAtOnceThenAfterAGrowingPause() {
        assertThat(fell(0)).hasValue(Duration.ZERO);
        assertThat(fell(10)).hasValue(Duration.ofSeconds(2));
        assertThat(fell(20)).hasValue(Duration.ofSeconds(4));
        assertThat(fell(30)).hasValue(Duration.ofSeconds(8));
        assertThat(fell(40)).hasValue(Duration.ofSeconds(16));
    }

    @Test
    void aServerThatFallsTooOftenIsLeftDown() {
        for (int i = 0; i < 5; i++) {
            assertThat(fell(i)).isPresent();
            assertThat(restarts.leftDown()).isFalse();
        }

        assertThat(fell(599)).isEmpty();
        assertThat(restarts.leftDown()).isTrue();
        assertThat(restarts.all()).hasSize(5);
    }

    @Test
    void whatIsLongAgoDoesNotCount() {
        for (int i = 0; i < 5; i++) {
            fell(i);
        }

        assertThat(fell(603)).hasValue(Duration.ofSeconds(2));
        assertThat(restarts.leftDown()).isFalse();
        assertThat(restarts.all()).hasSize(6);
    }

    @Test
    void aStartByHandForgives() {
        for (int i = 0; i < 6; i++) {
            fell(i);
        }
        assertThat(restarts.leftDown()).isTrue();

        restarts.forgive(START.plusSeconds(7));

        assertThat(restarts.leftDown()).isFalse();
        assertThat(fell(8)).hasValue(Duration.ZERO);
    }

    @Test
    void thePauseHasABoundAndWhatIsToldToo() {
        Restarts patient = new Restarts(1000, Duration.ofDays(1));
        for (int i = 0; i < 150; i++) {
            assertThat(patient.fell(START.plusSeconds(i), "it fell").orElseThrow())
                    .isLessThanOrEqualTo(Duration.ofMinutes(1));
        }
        assertThat(patient.all()).hasSize(100);
    }

    @Test
    void whatALogSaysStaysOneLine() {
        restarts.fell(START, "ended: \u001b[31mred\nand another line\t");

        assertThat(restarts.all().get(0)).isEqualTo(new LocalStack.Restart(START, "ended: [31mred and another line"));
    }

    private java.util.Optional<Duration> fell(int second) {
        return restarts.fell(START.plusSeconds(second), "it fell");
    }
}
