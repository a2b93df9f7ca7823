package io.trawl.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trawl.base.Window;
import io.trawl.it.Broker.Message;
import io.trawl.lake.LakeTable;
import io.trawl.stack.Options;
import io.trawl.stack.SharedStack;
import io.trawl.traffic.Format;
import io.trawl.traffic.Line;
import io.trawl.traffic.Traffic;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The same log through the jobs and through {@code trawl match}: the same detections, each with line, indicator, field,
 * value, how it matched and what suppressed it. Tests run side by side, each on a source of its own.
 */
class AgreementIT {
    private static final Path HOME = Options.ofThisProject().home();
    private static final int LINES = 1500;

    @TempDir
    static Path folder;

    private static Path conf;
    private static Broker broker;
    private static List<String> feeds;
    private static Path allowlists;

    @BeforeAll
    static void start() throws Exception {
        conf = SharedStack.stores().conf();
        Sweeper any = new Sweeper(conf, "any", Map.of());
        broker = new Broker(any.settings().text("kafka.bootstrap"));
        Path files = Files.createDirectory(folder.resolve("feeds"));
        Traffic.builder(7, LINES).build().writeFeeds(files);
        feeds = Stream.concat(
                        Stream.of("blocklist.txt", "threats.csv").map(files::resolve),
                        Crafted.writeFeeds(files).stream())
                .map(Path::toString)
                .toList();
        allowlists = Crafted.writeAllowlists(Files.createDirectory(folder.resolve("allowlists")));
        any.mustRun("refresh-indicators", null, "--feeds", files.toString(), "--allowlists", allowlists.toString());
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    /** The generator's lines, and behind them those that were thought of. */
    private static List<byte[]> lines(Format format, List<String> crafted) {
        List<byte[]> lines = new ArrayList<>();
        for (Line line : Traffic.builder(7, LINES)
                .format(format)
                .hits(100)
                .nearMisses(50)
                .malformed(20)
                .build()) {
            lines.add(line.bytes());
        }
        crafted.forEach(line -> lines.add(line.getBytes(StandardCharsets.UTF_8)));
        return lines;
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void onSquidsLog() throws Exception {
        List<String> crafted = new ArrayList<>();
        for (String url : Crafted.URLS) {
            for (String peer : List.of("192.0.2.7", "203.0.113.5", "2001:db8::9", "peer.example")) {
                crafted.add("1700000000.123     62 10.0.0.1 TCP_MISS/200 1380 " + url + " - HIER_DIRECT/" + peer
                        + " text/html");
            }
        }
        assertThat(agreed(Format.SQUID, lines(Format.SQUID, crafted)))
                .contains(
                        "domain",
                        "ipv4",
                        "cidr",
                        "ipv6",
                        "url",
                        "url-prefix",
                        "ip-port",
                        "domain-port",
                        "url-path",
                        "suppressed by Ours",
                        "suppressed by Resolvers",
                        "suppressed by Pages");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void onSquidsCombinedLogWithReferrersAndUserAgents() throws Exception {
        assertThat(agreed(Format.SQUID_COMBINED, lines(Format.SQUID_COMBINED, Crafted.quoted(" TCP_MISS:HIER_DIRECT"))))
                .contains("user-agent", "user-agent-regex", "url-path", "domain", "observed EvilBot/1.0 (x)");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void onAWebServersLogWithItsClients() throws Exception {
        List<String> crafted = new ArrayList<>(Crafted.quoted(""));
        for (String client : List.of("198.51.100.77", "192.0.2.7", "2001:db8::bad", "evil.example")) {
            crafted.add(client + " - - [14/Nov/2023:22:13:20 +0000] \"GET /gate.php HTTP/1.1\" 200 5");
            crafted.add("www.evil.example " + client
                    + " - - [14/Nov/2023:22:13:20 +0000] \"GET /a/b?q=1 HTTP/1.1\" 200 5 \"-\" \"-\"");
        }
        assertThat(agreed(Format.COMBINED, lines(Format.COMBINED, crafted)))
                .contains("user-agent", "user-agent-regex", "cidr", "ipv6");
    }

    /** The user agents of a window and how many events have each: its observables and its events say the same. */
    private static Map<String, Long> agents(Sweeper source, Window window) throws Exception {
        Map<String, Long> sent = new TreeMap<>();
        for (Map<String, Object> event : source.records(LakeTable.PROXY_EVENTS, "validate", window)) {
            String agent = text(event, "user_agent_original");
            if (!List.of("", "-", "null").contains(agent)) {
                sent.merge(agent, 1L, Long::sum);
            }
        }
        Map<String, Long> observed = new TreeMap<>();
        for (Map<String, Object> row : source.records(LakeTable.OBSERVABLES, "enrich", window)) {
            if (text(row, "type").equals("user_agent")) {
                observed.put(text(row, "value"), (Long) row.get("events"));
            }
        }
        assertThat(observed).isEqualTo(sent);
        return observed;
    }

    /** Sweeps the lines and matches them at a terminal; gives the types of the indicators that both found, and who suppressed. */
    private static List<String> agreed(Format format, List<byte[]> lines) throws Exception {
        String name = Sweeper.unique("agree-" + format);
        broker.create(name, 1, Map.of());
        Sweeper source = new Sweeper(
                conf,
                name,
                Map.of(
                        "source." + name + ".format",
                        format.toString(),
                        "source." + name + ".kind",
                        format == Format.COMBINED ? "web" : "proxy",
                        "source." + name + ".window",
                        "PT4S"));
        List<Message> messages = new ArrayList<>();
        long at = 0;
        for (byte[] line : lines) {
            messages.add(Message.of(0, "p1", at, line));
            at += line.length + 1;
        }
        List<RecordMetadata> landed = new ArrayList<>();
        Window window = source.fill(broker, messages, landed::addAll);
        source.sweep(window);
        List<String> odd = new ArrayList<>();
        for (Map<String, Object> row : source.records(LakeTable.OBSERVABLES, "enrich", window)) {
            String value = text(row, "value");
            if (text(row, "type").equals("domain") && !value.matches("[a-z0-9._-]+")) {
                odd.add(value);
            }
        }
        assertThat(odd).contains("a|b.evil.example", "a^b.evil.example", "%FF.evil.example", "a|b.portal.example");
        assertThat(source.counts("enrich", window)).containsEntry("odd_hosts", (long) odd.size());
        assertThat(source.counts("audit", window)).containsEntry("odd_hosts", (long) odd.size());
        Map<String, Long> agents = agents(source, window);
        long first = landed.get(0).offset();
        List<String> swept = new ArrayList<>();
        for (Map<String, Object> row : source.records(LakeTable.DETECTIONS, "enrich", window)) {
            swept.add(String.join(
                    " ",
                    String.valueOf((Long) row.get("offset") - first + 1),
                    text(row, "indicator_id"),
                    text(row, "indicator_type"),
                    text(row, "indicator_value"),
                    text(row, "feed"),
                    text(row, "field"),
                    text(row, "value"),
                    text(row, "how"),
                    text(row, "suppressed_by")));
        }

        Path log = folder.resolve(name + ".log");
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] line : lines) {
            all.writeBytes(line);
            all.write('\n');
        }
        Files.write(log, all.toByteArray());
        List<String> matched = new ArrayList<>();
        List<String> types = new ArrayList<>();
        agents.keySet().forEach(agent -> types.add("observed " + agent));
        for (JsonNode one : match(format, log)) {
            JsonNode indicator = one.get("indicator");
            types.add(indicator.get("type").asText());
            if (!one.get("suppressed").isNull()) {
                types.add("suppressed by " + one.get("suppressed").asText());
            }
            matched.add(String.join(
                    " ",
                    one.get("line").asText(),
                    indicator.get("id").asText(),
                    indicator.get("type").asText(),
                    indicator.get("value").asText(),
                    indicator.get("source").asText(),
                    one.at("/matched/field").asText(),
                    one.at("/matched/value").asText(),
                    one.at("/matched/how").asText(),
                    one.get("suppressed").asText()));
        }
        assertThat(matched).anyMatch(one -> one.contains(" a|b.evil.example domain-suffix "));
        assertThat(matched).as("detections of " + format).isNotEmpty().containsExactlyInAnyOrderElementsOf(swept);
        return types;
    }

    private static String text(Map<String, Object> row, String column) {
        return Objects.toString(row.get(column));
    }

    private static List<JsonNode> match(Format format, Path log) throws Exception {
        List<String> command = new ArrayList<>(
                List.of(HOME.resolve("bin/trawl").toString(), "match", "--format", format.toString(), "--indicators"));
        command.addAll(feeds);
        command.addAll(List.of("--allowlist", allowlists.toString(), "--", log.toString()));
        Path out = folder.resolve(format + ".json");
        Path err = folder.resolve(format + ".err");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        // The jar that was built with this test.
        builder.environment().put("TRAWL_NO_BUILD", "1");
        int status = builder.start().waitFor();
        assertThat(status).as(Files.readString(err)).isZero();
        ObjectMapper json = new ObjectMapper();
        List<JsonNode> objects = new ArrayList<>();
        for (String line : Files.readAllLines(out)) {
            objects.add(json.readTree(line));
        }
        return objects;
    }
}
