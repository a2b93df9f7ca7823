package io.trawl.intel.rule.sigma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trawl.intel.rule.Field;
import io.trawl.intel.rule.Rule;
import io.trawl.record.ProxyEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TaxonomyTest {
    private static final Rule.Sources PROXY = new Rule.Sources("proxy", null, null);

    private final Taxonomy taxonomy = Taxonomy.shipped(FieldNames.ours());

    @ParameterizedTest
    @CsvSource({
        "c-uri, url.original",
        "cs-uri, url.original",
        "c-uri-query, url.query",
        "cs-uri-stem, url.path",
        "c-uri-path, url.path",
        "c-uri-extension, url.extension",
        "cs-host, url.domain",
        "r-dns, url.domain",
        "c-useragent, user_agent.original",
        "cs-user-agent, user_agent.original",
        "cs(User-Agent), user_agent.original",
        "cs-referer, http.request.referrer",
        "cs-referrer, http.request.referrer",
        "cs(Referer), http.request.referrer",
        "sc-status, http.response.status_code",
        "cs-method, http.request.method",
        "cs-version, http.version",
        "cs-bytes, source.bytes",
        "sc-bytes, http.response.bytes",
        "src_ip, source.ip",
        "dst_ip, destination.ip",
        "dst_port, destination.port",
        "c-ip, source.ip",
        "cs-username, source.user.name",
        "query, dns.question.name",
        "QueryName, dns.question.name",
        "record_type, dns.question.type",
        "answer, dns.answers.data",
        "url.domain, url.domain",
        "url_domain, url.domain",
        "http_response_status_code, http.response.status_code",
        "@timestamp, @timestamp",
        "time-taken, event.duration.milliseconds",
    })
    void namesMeanFieldsOfOurEvents(String name, String field) {
        Field first = taxonomy.fields(name, PROXY).get(0);
        assertThat(first.name()).isEqualTo(field);
        assertThat(Taxonomy.isMissing(first)).as(name + " is filled").isFalse();
    }

    @Test
    void fieldsThatW3cHasOtherwiseAreDerived() {
        ProxyEvent event = Sigma.event("http.version", "1.1", "event.duration", "5999999");
        for (String hit : List.of("cs-version: 'HTTP/1.1'", "cs-version: '1.1'", "time-taken: 5", "time-taken|lt: 6")) {
            assertThat(Sigma.fires(Sigma.selection(hit), event)).as(hit).isTrue();
        }
        for (String miss : List.of("cs-version: 'HTTP/1.0'", "time-taken: 6", "time-taken|gt: 5")) {
            assertThat(Sigma.fires(Sigma.selection(miss), event)).as(miss).isFalse();
        }
    }

    @Test
    void aConnectionLastsSeconds() {
        ProxyEvent event = Sigma.event("event.duration", "5500000000");
        String rule = """
                title: T
                logsource: {%s}
                detection: {s: {%s}, condition: s}
                """;
        String connection = "category: network, service: connection";
        for (String hit : List.of("5.5", "'5.5'")) {
            assertThat(Sigma.fires(Sigma.whole(rule.formatted(connection, "event.duration: " + hit)), event))
                    .isTrue();
        }
        for (String hit : List.of("gt: 5", "lt: 6", "gte: 5.5")) {
            assertThat(Sigma.fires(Sigma.whole(rule.formatted(connection, "event.duration|" + hit)), event))
                    .as(hit)
                    .isTrue();
        }
        assertThat(Sigma.fires(Sigma.whole(rule.formatted(connection, "event.duration|gt: 5.5")), event))
                .isFalse();
        assertThat(Sigma.fires(Sigma.whole(rule.formatted("product: zeek, service: conn", "duration|gt: 5")), event))
                .isTrue();
        assertThat(Sigma.fires(Sigma.whole(rule.formatted("category: proxy", "event.duration|gt: 6")), event))
                .isTrue();
    }

    @Test
    void aFieldThatNoEventHasKeepsAName() {
        for (String name : List.of("cs-cookie", "cs-content-type", "src_port", "EventID")) {
            assertThat(taxonomy.fields(name, PROXY))
                    .singleElement()
                    .satisfies(field ->
                            assertThat(Taxonomy.isMissing(field)).as(name).isTrue());
        }
        assertThat(taxonomy.fields("EventID", PROXY).get(0).name()).isEqualTo("EventID");
    }

    @Test
    void aLogSourceHasNamesOfItsOwn() {
        assertThat(taxonomy.fields("host", PROXY))
                .singleElement()
                .satisfies(field -> assertThat(Taxonomy.isMissing(field)).isTrue());
        Rule.Sources zeek = new Rule.Sources(null, "zeek", "http");
        assertThat(taxonomy.fields("host", zeek))
                .extracting(Field::name)
                .containsExactly("url.domain", "destination.domain");
        assertThat(taxonomy.fields("id.orig_h", zeek)).extracting(Field::name).containsExactly("source.ip");
        assertThat(taxonomy.fields("uri", zeek)).extracting(Field::name).containsExactly("url.original");
    }

    @Test
    void everyFieldOfTheShippedFileIsOneOfOursOrSaidNotToBe() {
        List<String> absent = List.of(
                "cs-cookie", "cs(cookie)", "cs-content-type", "cs(content-type)", "src_port", "sourceport", "c-port");
        Rule.Sources[] sources = {
            PROXY,
            new Rule.Sources("dns", "zeek", null),
            new Rule.Sources(null, "suricata", null),
            new Rule.Sources("network", null, "connection")
        };
        int names = 0;
        for (String line : shipped()) {
            String name = line.strip().replaceFirst(": .*", "");
            boolean here = false;
            for (Rule.Sources source : sources) {
                here |= taxonomy.fields(name, source).stream().noneMatch(Taxonomy::isMissing);
            }
            boolean port = name.startsWith("id") && name.endsWith("_p") && name.contains("orig");
            assertThat(here).as(name).isEqualTo(!absent.contains(name) && !port && !name.equals("orig_mime_types"));
            names++;
        }
        assertThat(names).isGreaterThan(100);
    }

    private static List<String> shipped() {
        try (var in = Taxonomy.class.getResourceAsStream("taxonomy.yaml")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.matches(" +[a-z].*: .*[a-z\\]\"].*")
                            && !line.strip().startsWith("#"))
                    .filter(line -> !line.strip().startsWith("-"))
                    .toList();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void aSiteAddsNamesAndReplacesThem() {
        Taxonomy own = taxonomy.with("own.yml", """
                fields:
                  c-uri: url.full
                  Image: [user_agent.original, url_path]
                logsources:
                  - category: dns
                    fields: {c-uri: dns.question.name}
                """.getBytes(StandardCharsets.UTF_8));
        assertThat(own.fields("c-uri", PROXY)).extracting(Field::name).containsExactly("url.full");
        assertThat(own.fields("image", PROXY))
                .extracting(Field::name)
                .containsExactly("user_agent.original", "url.path");
        assertThat(own.fields("c-uri", new Rule.Sources("dns", null, null)))
                .extracting(Field::name)
                .containsExactly("dns.question.name");
        assertThat(own.fields("cs-host", PROXY)).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "names: {a: b}; own.yml:1: the key names is not known",
                "fields: [a]; own.yml:1: fields is a list",
                "fields: {a: {b: c}}; own.yml:1: expected a text and not a map",
                "fields: {a: []}; own.yml:1: a has no field",
                "logsources: {a: b}; own.yml:1: logsources is a map",
                "logsources: [{a: b}]; own.yml:1: the key a is not known",
                "a: [; own.yml:1: not YAML",
            })
    void aFileThatIsNoneIsRefused(String text, String words) {
        assertThatThrownBy(() -> taxonomy.with("own.yml", text.getBytes(StandardCharsets.UTF_8)))
                .hasMessageStartingWith(words);
    }
}
