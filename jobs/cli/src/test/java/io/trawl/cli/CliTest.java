package io.trawl.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Mistakes are said in one line, with status 2, before a server is asked. */
class CliTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... arguments) {
        return Cli.run(
                arguments,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "parity --source proxy|Missing required option: '--window=START/END'",
                "parity --set source.web.topic=web --window 2026-11-24T10:00:00Z/2026-11-24T11:00:00Z|--source is missing: one of proxy, web",
                "parity --source nobody --window 2026-11-24T10:00:00Z/2026-11-24T11:00:00Z|source nobody is not in trawl.conf: it has proxy",
                "parity --source proxy --window 2026-11-24T10:00:00Z|expected START/END in UTC",
                "parity --source proxy --window 2026-11-24T10:00:00Z/2026-11-24T10:30:00Z|is not aligned to the source's windows of PT1H",
                "tail --since yesterday|--since yesterday: expected an instant, as 2026-11-24T10:00:00Z, or a duration",
                "tail --since PT1H --from-start|expected one of them",
                "tail --for 10s|--for 10s: expected a duration, as PT10S",
                "tail --for PT-1S|--for PT-1S: expected a duration, as PT10S",
                "tail more|Unmatched argument",
                "detections --limit 0|--limit 0: expected 1 or more",
                "detections --lines|--lines goes with --json"
            })
    void aMistakeIsOneLine(String arguments, String said) {
        assertThat(run(arguments.split(" "))).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8).lines()).hasSize(1).allMatch(line -> line.contains(said));
        assertThat(out.size()).isZero();
    }

    @Test
    void aKafkaThatIsAwayIsOneLine() {
        assertThat(run(
                        "tail",
                        "--set",
                        "kafka.bootstrap=127.0.0.1:1",
                        "--set",
                        "kafka.consumer.default.api.timeout.ms=500"))
                .isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8).lines())
                .containsExactly(
                        "trawl tail: Kafka at 127.0.0.1:1 does not answer: is it up? (setting kafka.bootstrap)");
    }
}
