package io.trawl.intel.allow;

import static io.trawl.intel.Events.indicator;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trawl.intel.Engine;
import io.trawl.intel.Events;
import io.trawl.intel.canonical.Corpora;
import io.trawl.intel.index.IndicatorIndex;
import io.trawl.intel.match.How;
import io.trawl.intel.match.Match;
import io.trawl.record.Detection;
import io.trawl.record.ProxyEvent;
import io.trawl.schema.word.SweepKind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TimeZone;
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
                "{\"name\":\"the " + type + " list\",\"type\":\"" + type + "\",\"version\":7,\"matching_attributes\":["
                        + attributes + "],\"list\":[\"" + String.join("\",\"", entries) + "\"]}");
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
        "domain, example.org, a|b.cdn.example.org, the hostname list",
        "domain, example.org, a|b.example.org, ",
        "domain, cdn.example.org, a.cdn.example.org, the hostname list",
        "domain, a.cdn.example.org, a.cdn.example.org, ",
        "domain, example.org, notcdn.example.org, ",
        "domain, top.example, top.example, the string list",
        "domain, top.example, www.top.example, ",
        "domain, example, top.example, the string list",
        "ipv4, 192.0.2.7, 192.0.2.7, ",
        "ipv4, 198.51.100.1, 198.51.100.1, the cidr list",
        "cidr, 192.0.0.0/16, 192.0.2.7, the cidr list",
        "cidr, 192.0.2.0/24, 192.0.2.7, the cidr list",
        "cidr, 192.0.2.0/25, 192.0.2.7, ",
        "cidr, 198.51.100.0/24, 198.51.100.1, the cidr list",
        "cidr, 198.51.100.0/24, 198.51.100.2, ",
        "ipv6, 2001:db8::1, 2001:db8::1, ",
        "ipv6, 2001:db8:ffff::1, 2001:db8:ffff::1, the string list",
        "cidr, 2001:d00::/24, 2001:db8::1, the cidr list",
        "cidr, 2001:db8:8000::/33, 2001:db8:8000::1, ",
        "ipv4, 203.0.113.9, 203.0.113.9, the substring list",
        "ipv4, 203.0.113.90, 203.0.113.90, ",
        "cidr, 203.0.0.0/16, 203.0.113.9, the substring list",
        // Parts of addresses and expressions say nothing of addresses.
        "cidr, 10.0.0.0/8, 10.1.1.1, ",
        "ipv4, 10.1.1.1, 10.1.1.1, ",
        "url, http://github.io/evil, http://github.io/evil, ",
        "url, http://top.example/ok, http://top.example/ok, the string list",
        "url, http://top.example/, http://top.example/, ",
        "url, top.example/ok, http://top.example/ok, the string list",
        "domain-port, top.example:8080, top.example, ",
        "domain-port, github.io:80, github.io, ",
        "ip-port, 198.51.100.1:53, 198.51.100.1, ",
        "url-path, /ok.php, /ok.php, ",
        "user-agent, top.example, top.example, ",
        "user-agent-regex, top.*, top.example, ",
        "domain, sandbox.example, sandbox.example, the substring list",
        "domain, evil.sandbox.example, evil.sandbox.example, ",
        "domain, example, any.sandbox.example, the substring list",
        "domain, example, anysandbox.example, the substring list",
        // Whoever has evil.example can put what they like before it.
        "domain, c2.example, sandbox.example.c2.example, ",
        "domain, test7.example, test7.example, ",
        "domain, example, test7.example, the regex list",
        "domain, test.example, test.example, ",
        "domain, example, test.example, ",
        "domain, whole.example, whole.example, the regex list",
        "domain, example, evil.whole.example, ",
    })
    void theMoreSpecificOfEntryAndIndicatorDecides(String type, String indicator, String value, @Nullable String list)
            throws IOException {
        Allowlists lists = Allowlists.read(List.of(
                list("hostname", "\"domain\"", "github.io", ".cdn.example.org"),
                list(
                        "string",
                        "\"hostname\",\"url\",\"ip-dst\"",
                        "TOP.example",
                        "http://top.example/ok",
                        "2001:DB8:FFFF::1"),
                list("cidr", "", "192.0.2.0/24", "198.51.100.1", "2001:db8::/32"),
                list("substring", "", "sandbox.example", "203.0.113.9", "10.1."),
                list("regex", "", "/^TEST[0-9]\\\\.example$/i", "/^whole\\\\.example$/", "/10\\\\..*/")));

        assertThat(suppressed(lists, type, indicator, value)).isEqualTo(list);
        assertThat(lists.size()).isEqualTo(14);
        assertThat(lists.unusable()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "'^ns[0-9]+\\.example\\.org$', 11",
        "'\\.example\\.org', 11",
        "'example\\.org', 11",
        "'.*example\\.org', 11",
        "'(www|ftp)\\.example\\.org$', 11",
        "'^(?:a|b)$', 0",
        "'a\\.example\\.org|b\\.example\\.org', 0",
        "'[(]|b\\.example\\.org', 0",
        "'[]|(]\\.example\\.org', 11",
        "'example\\.or[g]', 0",
        "'example\\.org?', 0",
        "'example.org', 3",
        "'\\x2eorg', 0",
        "'\\Qexample\\E', 0",
        "'a\\\\$', 2",
        "'', 0",
    })
    void anExpressionCountsAsThePlainTextThatItEndsIn(String regex, int length) {
        assertThat(PlainEnd.length(regex)).isEqualTo(length);
    }

    @Test
    void onlyWhatAListIsForCounts() throws IOException {
        Allowlists lists = Allowlists.read(List.of(
                list("string", "\"md5\"", "top.example", "192.0.2.1"),
                list("substring", "\"email-src\"", "sandbox.example"),
                list("regex", "\"phone-number\"", "/.*a\\\\.example/")));

        assertThat(suppressed(lists, "domain", "top.example", "top.example")).isNull();
        assertThat(suppressed(lists, "ipv4", "192.0.2.1", "192.0.2.1")).isNull();
        assertThat(suppressed(lists, "domain", "sandbox.example", "sandbox.example"))
                .isNull();
        assertThat(suppressed(lists, "domain", "a.example", "a.example")).isNull();
        assertThat(lists.listOf(indicator("email-domain", "sandbox.example"))).isEqualTo("the substring list");
    }

    @Test
    void aMailDomainYieldsToAnExpressionThatSaysAsMuch() throws IOException {
        Allowlists lists = Allowlists.read(List.of(
                list("regex", "", "/.*\\\\.(com|net)/"),
                list("regex", "\"email-src\"", "/.*\\\\.mail\\\\.example/"),
                list("string", "\"email\"", "exact.example")));

        assertThat(suppressed(lists, "email-domain", "evil.com", "evil.com")).isNull();
        assertThat(suppressed(lists, "email-domain", "a.mail.example", "a.mail.example"))
                .isNull();
        assertThat(suppressed(lists, "email-domain", "mail.example", "a.mail.example"))
                .isEqualTo("the regex list");
        assertThat(suppressed(lists, "email-domain", "exact.example", "exact.example"))
                .isEqualTo("the string list");
        assertThat(lists.listOf(indicator("email-domain", "evil.com"))).isEqualTo("the regex list");
    }

    @Test
    void aSuppressedDetectionIsKeptWithTheListsName() throws IOException {
        Allowlists lists = Allowlists.read(List.of(list("hostname", "", "cdn.example.org")));
        Engine engine = new Engine(
                IndicatorIndex.of(List.of(indicator("domain", "example.org"))),
                1,
                false,
                SweepKind.BATCH,
                List.of(lists),
                null);
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
                list("regex", "\"domain\"", "/^ns[0-9]\\\\.example$/"),
                list("string", "\"md5\",\"url\"", "D41D8CD98F00B204E9800998ECF8427E", "http://a.example/b")));

        assertThat(lists.listOf(indicator("domain", "top.example"))).isEqualTo("the hostname list");
        assertThat(lists.listOf(indicator("domain", "evil.top.example"))).isNull();
        assertThat(lists.listOf(indicator("domain-port", "top.example:8080"))).isEqualTo("the hostname list");
        assertThat(lists.listOf(indicator("ipv4", "192.0.2.1"))).isEqualTo("the cidr list");
        assertThat(lists.listOf(indicator("cidr", "192.0.2.0/25"))).isEqualTo("the cidr list");
        assertThat(lists.listOf(indicator("cidr", "192.0.0.0/16"))).isNull();
        assertThat(lists.listOf(indicator("md5", "d41d8cd98f00b204e9800998ecf8427e")))
                .isEqualTo("the string list");
        assertThat(lists.listOf(indicator("ip-port", "192.0.2.1:53"))).isEqualTo("the cidr list");
        assertThat(lists.listOf(indicator("domain", "ns1.example"))).isEqualTo("the regex list");
        assertThat(lists.listOf(indicator("url", "http://a.example/b"))).isEqualTo("the string list");
        assertThat(lists.listOf(indicator("url", "http://top.example/"))).isNull();
        assertThat(lists.listOf(indicator("user-agent", "top.example"))).isNull();
        assertThat(lists.listOf(indicator("url-path", "/top.example"))).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "{'name':'n','type':'fuzzy','list':['a']} # type 'fuzzy'; expected string, hostname, cidr, substring or regex",
                "{'name':'n','type':'string'} # not an allowlist; expected JSON with name, type and list, like MISP's warning lists",
                "['a'] # not an allowlist; expected JSON with name, type and list, like MISP's warning lists",
                "{'name':'n','type':'string','list':[{'a':1}]} # an entry that is not text: {\"a\":1}",
                "{'name':'n', # not JSON in line 1; expected name, type and list, like MISP's warning lists",
            })
    void whatIsNoListIsRefusedInOneLine(String json, String reason) throws IOException {
        Path file = Files.writeString(folder.resolve("wrong.json"), json.replace('\'', '"'));

        assertThatThrownBy(() -> Allowlists.read(List.of(folder)))
                .isInstanceOf(IOException.class)
                .hasMessage(file + ": " + reason);
    }

    @Test
    void whatIsNotThereIsRefused() {
        Path absent = folder.resolve("absent");

        assertThatThrownBy(() -> Allowlists.read(List.of(absent))).hasMessage(absent + ": no such file or folder");
        assertThatThrownBy(() -> Allowlists.read(List.of(folder)))
                .hasMessage(
                        folder + ": no allowlist in it; expected list.json files in its folders, or JSON files in it");
    }

    @Test
    void aFolderMayBeALink() throws IOException {
        Path lists = Files.createDirectories(folder.resolve("releases/1/a"));
        Files.move(list("string", "", "top.example"), lists.resolve("list.json"));
        Path link = Files.createSymbolicLink(folder.resolve("current"), folder.resolve("releases/1"));

        assertThat(Allowlists.read(List.of(link)).size()).isEqualTo(1);
    }

    @Test
    void packedListsAreTheSameListsAndTheSameBytes() throws IOException {
        Path lists = Files.createDirectories(folder.resolve("lists/b"));
        Files.move(list("string", "", "top.example"), lists.resolve("list.json"));
        Path alone = list("hostname", "", "github.io");
        Path packed = folder.resolve("packed");
        Allowlists read;
        try (OutputStream out = Files.newOutputStream(packed)) {
            read = Allowlists.pack(List.of(lists.getParent(), alone), out);
        }
        ByteArrayOutputStream again = new ByteArrayOutputStream();
        TimeZone zone = TimeZone.getDefault();
        try {
            TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Apia"));
            Allowlists.pack(List.of(lists.getParent(), alone), again);
        } finally {
            TimeZone.setDefault(zone);
        }

        Allowlists opened = Allowlists.open(packed);
        assertThat(opened.lists())
                .containsExactly(
                        new Allowlists.Source("the string list", "7", "string", 1),
                        new Allowlists.Source("the hostname list", "7", "hostname", 1))
                .isEqualTo(read.lists());
        assertThat(suppressed(opened, "domain", "github.io", "github.io")).isEqualTo("the hostname list");
        byte[] bytes = Files.readAllBytes(packed);
        assertThat(again.toByteArray()).isEqualTo(bytes);
        assertThat(new String(bytes, StandardCharsets.UTF_8)).contains(Files.readString(alone));
    }

    @Test
    void aPackedFileThatWasCutShortOrChangedIsRefused() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Allowlists.pack(List.of(list("string", "", "top.example")), out);
        byte[] bytes = out.toByteArray();
        Path packed = folder.resolve("packed");

        Files.write(packed, Arrays.copyOf(bytes, bytes.length / 2));
        assertThatThrownBy(() -> Allowlists.open(packed)).isInstanceOf(IOException.class);

        int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("top.example");
        bytes[at] ^= 1;
        Files.write(packed, bytes);
        assertThatThrownBy(() -> Allowlists.open(packed))
                .isInstanceOf(IOException.class)
                .hasMessage("00000/0.json was changed");
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
        assertThat(suppressed(lists, "domain", "evil.github.io", "evil.github.io"))
                .isNull();
        assertThat(suppressed(lists, "ip-port", "8.8.8.8:53", "8.8.8.8")).isNull();
        assertThat(suppressed(lists, "cidr", "8.0.0.0/8", "8.8.8.8")).isNotNull();
        assertThat(lists.lists()).hasSize(136).allMatch(list -> !list.version().isEmpty());
        assertThat(lists.lists())
                .extracting(Allowlists.Source::type)
                .contains("string", "hostname", "cidr", "substring", "regex");
    }
}
