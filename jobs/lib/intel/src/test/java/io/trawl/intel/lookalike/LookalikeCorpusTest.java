package io.trawl.intel.lookalike;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.intel.canonical.Canonical;
import io.trawl.intel.canonical.Corpora;
import io.trawl.intel.canonical.PublicSuffixes;
import io.trawl.intel.lookalike.brand.Brands;
import io.trawl.intel.lookalike.brand.Popularity;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The bars of look-alikes, on collections of others: what is found, and what is not. */
class LookalikeCorpusTest {
    /** Techniques that play with suffixes: seven of eight variants of the collection. */
    private static final Set<String> SUFFIXES = Set.of("addTld", "changeDotDash", "wrongTld");
    /** Hosts that may fire in all of the popular ones. */
    private static final int MOST_FALSE_ALARMS = 1;

    private record Variant(String host, String technique) {}

    private static List<Variant> circl() throws IOException {
        List<Variant> variants = new ArrayList<>();
        for (String line : Files.readAllLines(Corpora.path("lookalikes/circl.lu.var.txt"))) {
            String[] parts = line.split(", ", -1);
            variants.add(new Variant(parts[0], parts[1]));
        }
        return variants;
    }

    private static Map<String, String> names() throws IOException {
        Map<String, String> names = new HashMap<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(LookalikeCorpusTest.class.getResourceAsStream("ail-techniques.txt")),
                StandardCharsets.UTF_8))) {
            lines.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
                String[] parts = line.split(" ", -1);
                names.put(parts[0], parts[1]);
            });
        }
        return names;
    }

    /** Whether a host is one that somebody can register, or is below such a one. */
    private static boolean isRegistrable(String host) {
        Canonical.Result read = Canonical.host(host);
        return read.kind() == Canonical.Kind.DOMAIN
                && PublicSuffixes.bundled().registrableDomain(Objects.requireNonNull(read.canonical())) != null;
    }

    private static List<String> list(String name) throws IOException {
        return Popularity.read(Corpora.path("allowlists/misp-warninglists/lists/" + name + "/list.json"))
                .top(Integer.MAX_VALUE);
    }

    @Test
    void allButPublicSuffixesOfTheVariantsAreRegistrable() throws IOException {
        assertThat(circl().stream().map(Variant::host).filter(host -> !isRegistrable(host)))
                .as("these are public suffixes, or have no dot")
                .containsExactlyInAnyOrder(
                        "circl-lu",
                        "circl.ck",
                        "circl.er",
                        "circl.fk",
                        "circl.jm",
                        "circl.kh",
                        "circl.mm",
                        "circl.np",
                        "circl.pg",
                        "circl-lu.ck",
                        "circl-lu.er",
                        "circl-lu.fk",
                        "circl-lu.jm",
                        "circl-lu.kh",
                        "circl-lu.mm",
                        "circl-lu.np",
                        "circl-lu.pg");
    }

    @Test
    void findsTheVariantsOfEachTechnique() throws IOException {
        Lookalikes judge = Lookalikes.of(Brands.ofDomains(List.of("circl.lu")));
        Map<String, int[]> counts = new TreeMap<>();
        int found = 0;
        int all = 0;
        for (Variant variant : circl()) {
            if (isRegistrable(variant.host())) {
                boolean hit = judge.judge(variant.host()) != null;
                int[] count = counts.computeIfAbsent(variant.technique(), any -> new int[2]);
                count[0] += hit ? 1 : 0;
                count[1]++;
                found += hit ? 1 : 0;
                all++;
            }
        }
        assertThat(all).isGreaterThan(4_900);
        assertThat(100.0 * found / all).as("recall in percent").isGreaterThanOrEqualTo(97);
        assertThat(counts).hasSize(13);
        counts.forEach((technique, count) -> assertThat(100.0 * count[0] / count[1])
                .as(technique + ": recall in percent")
                .isGreaterThanOrEqualTo(95));
    }

    @Test
    void namesTheTechnique() throws IOException {
        Lookalikes judge = Lookalikes.of(Brands.ofDomains(List.of("circl.lu")));
        Map<String, String> names = names();
        int right = 0;
        int all = 0;
        int rightOfRest = 0;
        int rest = 0;
        for (Variant variant : circl()) {
            Finding finding = judge.judge(variant.host());
            if (finding != null) {
                int is = finding.technique().id().equals(names.get(variant.technique())) ? 1 : 0;
                right += is;
                all++;
                if (!SUFFIXES.contains(variant.technique())) {
                    rightOfRest += is;
                    rest++;
                }
            }
        }
        assertThat(100.0 * right / all).as("technique right in percent").isGreaterThanOrEqualTo(97);
        assertThat(100.0 * rightOfRest / rest)
                .as("technique right in percent, without games with suffixes")
                .isGreaterThanOrEqualTo(90);
    }

    @Test
    void findsWhatDnstwistMakesOfOtherBrands() throws IOException {
        for (String brand : List.of("amazon", "github")) {
            Lookalikes judge = Lookalikes.of(Brands.ofDomains(List.of(brand + ".com")));
            List<String> missed = new ArrayList<>();
            int all = 0;
            for (String line : Files.readAllLines(Corpora.path("lookalikes/" + brand + ".csv"))) {
                if (!line.startsWith("#") && !line.startsWith("Original")) {
                    String host = line.split(",", -1)[1];
                    all++;
                    if (judge.judge(host) == null) {
                        missed.add(host);
                    }
                }
            }
            assertThat(all).isGreaterThan(190);
            assertThat(missed).as(brand).isEmpty();
        }
    }

    @Test
    void raisesFewAlarmsOnPopularHosts() throws IOException {
        Lookalikes judge = Lookalikes.of(Brands.ofDomains(list("cloudflare-top1k")));
        List<String> alarms = new ArrayList<>();
        List<String> hosts = list("cloudflare-top100k");
        for (String host : hosts) {
            @Nullable Finding finding = judge.judge(host);
            // A brand's own label under another suffix does not count: often it is the brand's.
            if (finding != null && finding.technique() != Technique.TLD_SWAP) {
                alarms.add(
                        finding.score() + " " + host + " " + finding.technique().id() + " " + finding.brand());
            }
        }
        assertThat(hosts).hasSizeGreaterThan(99_000);
        assertThat(alarms).hasSizeLessThanOrEqualTo(MOST_FALSE_ALARMS);
    }

    @Test
    void findsTheSureOnesAmongAThousandBrandsThoughNobodyKnowsWhatIsPopular() throws IOException {
        Lookalikes judge = Lookalikes.of(Brands.ofDomains(list("cloudflare-top1k")));
        for (String host : List.of(
                "micr\u043Esoft.com",
                "xn--80ak6aa92e.com",
                "micr0soft.com",
                "faceb00k-login.example",
                "rnicrosoft.com",
                "paypal.com.evil.example",
                "www.microsoft.com-login.evil.example",
                "netflix-billing.example",
                "secure-facebook-login.example",
                "wwwfacebook.com",
                "facebook.info")) {
            assertThat(judge.judge(host)).as(host).isNotNull();
        }
    }

    @Test
    void findsSlipsOfAThousandBrandsIfItKnowsWhatIsPopular() throws IOException {
        Popularity popular =
                Popularity.read(Corpora.path("allowlists/misp-warninglists/lists/cloudflare-top1k/list.json"));
        Lookalikes judge =
                Lookalikes.of(Brands.ofDomains(popular.top(1_000)), popular, host -> false, Lookalikes.LEAST);
        for (String host : List.of(
                "instgram.com",
                "micosoft.com",
                "facebok.com",
                "face-book.com",
                "netflix-support.example",
                "netfllx.com")) {
            assertThat(judge.judge(host)).as(host).isNotNull();
        }
    }
}
