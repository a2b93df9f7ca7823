package io.trawl.intel.lookalike.brand;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BrandsFileTest {
    @TempDir
    Path folder;

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    @Test
    void readsABrandPerLine() throws IOException {
        Brands brands = BrandsFile.read(file("brands", """
                # ours
                www.paypal.com  names=paypalme,Pay-Pal domains=paypal.me  partners=friends.example,  # and so on

                b\u00FCcher.example
                """));
        assertThat(brands.all())
                .containsExactly(
                        new Brand(
                                "paypal.com",
                                List.of("paypal", "paypalme", "pay-pal"),
                                "com",
                                List.of("paypal.me"),
                                List.of("friends.example")),
                        new Brand("xn--bcher-kva.example", List.of("xn--bcher-kva"), "example", List.of(), List.of()));
        assertThat(brands.owner("paypal.me")).isZero();
        assertThat(brands.owner("friends.example")).isEqualTo(-1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a b.example | 'b.example' is not names=, domains= or partners=",
                "co.uk | 'co.uk' is a public suffix",
                "192.0.2.1 | '192.0.2.1' is not a domain",
                "a.example names=b.c | 'b.c' is not a name of one label",
                "a.example names=b names=c | names= is there twice",
                "a.example domains=com | 'com' is a public suffix",
                "a.example colour=red | 'colour=red' is not names=, domains= or partners=",
            })
    void anErrorNamesFileLineAndReason(String line, String reason) throws IOException {
        Path file = file("bad", "# first\n" + line + "\n");
        String expected = line.startsWith("a b") ? "'a' is a public suffix" : reason;
        assertThatThrownBy(() -> BrandsFile.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(file + ", line 2: " + expected);
    }

    @Test
    void aBrandIsThereOnce() throws IOException {
        Path file = file("twice", "a.example\nwww.a.example\n");
        assertThatThrownBy(() -> BrandsFile.read(file)).hasMessage(file + ", line 2: 'a.example' is in line 1 already");
        Path empty = file("empty", "# nothing\n");
        assertThatThrownBy(() -> BrandsFile.read(empty)).hasMessageStartingWith(empty + ": no brand in it");
    }

    @Test
    void readsPopularityLists() throws IOException {
        for (Path file : List.of(
                file("a.csv", "rank,domain\n1,google.com\n2,a.co.uk\n"),
                file("b.txt", "google.com\na.co.uk\n"),
                file("c.json", "{\"name\":\"x.example\",\"list\":[\"google.com\",\".a.co.uk\"]}"))) {
            Popularity list = Popularity.read(file);
            assertThat(list.top(1)).containsExactly("google.com");
            assertThat(list.rank("a.co.uk")).isEqualTo(2);
            assertThat(list.rank("b.example")).isZero();
        }
        Path bad = file("bad.csv", "1,google.com\n2,a b\n");
        assertThatThrownBy(() -> Popularity.read(bad)).hasMessageStartingWith(bad + ", line 2: not a domain");
    }

    @Test
    void domainsOfOneLabelAreOneBrand() {
        Brands brands = Brands.ofDomains(List.of("google.com", "google.de", "ac.uk", "192.0.2.1", "a.example"));
        assertThat(brands.all()).extracting(Brand::domain).containsExactly("google.com", "a.example");
        assertThat(brands.all().get(0).domains()).containsExactly("google.de");
    }
}
