package io.trawl.cli.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
                "tail --since yesterday|--since yesterday: expected an instant, for example 2026-11-24T10:00:00Z, or a duration",
                "tail --since PT1H --from-start|expected one of them",
                "tail --for 10s|--for 10s: expected a duration, for example PT10S",
                "tail --for PT-1S|--for PT-1S: expected a duration, for example PT10S",
                "tail --client 10.0.0.256|--client '10.0.0.256': expected an address or a name, for example 192.0.2.1",
                "tail --client 10.0.0.0/8|--client '10.0.0.0/8': expected an address or a name, for example 192.0.2.1",
                "tail --client=|--client '': expected an address or a name, for example 192.0.2.1",
                "tail --indicator=|--indicator '': expected an indicator, for example evil.example or 192.0.2.0/24",
                "tail --set hot.btach=PT1S|setting hot.btach (--set) is unknown: did you mean hot.batch?",
                "detections --client 10.0.0.256|--client '10.0.0.256': expected an address",
                "detections --value=|'': empty; expected a domain, an address or a range",
                "sightings|nothing to look for; expected a domain, an address or a range, for example evil.example, or --user-agent TEXT",
                "sightings evil.example --user-agent curl/8.5.0|'evil.example' and --user-agent; expected a domain",
                "sightings --user-agent=-|--user-agent '-': logs have that for no user agent; expected one, for example curl/8.5.0",
                "sightings --user-agent=|--user-agent '': logs have that for no user agent",
                "sightings 10.0.0.256|'10.0.0.256': ",
                "tail more|trawl tail: unexpected argument 'more' (--help lists the options)",
                "detections --limit 0|--limit 0: expected 1 or more",
                "detections --lines|--lines goes with JSON, for example --output json --lines",
                "parity --window x --output xml|--output xml: expected table or json"
            })
    void aMistakeIsOneLine(String arguments, String said) {
        assertThat(run(arguments.split(" "))).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8).lines()).hasSize(1).allMatch(line -> line.contains(said));
        assertThat(out.size()).isZero();
    }

    /** An address that refuses, and one where a connection is taken and nothing is ever said, as by a stopped process. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "detections|hbase.port=%s|HBase at ZooKeeper 127.0.0.1:%s does not answer: is it up?",
                "sightings evil.example|hbase.port=%s|HBase at ZooKeeper 127.0.0.1:%s does not answer: is it up?",
                "tail|kafka.bootstrap=127.0.0.1:%s|Kafka at 127.0.0.1:%s does not answer: is it up? (setting kafka.bootstrap)"
            })
    void aServerThatIsAwayIsNamedInOneLine(String arguments, String setting, String said) throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            for (int port : new int[] {1, silent.getLocalPort()}) {
                out.reset();
                err.reset();
                List<String> all = new ArrayList<>(List.of(arguments.split(" ")));
                all.addAll(List.of("--set", setting.formatted(port)));
                long begun = System.nanoTime();

                assertThat(run(all.toArray(new String[0]))).isEqualTo(1);

                assertThat(err.toString(StandardCharsets.UTF_8).lines())
                        .hasSize(1)
                        .allMatch(line -> line.contains(said.formatted(port)));
                // The ten seconds of a whole command are AwayIT's. HBase's own client asks for two minutes.
                assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofMinutes(1));
            }
        }
    }
}
