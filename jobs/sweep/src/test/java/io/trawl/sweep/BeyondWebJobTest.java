package io.trawl.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.base.Settings;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeTable;
import io.trawl.schema.SchemaVersion;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.avro.Schema;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs of DNS, TLS, mail and files from the line to detections and observables, as the jobs make them. */
class BeyondWebJobTest {
    private static final String MD5 = "0123456789abcdef0123456789abcdef";
    private static final String EVE =
            "{\"timestamp\":\"2026-11-24T10:00:00.000000+0000\",\"src_ip\":\"10.16.2.16\",\"dest_ip\":\"203.0.113.9\","
                    + "\"dest_port\":443,\"proto\":\"TCP\",\"event_type\":";
    private static final String LINES = EVE
            + "\"dns\",\"dns\":{\"rrname\":\"www.evil.example\",\"rrtype\":\"A\",\"answers\":[{\"rdata\":\"cdn.example\"},"
            + "{\"rdata\":\"192.0.2.7\"}]}}\n"
            + EVE + "\"tls\",\"tls\":{\"sni\":\"evil.example\",\"ja3\":{\"hash\":\"" + MD5 + "\"}}}\n"
            + EVE + "\"fileinfo\",\"fileinfo\":{\"sha256\":\"" + MD5 + MD5 + "\"}}\n"
            + EVE + "\"smtp\",\"smtp\":{\"mail_from\":\"<a@mail.phish.example>\"}}\n"
            + EVE + "\"dns\",\"dns\":{\"rrname\":\"good.example\"}}\n";

    @TempDir
    Path folder;

    private void sweep(String format, Path log) throws IOException {
        Path feed = Files.writeString(
                folder.resolve("feed.txt"),
                "evil.example\n192.0.2.7\n" + MD5 + "\n" + MD5 + MD5 + "\n@phish.example\n");
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        try (SweepCommand command = new SweepCommand(
                new ByteArrayInputStream(new byte[0]),
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8))) {
            int status = command.run(
                    "--format=" + format, "--indicators=" + feed, "--lake=" + folder.resolve("lake"), log.toString());
            assertThat(status).as(err.toString(StandardCharsets.UTF_8)).isZero();
        }
    }

    private Lake lake() throws IOException {
        return Lake.open(Settings.load(folder.resolve("lake/trawl.conf"), Map.of()), LakeRows.HADOOP);
    }

    private List<String> rows(LakeTable<?> table, Function<Record, String> text) throws Exception {
        List<String> rows = new ArrayList<>();
        try (Lake open = lake();
                CloseableIterable<Record> records =
                        IcebergGenerics.read(open.table(table)).build()) {
            records.forEach(record -> rows.add(text.apply(record)));
        }
        return rows;
    }

    private List<String> detections() throws Exception {
        return rows(
                LakeTable.DETECTIONS,
                row -> row.getField("field") + " " + row.getField("value") + " " + row.getField("indicator_type"));
    }

    @Test
    void everyFieldIsMatchedAndNamesAndAnswersAreObservables() throws Exception {
        sweep("suricata-eve", Files.writeString(folder.resolve("eve.json"), LINES));

        assertThat(detections())
                .containsExactlyInAnyOrder(
                        "dns.question.name www.evil.example domain",
                        "dns.answers.data 192.0.2.7 ipv4",
                        "tls.client.server_name evil.example domain",
                        "tls.client.ja3 " + MD5 + " md5",
                        "file.hash.sha256 " + MD5 + MD5 + " sha256",
                        "email.from.address mail.phish.example email-domain");
        assertThat(rows(
                        LakeTable.OBSERVABLES,
                        row -> row.getField("type") + " " + row.getField("value") + " " + row.getField("events")))
                .containsExactlyInAnyOrder(
                        "domain www.evil.example 1",
                        "domain cdn.example 1",
                        "ipv4 192.0.2.7 1",
                        "domain evil.example 1",
                        "domain good.example 1",
                        "ipv4 203.0.113.9 5");
        assertThat(rows(LakeTable.PROXY_EVENTS, row -> String.valueOf(row.getField("dns_answers_data"))))
                .containsExactlyInAnyOrder("cdn.example,192.0.2.7", "null", "null", "null", "null");
        assertThat(rows(
                        LakeTable.LEDGER,
                        row -> row.getField("stage") + " " + ((Map<?, ?>) row.getField("versions")).get("schema")))
                .contains("validate ProxyEvent/" + SchemaVersion.NEWEST);
    }

    /** As a lake is that version 1 of the schema has left. */
    @Test
    void aLakeOfTheFirstVersionTakesTheNewLines() throws Exception {
        sweep(
                "squid",
                Files.writeString(
                        folder.resolve("access.log"),
                        "1763978400.123     62 10.0.0.1 TCP_MISS/200 1380 GET http://evil.example/ - HIER_DIRECT/192.0.2.8 text/html\n"));
        Schema first = new Schema.Parser()
                .parse(Path.of(System.getProperty("trawl.home"), "schemas/released/v1/ProxyEvent.avsc")
                        .toFile());
        try (Lake open = lake()) {
            UpdateSchema older = open.table(LakeTable.PROXY_EVENTS).updateSchema();
            io.trawl.record.ProxyEvent.SCHEMA$.getFields().stream()
                    .map(Schema.Field::name)
                    .filter(name -> first.getField(name) == null)
                    .forEach(older::deleteColumn);
            older.commit();
        }

        sweep("suricata-eve", Files.writeString(folder.resolve("eve.json"), LINES));
        assertThat(detections()).hasSize(7).contains("url.domain evil.example domain");
        assertThat(rows(
                        LakeTable.PROXY_EVENTS,
                        row -> row.getField("url_domain") + " " + row.getField("dns_question_name")))
                .containsExactlyInAnyOrder(
                        "evil.example null",
                        "www.evil.example www.evil.example",
                        "evil.example null",
                        "null null",
                        "null null",
                        "good.example good.example");
    }
}
