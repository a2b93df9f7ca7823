package io.trawl.hotdetect;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.run.Jobs;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HotDetectJobTest {
    private static String refused(String... arguments) {
        ByteArrayOutputStream error = new ByteArrayOutputStream();
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--check", "--set", "lake.catalog.uri=jdbc:sqlite:catalog.db"));
        int status = Jobs.run(
                all.toArray(new String[0]),
                new HotDetectJob(),
                Clock.systemUTC(),
                new PrintStream(error, true, StandardCharsets.UTF_8));
        String said = error.toString(StandardCharsets.UTF_8).strip();
        assertThat(said.lines().count()).as(said).isLessThanOrEqualTo(1);
        assertThat(status).as(said).isEqualTo(said.isEmpty() ? 0 : 2);
        return said;
    }

    @Test
    void aSourceAloneWillDo() {
        assertThat(refused("--source", "proxy")).isEmpty();
        assertThat(refused("--source", "proxy", "--take-over")).isEmpty();
    }

    @Test
    void withoutASourceItSaysWhichThereAre() {
        assertThat(refused()).isEqualTo("trawl hot-detect: --source is missing: one of proxy");
        assertThat(refused("--source", "prxy"))
                .isEqualTo("trawl hot-detect: source prxy is not in trawl.conf: it has proxy");
    }

    @Test
    void itHasNoWindow() {
        assertThat(refused("--source", "proxy", "--window", "2026-11-24T10:00:00Z/2026-11-24T11:00:00Z"))
                .isEqualTo("trawl hot-detect: job hot-detect takes no --window");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "hot.batch=PT0S|setting hot.batch = PT0S: expected a time above zero, for example PT0.5S or PT10M",
                "hot.batch=500|setting hot.batch = 500: expected an ISO-8601 duration, for example PT1H or PT30S",
                "hot.suppression=PT-1M|setting hot.suppression = PT-1M: expected a time above zero, for example PT0.5S or PT10M",
                "hot.rate=0|setting hot.rate = 0: expected 1 or more",
                "hot.batch.bytes=0|setting hot.batch.bytes = 0: expected 1 or more",
                "hot.rate=many|setting hot.rate = many: expected a whole number, for example 4",
                "hot.batch=PT0.0001S|setting hot.batch = PT0.0001S: expected at least PT0.05S, for example PT0.5S",
                "hot.stuck=PT5S|setting hot.stuck = PT5S: expected at least PT20S and twice hot.batch (PT0.5S), otherwise healthy drivers are stopped",
                "hot.batch=PT30S|setting hot.stuck = PT30S: expected at least PT20S and twice hot.batch (PT30S), otherwise healthy drivers are stopped",
                "hot.port=70000|setting hot.port = 70000: expected a port, for example 4040",
                "hot.topic=proxy-logs|setting hot.topic = proxy-logs: this is the topic of source proxy's lines; alerts need another topic",
                "hot.start=now|setting hot.start = now: expected latest or earliest"
            })
    void aSettingThatCannotBeUsedIsSaid(String setting, String said) {
        assertThat(refused("--source", "proxy", "--set", setting)).isEqualTo("trawl hot-detect: " + said);
    }
}
