package io.trawl.enrich;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.etl.Block;
import io.trawl.intel.Observables;
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
            events.add(event);
        }
        SparkConf conf = new SparkConf()
                .setMaster("local[2]")
                .setAppName("sightings")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.driver.bindAddress", "127.0.0.1");
        List<Observable> found;
        try (SparkSession spark = SparkSession.builder().config(conf).getOrCreate()) {
            JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
            found = Sightings.of(
                            context.parallelize(events, 3)
                                    .mapPartitions(some -> Block.of(some, ProxyEvent::new, Sightings.FIELDS)),
                            events.size(),
                            "proxy",
                            WINDOW)
                    .collect();
        }

        Map<String, Map<String, ClientSightings>> expected = naive(events);
        assertThat(expected).containsKey("not%20a%20host");
        assertThat(found).extracting(Observable::getValue).containsExactlyInAnyOrderElementsOf(expected.keySet());
        for (Observable one : found) {
            List<ClientSightings> clients =
                    List.copyOf(expected.get(one.getValue()).values());
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
            assertThat(one.getType()).isEqualTo(one.getValue().startsWith("192.") ? "ipv4" : "domain");
            assertThat(one.getSource()).isEqualTo("proxy");
            assertThat(one.getWindow()).isEqualTo(WINDOW);
        }
    }

    private static Map<String, Map<String, ClientSightings>> naive(List<ProxyEvent> events) {
        Map<String, Map<String, ClientSightings>> expected = new HashMap<>();
        for (ProxyEvent event : events) {
            LinkedHashSet<String> values = new LinkedHashSet<>();
            for (String host : new String[] {event.getUrlDomain(), event.getDestinationIp()}) {
                Observables.Seen seen = host == null ? null : Observables.host(host);
                if (seen != null) {
                    values.add(seen.value());
                }
            }
            String client = event.getSourceAddress() == null ? "" : event.getSourceAddress();
            Instant at = event.getTimestamp();
            for (String value : values) {
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
