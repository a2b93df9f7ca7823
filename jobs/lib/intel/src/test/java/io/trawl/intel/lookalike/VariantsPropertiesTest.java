package io.trawl.intel.lookalike;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.intel.canonical.Canonical;
import io.trawl.intel.canonical.PublicSuffixes;
import io.trawl.intel.lookalike.brand.Brands;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class VariantsPropertiesTest {
    @Provide
    Arbitrary<String> brand() {
        // A letter that no word begins or ends with keeps the label from being one of every day.
        return Arbitraries.strings()
                .withCharRange('a', 'z')
                .ofMinLength(5)
                .ofMaxLength(13)
                .map(label -> 'q' + label + "x.com");
    }

    @Provide
    Arbitrary<String> text() {
        return Arbitraries.of(
                        "a",
                        "z",
                        "-",
                        ".",
                        "1",
                        "0",
                        "paypal",
                        "login",
                        "com",
                        "www",
                        "xn--",
                        "rn",
                        "\u0430",
                        "\u00E9",
                        "_",
                        "%",
                        ":",
                        "\u0000",
                        "co.uk",
                        "secure",
                        "i",
                        "vv",
                        "pypal-4ve")
                .list()
                .ofMinSize(0)
                .ofMaxSize(14)
                .map(parts -> String.join("", parts));
    }

    @Property(tries = 40)
    void everyVariantOfABrandIsFound(@ForAll("brand") String domain) {
        Brands brands = Brands.ofDomains(List.of(domain));
        Lookalikes lookalikes = Lookalikes.of(brands);
        List<String> missed = new ArrayList<>();
        for (String host : Variants.of(brands.all().get(0))) {
            if (lookalikes.judge(host) == null) {
                missed.add(host);
            }
        }
        assertThat(missed).as(domain).isEmpty();
    }

    @Property(tries = 40)
    void aVariantAmongManyBrandsIsThatOfItsBrand(@ForAll("brand") String domain) {
        List<String> domains = new ArrayList<>(List.of(domain));
        for (int i = 0; i < 50; i++) {
            domains.add("another" + i + "brand" + i * 7 + ".example");
        }
        Lookalikes lookalikes = Lookalikes.of(Brands.ofDomains(domains));
        String label = domain.substring(0, domain.indexOf('.'));
        for (String host : List.of(label + "-login.example", label + ".com.evil.example", "www" + label + ".example")) {
            assertThat(Objects.requireNonNull(lookalikes.judge(host), host).brand())
                    .isEqualTo(domain);
        }
    }

    @Property
    void judgesAnyText(@ForAll("text") String host) {
        Lookalikes lookalikes = Lookalikes.of(Brands.ofDomains(List.of("paypal.com")));
        Finding finding = lookalikes.judge(host);
        if (finding != null) {
            assertThat(finding.score()).isBetween(Lookalikes.LEAST, 100);
            assertThat(finding.host()).matches("[!-~]*");
            String canonical = Canonical.host(host).canonical();
            if (canonical == null) {
                // A name that IDNA does not let pass; shown with escapes.
                assertThat(finding.host()).contains("\\u");
                return;
            }
            assertThat(finding.host()).isEqualTo(canonical);
            assertThat(PublicSuffixes.bundled().registrableDomain(finding.host()))
                    .isNotNull()
                    .isNotEqualTo("paypal.com");
        }
    }
}
