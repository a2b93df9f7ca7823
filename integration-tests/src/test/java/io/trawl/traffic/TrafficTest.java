package io.trawl.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrafficTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(Format.class)
    void theSameSeedGivesTheSameLines(Format format) {
        List<String> lines = texts(Traffic.builder(7, 3000).format(format).build());

        assertThat(texts(Traffic.builder(7, 3000).format(format).build())).isEqualTo(lines);
        assertThat(texts(Traffic.builder(8, 3000).format(format).build())).isNotEqualTo(lines);
    }

    @Test
    void theSameSeedGivesTheSameFiles() throws IOException {
        Traffic traffic = Traffic.builder(7, 2000).indicators(12_000).build();
        TrafficMain.write(traffic, folder.resolve("a"));
        TrafficMain.write(traffic, folder.resolve("b"));

        for (String name : List.of(
                "proxy1/access.log", "proxy2/access.log", "truth.ndjson", "feeds/blocklist.txt", "feeds/threats.csv")) {
            assertThat(folder.resolve("b").resolve(name))
                    .isNotEmptyFile()
                    .hasSameBinaryContentAs(folder.resolve("a").resolve(name));
        }
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void twoHundredHitsAreTwentyOfEveryKind(Format format) {
        Map<String, Integer> lines = new TreeMap<>();
        int hits = 0;
        for (Line line : Traffic.builder(1, 200_000).format(format).build()) {
            hits += line.planted().isEmpty() ? 0 : 1;
            line.planted().stream()
                    .map(TrafficTest::kind)
                    .distinct()
                    .forEach(kind -> lines.merge(kind, 1, Integer::sum));
        }

        List<String> expected = new ArrayList<>(List.of(
                "domain exact url.domain",
                "domain subdomain url.domain",
                "ipv4 exact url.domain",
                "ipv6 exact url.domain",
                "cidr v4 url.domain",
                "cidr v6 url.domain",
                "url with scheme url.full",
                "url without scheme url.full"));
        expected.addAll(
                format == Format.SQUID
                        ? List.of("ipv4 exact destination.ip", "cidr v4 destination.ip")
                        : List.of("referrer host", "referrer url"));
        assertThat(hits).isEqualTo(200);
        assertThat(lines).containsKeys(expected.toArray(String[]::new));
        Map<String, Integer> byType = new TreeMap<>();
        lines.forEach((kind, count) -> byType.merge(kind.replaceAll(" (url\\.\\w+)", ""), count, Integer::sum));
        byType.remove("ipv6 exact destination.ip");
        byType.remove("cidr v4 destination.ip");
        byType.remove("cidr v6 destination.ip");
        if (format == Format.SQUID) {
            // Half of these hits are in the peer alone.
            byType.merge("ipv6 exact", lines.getOrDefault("ipv6 exact destination.ip", 0), Integer::sum);
            byType.merge("cidr v4", lines.getOrDefault("cidr v4 destination.ip", 0), Integer::sum);
        }
        assertThat(byType)
                .allSatisfy((kind, count) -> assertThat(count).as(kind).isGreaterThanOrEqualTo(20));
    }

    private static String kind(Planted match) {
        if (match.field().equals("http.request.referrer")) {
            return match.type().equals("url") ? "referrer url" : "referrer host";
        }
        return switch (match.type()) {
            case "url" ->
                (match.indicator().contains("://") ? "url with scheme " : "url without scheme ") + match.field();
            case "cidr" -> (match.indicator().contains(":") ? "cidr v6 " : "cidr v4 ") + match.field();
            default -> match.type() + " " + match.how() + " " + match.field();
        };
    }

    @Test
    void someLinesMatchTwice() {
        Set<String> pairs = new HashSet<>();
        for (Line line : Traffic.builder(1, 200_000).build()) {
            Map<String, List<Planted>> fields = line.planted().stream()
                    .collect(Collectors.groupingBy(match -> match.field().startsWith("url") ? "url" : match.field()));
            fields.values().stream()
                    .filter(matches -> matches.size() > 1)
                    .forEach(matches -> pairs.add(
                            matches.stream().map(Planted::type).sorted().collect(Collectors.joining(" "))));
        }

        assertThat(pairs).contains("domain domain", "domain url", "cidr ipv4", "cidr cidr");
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void everyKindOfNearMissIsThereAndNoneIsAMatch(Format format) {
        Map<NearMiss, Integer> kinds = new HashMap<>();
        for (Line line : Traffic.builder(1, 200_000).format(format).build()) {
            if (line.nearMiss() != null) {
                kinds.merge(line.nearMiss(), 1, Integer::sum);
                assertThat(line.planted()).as(text(line)).isEmpty();
                assertThat(line.malformed()).isNull();
            }
        }

        assertThat(kinds).containsOnlyKeys(NearMiss.values());
        assertThat(kinds.values()).allMatch(count -> count >= 20);
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void everyKindOfMalformedLineIsThere(Format format) {
        Map<Malformed, List<String>> kinds = new HashMap<>();
        for (Line line : Traffic.builder(3, 20_000).format(format).build()) {
            if (line.malformed() != null) {
                kinds.computeIfAbsent(line.malformed(), kind -> new ArrayList<>())
                        .add(text(line));
                assertThat(line.planted()).isEmpty();
            } else {
                assertThat(text(line)).matches(WELL_FORMED.get(format));
            }
            assertThat(text(line)).doesNotContain("\n");
        }

        assertThat(kinds).containsOnlyKeys(Malformed.values());
        assertThat(kinds.values().stream().mapToInt(List::size).sum()).isEqualTo(100);
        kinds.forEach((kind, lines) ->
                assertThat(lines).as(kind.toString()).noneMatch(line -> line.matches(WELL_FORMED.get(format))));
        assertThat(kinds.get(Malformed.BINARY)).allMatch(line -> line.startsWith("\u0016\u0003\u0000\u00fe"));
        assertThat(kinds.get(Malformed.EMPTY)).containsOnly("");
    }

    private static final String COMBINED =
            "10\\.\\S+ - \\S+ \\[(0[1-9]|[12]\\d|30)/Nov/2026:\\d\\d:\\d\\d:\\d\\d \\+0000\\] \"[A-Z]+ \\S+ HTTP/1\\.1\" \\d{3} \\d+ \"\\S+\" \"[^\"]+\"";
    private static final Map<Format, String> WELL_FORMED = Map.of(
            Format.SQUID,
            "\\d{10}\\.\\d{3} +\\d+ 10\\.\\S+ [A-Z_]+/\\d{3} \\d+ [A-Z-]+ \\S+ \\S+ (HIER_DIRECT/[0-9a-f.:]+|HIER_NONE/-) \\S+",
            Format.COMBINED,
            COMBINED,
            Format.SQUID_COMBINED,
            COMBINED + " [A-Z_]+:HIER_[A-Z]+");

    @Test
    void whatIsNotPlantedMatchesNothing() {
        Traffic traffic = Traffic.builder(5, 30_000).hits(20).nearMisses(20).build();
        for (Line line : traffic) {
            if (line.malformed() != null) {
                continue;
            }
            String[] fields = text(line).trim().split(" +");
            String target = fields[6];
            boolean connect = fields[5].equals("CONNECT");
            String peer = fields[8].substring(fields[8].indexOf('/') + 1);
            List<Planted> matches = target.startsWith("error:")
                    ? List.of()
                    : traffic.pool.matches(
                            line.proxy(),
                            line.number(),
                            line.offset(),
                            connect ? null : target,
                            IndicatorPool.hostOf(connect ? "connect://" + target : target),
                            peer.equals("-") ? null : peer,
                            null);
            assertThat(matches).as(text(line)).isEqualTo(line.planted());
        }
    }

    @Test
    void aLineLiesAtItsOffset() throws IOException {
        Traffic traffic =
                Traffic.builder(2, 5000).proxies(List.of("a", "b", "c")).build();
        TrafficMain.write(traffic, folder);
        Map<String, byte[]> logs = new HashMap<>();
        Map<String, Long> numbers = new HashMap<>();
        for (String proxy : traffic.proxies()) {
            logs.put(proxy, Files.readAllBytes(folder.resolve(proxy).resolve("access.log")));
        }
        for (Line line : traffic) {
            int start = Math.toIntExact(line.offset());
            byte[] log = logs.getOrDefault(line.proxy(), new byte[0]);
            assertThat(Arrays.copyOfRange(log, start, start + line.bytes().length))
                    .isEqualTo(line.bytes());
            assertThat(log[start + line.bytes().length]).isEqualTo((byte) '\n');
            assertThat(line.number()).isEqualTo(numbers.merge(line.proxy(), 1L, Long::sum));
        }
        assertThat(numbers).hasSize(3);
        try (Stream<String> truth = Files.lines(folder.resolve("truth.ndjson"))) {
            assertThat(truth)
                    .hasSize(5 * 7)
                    .allMatch(
                            json -> json.matches(
                                    "\\{\"proxy\":\"[abc]\",\"number\":\\d+,\"offset\":\\d+,\"(malformed|near_miss|matches)\":.*\\}"));
        }
    }

    @Test
    void timeAdvancesWithTheRate() {
        Instant start = Instant.parse("2026-11-24T10:00:00Z");
        List<Line> lines = new ArrayList<>();
        Traffic.builder(1, 1001).start(start).rate(100).build().forEach(lines::add);

        assertThat(lines.get(0).time()).isEqualTo(start);
        assertThat(lines.get(1000).time()).isEqualTo(start.plusSeconds(10));
        for (Line line : lines) {
            if (line.malformed() == null) {
                assertThat(text(line))
                        .startsWith(String.format(
                                "%d.%03d ",
                                line.time().getEpochSecond(), line.time().getNano() / 1_000_000));
            }
        }
    }

    @Test
    void theMixIsAProxys() {
        int connects = 0;
        int queries = 0;
        Set<String> clients = new HashSet<>();
        Map<String, Integer> hosts = new HashMap<>();
        int addresses = 0;
        int lines = 0;
        for (Line line : Traffic.builder(9, 100_000).build()) {
            if (line.malformed() != null || !line.planted().isEmpty()) {
                continue;
            }
            String[] fields = text(line).trim().split(" +");
            lines++;
            connects += fields[5].equals("CONNECT") ? 1 : 0;
            queries += fields[6].indexOf('?') > 0 ? 1 : 0;
            clients.add(fields[2]);
            String host = IndicatorPool.hostOf(fields[5].equals("CONNECT") ? "x://" + fields[6] : fields[6]);
            hosts.merge(host, 1, Integer::sum);
            addresses += Character.isDigit(host.charAt(host.length() - 1)) ? 1 : 0;
        }

        assertThat(connects / (double) lines).isCloseTo(0.40, within(0.01));
        assertThat(queries / (double) lines).isCloseTo(0.24, within(0.02));
        assertThat(addresses / (double) lines).isCloseTo(0.01, within(0.005));
        assertThat(clients).hasSize(4 * 20 * 60);
        assertThat(hosts.values().stream().mapToInt(count -> count).max().orElse(0))
                .isBetween(lines / 15, lines / 6);
    }

    @Test
    void moreIndicatorsLeaveTheLinesAndTheFirstIndicatorsAsTheyAre() throws IOException {
        Traffic small = Traffic.builder(4, 2000).build();
        Traffic large = Traffic.builder(4, 2000).indicators(40_000).build();
        Set<Indicator> few = new HashSet<>();
        Set<Indicator> many = new HashSet<>();
        small.pool.stream(4, 10_000, few::add);
        large.pool.stream(4, 40_000, many::add);

        assertThat(texts(large)).isEqualTo(texts(small));
        assertThat(few).hasSize(10_000);
        assertThat(many).hasSize(40_000);
        assertThat(many.containsAll(few)).isTrue();
        large.writeFeeds(folder);
        assertThat(items(folder.resolve("blocklist.txt")) + items(folder.resolve("threats.csv")) - 1)
                .isEqualTo(40_000);
        assertThat(folder.resolve("blocklist.txt")).content().contains("[.]", "hxxp://", "hxxps://", " # ");
        assertThat(folder.resolve("threats.csv")).content().contains("2020-01-01T00:00:00Z");
    }

    private static long items(Path file) throws IOException {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .count();
        }
    }

    @Test
    void fewIndicatorsWillDo() {
        Traffic traffic = Traffic.builder(4, 20_000)
                .indicators(200)
                .hits(100)
                .nearMisses(100)
                .build();
        Set<String> kinds = new HashSet<>();
        for (Line line : traffic) {
            line.planted().forEach(match -> kinds.add(match.type()));
        }

        assertThat(traffic.pool.all()).hasSize(200).doesNotHaveDuplicates();
        assertThat(kinds).containsExactlyInAnyOrder("domain", "ipv4", "ipv6", "cidr", "url");
    }

    @Test
    void wrongSettingsAreRefused() {
        assertThatThrownBy(() -> Traffic.builder(1, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("lines is -1; expected at least 0");
        assertThatThrownBy(() -> Traffic.builder(1, 1).indicators(10))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("indicators is 10; expected at least 200");
        assertThatThrownBy(() -> Traffic.builder(1, 1).rate(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("rate is 0.0; expected lines a second above 0, for example 1000");
        assertThatThrownBy(() -> Traffic.builder(1, 1).proxies(List.of("a", "a")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("proxies are [a, a]; expected distinct names, for example proxy1, proxy2");
        assertThatThrownBy(() -> Traffic.builder(1, 1).hits(600).malformed(500).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("hits, near misses and malformed lines are 1101 of each thousand; expected at most 1000,"
                        + " for example 1, 1 and 5");
        assertThatThrownBy(() -> Format.of("csv"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("format is 'csv'; expected squid, combined or squid-combined, for example --format squid");
    }

    private static List<String> texts(Traffic traffic) {
        List<String> texts = new ArrayList<>();
        for (Line line : traffic) {
            texts.add(line.proxy() + " " + line.offset() + " " + text(line) + " " + line.planted());
        }
        return texts;
    }

    private static String text(Line line) {
        return new String(line.bytes(), StandardCharsets.ISO_8859_1);
    }
}
