package io.trawl.parsing.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.trawl.parsing.Failure;
import io.trawl.parsing.Parser;
import io.trawl.record.ProxyEvent;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

/** Generic formats that are told what the lines are like. */
class ArgumentsTest {
    private static final Instant ARRIVED = Instant.parse("2024-06-12T10:11:12Z");

    private static Map<String, String> arguments(String... words) {
        return Formats.arguments(List.of(words));
    }

    private static Parser with(String format, String... words) {
        return Formats.shipped().parser(List.of(format), ZoneOffset.UTC, arguments(words));
    }

    private static SortedMap<String, String> fields(Parser parser, String line) {
        ProxyEvent event = new ProxyEvent();
        Failure failure = parser.parse(line.getBytes(StandardCharsets.UTF_8), ARRIVED, event);
        assertThat(failure).as(line).isNull();
        return DeclaredFormat.fields(event);
    }

    private static void refused(String message, String format, String... words) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> with(format, words))
                .withMessage(message);
    }

    @Test
    void aColumnOfCsvThatIsNamedAsAFieldIsThatField() {
        Parser csv = with("csv", "columns=timestamp, source_address, -, url_original, http_response_status_code");
        assertThat(fields(csv, "2024-06-12T10:11:12Z,192.0.2.1,x,\"/a,b\",404"))
                .containsEntry("timestamp", "2024-06-12T10:11:12Z")
                .containsEntry("source_ip", "192.0.2.1")
                .containsEntry("url_path", "/a,b")
                .containsEntry("http_response_status_code", "404")
                .doesNotContainKey("user_agent_original");
        assertThat(csv.parse("a,b".getBytes(StandardCharsets.UTF_8), ARRIVED, new ProxyEvent()))
                .isNotNull();
    }

    @Test
    void ofTwoEqualKeysTheLastOneHasItsOwnEscapes() {
        Parser last = with("key-value", "last=true", "url_original=url");
        assertThat(fields(last, "url=\"x\" url=http://h.example/a\\tb")).containsEntry("url_path", "/a\\tb");
        assertThat(fields(last, "url=x url=\"http://h.example/a\\\"b\"")).containsEntry("url_path", "/a\"b");
    }

    @Test
    void aFieldOfCsvIsMadeOfTheColumnThatIsNamedForIt() {
        Parser csv = with(
                "csv",
                "columns=when client user url",
                "separator=tab",
                "quote=none",
                "absent=NA",
                "timestamp={from: when, as: epoch-ms}",
                "source_address=client",
                "url_original=url");
        assertThat(fields(csv, "1718187072000\t192.0.2.1\tNA\thttp://a.example/\"x"))
                .containsEntry("timestamp", "2024-06-12T10:11:12Z")
                .containsEntry("source_ip", "192.0.2.1")
                .containsEntry("url_domain", "a.example")
                .doesNotContainKey("source_user_name");
        // What the format itself knows of a column stays.
        assertThat(fields(csv, "1718187072000\t192.0.2.1\talice\t/")).containsEntry("source_user_name", "alice");
        assertThat(fields(with("csv", "separator=semicolon"), "2024-06-12T10:11:12Z;192.0.2.1;a;GET;/;200;1;x"))
                .containsEntry("url_path", "/");
    }

    @Test
    void w3cTakesTheLineFields() {
        for (String fields : List.of("#Fields: date time c-ip cs-uri-stem s-ip", "date time c-ip cs-uri-stem s-ip")) {
            Parser w3c = with("w3c", "fields=" + fields);
            assertThat(fields(w3c, "2024-06-12 10:11:12 192.0.2.1 /a 203.0.113.5"))
                    .containsEntry("source_ip", "192.0.2.1")
                    .containsEntry("destination_ip", "203.0.113.5")
                    .containsEntry("url_path", "/a");
            // A header in the log still counts.
            assertThat(fields(w3c.under("#Fields: time date c-ip"), "10:11:12 2024-06-12 192.0.2.9"))
                    .containsEntry("source_ip", "192.0.2.9");
        }
        assertThat(fields(
                        with("w3c", "fields=date time x-client cs-uri", "source_address=x-client"),
                        "2024-06-12 10:11:12 192.0.2.1 http://a.example/"))
                .containsEntry("source_ip", "192.0.2.1")
                .containsEntry("url_domain", "a.example");
    }

    @Test
    void jsonTakesPathsAndKeepsTheNamesThatMostWritersUse() {
        Parser json = with(
                "json",
                "timestamp={from: ts, as: epoch}",
                "source_address=client.ip, peer",
                "url_original=req.url",
                "url_domain=-",
                "needs=req.url, ts");
        assertThat(
                        fields(
                                json,
                                "{\"ts\":1718187072,\"peer\":\"192.0.2.1\",\"req\":{\"url\":\"/a\"},\"host\":\"web-1\",\"status\":404}"))
                .containsEntry("timestamp", "2024-06-12T10:11:12Z")
                .containsEntry("source_ip", "192.0.2.1")
                .containsEntry("url_path", "/a")
                .containsEntry("http_response_status_code", "404")
                .doesNotContainKey("url_domain");
        assertThat(json.parse("{\"ts\":1718187072}".getBytes(StandardCharsets.UTF_8), new ProxyEvent()))
                .isNotNull();
        Parser wrapped = with("json", "envelope={records: records}", "url_original=u");
        assertThat(wrapped.hasRecords()).isTrue();
        Parser inLog = with("json", "envelope=cri, docker", "url_original=u");
        assertThat(fields(inLog, "{\"log\":\"{\\\"u\\\":\\\"/x\\\"}\",\"time\":\"2024-06-12T10:11:12Z\"}"))
                .containsEntry("url_path", "/x");
    }

    @Test
    void keyValueTakesKeysAndSeparators() {
        Parser pairs =
                with("key-value", "pairs=pipe", "value=:", "timestamp=at", "source_address=from", "url_original=link");
        assertThat(fields(pairs, "at:2024-06-12T10:11:12Z|from:192.0.2.1|link:/a b|status:200"))
                .containsEntry("timestamp", "2024-06-12T10:11:12Z")
                .containsEntry("source_ip", "192.0.2.1")
                .containsEntry("url_path", "/a b")
                .containsEntry("http_response_status_code", "200");
    }

    @Test
    void formatStringTakesAServersString() {
        Parser nginx = with(
                "format-string", "nginx=$time_iso8601 $remote_addr [$verdict] \"$request\"", "event_action=$verdict");
        assertThat(fields(nginx, "2024-06-12T10:11:12+02:00 192.0.2.1 [block it] \"GET /a HTTP/1.1\""))
                .containsEntry("timestamp", "2024-06-12T08:11:12Z")
                .containsEntry("event_action", "block it")
                .containsEntry("url_path", "/a");
        Parser apache = with("format-string", "apache=%h %l %u %t \"%r\" %>s %b", "more=true");
        assertThat(fields(apache, "192.0.2.1 - - [12/Jun/2024:10:11:12 +0000] \"GET /a HTTP/1.1\" 200 5 more"))
                .containsEntry("source_ip", "192.0.2.1")
                .containsEntry("http_response_bytes", "5");
        assertThat(fields(
                        with("format-string", "nginx=$timestamp $source_address $url_original"),
                        "2024-06-12T10:11:12Z 192.0.2.1 /a"))
                .containsEntry("source_ip", "192.0.2.1")
                .containsEntry("url_path", "/a");
    }

    @Test
    void aFormatStringHasTheEnvelopeThatIsNamed() {
        String[] words = {"nginx=$remote_addr [$time_local] \"$request\"", "envelope=syslog"};
        String line = "192.0.2.1 [12/Jun/2024:10:11:12 +0000] \"GET /a HTTP/1.1\"";
        assertThat(fields(with("format-string", words), "<134>Jun 12 10:11:12 web nginx: " + line))
                .containsEntry("source_ip", "192.0.2.1");
        for (String none : List.of("envelope=none", "absent=none")) {
            assertThat(fields(with("format-string", words[0], none), line)).containsEntry("source_ip", "192.0.2.1");
        }
    }

    @Test
    void theZoneIsThatOfTheArgument() {
        assertThat(fields(
                        with("csv", "columns=timestamp source_address", "zone=Asia/Tokyo"),
                        "2024-06-12 10:11:12,192.0.2.1"))
                .containsEntry("timestamp", "2024-06-12T01:11:12Z");
    }

    @Test
    void aMistakeIsOneLineThatNamesTheArgument() {
        refused("argument colums: unknown for csv; did you mean columns?", "csv", "colums=a");
        refused(
                "argument zzzzzzzzz: unknown for json; expected one of needs, envelope, zone, absent, arrival, or a field, for example url_original",
                "json",
                "zzzzzzzzz=a");
        refused("argument columns: it is empty; expected a value, or no such argument", "csv", "columns= ");
        refused("argument separator: it is empty; expected a value, for example tab", "csv", "separator=");
        refused(
                "argument separator: 'ab' is not one character; expected, for example, \",\"",
                "csv",
                "columns=a b",
                "separator=ab");
        refused(
                "argument url_original: no column link in the grammar; expected one of time, url",
                "csv",
                "columns=time url",
                "url_original=link");
        refused("argument source_ip: source_ip is made of source_address; map that", "csv", "source_ip=client");
        refused("argument zone: 'Mars' is not a zone; expected, for example, UTC or Europe/Berlin", "csv", "zone=Mars");
        refused(
                "argument timestamp: unknown key form; expected one of from, parts, before, after, escape, unit, as, port, zone",
                "json",
                "timestamp={form: ts}");
        refused(
                "argument nginx: the format string is there as apache, too; expected one",
                "format-string",
                "apache=%h",
                "nginx=$remote_addr");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> with("json", "timestamp={from: ts"))
                .withMessageStartingWith("argument timestamp:1: not YAML: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> with("format-string", "nginx=$remote_addr$status"))
                .withMessageStartingWith("argument nginx: ");
    }

    @Test
    void argumentsAreForOneGenericFormat() {
        refused(
                "argument columns: squid takes no arguments; expected one of csv, format-string, json, key-value, w3c",
                "squid",
                "columns=a");
        Formats formats = Formats.shipped();
        Parser both =
                formats.parser(List.of("squid", "csv"), ZoneOffset.UTC, arguments("columns=timestamp url_original"));
        assertThat(both.id()).isEqualTo("squid/2,csv/1");
        List<String> by = new ArrayList<>();
        both.parse(
                "2024-06-12T10:11:12Z,/a".getBytes(StandardCharsets.UTF_8),
                ARRIVED,
                new ProxyEvent(),
                one -> by.add(one.name()));
        assertThat(by).containsExactly("csv");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> formats.parser(List.of("csv", "json"), ZoneOffset.UTC, arguments("needs=a")))
                .withMessage(
                        "argument needs: csv and json would take it; expected one of them, and for the other a file"
                                + " of your own (docs/formats.md)");
        for (String word : List.of("columns", "=a", "")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> arguments(word))
                    .withMessage("--with " + word + ": expected an argument and its value, for example --with"
                            + " columns=timestamp,source_address");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> arguments("needs=a", "needs=b"))
                .withMessage("--with needs=b: needs is there twice");
    }

    /** Whatever a setting has in it, it is a value and never another key of the declaration. */
    @Test
    void aValueStaysAValue() {
        String odd = "$remote_addr \"\\ '#\u00e9: - {x}\t$request";
        Parser parser = with("format-string", "nginx=" + odd);
        DeclaredFormat declared = (DeclaredFormat) parser.formats().get(0);
        assertThat(declared.layouts().get(0).text()).isEqualTo(odd);
        assertThat(declared.layouts()).hasSize(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> with("csv", "zone=UTC\nsamples: []"))
                .withMessageStartingWith("argument zone: ");
    }

    @Test
    void aTaskGetsTheArguments() throws Exception {
        Parser csv = with("csv", "columns=timestamp url_original").withoutArrival();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(csv);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            DeclaredFormat copy = (DeclaredFormat) in.readObject();
            assertThat(fields(copy, "2024-06-12T10:11:12Z,/a")).containsEntry("url_path", "/a");
            assertThat(copy.text()).contains("arguments:\n  \"columns\": \"timestamp url_original\"\n");
            assertThat(copy.hasArguments()).isTrue();
            assertThat(copy.failures()).isEmpty();
        }
        assertThat(Formats.shipped().declared("csv", ZoneOffset.UTC).hasArguments())
                .isFalse();
    }
}
