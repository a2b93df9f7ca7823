package io.trawl.parsing.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.trawl.parsing.mapping.Field;
import io.trawl.record.ProxyEvent;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

/** Fields of logs of DNS, TLS, firewalls, mail and files. */
class BeyondWebTest {
    private static final String MD5 = "0123456789abcdef0123456789abcdef";
    private static final String SHA1 = MD5 + "01234567";

    private static DeclaredFormat format(String... rules) {
        return DeclaredFormat.of(
                "a.yaml",
                "name: a\ntitle: a\nlink: none\nverified: true\ngrammar: {json: {}}\nmap:\n  timestamp: t\n  "
                        + String.join("\n  ", rules) + "\nsamples:\n  - line: x\n    refused: syntax\n",
                ZoneOffset.UTC);
    }

    /** The fields of an event but its time. */
    private static Map<String, String> read(DeclaredFormat format, String json) {
        ProxyEvent event = new ProxyEvent();
        String line = "{\"t\":1718187072," + json + "}";
        assertThat(format.parse(line.getBytes(StandardCharsets.UTF_8), event)).isNull();
        Map<String, String> fields = new TreeMap<>(DeclaredFormat.fields(event));
        fields.remove("timestamp");
        return fields;
    }

    @Test
    void allElementsOfAListAreTheAnswers() {
        DeclaredFormat format = format("dns_answers_data: [\"dns.answers[].data\", \"ips[]\"]");

        assertThat(read(
                        format,
                        "\"dns\":{\"answers\":[{\"ttl\":1,\"data\":\"a.example\"},{\"data\":\"192.0.2.7\"},{}]}"))
                .containsExactly(Map.entry("dns_answers_data", "a.example,192.0.2.7"));
        assertThat(read(format, "\"dns.answers\":[{\"data\":\"192.0.2.7\"}]"))
                .containsExactly(Map.entry("dns_answers_data", "192.0.2.7"));
        assertThat(read(format, "\"ips\":[\"192.0.2.7\",null,\"192.0.2.8\"]"))
                .containsExactly(Map.entry("dns_answers_data", "192.0.2.7,192.0.2.8"));
        assertThat(read(format, "\"ips\":[]")).isEmpty();
    }

    @Test
    void whatIsNoListIsItsOnlyElement() {
        DeclaredFormat format = format("dns_answers_data: \"dns.answers[].data\"", "email_to_address: \"to[]\"");

        assertThat(read(format, "\"dns\":{\"answers\":{\"data\":\"192.0.2.7\"}},\"to\":\"a@b.example\""))
                .containsExactly(
                        Map.entry("dns_answers_data", "192.0.2.7"), Map.entry("email_to_address", "a@b.example"));
    }

    /** A text that grew by copying would take minutes. */
    @Test
    void aListOfAMillionElementsIsReadInOnePass() {
        String list = IntStream.range(0, 1_000_000).mapToObj(i -> "\"a\"").collect(Collectors.joining(","));

        assertThat(read(format("dns_answers_data: \"a[]\""), "\"a\":[" + list + "]")
                        .get("dns_answers_data"))
                .hasSize(1_999_999);
    }

    @Test
    void aHashIsLowerCaseHexWithoutColons() {
        DeclaredFormat format = format("tls_server_hash_sha1: sha1", "file_hash_md5: md5");

        assertThat(read(format, "\"sha1\":\"0A" + ":0A".repeat(19) + "\",\"md5\":\"" + MD5.toUpperCase() + "\""))
                .containsExactly(Map.entry("file_hash_md5", MD5), Map.entry("tls_server_hash_sha1", "0a".repeat(20)));
        assertThat(read(format, "\"sha1\":\"" + MD5 + "\",\"md5\":\"" + MD5 + "0\""))
                .isEmpty();
        assertThat(read(format, "\"sha1\":\"none\",\"md5\":\"g" + MD5.substring(1) + "\""))
                .isEmpty();
    }

    @Test
    void aColumnOfAnyHashGoesWhereItsLengthFits() {
        DeclaredFormat format = format("file_hash_md5: hash", "file_hash_sha1: hash", "file_hash_sha256: hash");

        assertThat(read(format, "\"hash\":\"" + MD5 + "\"")).containsExactly(Map.entry("file_hash_md5", MD5));
        assertThat(read(format, "\"hash\":\"" + SHA1 + "\"")).containsExactly(Map.entry("file_hash_sha1", SHA1));
        assertThat(read(format, "\"hash\":\"" + MD5 + MD5 + "\""))
                .containsExactly(Map.entry("file_hash_sha256", MD5 + MD5));
    }

    @Test
    void theNameIsUrlDomainTooAndLosesTheDotOfTheRoot() {
        assertThat(read(format("url_domain: q", "dns_question_name: q"), "\"q\":\"Host1.example.\""))
                .containsExactly(
                        Map.entry("destination_domain", "Host1.example"),
                        Map.entry("dns_question_name", "Host1.example"),
                        Map.entry("url_domain", "Host1.example"));
        assertThat(read(format("dns_question_name: q"), "\"q\":\".\"")).isEmpty();
    }

    @Test
    void twoNamesOfOneColumnAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> format("dns_question_name: q", "tls_client_server_name: q"))
                .withMessageContaining(
                        "column q is mapped twice, to dns_question_name and tls_client_server_name; expected one of them");
    }

    @Test
    void aCountThatIsNoNumberLeavesTheLineValid() {
        assertThat(read(format("source_bytes: out", "network_bytes: all"), "\"out\":\"517\",\"all\":\"many\""))
                .containsExactly(Map.entry("source_bytes", "517"));
    }

    /** A field of the record that no declaration can fill would stay empty, and nobody would know. */
    @Test
    void everyFieldOfAnEventCanBeMapped() {
        Set<String> made = Set.of(
                "event_id", "source", "window", "partition", "offset", "source_ip", "destination_ip", "url_full");
        Set<String> fields =
                new TreeSet<>(Arrays.stream(Field.values()).map(Field::label).toList());
        fields.remove("request");

        assertThat(fields)
                .isEqualTo(new TreeSet<>(ProxyEvent.SCHEMA$.getFields().stream()
                        .map(Schema.Field::name)
                        .filter(name -> !made.contains(name))
                        .toList()));
    }

    @Test
    void everyFieldBeyondTheWebIsFilled() {
        for (Field field : Field.values()) {
            if (field.isBeyondWeb()) {
                String value = field.isHash()
                        ? Map.of("MD5", MD5, "SHA1", SHA1, "SHA256", MD5 + MD5)
                                .getOrDefault(field.name().replaceFirst(".*_", ""), MD5)
                        : field.name().endsWith("_BYTES") ? "7" : "a.example";
                assertThat(read(format(field.label() + ": v"), "\"v\":\"" + value + "\""))
                        .containsExactly(Map.entry(field.label(), value));
            }
        }
    }
}
