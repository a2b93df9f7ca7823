package io.trawl.steps;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.columns.read.Block;
import io.trawl.intel.Engine;
import io.trawl.intel.index.IndicatorIndex;
import io.trawl.record.Indicator;
import io.trawl.record.ProxyEvent;
import io.trawl.schema.word.SweepKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CandidatesTest {
    private static final Instant AT = Instant.parse("2026-11-24T10:00:00Z");
    private static final Map<String, List<String>> INDICATORS = new TreeMap<>(Map.of(
            "domain", List.of("evil3.example", "sub.evil5.example", "good9.example"),
            "ipv4", List.of("192.0.2.7"),
            "cidr", List.of("198.51.100.16/28", "2001:db8::/64"),
            "url", List.of("http://good4.example/a", "good5.example/b"),
            "url-prefix", List.of("evil7.example/b"),
            "domain-port", List.of("good6.example:8080"),
            "user-agent", List.of("agent 3"),
            "user-agent-regex", List.of("^tool/[0-9]+$"),
            "md5", List.of("0123456789abcdef0123456789abcdef")));

    /** Labels that no standard takes for one. */
    private static final List<String> ODD =
            List.of("a|b", "a^b", "%ff", "a<b", "\u200D", "xn--\u00FC", "a b", "a:b", "a\\b");

    @ParameterizedTest
    @CsvSource({"false,false", "true,false", "false,true"})
    void whoeverHasADetectionIsAmongThem(boolean webServer, boolean paths) {
        List<Indicator> indicators = new ArrayList<>();
        INDICATORS.forEach((type, values) -> values.forEach(value -> indicators.add(indicator(type, value))));
        if (paths) {
            indicators.add(indicator("url-path", "/gate.php"));
        }
        Engine engine = new Engine(IndicatorIndex.of(indicators), 1, webServer, SweepKind.BATCH, List.of(), null);
        SplittableRandom random = new SplittableRandom(7);
        List<ProxyEvent> events = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            events.add(event(random, i));
        }

        List<ProxyEvent> candidates = new ArrayList<>();
        int[] rows = {0};
        new Candidates(engine, Block.of(events.iterator(), ProxyEvent::new, Engine.FIELDS.toArray(new String[0])))
                .forEachRemaining(event -> {
                    rows[0]++;
                    event.ifPresent(candidates::add);
                });

        List<ProxyEvent> hits =
                events.stream().filter(event -> isHit(engine, event)).toList();
        assertThat(hits).hasSizeGreaterThan(1_000);
        assertThat(rows[0]).isEqualTo(events.size());
        assertThat(candidates.stream().filter(event -> isHit(engine, event)).toList())
                .isEqualTo(hits);
        assertThat(candidates).hasSizeLessThan(paths ? events.size() + 1 : events.size() * 2 / 3);
    }

    private static boolean isHit(Engine engine, ProxyEvent event) {
        int[] count = {0};
        engine.analyse(event, detection -> count[0]++);
        return count[0] > 0;
    }

    private static Indicator indicator(String type, String value) {
        Indicator indicator = new Indicator();
        indicator.setIndicatorId(type + value);
        indicator.setType(type);
        indicator.setValue(value);
        indicator.setOriginal(value);
        indicator.setFeed("feed");
        indicator.setLine(1);
        indicator.setLabels(List.of());
        return indicator;
    }

    /** An event with the fields of {@link Engine#FIELDS} alone. */
    private static ProxyEvent event(SplittableRandom random, int number) {
        ProxyEvent event = new ProxyEvent();
        event.setEventId(String.format("%032x", number));
        event.setSource("proxy");
        event.setWindow(AT);
        event.setPartition(0);
        event.setOffset((long) number);
        event.setTimestamp(AT);
        String host = host(random);
        event.setUrlDomain(random.nextInt(10) == 0 ? null : random.nextInt(20) == 0 ? host(random) : host);
        if (random.nextInt(4) > 0) {
            event.setUrlFull("http://" + (random.nextInt(9) == 0 ? "user@" : "") + host
                    + (random.nextInt(9) == 0 ? ":8080" : "")
                    + "/" + "abc".charAt(random.nextInt(3)) + (random.nextInt(50) == 0 ? "/gate.php" : ""));
        } else {
            event.setUrlPath("/" + "abc".charAt(random.nextInt(3)));
            event.setUrlPort(random.nextBoolean() ? (Integer) 8080 : null);
        }
        event.setDestinationIp(random.nextInt(3) == 0 ? null : address(random));
        event.setSourceIp(random.nextInt(3) == 0 ? null : address(random));
        if (random.nextInt(10) == 0) {
            event.setHttpRequestReferrer("https://" + host(random) + (random.nextBoolean() ? "/a" : ":443"));
        }
        event.setUserAgentOriginal(
                switch (random.nextInt(50)) {
                    case 0 -> "tool/7";
                    case 1 -> null;
                    default -> "agent " + random.nextInt(100);
                });
        switch (random.nextInt(30)) {
            case 0 -> event.setDnsQuestionName(host(random));
            case 1 -> event.setTlsClientServerName(host(random));
            case 2 -> event.setDnsAnswersData(host(random) + "," + address(random));
            case 3 ->
                event.setFileHashMd5(
                        (random.nextBoolean() ? "0123456789abcdef" : "fedcba9876543210") + "0123456789ABCDEF");
            default -> {}
        }
        return event;
    }

    private static String host(SplittableRandom random) {
        String host =
                switch (random.nextInt(14)) {
                    case 4 -> ODD.get(random.nextInt(ODD.size())) + ".evil" + random.nextInt(8) + ".example";
                    case 5 -> "x" + ODD.get(random.nextInt(ODD.size())) + "good" + random.nextInt(60) + ".example";
                    case 0 -> "evil" + random.nextInt(8) + ".example";
                    case 1 -> "www.evil" + random.nextInt(8) + ".example";
                    case 2 -> "a.sub.evil" + random.nextInt(8) + ".example";
                    case 3 -> address(random);
                    default -> "good" + random.nextInt(60) + ".example";
                };
        return random.nextInt(50) == 0 ? host.toUpperCase(Locale.ROOT) : host;
    }

    private static String address(SplittableRandom random) {
        return switch (random.nextInt(20)) {
            case 0 -> "192.0.2." + random.nextInt(16);
            case 1 -> "198.51.100." + random.nextInt(64);
            case 2 -> "2001:db8::" + random.nextInt(1, 9);
            case 3 -> "2001:db8:0:1::" + random.nextInt(1, 9);
            default -> "203.0.113." + random.nextInt(256);
        };
    }
}
