package io.trawl.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trawl.intel.Engine;
import io.trawl.intel.allow.Allowlists;
import io.trawl.intel.index.IndexBuilder;
import io.trawl.intel.index.IndicatorIndex;
import io.trawl.parsing.Parser;
import io.trawl.parsing.format.Formats;
import io.trawl.record.ProxyEvent;
import io.trawl.schema.Expectations;
import io.trawl.schema.word.SweepKind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Others' logs through {@code match}, and line by line through parser, expectations and engine as the jobs call them. */
class AgreementTest {
    private static final List<String> FORMATS = List.of("squid", "combined", "squid-combined");
    private static final Path CORPORA =
            Path.of(System.getProperty("trawl.corpora", "no system property trawl.corpora"));
    private static final Path RECORDED =
            Path.of(System.getProperty("trawl.home"), "jobs/lib/parsing/src/test/resources/io/trawl/parsing");

    @TempDir
    Path folder;

    private List<Path> logs() throws IOException {
        List<Path> logs = new ArrayList<>(
                List.of(RECORDED.resolve("squid-5.7-native.log"), RECORDED.resolve("squid-5.7-combined.log")));
        for (String beneath : List.of("proxy/squid", "web/apache")) {
            try (Stream<Path> files = Files.list(CORPORA.resolve(beneath))) {
                files.filter(file -> file.toString().endsWith(".log")
                                || file.toString().endsWith(".raw"))
                        .sorted()
                        .forEach(logs::add);
            }
        }
        // As a log, each test of a line is one.
        List<String> samples = new ArrayList<>();
        new ObjectMapper()
                .readTree(
                        CORPORA.resolve("proxy/squid/datadog-squid-tests.json").toFile())
                .forEach(one -> samples.add(one.get("sample").asText()));
        logs.add(Files.write(folder.resolve("datadog.log"), samples));
        logs.add(Files.write(folder.resolve("odd.log"), odd()));
        return logs;
    }

    /** Lines that are plain but for their hosts, which no standard takes for one. */
    private static List<String> odd() {
        List<String> lines = new ArrayList<>();
        for (String label :
                List.of("a|b", "a^b", "a<b", "%ff", "xn--999999999", "xn--\u00FC", "\u200D", "a\\b", "a:b", "x")) {
            for (String target : List.of(
                    "GET http://%s.www.google.com/gate.php",
                    "GET http://user@%s.evil.example:8080/panel?x=1",
                    "GET http://%s.192.0.2.7/",
                    "CONNECT %s.evil.example:443")) {
                lines.add("1700000000.123     62 198.51.100.4 TCP_MISS/200 1380 " + target.replace("%s", label)
                        + " - HIER_DIRECT/64:ff9b::c000:207 text/html");
            }
        }
        return lines;
    }

    private static List<byte[]> lines(Path log) throws IOException {
        List<byte[]> lines = new ArrayList<>();
        for (String line : Files.readString(log, StandardCharsets.ISO_8859_1).split("\n", -1)) {
            lines.add(line.getBytes(StandardCharsets.ISO_8859_1));
        }
        if (lines.get(lines.size() - 1).length == 0) {
            lines.remove(lines.size() - 1);
        }
        return lines;
    }

    private static List<ProxyEvent> events(String format, Path log) throws IOException {
        Parser parser = Formats.shipped().parser(format, ZoneOffset.UTC);
        Expectations expectations = Expectations.of(ProxyEvent.getClassSchema());
        List<ProxyEvent> events = new ArrayList<>();
        long number = 0;
        for (byte[] line : lines(log)) {
            ProxyEvent event = new ProxyEvent();
            number++;
            if (parser.parse(line, event) == null) {
                event.setEventId("");
                event.setSource("");
                event.setWindow(Instant.EPOCH);
                event.setOffset(number);
                if (expectations.check(event) == null) {
                    events.add(event);
                }
            }
        }
        return events;
    }

    /** Indicators that the logs meet: some of what stands in them. */
    private static List<String> feed(List<Path> logs) throws IOException {
        TreeSet<String> all = new TreeSet<>();
        for (Path log : logs) {
            for (String format : FORMATS) {
                for (ProxyEvent event : events(format, log)) {
                    all.add(String.valueOf(event.getUrlDomain()));
                    all.add(String.valueOf(event.getUrlOriginal()));
                    all.add(event.getDestinationIp() + "");
                    all.add(event.getSourceIp() + "/24");
                    all.add(String.valueOf(event.getUrlPath()));
                }
            }
        }
        List<String> some = new ArrayList<>();
        int number = 0;
        for (String one : all) {
            if (number++ % 3 == 0) {
                some.add(one.replace("\n", ""));
            }
        }
        some.addAll(List.of("evil.example", "google.com", "||evil.example/panel^", "192.0.2.7", "/gate.php"));
        return some;
    }

    @Test
    void everyDetectionIsTheEngines() throws IOException {
        List<Path> logs = logs();
        Path feed = Files.write(folder.resolve("feed.txt"), feed(logs));
        Path lists = Files.createDirectory(folder.resolve("lists"));
        Files.writeString(
                lists.resolve("list.json"),
                "{\"name\":\"Some of them\",\"type\":\"hostname\",\"list\":[\"www.google.com\",\"ssl.gstatic.com\"]}");
        IndexBuilder builder = IndicatorIndex.builder();
        io.trawl.intel.feed.Feeds.read(
                new ByteArrayInputStream(Files.readAllBytes(feed)), "feed.txt", builder::add, rejected -> {});
        IndicatorIndex index = builder.build();
        Allowlists allowlists = Allowlists.read(List.of(lists));

        List<String> engines = new ArrayList<>();
        List<String> terminals = new ArrayList<>();
        for (Path log : logs) {
            for (String format : FORMATS) {
                Engine engine =
                        new Engine(index, 0, format.equals("combined"), SweepKind.BATCH, List.of(allowlists), null);
                for (ProxyEvent event : events(format, log)) {
                    engine.analyse(
                            event,
                            found -> engines.add(String.join(
                                    " ",
                                    log + " " + format + " " + event.getOffset(),
                                    found.getIndicatorId(),
                                    found.getField(),
                                    found.getValue(),
                                    found.getHow(),
                                    String.valueOf(found.getSuppressedBy()))));
                }
                Ran ran = Ran.of(
                        new byte[0],
                        "match",
                        "--format",
                        format,
                        "--indicators",
                        feed.toString(),
                        "--allowlist",
                        lists.toString(),
                        "--",
                        log.toString());
                for (JsonNode one : ran.json()) {
                    terminals.add(String.join(
                            " ",
                            log + " " + format + " " + one.get("line").asText(),
                            one.at("/indicator/id").asText(),
                            one.at("/matched/field").asText(),
                            one.at("/matched/value").asText(),
                            one.at("/matched/how").asText(),
                            one.get("suppressed").asText()));
                }
            }
        }
        assertThat(terminals).hasSizeGreaterThan(100).isEqualTo(engines);
        assertThat(terminals).anyMatch(one -> one.endsWith(" Some of them")).anyMatch(one -> one.endsWith(" null"));
        assertThat(terminals)
                .filteredOn(one -> one.contains(" domain-suffix "))
                .hasSizeGreaterThan(20)
                .anyMatch(one -> one.endsWith(" Some of them"));
    }
}
