package io.trawl.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AwaitTest {
    private static final Duration SHORT = Duration.ofMillis(100);

    @Test
    void whatMovesIsWaitedForLongerThanTheLimit() {
        AtomicInteger looks = new AtomicInteger();
        long begun = System.nanoTime();
        assertThat(Await.until("the tenth look", SHORT, looks::incrementAndGet, look -> look == 10))
                .isEqualTo(10);
        assertThat(System.nanoTime() - begun).isGreaterThan(2 * SHORT.toNanos());
    }

    @Test
    void whatStandsStillIsGivenUpWithWhatWasSeenLast() {
        assertThatThrownBy(() -> Await.until("a miracle", SHORT, () -> "no miracle", "a miracle"::equals))
                .isInstanceOf(AssertionError.class)
                .hasMessageMatching(
                        "(?s)a miracle: not within \\d+ s, and nothing moved for .*last seen: no miracle.*");
    }

    @Test
    void anExceptionCountsAsNotYetAndIsTold() {
        AtomicInteger looks = new AtomicInteger();
        // Longer than three looks take: the same exception twice has not moved.
        assertThat(Await.until(
                        "an answer",
                        Duration.ofMinutes(1),
                        () -> {
                            if (looks.incrementAndGet() < 3) {
                                throw new IOException("refused");
                            }
                            return looks.get();
                        },
                        look -> true))
                .isEqualTo(3);
        assertThatThrownBy(() -> Await.until(
                        "an answer",
                        SHORT,
                        () -> {
                            throw new IOException("refused");
                        },
                        answer -> true))
                .hasMessageContaining("last seen: java.io.IOException: refused");
    }

    @Test
    void aClockThatIsLeftOutMovesNothing() {
        assertThatThrownBy(() ->
                        Await.until("a heartbeat's word", SHORT, System::nanoTime, time -> false, time -> "without it"))
                .hasMessageContaining("last seen: without it");
    }

    @Test
    void anEndedProcessGivesItsStatus() throws Exception {
        assertThat(Await.end("the shell", new ProcessBuilder("sh", "-c", "exit 3").start()))
                .isEqualTo(3);
    }
}
