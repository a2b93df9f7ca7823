package io.trawl.intel.rule.sigma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trawl.intel.rule.Rule.Sources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LogSourcesTest {
    private final LogSources sources = LogSources.shipped();

    @ParameterizedTest
    @CsvSource({
        "squid, proxy, , , true",
        "squid, , squid, , true",
        "squid, proxy, bluecoat, , false",
        "squid, webserver, , , false",
        "nginx, webserver, nginx, , true",
        "nginx, webserver, apache, , false",
        "combined, webserver, apache, , true",
        "combined, webserver, nginx, access, true",
        "iis, webserver, , , true",
        "iis, webserver, iis, , true",
        "zeek-dns-tsv, , zeek, dns, true",
        "zeek-dns-tsv, , zeek, , true",
        "zeek-dns-tsv, dns, , , true",
        "zeek-dns-tsv, , zeek, http, false",
        "zeek-http-tsv, proxy, , , true",
        "zeek-json, network, , connection, true",
        "cisco-asa, firewall, , , true",
        "cisco-asa, , windows, , false",
        "cisco-umbrella-dns, dns, , , true",
        "squid, process_creation, windows, , false",
        "ecs-json, proxy, , , true",
        "csv, process_creation, windows, , true",
    })
    void rulesSeeTheSourcesThatTheyAreFor(
            String format, String category, String product, String service, boolean sees) {
        assertThat(sources.of(format).by(new Sources(category, product, service)))
                .isEqualTo(sees);
    }

    @Test
    void everyFormatIsSomethingOrGeneric() throws IOException {
        List<String> generic =
                List.of("cef", "csv", "ecs-json", "json", "key-value", "leef", "ltsv", "syslog-3164", "syslog-5424");
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("trawl.home", "../../.."), "formats"))) {
            List<String> formats = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".yaml"))
                    .map(name -> name.replace(".yaml", ""))
                    .filter(name -> !generic.contains(name))
                    .sorted()
                    .toList();
            assertThat(sources.formats()).containsExactlyInAnyOrderElementsOf(formats);
        }
    }

    @Test
    void aSourceSaysWhatItIs() {
        LogSources.Seen seen = LogSources.setting("proxy/squid; /Zeek/dns");
        assertThat(seen.of()).containsExactly(new Sources("proxy", "squid", null), new Sources(null, "zeek", "dns"));
        assertThat(seen.by(new Sources("proxy", null, null))).isTrue();
        assertThat(seen.by(new Sources("webserver", null, null))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b/c/d", "//", "proxy;"})
    void aSettingThatIsNoneIsRefused(String setting) {
        assertThatThrownBy(() -> LogSources.setting(setting))
                .hasMessageContaining("for example proxy/squid or /zeek/dns");
    }
}
