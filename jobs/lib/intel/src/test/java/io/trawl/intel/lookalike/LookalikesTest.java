package io.trawl.intel.lookalike;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.intel.lookalike.brand.Brand;
import io.trawl.intel.lookalike.brand.Brands;
import io.trawl.intel.lookalike.brand.Popularity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LookalikesTest {
    private static final Brands BRANDS = Brands.of(List.of(
            new Brand(
                    "paypal.com",
                    List.of("paypal", "paypalme"),
                    "com",
                    List.of("paypal.me"),
                    List.of("paypal-friends.com")),
            new Brand("apple.com", List.of("apple"), "com", List.of("icloud.com"), List.of()),
            new Brand("microsoft.com", List.of("microsoft", "office365"), "com", List.of(), List.of()),
            new Brand("commerzbank.de", List.of("commerzbank"), "de", List.of(), List.of())));
    private static final Lookalikes LOOKALIKES = Lookalikes.of(BRANDS);

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "p\u0430ypal.com, paypal.com, HOMOGLYPH",
        "xn--80ak6aa92e.com, apple.com, HOMOGLYPH",
        "\u0430\u0440\u0440\u04CF\u0435.com, apple.com, HOMOGLYPH",
        "p\u00E0yp\u00E1l.com, paypal.com, HOMOGLYPH",
        "rnicrosoft.com, microsoft.com, HOMOGLYPH",
        "micr0s0ft.example, microsoft.com, HOMOGLYPH",
        "paypa1.example, paypal.com, HOMOGLYPH",
        "paypai.com, paypal.com, HOMOGLYPH",
        "cornmerzbank.de, commerzbank.de, HOMOGLYPH",
        "paypa1-login.example, paypal.com, HOMOGLYPH",
        "secure.p\u0430ypal.com.evil.example, paypal.com, HOMOGLYPH",
        "\u03A1\u0391\u03A5\u03A1\u0391L.com, paypal.com, HOMOGLYPH",
        "mi\u03F2rosoft.com, microsoft.com, HOMOGLYPH",
        "pay\u200Dpal.com, paypal.com, HOMOGLYPH",
        "p\u0259ypal.com, paypal.com, HOMOGLYPH",
        "pay\u01BFal.com, paypal.com, HOMOGLYPH",
        "paypal.c\u03BFm, paypal.com, HOMOGLYPH",
        "XN--PYPAL-4VE.COM, paypal.com, HOMOGLYPH",
        "pay-pal-login.com, paypal.com, HYPHENATION",
        "paypal--login.com, paypal.com, COMBOSQUAT",
        "aple.com, apple.com, OMISSION",
        "paypal.uk.com, paypal.com, TLD_SWAP",
        "pay.pal.example, paypal.com, DOTTED_LABEL",
        "wwwpaypal.example, paypal.com, MISSING_DOT",
        "www-paypal.example, paypal.com, MISSING_DOT",
        "paypalcom.example, paypal.com, MISSING_DOT",
        "paypal-com.example, paypal.com, MISSING_DOT",
        "pay-pal.com, paypal.com, HYPHENATION",
        "p-a-y-p-a-l.com, paypal.com, HYPHENATION",
        "paypals.com, paypal.com, PLURAL",
        "paypales.com, paypal.com, PLURAL",
        "paypel.com, paypal.com, VOWEL_SWAP",
        "payppal.com, paypal.com, REPETITION",
        "papyal.com, paypal.com, TRANSPOSITION",
        "lpaypa.com, paypal.com, TRANSPOSITION",
        "papal.com, paypal.com, OMISSION",
        "payqal.com, paypal.com, BIT_FLIP",
        "psypal.com, paypal.com, REPLACEMENT",
        "paypqal.com, paypal.com, INSERTION",
        "paypal.com.evil.example, paypal.com, SUBDOMAIN",
        "www.paypal.com-session.evil.example, paypal.com, SUBDOMAIN",
        "paypal.evil.example, paypal.com, SUBDOMAIN",
        "secure-paypal.evil.example, paypal.com, SUBDOMAIN",
        "paypal.github.io, paypal.com, SUBDOMAIN",
        "paypal-login.example, paypal.com, COMBOSQUAT",
        "loginpaypal.example, paypal.com, COMBOSQUAT",
        "my-paypal-account-verify.example, paypal.com, COMBOSQUAT",
        "paypal2026.example, paypal.com, COMBOSQUAT",
        "appleid-verify.example, apple.com, COMBOSQUAT",
        "apple-login.example, apple.com, COMBOSQUAT",
        "office365-login.example, microsoft.com, COMBOSQUAT",
        "paypal.net, paypal.com, TLD_SWAP",
        "paypalme.net, paypal.com, TLD_SWAP",
    })
    void namesBrandAndTechnique(String host, String brand, Technique technique) {
        Finding finding = LOOKALIKES.judge(host);
        assertThat(finding).as(host).isNotNull();
        assertThat(finding.technique()).as(host).isEqualTo(technique);
        assertThat(finding.brand()).isEqualTo(brand);
        assertThat(finding.reason()).contains(brand).endsWith(".");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "paypal.com",
                "www.paypal.com",
                "login.paypal.com",
                "paypal.me",
                "www.paypal.me",
                "PayPal.com.",
                "icloud.com",
                "paypal-friends.com",
                "example.com",
                "ample.com",
                "pineapple.example",
                "apples.example",
                "com",
                "co.uk",
                "192.0.2.1",
                "[::1]",
                "\uFF50\uFF41\uFF59\uFF50\uFF41\uFF4C.com",
                "pay\u00ADpal.com",
                "xn--paypal-.com",
                "xn--paypal.com",
                "",
                "a b",
                "m\u00FCnchen.example",
                "xn--a.example"
            })
    void leavesOthersAlone(String host) {
        assertThat(LOOKALIKES.judge(host)).as(host).isNull();
    }

    @Test
    void mixedScriptsWithoutABrandAreAFindingOfTheirOwn() {
        Finding finding = LOOKALIKES.judge("p\u0430zzle.example");
        assertThat(finding).isNotNull();
        assertThat(finding.technique()).isEqualTo(Technique.MIXED_SCRIPT);
        assertThat(finding.brand()).isEmpty();
        assertThat(finding.reason()).endsWith("mixes scripts: Cyrillic and Latin.");
        // Japanese writes with three scripts, and Latin beside them.
        assertThat(LOOKALIKES.judge("\u6771\u4EACtower\u30BF\u30EF\u30FC.example"))
                .isNull();
    }

    @Test
    void theScoreIsTheSumOfItsParts() {
        for (String host : List.of("papal.com", "psypal.example", "paypal-shop.example", "paypal.evil.example")) {
            Finding finding = Objects.requireNonNull(LOOKALIKES.judge(host), host);
            assertThat(finding.parts().stream().mapToInt(Finding.Part::points).sum())
                    .as(host)
                    .isEqualTo(finding.score());
        }
        Finding most = Objects.requireNonNull(LOOKALIKES.judge("rnicrosoft.com", Seen.NEW));
        assertThat(most.score()).isEqualTo(100);
    }

    @Test
    void aBrandInAnotherScriptHasHomoglyphsAndOtherSuffixes() {
        Lookalikes own = Lookalikes.of(Brands.ofDomains(List.of("m\u00FCnchen.de", "x.com")));
        assertThat(Objects.requireNonNull(own.judge("munchen.de")).technique()).isEqualTo(Technique.HOMOGLYPH);
        assertThat(Objects.requireNonNull(own.judge("m\u016Bnchen.de")).technique())
                .isEqualTo(Technique.HOMOGLYPH);
        assertThat(Objects.requireNonNull(own.judge("m\u00FCnchen.com")).technique())
                .isEqualTo(Technique.TLD_SWAP);
        assertThat(own.judge("www.m\u00FCnchen.de")).isNull();
        assertThat(own.judge("x.net")).isNull();
        assertThat(Objects.requireNonNull(own.judge("x.com.evil.example")).technique())
                .isEqualTo(Technique.SUBDOMAIN);
    }

    @Test
    void whatWasSeenBeforeCountsLess() {
        int before = score("papal.com", Seen.BEFORE);
        int unknown = score("papal.com", Seen.UNKNOWN);
        int fresh = score("papal.com", Seen.NEW);
        assertThat(before).isLessThan(unknown);
        assertThat(unknown).isLessThan(fresh);
    }

    private static int score(String host, Seen seen) {
        return Objects.requireNonNull(LOOKALIKES.judge(host, seen)).score();
    }

    @Test
    void popularAndAllowedHostsDoNotFire() throws IOException {
        Popularity popular = Popularity.read(Files.writeString(folder.resolve("list"), "example.org\npapal.com\n"));
        Set<String> allowed = Set.of("www.payppal.com");
        Lookalikes lookalikes = Lookalikes.of(BRANDS, popular, allowed::contains, Lookalikes.LEAST);
        assertThat(lookalikes.judge("papal.com")).isNull();
        assertThat(lookalikes.judge("www.papal.com")).isNull();
        assertThat(lookalikes.judge("www.payppal.com")).isNull();
        assertThat(lookalikes.judge("login.payppal.com")).isNotNull();
    }

    @Test
    void theMoreBrandsTheSurerAFindingHasToBe() {
        List<String> domains = new ArrayList<>(List.of("paypal.com"));
        for (int i = 0; i < 5_000; i++) {
            domains.add("qx" + Integer.toString(i, 36) + "zzkv" + i + ".example");
        }
        Lookalikes many = Lookalikes.of(Brands.ofDomains(domains));
        assertThat(many.judge("pakpal.example")).isNull();
        assertThat(LOOKALIKES.judge("pakpal.example")).isNotNull();
        assertThat(many.judge("xn--pypal-4ve.com")).isNotNull();
        assertThat(many.judge("paypal.com.evil.example")).isNotNull();
    }

    @Test
    void takesAnyNumberOfBrandsWithTheSameNeighbourhood() {
        List<String> domains = new ArrayList<>();
        for (char a = 'a'; a <= 'z'; a++) {
            for (char b = 'a'; b <= 'z'; b++) {
                domains.add("qzbrnd" + a + b + ".example");
            }
        }
        Lookalikes crowd = Lookalikes.of(Brands.ofDomains(domains));
        assertThat(crowd.judge("qzbrndxyz.example")).isNull();
        assertThat(crowd.judge("qzbrndaa.com")).isNotNull();
    }

    @Test
    void noHostIsTooLong() {
        assertThat(LOOKALIKES.judge("paypal-".repeat(200_000) + ".example")).isNull();
        assertThat(LOOKALIKES.judge("a.".repeat(110) + "paypal.com.evil.example"))
                .isNotNull();
        assertThat(LOOKALIKES.judge("-a".repeat(31) + ".example")).isNull();
        assertThat(LOOKALIKES.judge("a".repeat(64) + "paypal.example")).isNull();
    }
}
