package io.trawl.bench.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class StackCpuTest {
    @Test
    void aProcessHasTheTimeOfThoseThatItWaitedFor() {
        // proc(5): utime stime cutime cstime are the fields 14 to 17.
        assertThat(StackCpu.withEnded("42 (a (b) c) S 1 42 42 0 -1 4194560 9 8 7 6 100 20 3000 400 20 0 1 0"))
                .isEqualTo(35.2);
    }

    @Test
    void busyIsAllButIdleAndWaiting() {
        assertThat(StackCpu.busy("cpu  100 20 300 99999 88888 4 5 0 0 0\ncpu0 1 2 3 4 5 6 7\n"))
                .isEqualTo(4.29);
    }

    @Test
    void restIsTakenOffByTheSecond() {
        StackCpu before = new StackCpu(Instant.EPOCH, 1, 2, 3, 10);
        StackCpu after = new StackCpu(Instant.EPOCH.plusSeconds(4), 5, 6, 7, 30);
        StackCpu rest = new StackCpu(Instant.EPOCH, 0.5, 0.25, 0, 1);
        assertThat(after.since(before).less(rest, 4).all()).isEqualTo(4 - 2 + 4 - 1 + 4);
        assertThat(after.since(before).less(rest, 4).machine()).isEqualTo(16);
        assertThat(after.since(before).over(4).all()).isEqualTo(3);
    }
}
