package io.trawl.intel.canonical;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RefangTest {
    @ParameterizedTest
    @CsvSource(
            delimiterString = " -> ",
            quoteCharacter = '\u0001',
            value = {
                "evil[.]example -> evil.example",
                "evil(.)example -> evil.example",
                "evil{.}example -> evil.example",
                "evil<.>example -> evil.example",
                "evil[dot]example -> evil.example",
                "evil(DOT)example -> evil.example",
                "evil{Dot}example -> evil.example",
                "evil [.] example -> evil.example",
                "evil [dot] example -> evil.example",
                "evil dot example -> evil.example",
                "evil[[.]]example -> evil.example",
                "evil[.example -> evil.example",
                "evil.]example -> evil.example",
                "evil\\.example -> evil.example",
                "1[.]2[.]3[.]4 -> 1.2.3.4",
                "1.2.3[.]4 -> 1.2.3.4",
                "1(.)2(.)3(.)0/24 -> 1.2.3.0/24",
                "2001[:]db8[:][:]1 -> 2001:db8::1",
                "hxxp://evil.example/a -> http://evil.example/a",
                "hXXps://evil[.]example/a -> https://evil.example/a",
                "HXXP://evil.example -> http://evil.example",
                "h**p://evil.example -> http://evil.example",
                "htxp://evil.example -> http://evil.example",
                "hxtps://evil.example -> https://evil.example",
                "fxp://evil.example -> ftp://evil.example",
                "hxxp[:]//evil[.]example/a[.]php -> http://evil.example/a.php",
                "hxxp[://]evil[.]example/a -> http://evil.example/a",
                "http[:]//evil.example/a -> http://evil.example/a",
                "http[://]evil.example -> http://evil.example",
                "http:[//]evil.example -> http://evil.example",
                "http:[/][/]evil.example -> http://evil.example",
                "hxxps[:][//]evil[.]example -> https://evil.example",
                "hxxp:\\\\evil[.]example -> http:\\\\evil.example",
                "evil[.]example[/]a -> evil.example/a",
                "evil[.]example[:]8080/a -> evil.example:8080/a",
                "bob[@]evil[.]example -> bob@evil.example",
                "bob(at)evil(dot)example -> bob@evil.example",
                "hxxp[.]example -> hxxp.example",
                "\"evil.example\" -> evil.example",
                "'evil.example', -> evil.example",
                "<http://evil.example/a> -> http://evil.example/a",
                "(evil.example) -> evil.example",
                "[evil.example] -> evil.example",
                "[1.2.3.4] -> 1.2.3.4",
                "“evil[.]example” -> evil.example",
                "evil.example, -> evil.example",
                "evil.example; -> evil.example",
                "evil.example) -> evil.example",
                "evil[.]example. -> evil.example",
                "\"evil.example -> evil.example",
                "hxxp://evil[.]example/a, -> http://evil.example/a",
                "ev\u200Bil.exam\u00ADple\uFEFF -> evil.example",
                "http://ev\u200Dil.example/ -> http://evil.example/",
            })
    void whatWasDefangedIsAsItWas(String defanged, String plain) {
        assertThat(Canonical.refang(defanged)).isEqualTo(plain);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example.",
                "http://evil.example/a,",
                "http://evil.example/foo;",
                "http://evil.example/Foo_(bar)",
                "http://evil.example/a[.]b(dot)c",
                "http://evil.example/?q=hxxp://other[.]example",
                "http://evil.example?",
                "evil.example/a[.]b",
                "::",
                "2001:db8::",
                "[2001:db8::1]",
                "[2001:db8::1]:80",
                "http://[2001:db8::1]/a",
                "hxxp.example",
                "http://hxxp.example/",
                "https://evil.example",
                "dot.example",
                "a-dot-b.example",
                "192.0.2.0/24",
                "می\u200Cخواهم.example",
            })
    void aPlainValueStaysAsItIs(String plain) {
        assertThat(Canonical.refang(plain)).isEqualTo(plain);
    }

    @Test
    void theCorpusIsRefangedLineByLine() throws IOException {
        List<String> defanged = Files.readAllLines(Corpora.path("url/refang/sample_text_defanged.txt"));
        List<String> plain = Files.readAllLines(Corpora.path("url/refang/sample_text_fanged.txt"));

        assertThat(defanged).hasSizeGreaterThan(1000);
        assertThat(defanged.stream().map(Canonical::refang)).containsExactlyElementsOf(plain);
        assertThat(plain.stream().map(Canonical::refang)).containsExactlyElementsOf(plain);
    }
}
