package io.trawl.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class WindowTest {
    private static final Window TEN = Window.parse("2026-11-24T10:00:00Z/2026-11-24T11:00:00Z");

    @Test
    void aWindowIsReadInAnyOffsetAndPrintedInUtc() {
        assertThat(Window.parse("2026-11-24T11:00:00+01:00/2026-11-24T12:00:00+01:00"))
                .isEqualTo(TEN);
        assertThat(TEN).hasToString("2026-11-24T10:00:00Z/2026-11-24T11:00:00Z");
    }

    @Test
    void whatIsNoWindowIsRefusedWithAnExample() {
        for (String wrong : new String[] {
            "", "yesterday", "2026-11-24T10:00:00Z", "2026-11-24/2026-11-25", "2026-11-24T10:00:00/2026-11-24T11:00:00"
        }) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Window.parse(wrong))
                    .withMessageContaining("--window " + wrong)
                    .withMessageContaining("for example 2026-11-24T10:00:00Z/2026-11-24T11:00:00Z");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Window.parse("2026-11-24T11:00:00Z/2026-11-24T10:00:00Z"))
                .withMessageContaining("ends before it starts");
    }

    @Test
    void aRangeIsCutIntoTheSourcesWindows() {
        assertThat(Window.parse("2026-11-24T10:00:00Z/2026-11-24T13:00:00Z").units(Duration.ofHours(1), 10))
                .extracting(Window::toString)
                .containsExactly(
                        "2026-11-24T10:00:00Z/2026-11-24T11:00:00Z",
                        "2026-11-24T11:00:00Z/2026-11-24T12:00:00Z",
                        "2026-11-24T12:00:00Z/2026-11-24T13:00:00Z");
    }

    @Test
    void aRangeOffTheBordersIsRefusedAndTheNearestWindowNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Window.parse("2026-11-24T10:30:00Z/2026-11-24T11:30:00Z")
                        .units(Duration.ofHours(1), 10))
                .withMessageContaining("not aligned")
                .withMessageContaining("2026-11-24T10:00:00Z/2026-11-24T11:00:00Z");
    }

    @Test
    void tooLongARangeIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Window.parse("2026-11-24T10:00:00Z/2026-11-24T13:00:00Z")
                        .units(Duration.ofMinutes(1), 10))
                .withMessageContaining("is 180 windows")
                .withMessageContaining("at most 10");
    }

    @Test
    void aWindowIsOpenUntilItsEndAndTheMargin() {
        Duration margin = Duration.ofSeconds(30);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TEN.requireClosed(Instant.parse("2026-11-24T11:00:29Z"), margin))
                .withMessageContaining("has not closed yet")
                .withMessageContaining("2026-11-24T11:00:30Z");
        TEN.requireClosed(Instant.parse("2026-11-24T11:00:30Z"), margin);
    }
}
