package io.trawl.bench.frame;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class MovementTest {
    @Test
    void givesUpWhenAllStaysTheSame() {
        Movement movement = new Movement(Duration.ZERO);
        movement.look("a", () -> "the run");
        assertThatThrownBy(() -> {
                    while (true) {
                        movement.look("a", () -> "the run");
                    }
                })
                .isInstanceOf(BenchFailure.class)
                .hasMessageStartingWith("nothing has moved for ")
                .hasMessageEndingWith(": the run");
    }

    @Test
    void waitsAsLongAsSomethingMoves() {
        Movement movement = new Movement(Duration.ZERO);
        for (int i = 0; i < 100; i++) {
            int now = i;
            assertThatCode(() -> movement.look(now, () -> "the run")).doesNotThrowAnyException();
        }
    }
}
