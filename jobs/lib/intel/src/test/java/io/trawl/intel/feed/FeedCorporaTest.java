package io.trawl.intel.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.intel.canonical.Corpora;
import io.trawl.record.Indicator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FeedCorporaTest {
    private static final String URLHAUS = "indicators/urlhaus-2025-07-19/urlhaus-filter";

    private final List<Indicator> indicators = new ArrayList<>();
    private final List<Feeds.Rejected> rejected = new ArrayList<>();

    private Feeds.Count read(Path file) throws IOException {
        Feeds.Count count = Feeds.read(file, indicators::add, rejected::add);
        try (Stream<String> lines = Files.lines(file)) {
            assertThat(count.lines()).as(file.toString()).isEqualTo((int) lines.count());
        }
        return count;
    }

    @Test
    void feodosColumnsAreAddressesAndFamilies() throws IOException {
        assertThat(read(Corpora.path("indicators/feodo/ipblocklist.csv"))).isEqualTo(new Feeds.Count(28, 0, 0, 10));
        assertThat(indicators).allSatisfy(indicator -> {
            assertThat(indicator.getType()).isEqualTo("ipv4");
            assertThat(indicator.getLabels()).hasSize(1);
            assertThat(indicator.getValidFrom()).isNull();
        });
        assertThat(indicators.get(0).getValue()).isEqualTo("192.9.135.73");
        assertThat(indicators.get(0).getLabels()).containsExactly("Pikabot");
        assertThat(indicators.get(0).getLine()).isEqualTo(10);
    }

    @Test
    void urlhausListsOfOneDayHaveOneSetOfHosts() throws IOException {
        Set<String> domains = hosts("domains.txt");
        Set<String> wildcards = hosts("wildcard.txt");
        Set<String> namesAndAddresses = hosts("dnscrypt-blocked-names.txt");
        namesAndAddresses.addAll(hosts("dnscrypt-blocked-ips.txt"));

        assertThat(domains).hasSize(25_768);
        assertThat(hosts("agh.txt")).isEqualTo(domains);
        assertThat(hosts(".tpl")).isEqualTo(domains);
        assertThat(wildcards).isEqualTo(domains);
        assertThat(namesAndAddresses).isEqualTo(domains);
        assertThat(rejected).isEmpty();
    }

    @Test
    void urlhausNamesOfOneDayAreTheSameInEverySyntaxOfNameServers() throws IOException {
        for (String online : new String[] {"", "-online"}) {
            Set<String> names = hosts("dnscrypt-blocked-names" + online + ".txt");

            assertThat(names).hasSizeGreaterThan(600);
            assertThat(hosts("dnsmasq" + online + ".conf")).as("dnsmasq").isEqualTo(names);
            assertThat(hosts("hosts" + online + ".txt")).as("hosts").isEqualTo(names);
            assertThat(hosts("rpz" + online + ".conf")).as("rpz").isEqualTo(names);
        }
        assertThat(rejected).isEmpty();
    }

    @Test
    void urlhausHostsAndUrlsAreTheSameInEverySyntaxThatHasBoth() throws IOException {
        // One host stands in the feed with a path of / alone, which adblock does not tell from the host.
        Set<String> table = hosts("splunk-online.csv");
        assertThat(table.remove("wegrowcoaching.com/")).isTrue();
        table.add("wegrowcoaching.com");
        Set<String> rules = hosts("suricata-online.rules");
        assertThat(rules.remove("wegrowcoaching.com/")).isTrue();
        rules.add("wegrowcoaching.com");

        assertThat(hosts("online.txt")).as("adblock").isEqualTo(table);
        assertThat(rules).as("suricata").isEqualTo(table);
        Set<String> hosts = hosts("domains-online.txt");
        assertThat(hosts("suricata-sni-online.rules")).as("sni").isEqualTo(hosts);
        assertThat(table).containsAll(hosts).hasSizeGreaterThan(hosts.size());
        assertThat(rejected).isEmpty();
    }

    private Set<String> hosts(String rendering) throws IOException {
        indicators.clear();
        read(Corpora.path(URLHAUS + (rendering.startsWith(".") ? "" : "-") + rendering));
        Set<String> hosts = new TreeSet<>();
        indicators.forEach(indicator -> hosts.add(indicator.getValue()));
        return hosts;
    }

    @Test
    void urlhausTableHasUrlsWhereItHasPaths() throws IOException {
        read(Corpora.path(URLHAUS + "-splunk-online.csv"));

        assertThat(rejected).isEmpty();
        assertThat(indicators)
                .extracting(Indicator::getValue)
                .doesNotContain("github.com", "raw.githubusercontent.com");
        assertThat(indicators).extracting(Indicator::getType).contains("url", "domain", "ipv4");
    }

    @Test
    void allTrailsOfMaltrailAreReadAndEveryRefusedOneHasAReason() throws IOException {
        Map<String, Integer> types = new TreeMap<>();
        try (Stream<Path> files = Files.walk(Corpora.path("indicators/maltrail"))) {
            for (Path file : files.filter(path -> path.toString().endsWith(".txt"))
                    .sorted()
                    .toList()) {
                Feeds.read(file, indicator -> types.merge(indicator.getType(), 1, Integer::sum), rejected::add);
            }
        }

        assertThat(types.values().stream().mapToInt(Integer::intValue).sum()).isGreaterThan(1_600_000);
        assertThat(types).containsOnlyKeys("cidr", "domain", "ip-port", "ipv4", "ipv6", "url", "url-path");
        assertThat(rejected).allSatisfy(line -> {
            assertThat(line.reason()).isNotBlank();
            assertThat(line.text()).isNotBlank();
        });
        // Expressions on names, and slips: ports that are none, trails cut in half.
        assertThat(rejected).hasSizeLessThan(200);
    }
}
