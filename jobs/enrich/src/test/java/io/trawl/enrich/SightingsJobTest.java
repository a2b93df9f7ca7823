package io.trawl.enrich;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.columns.read.Block;
import io.trawl.intel.canonical.Observables;
import io.trawl.record.ClientSightings;
import io.trawl.record.Observable;
import io.trawl.record.ProxyEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

class SightingsJobTest {
    private static final Instant WINDOW = Instant.parse("2026-11-24T10:00:00Z");

    @Test
    void isWhatOneWhoReadsEachEventWouldNote() {
        SplittableRandom random = new SplittableRandom(5);
        List<ProxyEvent> events = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            ProxyEvent event = new ProxyEvent();
            event.setEventId(Integer.toString(i));
            event.setSource("proxy");
            event.setWindow(WINDOW);
            event.setTimestamp(WINDOW.plusMillis(random.nextInt(3_600_000)));
            if (random.nextInt(20) > 0) {
                event.setSourceAddress("10.0.0." + random.nextInt(40));
            }
            event.setUrlDomain(
                    switch (random.nextInt(8)) {
                        case 0 -> null;
                        case 1 -> "not a host";
                        case 2 -> "192.0.2." + random.nextInt(3);
                        case 3 -> "HOST" + random.nextInt(200) + ".example.";
                        default -> "host" + random.nextInt(3_000) + ".example";
                    });
            event.setDestinationIp(random.nextInt(5) == 0 ? null : "192.0.2." + random.nextInt(250));
            event.setUserAgentOriginal(
                    switch (random.nextInt(10)) {
                        case 0 -> null;
                        case 1 -> "-";
                        case 2 -> "";
                        case 3 -> "host7.example";
                        case 4 -> "a\0b";
                        case 5 -> "Mozilla/5.0 (" + "long; ".repeat(1 + i % 1_000) + i + ")";
                        default -> "Mozilla/5.0 (" + random.nextInt(50) + ")";
                    });
            switch (random.nextInt(10)) {
                case 0 -> event.setDnsQuestionName("HOST" + random.nextInt(4_000) + ".example");
                case 1 -> event.setTlsClientServerName(event.getUrlDomain());
                case 2 ->
                    event.setDnsAnswersData("a text, 7,host" + random.nextInt(4_000) + ".example,192.0.2."
                            + random.nextInt(250) + ",192.0.2." + random.nextInt(3));
                default -> {}
            }
            events.add(event);
        }
        SparkConf conf = new SparkConf().setMaster("local[2]").setAppName("sightings");
        try (SparkSession spark = SparkSession.builder().config(conf).getOrCreate()) {
            JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
            JavaRDD<Block<ProxyEvent>> blocks = context.parallelize(events, 3)
                    .mapPartitions(some -> Block.of(some, ProxyEvent::new, Sightings.FIELDS));
            check(Sightings.of(blocks, events.size(), "proxy", WINDOW).collect(), naive(events));

            // So many bytes that they are shared out to more tasks than there are cores.
            JavaRDD<Observable> shared = Sightings.of(blocks, events.size(), "proxy", WINDOW, 64 << 10);
            assertThat(shared.getNumPartitions()).isGreaterThan(8);
            check(shared.collect(), naive(events));

            // Two events may have as many bytes, in the answers of DNS.
            List<ProxyEvent> talkative = events.subList(0, 2);
            for (int i = 0; i < 2; i++) {
                StringBuilder answers = new StringBuilder();
                for (int answer = 0; answer < 10_000; answer++) {
                    answers.append("h").append(i).append(answer).append(".example,");
                }
                talkative.get(i).setDnsAnswersData(answers.toString());
            }
            JavaRDD<Block<ProxyEvent>> few = context.parallelize(talkative, 1)
                    .mapPartitions(some -> Block.of(some, ProxyEvent::new, Sightings.FIELDS));
            JavaRDD<Observable> fewShared = Sightings.of(few, 2, "proxy", WINDOW, 64 << 10);
            assertThat(fewShared.getNumPartitions()).isGreaterThan(2);
            assertThat(fewShared.count()).isGreaterThanOrEqualTo(20_000);
        }
    }

    private static void check(List<Observable> found, Map<Observables.Seen, Map<String, ClientSightings>> expected) {
        assertThat(expected)
                .containsKeys(
                        new Observables.Seen("domain", "not%20a%20host"),
                        new Observables.Seen("domain", "host7.example"),
                        new Observables.Seen("user_agent", "host7.example"),
                        new Observables.Seen("user_agent", "a%00b"))
                .doesNotContainKeys(new Observables.Seen("user_agent", ""), new Observables.Seen("user_agent", "-"));
        assertThat(found).extracting(SightingsJobTest::seen).containsExactlyInAnyOrderElementsOf(expected.keySet());
        for (Observable one : found) {
            List<ClientSightings> clients = List.copyOf(expected.get(seen(one)).values());
            assertThat(one.getClients()).as(one.getValue()).isEqualTo(clients);
            assertThat(one.getEvents())
                    .isEqualTo(clients.stream()
                            .mapToLong(ClientSightings::getEvents)
                            .sum());
            assertThat(one.getFirstSeen())
                    .isEqualTo(clients.stream()
                            .map(ClientSightings::getFirstSeen)
                            .min(Instant::compareTo)
                            .orElseThrow());
            assertThat(one.getLastSeen())
                    .isEqualTo(clients.stream()
                            .map(ClientSightings::getLastSeen)
                            .max(Instant::compareTo)
                            .orElseThrow());
            assertThat(one.getSource()).isEqualTo("proxy");
            assertThat(one.getWindow()).isEqualTo(WINDOW);
        }
    }

    private static Observables.Seen seen(Observable one) {
        return new Observables.Seen(one.getType(), one.getValue());
    }

    private static Map<Observables.Seen, Map<String, ClientSightings>> naive(List<ProxyEvent> events) {
        Map<Observables.Seen, Map<String, ClientSightings>> expected = new HashMap<>();
        for (ProxyEvent event : events) {
            LinkedHashSet<Observables.Seen> values = new LinkedHashSet<>();
            List<String> hosts = new ArrayList<>();
            hosts.add(event.getUrlDomain());
            hosts.add(event.getDestinationIp());
            hosts.add(event.getDnsQuestionName());
            hosts.add(event.getTlsClientServerName());
            if (event.getDnsAnswersData() != null) {
                // The text and the number are no hosts.
                hosts.addAll(List.of(event.getDnsAnswersData().split(",")).subList(2, 5));
            }
            for (String host : hosts) {
                values.add(host == null ? null : Observables.host(host));
            }
            String agent = event.getUserAgentOriginal();
            values.add(agent == null ? null : Observables.userAgent(agent));
            values.remove(null);
            String client = event.getSourceAddress() == null ? "" : event.getSourceAddress();
            Instant at = event.getTimestamp();
            for (Observables.Seen value : values) {
                expected.computeIfAbsent(value, v -> new TreeMap<>())
                        .merge(
                                client,
                                new ClientSightings(client, at, at, 1L),
                                (a, b) -> new ClientSightings(
                                        client,
                                        a.getFirstSeen().isBefore(at) ? a.getFirstSeen() : at,
                                        a.getLastSeen().isAfter(at) ? a.getLastSeen() : at,
                                        a.getEvents() + 1));
            }
        }
        return expected;
    }
}
