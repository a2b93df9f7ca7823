package io.trawl.cli.files.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressTest {
    @Test
    void progressIsShownOnATerminalOnlyAndTakenAway() {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        AtomicLong nanos = new AtomicLong();
        Progress shown =
                new Progress(new PrintStream(err, true, StandardCharsets.UTF_8), true, "parse", 4 << 20, nanos::get);
        shown.read(1 << 20);
        shown.at(500, 5);
        assertThat(err.size()).as("what a quick command shows").isZero();
        nanos.set(1_000_000_000L);
        shown.at(1000, 10);
        shown.clear();
        assertThat(err.toString(StandardCharsets.UTF_8))
                .startsWith("\rtrawl parse: 25 % of 4 MB, 1,000 lines, 10 found, ")
                .endsWith(" \r")
                .doesNotContain("\n");
    }
}
