package io.trawl.intel;

import static io.trawl.intel.Events.indicator;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trawl.record.Detection;
import io.trawl.record.ProxyEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AllowlistsTest {
    @TempDir
    private Path folder;

    private int files;

    private Path list(String type, String attributes, String... entries) throws IOException {
        Path file = folder.resolve(files++ + ".json");
        Files.writeString(
                file,
                "{\"name\":\"the " + type + " list\",\"type\":\"" + type + "\",\"matching_attributes\":[" + attributes
                        + "],\"list\":[\"" + String.join("\",\"", entries) + "\"]}");
        return file;
    }

    private static @Nullable String suppressed(Allowlists lists, String type, String indicator, String value) {
        return lists.suppressedBy(new Match("url.domain", value, How.EXACT, indicator(type, indicator)));
    }

    @ParameterizedTest
    @CsvSource({
        // type, indicator, observable, list
        "domain, evil.github.io, evil.github.io, ",
        "domain, github.io, github.io, the hostname list",
        "domain, example.org, www.example.org, ",
        "domain, example.org, cdn.example.org, the hostname list",
        "domain, example.org, a.cdn.example.org, the hostname list",
        "domain, a.cdn.example.org, a.cdn.example.org, ",
        "domain, top.example, top.example, the string list",
        "domain, top.example, www.top.example, ",
        "domain, example, top.example, the string list",
        "ipv4, 192.0.2.7, 192.0.2.7, ",
        "ipv4, 198.51.100.1, 198.51.100.1, the cidr list",
        "cidr, 192.0.0.0/16, 192.0.2.7, the cidr list",
        "cidr, 192.0.2.0/24, 192.0.2.7, the cidr list",
        "cidr, 192.0.2.0/25, 192.0.2.7, ",
        "ipv6, 2001:db8::1, 2001:db8::1, ",
        "cidr, 2001:d00::/24, 2001:db8::1, the cidr list",
        "url, http://github.io/evil, http://github.io/evil, ",
        "url, http://top.example/ok, http://top.example/ok, the string list",
        "domain-port, top.example:8080, top.example, ",
        "domain, sandbox.example, sandbox.example, the substring list",
        "domain, evil.sandbox.example, evil.sandbox.example, ",
        "domain, example, any.sandbox.example, the substring list",
        "domain, test7.example, test7.example, the regex list",
        "domain, test.example, test.example, ",
    })
    void theMoreSpecificOfEntryAndIndicatorDecides(String type, String indicator, String value, @Nullable String list)
            throws IOException {
        Allowlists lists = Allowlists.read(List.of(
                list("hostname", "\"domain\"", "github.io", ".cdn.example.org"),
                list("string", "\"hostname\",\"url\"", "TOP.example", "http://top.example/ok"),
                list("cidr", "", "192.0.2.0/24", "198.51.100.1", "2001:db8::/32"),
                list("substring", "\"domain\"", "sandbox.example"),
                list("regex", "", "/^TEST[0-9]\\\\.example$/i")));

        assertThat(suppressed(lists, type, indicator, value)).isEqualTo(list);
        assertThat(lists.size()).isEqualTo(9);
        assertThat(lists.unusable()).isEmpty();
    }

    @Test
    void aSuppressedDetectionIsKeptWithTheListsName() throws IOException {
        Allowlists lists = Allowlists.read(List.of(list("hostname", "", "cdn.example.org")));
        Engine engine = new Engine(
                IndicatorIndex.of(List.of(indicator("domain", "example.org"))), 1, false, "batch", List.of(lists));
        List<Detection> detections = new ArrayList<>();
        for (ProxyEvent event : List.of(Events.get("http://cdn.example.org/"), Events.get("http://www.example.org/"))) {
            engine.analyse(event, detections::add);
        }

        assertThat(detections).extracting(Detection::getSuppressedBy).containsExactly("the hostname list", null);
    }

    @Test
    void anIndicatorThatStandsOnAListIsNamed() throws IOException {
        Allowlists lists = Allowlists.read(List.of(
                list("hostname", "\"domain\"", "top.example"),
                list("cidr", "\"ip-dst\"", "192.0.2.0/24"),
                list("string", "\"md5\"", "D41D8CD98F00B204E9800998ECF8427E")));

        assertThat(lists.listOf(indicator("domain", "top.example"))).isEqualTo("the hostname list");
        assertThat(lists.listOf(indicator("domain", "evil.top.example"))).isNull();
        assertThat(lists.listOf(indicator("domain-port", "top.example:8080"))).isEqualTo("the hostname list");
        assertThat(lists.listOf(indicator("ipv4", "192.0.2.1"))).isEqualTo("the cidr list");
        assertThat(lists.listOf(indicator("cidr", "192.0.2.0/25"))).isEqualTo("the cidr list");
        assertThat(lists.listOf(indicator("cidr", "192.0.0.0/16"))).isNull();
        assertThat(lists.listOf(indicator("md5", "d41d8cd98f00b204e9800998ecf8427e")))
                .isEqualTo("the string list");
        assertThat(lists.listOf(indicator("url", "http://top.example/"))).isNull();
    }

    @Test
    void whatIsNoListIsRefused() throws IOException {
        Path file = list("fuzzy", "", "a");

        assertThatThrownBy(() -> Allowlists.read(List.of(file)))
                .isInstanceOf(IOException.class)
                .hasMessage(file + ": type 'fuzzy'; expected string, hostname, cidr, substring or regex");
    }

    @Test
    void mispsListsAreReadAsTheyAre() throws IOException {
        Allowlists lists = Allowlists.read(List.of(Corpora.path("allowlists/misp-warninglists/lists")));

        assertThat(lists.size()).isGreaterThan(300_000);
        assertThat(lists.unusable()).hasSizeLessThan(20);
        assertThat(lists.listOf(indicator("ipv4", "8.8.8.8"))).isNotNull();
        assertThat(lists.listOf(indicator("domain", "google.com"))).isNotNull();
        assertThat(lists.listOf(indicator("domain", "evil.blogspot.com"))).isNull();
        assertThat(lists.listOf(indicator("email-domain", "0-mail.com"))).isNotNull();
        assertThat(suppressed(lists, "domain", "evil.000webhostapp.com", "evil.000webhostapp.com"))
                .isNull();
        assertThat(suppressed(lists, "domain", "google.com", "google.com")).isNotNull();
    }
}
