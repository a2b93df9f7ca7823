package io.trawl.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trawl.base.LogSource;
import io.trawl.base.Window;
import io.trawl.hbase.CellName;
import io.trawl.hbase.HBaseReader;
import io.trawl.hbase.HBaseReader.Query;
import io.trawl.it.Broker.Message;
import io.trawl.kafka.KafkaLines;
import io.trawl.lake.LakeTable;
import io.trawl.record.RawLine;
import io.trawl.stack.Await;
import io.trawl.stack.LocalStack;
import io.trawl.stack.Options;
import io.trawl.stack.SharedStack;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Sources whose lines are read as a declaration says, through the real servers: W3C's log from Flume's agent on, a format
 * that a site has declared on HDFS, and lines of two formats in one topic. Batch and hot path find the same in each. Tests
 * run side by side, each on a source of its own.
 */
class FormatsIT {
    /** Every server of a stack with Flume's agents has a port of its own: no other class shifts by so much. */
    private static final int PORT_SHIFT = 4000;

    private static final String GATEWAY = "my-gateway";

    /** An envelope around JSON, of which the time alone is read. A line without one is another format's. */
    private static final String DECLARATION = """
            name: my-gateway
            title: My gateway
            link: https://gateway.example/
            verified: true
            version: 3
            envelope: [syslog]
            wrapped: true
            grammar:
              json: {needs: [user.address, request]}
            map: {source_address: user.address, url_original: request}
            samples:
              - line: '<134>Jun 12 10:11:12 gw-1 my-gateway[7]: {"user": {"address": "10.0.0.1"}, "request": "http://a.example/b"}'
                arrived: "2024-06-12T10:11:13Z"
                event:
                  destination_domain: "a.example"
                  source_address: "10.0.0.1"
                  source_ip: "10.0.0.1"
                  timestamp: "2024-06-12T10:11:12Z"
                  url_domain: "a.example"
                  url_full: "http://a.example/b"
                  url_original: "http://a.example/b"
                  url_path: "/b"
                  url_scheme: "http"
              - line: '{"user": {"address": "10.0.0.1"}, "request": "http://a.example/b"}'
                refused: syntax
            """;

    private static final DateTimeFormatter RFC3164 =
            DateTimeFormatter.ofPattern("MMM d HH:mm:ss", Locale.ENGLISH).withZone(ZoneOffset.UTC);

    private static final String EVE =
            "{\"timestamp\":\"2026-01-05T10:00:0%d.000000+0000\",\"src_ip\":\"10.0.2.%1$d\",\"dest_ip\":\"203.0.113.9\",\"dest_port\":443,\"proto\":\"TCP\",\"event_type\":%s}";
    private static final String SQUID =
            "1767607200.123     62 10.0.3.%d TCP_MISS/200 1380 GET http://%s/ - HIER_DIRECT/203.0.113.5 text/html";

    private static final String EVIL = Sweeper.unique("formats") + ".example";
    private static final String HOST = "www." + EVIL;
    private static final String MD5 = UUID.randomUUID().toString().replace("-", "");
    private static final String SHA256 = MD5 + UUID.randomUUID().toString().replace("-", "");

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path folder;

    private static Site site;
    private static Broker broker;

    @BeforeAll
    static void start() throws Exception {
        String name = Sweeper.unique("formats");
        site = Site.of(SharedStack.stores().conf(), folder, name);
        Sweeper any = site.source(name, Map.of());
        Path feed = Files.writeString(folder.resolve("feed.txt"), EVIL + "\n" + MD5 + "\n" + SHA256 + "\n");
        any.mustRun("refresh-indicators", null, "--feeds", feed.toString());
        broker = new Broker(any.settings().text("kafka.bootstrap"));
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private static Sweeper source(String prefix, String format, Map<String, String> more) {
        return named(Sweeper.unique(prefix), format, more);
    }

    private static Sweeper named(String name, String format, Map<String, String> more) {
        Map<String, String> settings = HotJob.settings(name);
        settings.put("source." + name + ".format", format);
        // Of so few lines; directives do not count.
        settings.put("audit.invalid.limit", "40");
        settings.putAll(more);
        return site.source(name, settings);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void theColumnsThatAFileNamesAreFollowedFromTheAgentOn() throws Exception {
        List<String> log = List.of(
                "#Software: A proxy",
                "#Fields: date time c-ip cs-method cs-uri-scheme cs-host cs-uri-path sc-status",
                "2026-01-05 10:00:00 10.0.0.1 GET http " + HOST + " /a 200",
                "2026-01-05 10:00:01 10.0.0.2 GET http good.example /b 200",
                "#Fields: date time cs-host c-ip cs-method cs-uri-scheme cs-uri-path cs(User-Agent)",
                "2026-01-05 10:00:02 " + HOST + " 10.0.0.3 GET https /c \"An agent\"",
                "2026-01-05 10:00:03 good.example 10.0.0.4 GET https /d \"An agent\"",
                "2026-01-05 10:00:04 10.0.0.5");
        String proxy = Sweeper.unique("w3c");
        Options options = Options.ofThisProject();
        Path state = options.home().resolve("integration-tests/target/formats");
        SharedStack.delete(state);
        try (LocalStack agents = LocalStack.start(options.stateDir(state)
                        .portShift(PORT_SHIFT)
                        .stack("flume.proxies", proxy)
                        .stack("flume.topic", proxy)
                        .stack("flume.header-line." + proxy, "#Fields:")
                        .setting("source.proxy.topic", proxy)
                        .without("hdfs", "hbase", "spark", "airflow"));
                Broker own = new Broker("127.0.0.1:" + agents.port("kafka"))) {
            Sweeper source = named(proxy, "w3c", Map.of("kafka.bootstrap", "127.0.0.1:" + agents.port("kafka")));
            Window range;
            try (HotJob hot = HotJob.running(source)) {
                Files.writeString(agents.proxyLog(proxy), String.join("\n", log) + "\n");
                range = range(source, own, log.size());
                HotJob.awaitCommitted(source, own.messages(proxy));
                assertThat(hot.alive()).isTrue();
            }
            Sweeper.awaitEnd(range);
            source.sweep(range);

            assertThat(counts(source, "validate", range))
                    .containsEntry("valid", 4L)
                    .containsEntry("invalid", 4L)
                    .containsEntry("invalid.directive", 3L)
                    .containsEntry("invalid.syntax", 1L);
            assertThat(events(source, range, "source_address", "timestamp", "url_full", "user_agent_original"))
                    .containsExactly(
                            "10.0.0.1 2026-01-05T10:00Z http://" + HOST + "/a null",
                            "10.0.0.2 2026-01-05T10:00:01Z http://good.example/b null",
                            "10.0.0.3 2026-01-05T10:00:02Z https://" + HOST + "/c An agent",
                            "10.0.0.4 2026-01-05T10:00:03Z https://good.example/d An agent");
            assertBothFound(
                    source,
                    range,
                    "10.0.0.1 url.domain " + HOST + " " + EVIL,
                    "10.0.0.3 url.domain " + HOST + " " + EVIL);
        }
    }

    /** From the first window to the last one that has lines, when so many have come. */
    private static Window range(Sweeper sweeper, Broker from, int lines) throws Exception {
        LogSource source = sweeper.settings().source(sweeper.source());
        List<RawLine> come = Await.until(
                lines + " lines from the agent",
                () -> from.lines(source.topic(), KafkaLines.Reader.ofWindows(source)),
                raw -> raw.stream().map(RawLine::getEventId).distinct().count() == lines,
                List::size);
        List<Instant> windows = come.stream().map(RawLine::getWindow).toList();
        return new Window(Collections.min(windows), Collections.max(windows).plus(source.unit()));
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void jsonInSyslogIsReadAsASiteHasDeclaredItOnHdfs() throws Exception {
        String formats = site.declare("formats", GATEWAY, DECLARATION);
        String broken = site.declare("broken", GATEWAY, DECLARATION.replace("[syslog]", "[sislog]"));
        Sweeper source = source("gateway", GATEWAY, Map.of("formats.folder", formats));
        String evil = "{\"user\": {\"address\": \"10.0.1.%d\"}, \"request\": \"http://" + HOST + "/%1$d\"}";
        String good = evil.replace(HOST, "good.example");
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        broker.create(source.source(), 2, Map.of());
        List<Message> messages = new ArrayList<>(Broker.log(
                0,
                source.source() + "-p1",
                0,
                // Neither names the year: the broker's time does.
                "<134>" + RFC3164.format(now) + " gw-1 my-gateway[7]: " + evil.formatted(1),
                "<134>" + RFC3164.format(now.minusSeconds(1)) + " gw-1 " + good.formatted(2),
                evil.formatted(3)));
        messages.addAll(Broker.log(
                1,
                source.source() + "-p2",
                0,
                "<134>1 2026-01-05T10:00:04.25Z gw-2 my-gateway 7 - [a@1 b=\"c\"] " + evil.formatted(4),
                "<134>2026-01-05T12:00:05+02:00 gw-3 my-gateway: " + good.formatted(5),
                "<134>2026-01-05T12:00:06+02:00 gw-3 my-gateway: {\"user\": {}}"));
        Window window = source.fill(broker, messages);

        try (HotJob refused = HotJob.start(source, "--set", "formats.folder=" + broken)) {
            source.mustRun("ingest", window);
            Sweeper.Said said = source.run("validate", window, "--set", "formats.folder=" + broken);
            String why = broken + "/" + GATEWAY + ".yaml:6: unknown envelope sislog; expected one of syslog, ";
            assertThat(said.error()).startsWith("trawl validate: " + why).doesNotContain("\n");
            assertThat(said.status()).isEqualTo(2);
            assertThat(source.runs("validate", window)).isEmpty();
            assertThat(refused.awaitEnd()).as(refused.said()).isEqualTo(2);
            assertThat(refused.said().lines().filter(line -> line.startsWith("trawl ")))
                    .singleElement()
                    .satisfies(line -> assertThat(line).startsWith("trawl hot-detect: " + why));
        }
        try (HotJob hot = HotJob.running(source)) {
            HotJob.awaitCommitted(source, messages.size());
            assertThat(hot.alive()).isTrue();
        }
        source.sweep(window);

        assertThat(counts(source, "validate", window))
                .containsEntry("valid", 4L)
                .containsEntry("invalid", 2L)
                .containsEntry("invalid.syntax", 2L);
        assertThat(source.runs("validate", window).get(0).versions())
                .containsEntry("parser", GATEWAY + "/3")
                .containsKey("format." + GATEWAY);
        assertThat(events(source, window, "source_address", "timestamp", "url_original"))
                .containsExactly(
                        "10.0.1.1 " + now.atOffset(ZoneOffset.UTC) + " http://" + HOST + "/1",
                        "10.0.1.2 " + now.minusSeconds(1).atOffset(ZoneOffset.UTC) + " http://good.example/2",
                        "10.0.1.4 2026-01-05T10:00:04.250Z http://" + HOST + "/4",
                        "10.0.1.5 2026-01-05T10:00:05Z http://good.example/5");
        assertBothFound(
                source, window, "10.0.1.1 url.domain " + HOST + " " + EVIL, "10.0.1.4 url.domain " + HOST + " " + EVIL);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void eachLineOfAMixedSourceIsReadByItsFormatAndHashesAreFoundToo() throws Exception {
        Sweeper source = source("mixed", "squid, suricata-eve", Map.of());
        broker.create(source.source(), 2, Map.of());
        List<Message> messages = new ArrayList<>(Broker.log(
                0,
                source.source() + "-p1",
                0,
                SQUID.formatted(1, HOST),
                eve(1, "\"dns\",\"dns\":{\"type\":\"query\",\"rrname\":\"" + HOST + "\",\"rrtype\":\"A\"}"),
                SQUID.formatted(2, "good.example"),
                eve(2, "\"tls\",\"tls\":{\"sni\":\"good.example\",\"ja3\":{\"hash\":\"" + MD5 + "\"}}"),
                "neither of them"));
        messages.addAll(Broker.log(
                1,
                source.source() + "-p2",
                0,
                eve(3, "\"tls\",\"tls\":{\"sni\":\"" + HOST + "\"}"),
                eve(4, "\"http\",\"http\":{\"hostname\":\"" + HOST + "\",\"url\":\"/a\",\"http_method\":\"GET\"}"),
                eve(5, "\"fileinfo\",\"fileinfo\":{\"filename\":\"/a.exe\",\"sha256\":\"" + SHA256 + "\"}")));
        Window window;
        try (HotJob hot = HotJob.running(source)) {
            window = source.fill(broker, messages);
            HotJob.awaitCommitted(source, messages.size());
            assertThat(hot.alive()).isTrue();
        }
        source.sweep(window);

        JsonNode reported =
                Objects.requireNonNull(source.report("validate", window)).path("counts");
        assertThat(reported.path("valid.squid").asLong()).isEqualTo(2);
        assertThat(reported.path("valid.suricata-eve").asLong()).isEqualTo(5);
        assertThat(counts(source, "validate", window))
                .containsEntry("valid", 7L)
                .containsEntry("valid.squid", 2L)
                .containsEntry("valid.suricata-eve", 5L)
                .containsEntry("invalid", 1L);
        assertThat(source.column(LakeTable.INVALID_RECORDS, "validate", window, "parser"))
                .singleElement()
                .satisfies(tried -> assertThat(tried).matches("squid/\\d+,suricata-eve/\\d+"));
        assertBothFound(
                source,
                window,
                "10.0.2.1 dns.question.name " + HOST + " " + EVIL,
                "10.0.2.2 tls.client.ja3 " + MD5 + " " + MD5,
                "10.0.2.3 tls.client.server_name " + HOST + " " + EVIL,
                "10.0.2.4 url.domain " + HOST + " " + EVIL,
                "10.0.2.5 file.hash.sha256 " + SHA256 + " " + SHA256,
                "10.0.3.1 url.domain " + HOST + " " + EVIL);
    }

    private static String eve(int number, String type) {
        return EVE.formatted(number, type);
    }

    private static List<Window> windows(Sweeper source, Window range) {
        return range.units(source.settings().source(source.source()).unit(), 1_000);
    }

    /** Counts of the current ledger entries of a stage, added up over windows. */
    private static Map<String, Long> counts(Sweeper source, String stage, Window range) throws Exception {
        Map<String, Long> counts = new TreeMap<>();
        for (Window window : windows(source, range)) {
            source.counts(stage, window).forEach((name, count) -> counts.merge(name, count, Long::sum));
        }
        return counts;
    }

    /** Columns of all events, sorted. */
    private static List<String> events(Sweeper source, Window range, String... columns) throws Exception {
        List<String> events = new ArrayList<>();
        for (Window window : windows(source, range)) {
            for (Map<String, Object> event : source.records(LakeTable.PROXY_EVENTS, "validate", window)) {
                events.add(Arrays.stream(columns)
                        .map(column -> String.valueOf(event.get(column)))
                        .collect(Collectors.joining(" ")));
            }
        }
        events.sort(null);
        return events;
    }

    /**
     * Both paths have found these detections and no others, and put the same of them into HBase; each is an alert.
     *
     * @param detections client, field, value and indicator of each
     */
    private static void assertBothFound(Sweeper source, Window range, String... detections) throws Exception {
        HBaseReader reader = new HBaseReader(source.settings());
        List<String> found = new ArrayList<>();
        for (String indicator : List.of(EVIL, MD5, SHA256)) {
            for (JsonNode one : reader.detections(new Query(null, indicator, null, null, 1_000))) {
                if (one.path("source").asText().equals(source.source())) {
                    TreeSet<String> paths = new TreeSet<>();
                    one.path("seen_by")
                            .forEach(cell ->
                                    paths.add(CellName.parse(cell.asText()).path()));
                    assertThat(paths).as("%s", one).containsExactly("batch", "hot");
                    found.add(String.join(
                            " ",
                            one.path("client").asText(),
                            one.path("field").asText(),
                            one.path("value").asText(),
                            one.path("indicator_value").asText()));
                }
            }
        }
        assertThat(found).containsExactlyInAnyOrder(detections);
        assertThat(HotJob.alerts(source))
                .extracting(alert -> String.join(
                        " ", alert.getClient(), alert.getField(), alert.getValue(), alert.getIndicatorValue()))
                .containsExactlyInAnyOrder(detections);
        long all = detections.length;
        assertThat(counts(source, "audit", range))
                .doesNotContainKey("warnings")
                .containsEntry("problems", 0L)
                .containsEntry("detections", all)
                .containsEntry("hot_equal", all)
                .containsEntry("hot_only", 0L)
                .containsEntry("hot_batch_only", 0L)
                .containsEntry("hot_different", 0L)
                .containsEntry("hot_unexplained", 0L)
                .containsEntry("hot_behind", 0L);
        List<String> arguments = new ArrayList<>(List.of("parity"));
        arguments.addAll(source.arguments(range, "--json"));
        Trawl parity = Trawl.start(folder, arguments);
        assertThat(parity.end()).as(parity.err()).isZero();
        long equal = 0;
        for (String window : parity.out().lines().toList()) {
            equal += JSON.readTree(window).path("equal").asLong();
        }
        assertThat(equal).isEqualTo(all);
    }
}
