package io.trawl.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.trawl.parsing.format.Forwarded;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    @TempDir
    Path folder;

    @Test
    void theDefaultsNameOneSource() {
        assertThat(Settings.defaults().sources()).containsExactly("proxy");
        LogSource proxy = Settings.defaults().source("proxy");
        assertThat(proxy.topic()).isEqualTo("proxy-logs");
        assertThat(proxy.unit()).isEqualTo(Duration.ofHours(1));
        assertThat(proxy.webServer()).isFalse();
    }

    @Test
    void aSitesFileWinsOverTheDefaultsAndAKeyOverTheFile() throws Exception {
        Path site = Files.writeString(
                folder.resolve("trawl.conf"),
                "kafka.bootstrap = a:1\nsource.web.topic = t\nsource.web.format = combined\nsource.web.kind = web\n");
        Settings settings = Settings.load(site, Map.of("kafka.bootstrap", "b:2"));
        assertThat(settings.text("kafka.bootstrap")).isEqualTo("b:2");
        assertThat(settings.sources()).containsExactly("proxy", "web");
        assertThat(settings.source("web").webServer()).isTrue();
        assertThat(settings.source("web").forwarded()).isZero();
        assertThat(settings.with("source.web.forwarded", "2").source("web").parser())
                .isInstanceOfSatisfying(
                        Forwarded.class, parser -> assertThat(parser.proxies()).isEqualTo(2));
        assertThat(settings.source("web").silence()).isEqualTo(Duration.ofHours(1));
    }

    @Test
    void whatIsWrongIsNamedWithKeyValueAndExample() {
        Settings settings = Settings.defaults();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings.source("nope"))
                .withMessage("source nope is not in trawl.conf: it has proxy");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings.with("source.proxy.format", "xml").source("proxy"))
                .withMessageStartingWith("setting source.proxy.format: format xml is unknown: ");
        for (String proxies : List.of("-1", "17")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() ->
                            settings.with("source.proxy.forwarded", proxies).source("proxy"))
                    .withMessage(
                            "setting source.proxy.forwarded = " + proxies
                                    + ": expected how many proxies of your own append to X-Forwarded-For, 0 to 16, for example 1");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings.with("source.proxy.window", "PT7H").source("proxy"))
                .withMessageContaining("must divide a day");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings.with("source.proxy.window", "1 hour").source("proxy"))
                .withMessageContaining("ISO-8601 duration, for example PT1H");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings.with("source.proxy.zone", "Mars").source("proxy"))
                .withMessageContaining("for example UTC or Europe/Berlin");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Settings.load(folder.resolve("absent.conf"), Map.of()))
                .withMessageContaining("no such file");
    }

    @ParameterizedTest
    @CsvSource({
        "hot.btach, hot.batch",
        "kafka.bootstap, kafka.bootstrap",
        "source.web.fromat, source.web.format",
        "source.proxy, source.proxy.from",
        "job.hot-detect.executor.memry, job.hot-detect.executor.memory",
        "job.slow.config.spark.locality.wait, job.slow.conf.spark.locality.wait",
        "hadop.dfs.replication, hadoop.dfs.replication",
        "lake.catalg.uri, lake.catalog.uri",
        "mine.slow.folder, rules.folder",
        "'', hot.port"
    })
    void anUnknownSettingHearsOfTheNearest(String key, String nearest) throws Exception {
        String said = " is unknown: did you mean " + nearest
                + "? (conf/trawl.conf lists them; keys of your own jobs begin with my.)";
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Settings.load(null, Map.of(key, "1")))
                .withMessage("setting " + key + " (--set)" + said);
        Path site = Files.writeString(folder.resolve("trawl.conf"), key + " = 1\n");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Settings.load(site, Map.of()))
                .withMessage("setting " + key + " (" + site + ")" + said);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "source.web.hosts",
                "source.web.format.columns",
                "job.slow.cores",
                "job.slow.conf.spark.locality.wait",
                "spark.conf.spark.locality.wait",
                "hadoop.dfs.replication",
                "lake.catalog.uri",
                "hbase.client.conf.hbase.rpc.timeout",
                "kafka.consumer.fetch.max.wait.ms",
                "kafka.producer.linger.ms",
                "my.slow.folder"
            })
    void keysOfOtherSourcesOfAJobAndOfFamiliesAreKnown(String key) {
        assertThat(Settings.load(null, Map.of(key, "1")).text(key)).isEqualTo("1");
    }
}
