package io.trawl.cli.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.base.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopicCheckTest {
    private static final Map<String, String> GOOD = Map.of(
            "message.timestamp.type", "LogAppendTime",
            "cleanup.policy", "delete",
            "max.message.bytes", "2097152",
            "retention.ms", "604800000",
            "retention.bytes", "-1");

    private static List<String> lines(Map<String, String> config) {
        List<ConfigEntry> entries = new ArrayList<>();
        config.forEach((name, value) -> entries.add(new ConfigEntry(name, value)));
        Settings settings = Settings.defaults();
        return TopicCheck.judged(settings, settings.source("proxy"), 3, new Config(entries)).stream()
                .map(Finding::line)
                .toList();
    }

    @Test
    void aTopicAsFlumesReadmeMakesItIsWell() {
        assertThat(lines(GOOD))
                .containsExactly(
                        "ok\ttopic proxy-logs\t3 partitions, LogAppendTime, lines kept for PT168H, messages of up to 2097152 bytes\t");
    }

    @ParameterizedTest
    @CsvSource({
        "message.timestamp.type, CreateTime, FAIL, message.timestamp.type is CreateTime",
        "cleanup.policy, compact, FAIL, compaction deletes lines",
        "'cleanup.policy', 'compact,delete', FAIL, compaction deletes lines",
        "max.message.bytes, 1048588, warn, refuses lines of 1 MiB",
        "retention.ms, 1800000, FAIL, deleted before they are swept",
        "retention.ms, 7200000, warn, a later sweep misses some",
        "retention.bytes, 1000, warn, grows faster loses lines"
    })
    void whatWouldLoseLinesIsSaidWithTheCommandThatMendsIt(String key, String value, String level, String said) {
        Map<String, String> config = new TreeMap<>(GOOD);
        config.put(key, value);

        assertThat(lines(config))
                .singleElement()
                .asString()
                .startsWith(level + "\ttopic proxy-logs\t")
                .contains(
                        said,
                        "kafka-configs --alter --entity-type topics --entity-name proxy-logs --add-config " + key);
    }

    @Test
    void linesThatAreKeptForEverAreWell() {
        Map<String, String> config = new TreeMap<>(GOOD);
        config.put("retention.ms", "-1");
        assertThat(lines(config)).singleElement().asString().startsWith("ok\t").contains("lines kept for ever");
    }

    @Test
    void aFindingIsOneLineWhateverAServerSaid() {
        assertThat(Finding.warn("a\tb", "c\nd\u001b[31m", "").line()).isEqualTo("warn\ta b\tc d [31m\t");
    }
}
