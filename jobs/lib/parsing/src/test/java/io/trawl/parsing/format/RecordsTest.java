package io.trawl.parsing.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.trawl.parsing.Parser;
import io.trawl.parsing.Reason;
import io.trawl.parsing.Records;
import io.trawl.record.ProxyEvent;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Formats whose messages carry several records, and lines that a shipper has put into an object of JSON. */
class RecordsTest {
    private static final String MINE = """
            name: mine
            title: a test
            link: https://example.com/
            verified: false
            envelope: ENVELOPE
            grammar:
              delimited:
                columns: time client url
            map: {timestamp: time, source_address: client, url_original: url}
            samples:
              - line: nonsense
                refused: syntax
            """;

    private static final String LINE = "2024-06-12T10:11:12Z,192.0.2.1,/a";

    private static DeclaredFormat mine(String envelope) {
        return DeclaredFormat.of("mine.yaml", MINE.replace("ENVELOPE", envelope), ZoneOffset.UTC);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String client(Parser format, byte[] line) {
        ProxyEvent event = new ProxyEvent();
        assertThat(format.parse(line, event)).isNull();
        return event.getSourceIp() + " " + event.getTimestamp();
    }

    @Test
    void azuresFormatsReadTheRecordsOfAMessageAndARecordAlone() {
        for (String name : List.of("azure-application-gateway", "azure-front-door")) {
            DeclaredFormat azure = Formats.shipped().declared(name, ZoneOffset.UTC);
            assertThat(azure.hasRecords()).isTrue();
            String message = azure.allSamples().stream()
                    .filter(sample -> !sample.records().isEmpty())
                    .findFirst()
                    .orElseThrow()
                    .line();
            Records records = azure.records(bytes(message));
            assertThat(records).isNotNull();
            assertThat(client(azure, records.lines().get(0))).isEqualTo("192.0.2.7 2024-06-12T10:11:12Z");
            assertThat(azure.records(records.lines().get(0))).isNull();
        }
        assertThat(Formats.shipped().parser("nginx", ZoneOffset.UTC).hasRecords())
                .isFalse();
    }

    @Test
    void ofSeveralFormatsTheOneThatFindsRecordsCutsAndEachReadsItsOwn() {
        Parser both = Formats.shipped()
                .parser(List.of("squid", "azure-front-door", "azure-application-gateway"), ZoneOffset.UTC);
        assertThat(both.hasRecords()).isTrue();
        String gateway = Formats.shipped()
                .declared("azure-application-gateway", ZoneOffset.UTC)
                .allSamples()
                .get(3)
                .line();
        Records records = both.records(bytes(gateway));
        assertThat(records).isNotNull();
        assertThat(client(both, records.lines().get(2))).isEqualTo("192.0.2.8 2024-06-12T10:11:13Z");
        assertThat(Formats.shipped()
                        .parser(List.of("squid", "nginx"), ZoneOffset.UTC)
                        .hasRecords())
                .isFalse();
    }

    /** Replay parses a record alone: what another of the formats would cut then is no record. */
    @Test
    void aRecordThatAnotherFormatWouldCutMakesTheMessageInvalid() {
        DeclaredFormat inner = mine("{records: logEvents}");
        DeclaredFormat outer = mine("{records: records}");
        byte[] message = bytes("{\"records\":[\"" + LINE + "\",{\"logEvents\":[\"" + LINE + "\"]}]}");
        assertThat(outer.records(message))
                .isNotNull()
                .extracting(Records::failure)
                .isNull();
        for (Parser both : List.of(Formats.firstOf(List.of(inner, outer)), Formats.firstOf(List.of(outer, inner)))) {
            assertThat(both.records(message))
                    .isEqualTo(Records.none(
                            Reason.SYNTAX,
                            "a record of the message is a message of records; expected an event in each"));
            Records plain = both.records(bytes("{\"records\":[\"" + LINE + "\"]}"));
            assertThat(plain).isNotNull();
            assertThat(plain.lines()).containsExactly(bytes(LINE));
        }
    }

    @Test
    void furtherEnvelopesAreThoseOfEachRecord() {
        DeclaredFormat format = mine("[{records: logEvents}, {json: message, time: timestamp}]");
        Records records =
                format.records(bytes("{\"messageType\":\"DATA_MESSAGE\",\"logEvents\":[{\"id\":\"1\",\"message\":\""
                        + LINE + "\"},{\"message\":\"" + LINE.replace("0.2.1", "0.2.2") + "\"}]}"));
        assertThat(records).isNotNull();
        assertThat(records.lines())
                .extracting(line -> client(format, line))
                .containsExactly("192.0.2.1 2024-06-12T10:11:12Z", "192.0.2.2 2024-06-12T10:11:12Z");
    }

    @Test
    void recordsAreTheFirstEnvelope() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> mine("[syslog, {records: records}]"))
                .withMessage(
                        "mine.yaml:5: records is behind another envelope; expected it first: a message is cut before"
                                + " its records are read");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> mine("{records: a..b}"))
                .withMessage("mine.yaml:5: 'a..b' is not a path; expected, for example, records, data.events or []");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> mine("{records: a, json: b}"))
                .withMessage("mine.yaml:5: unknown key json; expected one of records");
    }

    @Test
    void aSampleOfAMessageSaysWhatBecomesOfEachRecord() {
        String text =
                MINE.replace("ENVELOPE", "{records: records}") + "  - line: '{\"records\":[\"" + LINE + "\",\"x\"]}'\n";
        String event = "{timestamp: 2024-06-12T10:11:12Z, source_address: 192.0.2.1, source_ip: 192.0.2.1,"
                + " url_original: /a, url_path: /a}";
        failures(text + "    records: [{event: " + event + "}, {refused: syntax}]\n", "");
        failures(
                text + "    records: [{event: " + event + "}]\n",
                "mine.yaml:13: the sample is a message of 2 records; expected 1 (under records, with event or refused for"
                        + " each)");
        failures(
                text + "    event: " + event + "\n",
                "mine.yaml:13: the sample is a message of 2 records; expected 0 (under records, with event or refused for"
                        + " each)");
        failures(
                text + "    records: [{event: " + event.replace("url_path: /a", "url_path: /b")
                        + "}, {refused: status}]\n",
                "mine.yaml:14: url_path of record 1 of the sample is /a; expected /b\n"
                        + "mine.yaml:14: record 2 of the sample is refused for syntax; expected it to be refused for status");
        failures(
                text.replace("\"x\"]}", "\"x\"]") + "    records: [{refused: syntax}]\n",
                "mine.yaml:13: the sample is one line; expected 1 records");
        failures(text.replace("[\"" + LINE + "\",\"x\"]", "[]") + "    refused: empty\n", "");
    }

    @Test
    void aSampleOfAMessageHasNoEventOfItsOwn() {
        String text =
                MINE.replace("ENVELOPE", "{records: records}") + "  - line: '{\"records\":[\"" + LINE + "\",\"x\"]}'\n";
        for (String own : List.of("refused: syntax", "event: {url_original: /a}")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> failures(text + "    " + own + "\n    records: [{refused: syntax}]\n", ""))
                    .withMessage("mine.yaml:13: records beside event or refused; expected one of them");
        }
    }

    @Test
    void theRecordsOfASampleHaveTheColumnsOfItsHeader() {
        String text = MINE.replace("ENVELOPE", "{records: records}")
                        .replace("delimited:\n    columns: time client url", "w3c:\n    fields: date time c-ip cs-uri")
                        .replace(
                                "{timestamp: time, source_address: client, url_original: url}",
                                "{timestamp: {parts: [date, time]}, source_address: c-ip, url_original: cs-uri}")
                + "  - line: '{\"records\":[\"/a 192.0.2.1 2024-06-12 10:11:12\"]}'\n"
                + "    under: '#Fields: cs-uri c-ip date time'\n"
                + "    records: [{event: {timestamp: 2024-06-12T10:11:12Z, source_address: 192.0.2.1, source_ip:"
                + " 192.0.2.1, url_original: /a, url_path: /a}}]\n";
        failures(text, "");
    }

    private static void failures(String text, String expected) {
        assertThat(String.join(
                        "\n",
                        DeclaredFormat.of("mine.yaml", text, ZoneOffset.UTC).failures()))
                .isEqualTo(expected);
    }

    /** As fluentd, Fluent Bit, Filebeat and Vector write a container's line. */
    @Test
    void theLineOfAContainerIsInAnObjectOfItsShipper() {
        DeclaredFormat format = mine("[cri, kubernetes]");
        for (String line : List.of(
                "{\"log\":\"" + LINE + "\\n\",\"stream\":\"stdout\",\"time\":\"2024-06-12T10:11:13.1Z\","
                        + "\"kubernetes\":{\"pod_name\":\"web-1\",\"labels\":{\"log\":\"x\"}}}",
                "{\"@timestamp\":\"2024-06-12T10:11:13.000Z\",\"log\":{\"file\":{\"path\":\"/var/log/x\"},\"offset\":7},"
                        + "\"message\":\"" + LINE + "\",\"kubernetes\":{\"namespace\":\"shop\"}}",
                "{\"kubernetes\":{\"pod_name\":\"web-1\"},\"timestamp\":\"2024-06-12T10:11:13Z\",\"message\":\"" + LINE
                        + "\"}",
                "2024-06-12T10:11:13.123456789Z stdout F " + LINE,
                LINE)) {
            assertThat(client(format, bytes(line))).as(line).isEqualTo("192.0.2.1 2024-06-12T10:11:12Z");
        }
        String[] lists = {"{json: [body, msg], time: [ts, t]}", "{json: body}"};
        for (String envelope : lists) {
            assertThat(client(mine(envelope), bytes("{\"msg\":7,\"body\":\"" + LINE + "\",\"t\":1}")))
                    .isEqualTo("192.0.2.1 2024-06-12T10:11:12Z");
        }
    }
}
