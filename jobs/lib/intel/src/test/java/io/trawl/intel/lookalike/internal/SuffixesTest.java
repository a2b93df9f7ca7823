package io.trawl.intel.lookalike.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.intel.canonical.Canonical;
import io.trawl.intel.canonical.Corpora;
import io.trawl.intel.canonical.PublicSuffixes;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SuffixesTest {
    @Test
    void saysWhatTheListSays() throws IOException {
        PublicSuffixes list = PublicSuffixes.bundled();
        Suffixes suffixes = new Suffixes(list);
        List<String> domains = new ArrayList<>();
        for (String line : Files.readAllLines(Corpora.path("url/public_suffix_list.dat"))) {
            String rule = line.strip();
            if (!rule.isEmpty() && !rule.startsWith("//")) {
                String name = rule.replaceFirst("^(\\*\\.|!)", "");
                for (String above : List.of("", "a.", "b.a.", "c.b.a.")) {
                    String canonical = Canonical.host(above + name).canonical();
                    if (canonical != null) {
                        domains.add(canonical);
                    }
                }
            }
        }
        assertThat(domains).hasSizeGreaterThan(30_000);
        for (String domain : domains) {
            char[] text = domain.toCharArray();
            long[] prefixes = new long[text.length + 1];
            Hash.prefixes(text, 0, text.length, prefixes);
            String registrable = list.registrableDomain(domain);
            assertThat(suffixes.registrable(text, text.length, prefixes))
                    .as(domain)
                    .isEqualTo(registrable == null ? -1 : domain.length() - registrable.length());
        }
    }
}
