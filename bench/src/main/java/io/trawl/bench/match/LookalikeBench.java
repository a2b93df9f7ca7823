package io.trawl.bench.match;

import io.trawl.bench.frame.Bench;
import io.trawl.bench.frame.BenchFailure;
import io.trawl.bench.frame.Loop;
import io.trawl.bench.frame.Outcome;
import io.trawl.intel.lookalike.Finding;
import io.trawl.intel.lookalike.Lookalikes;
import io.trawl.intel.lookalike.Variants;
import io.trawl.intel.lookalike.brand.Brands;
import io.trawl.intel.lookalike.brand.Popularity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import picocli.CommandLine.Command;

/** What it takes to judge a distinct host by the brands that it may look like. */
@Command(
        name = "lookalike",
        header = "nanoseconds to judge a distinct host with 10, 1,000 and 100,000 brands",
        description = {
            "",
            "One thread judges 100,000 distinct hosts, one in a hundred of them a look-alike; minimum of seven rounds after a "
                    + "warm-up. Brands and hosts are made of syllables by a fixed seed. No Spark, no servers. Takes a minute.",
            ""
        })
public final class LookalikeBench implements Bench {
    private static final int HOSTS = 100_000;
    private static final int LOOKALIKES = HOSTS / 100;
    private static final int FEW = 10;
    private static final int USUAL = 1_000;
    private static final int MANY = 100_000;
    private static final String[] SYLLABLES =
            "ba co da fe gi ho ju ka lo mi na or pe qua ri sa tu ve wi xa yo za bra cle dro fin gol har len mar nor pol ran ser tem vin"
                    .split(" ", -1);
    private static final String[] SUFFIXES = {"com", "com", "com", "net", "org", "de", "co.uk", "io", "ru", "shop"};
    private static final String[] WORDS = {
        "shop", "login", "cdn", "static", "my", "online", "secure", "blog", "data", "web"
    };

    @Override
    public Outcome measure(Consumer<String> progress) {
        Outcome outcome = new Outcome("lookalike");
        Random random = new Random(16);
        List<String> brands = new ArrayList<>(names(random, MANY, new LinkedHashSet<>()));
        List<String> hosts = hosts(random, brands);
        // With a popularity list slips are looked for among any number of brands.
        Popularity popular = popular();
        StringBuilder table = new StringBuilder(
                String.format("%-10s %10s %14s %12s%n", "brands", "ns/host", "build us/brand", "findings"));
        double usual = 0;
        double many = 0;
        for (int size : new int[] {USUAL, FEW, USUAL, MANY}) {
            long begun = System.nanoTime();
            Lookalikes lookalikes =
                    Lookalikes.of(Brands.ofDomains(brands.subList(0, size)), popular, host -> false, Lookalikes.LEAST);
            double build = (System.nanoTime() - begun) / 1e3 / size;
            int found = judge(lookalikes, hosts);
            if (size == MANY && found < LOOKALIKES / 2) {
                throw new BenchFailure("only " + found + " of " + LOOKALIKES + " look-alikes were found");
            }
            double nanos = (double) Loop.nanos(() -> (long) judge(lookalikes, hosts)) / hosts.size();
            usual = size == USUAL ? nanos : usual;
            many = size == MANY ? nanos : many;
            outcome.figure(size + ".ns_per_host", nanos).figure(size + ".findings", found);
            table.append(String.format(Locale.ROOT, "%,-10d %10.0f %14.1f %,12d%n", size, nanos, build, found));
            progress.accept("judged with " + size + " brands");
        }
        return outcome.say(table.toString())
                .atMost("us_per_host_with_1000_brands", 0.5, usual / 1e3)
                .atMost("with_100000_brands_to_1000", 2, many / usual);
    }

    private static Popularity popular() {
        try {
            return Popularity.read("popular", "popular.example".getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int judge(Lookalikes lookalikes, List<String> hosts) {
        int found = 0;
        for (String host : hosts) {
            Finding finding = lookalikes.judge(host);
            found += finding == null ? 0 : 1;
        }
        return found;
    }

    /** Distinct domains that are none of the others. */
    private static Set<String> names(Random random, int count, Set<String> others) {
        Set<String> names = new LinkedHashSet<>();
        while (names.size() < count) {
            String name = label(random) + '.' + SUFFIXES[random.nextInt(SUFFIXES.length)];
            if (!others.contains(name)) {
                names.add(name);
            }
        }
        return names;
    }

    private static String label(Random random) {
        StringBuilder label = new StringBuilder();
        for (int i = 3 + random.nextInt(3); i > 0; i--) {
            label.append(SYLLABLES[random.nextInt(SYLLABLES.length)]);
        }
        return label.toString();
    }

    /** Hosts as a proxy sees them: half of them below a domain, some with words, and a few that look like a brand. */
    private static List<String> hosts(Random random, List<String> brands) {
        List<String> hosts = new ArrayList<>();
        for (String name : names(random, HOSTS - LOOKALIKES, new LinkedHashSet<>(brands))) {
            int kind = random.nextInt(10);
            hosts.add(
                    kind < 3
                            ? "www." + name
                            : kind < 5
                                    ? WORDS[random.nextInt(WORDS.length)] + random.nextInt(100) + '.' + name
                                    : kind < 6 ? WORDS[random.nextInt(WORDS.length)] + '-' + name : name);
        }
        while (hosts.size() < HOSTS) {
            Brands one = Brands.ofDomains(List.of(brands.get(random.nextInt(brands.size()))));
            List<String> variants = new ArrayList<>(Variants.of(one.all().get(0)));
            hosts.add(variants.get(random.nextInt(variants.size())));
        }
        Collections.shuffle(hosts, random);
        return hosts;
    }
}
