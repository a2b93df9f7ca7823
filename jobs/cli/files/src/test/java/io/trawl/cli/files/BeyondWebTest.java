package io.trawl.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trawl.cli.files.output.Ecs;
import io.trawl.cli.files.output.Json;
import io.trawl.record.ProxyEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs of DNS, TLS, mail and files at a terminal. */
class BeyondWebTest {
    private static final List<String> OF_THE_MESSAGE =
            List.of("event_id", "source", "window", "partition", "offset", "observer_hostname");
    private static final String FORWARDED = "network_forwarded_ip";
    private static final String MD5 = "0123456789abcdef0123456789abcdef";
    private static final String EVE =
            "{\"timestamp\":\"2024-06-12T10:11:12.345678+0000\",\"src_ip\":\"10.16.2.16\",\"dest_ip\":\"203.0.113.9\","
                    + "\"dest_port\":443,\"proto\":\"TCP\",\"event_type\":";

    @TempDir
    Path folder;

    @Test
    void everyFieldOfAnEventIsWrittenUnderItsName() throws IOException {
        ProxyEvent event = new ProxyEvent();
        for (Schema.Field field : ProxyEvent.SCHEMA$.getFields()) {
            Schema type = field.schema().isUnion() ? field.schema().getTypes().get(1) : field.schema();
            event.put(
                    field.pos(),
                    switch (type.getType()) {
                        case STRING -> field.name().equals(FORWARDED) ? "192.0.2.1" : field.name();
                        case INT -> 100 + field.pos();
                        default -> type.getLogicalType() == null ? (Object) (100L + field.pos()) : Instant.EPOCH;
                    });
        }
        Json json = new Json();
        json.begin();
        Ecs.write(event, json);
        json.end();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        json.writeTo(bytes);

        JsonNode written = new ObjectMapper().readTree(bytes.toByteArray()).get("event");
        for (Schema.Field field : ProxyEvent.SCHEMA$.getFields()) {
            if (!OF_THE_MESSAGE.contains(field.name()) && !field.name().equals("timestamp")) {
                JsonNode member = written.at("/" + Ecs.name(field.name()).replace('.', '/'));
                assertThat((member.isArray() ? member.get(0) : member).asText())
                        .as(field.name())
                        .isEqualTo(event.get(field.pos()).toString());
            }
        }
    }

    /** ECS has addresses there, and nothing else. */
    @Test
    void ofXForwardedForOnlyAddressesAreWritten() throws IOException {
        ProxyEvent event = new ProxyEvent();
        event.setNetworkForwardedIp("203.0.113.7, unknown,[2001:DB8::1]:80, ,192.0.2.1");
        Json json = new Json();
        json.begin();
        Ecs.write(event, json);
        json.end();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        json.writeTo(bytes);
        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .contains("\"forwarded_ip\":[\"203.0.113.7\",\"2001:db8::1\",\"192.0.2.1\"]");
    }

    @Test
    void aDetectionNamesTheFieldThatMatched() throws IOException {
        Path log = Files.writeString(
                folder.resolve("eve.json"),
                EVE + "\"dns\",\"dns\":{\"rrname\":\"www.evil.example\",\"answers\":[{\"rdata\":\"cdn.example\"},"
                        + "{\"rdata\":\"192.0.2.7\"}]}}\n"
                        + EVE + "\"tls\",\"tls\":{\"sni\":\"evil.example\",\"ja3\":{\"hash\":\"" + MD5 + "\"}}}\n"
                        + EVE + "\"fileinfo\",\"fileinfo\":{\"sha256\":\"" + MD5 + MD5 + "\"}}\n"
                        + EVE + "\"smtp\",\"smtp\":{\"mail_from\":\"<a@mail.phish.example>\"}}\n"
                        + EVE + "\"flow\",\"flow\":{\"bytes_toserver\":1}}\n",
                StandardCharsets.UTF_8);
        Path feed = Files.writeString(
                folder.resolve("feed.txt"),
                "evil.example\n192.0.2.7\n" + MD5 + "\n" + (MD5 + MD5).toUpperCase(java.util.Locale.ROOT)
                        + "\n@phish.example\n",
                StandardCharsets.UTF_8);

        Ran ran = Ran.of(
                new byte[0],
                "match",
                "--format",
                "suricata-eve",
                "--indicators",
                feed.toString(),
                "--",
                log.toString());

        List<String> found = new ArrayList<>();
        for (JsonNode one : ran.json()) {
            found.add(one.get("line").asText() + " " + one.at("/matched/field").asText() + " "
                    + one.at("/matched/value").asText() + " "
                    + one.at("/indicator/type").asText());
        }
        assertThat(found)
                .containsExactlyInAnyOrder(
                        "1 dns.question.name www.evil.example domain",
                        "1 dns.answers.data 192.0.2.7 ipv4",
                        "2 tls.client.server_name evil.example domain",
                        "2 tls.client.ja3 " + MD5 + " md5",
                        "3 file.hash.sha256 " + MD5 + MD5 + " sha256",
                        "4 email.from.address mail.phish.example email-domain");
    }
}
