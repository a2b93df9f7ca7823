package io.trawl.intel.canonical;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trawl.intel.canonical.PublicSuffixes.Section;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class PublicSuffixesTest {
    private static final Pattern CHECK = Pattern.compile("checkPublicSuffix\\('([^']*)', (?:null|'([^']*)')\\);");

    @Test
    void theListsOwnChecksHold() throws IOException {
        try (InputStream list = Files.newInputStream(Corpora.path("url/public_suffix_list.dat"))) {
            checks(PublicSuffixes.read(list));
        }
        checks(PublicSuffixes.bundled());
    }

    private static void checks(PublicSuffixes suffixes) throws IOException {
        int checks = 0;
        for (String line : Files.readAllLines(Corpora.path("url/test_psl.txt"))) {
            Matcher check = CHECK.matcher(line);
            if (line.startsWith("//") || !check.matches()) {
                continue;
            }
            String name = check.group(1);
            String domain = name.startsWith(".") ? name : Canonical.host(name).canonical();
            String expected = check.group(2) == null
                    ? null
                    : Canonical.host(check.group(2)).canonical();
            assertThat(domain).isNotNull();
            assertThat(suffixes.registrableDomain(domain)).as(line).isEqualTo(expected);
            checks++;
        }
        assertThat(checks).isGreaterThanOrEqualTo(73);
    }

    @Test
    void aSuffixIsOfARegistryOrOfAnOwner() {
        PublicSuffixes suffixes = PublicSuffixes.bundled();

        assertThat(suffixes.section("com")).isEqualTo(Section.ICANN);
        assertThat(suffixes.section("co.uk")).isEqualTo(Section.ICANN);
        assertThat(suffixes.section("anything.ck")).isEqualTo(Section.ICANN);
        assertThat(suffixes.section("nosuchtoplevel")).isEqualTo(Section.ICANN);
        assertThat(suffixes.section("github.io")).isEqualTo(Section.PRIVATE);
        assertThat(suffixes.section("www.ck")).isNull();
        assertThat(suffixes.section("evil.github.io")).isNull();
        assertThat(suffixes.section("example.com")).isNull();
    }

    @Test
    void aLineThatIsNoRuleIsNamed() {
        InputStream list = new ByteArrayInputStream("com\na b/c\n*.c<d\n".getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(() -> PublicSuffixes.read(list))
                .isInstanceOf(IOException.class)
                .hasMessage("public suffix list: no rule: '*.c<d'; expected for example co.uk, *.ck or !www.ck");
    }
}
