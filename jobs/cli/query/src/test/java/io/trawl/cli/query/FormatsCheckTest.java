package io.trawl.cli.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.base.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FormatsCheckTest {
    private static final String GOOD = """
            name: my-gateway
            title: Our gateway
            link: https://gateway.example
            verified: true
            grammar:
              nginx: '$time $client $url'
            map: {timestamp: {from: $time, as: epoch}, source_address: $client, url_original: $url}
            samples:
              - line: '1700000000 192.0.2.1 http://a.example/'
                event:
                  timestamp: "2023-11-14T22:13:20Z"
                  source_address: "192.0.2.1"
                  source_ip: "192.0.2.1"
                  url_original: "http://a.example/"
                  url_full: "http://a.example/"
                  url_scheme: "http"
                  url_domain: "a.example"
                  url_path: "/"
                  destination_domain: "a.example"
            """;

    @TempDir
    Path folder;

    private static List<Finding> check(String place, String... more) {
        Settings settings = Settings.defaults().with("formats.folder", place);
        for (int i = 0; i < more.length; i += 2) {
            settings = settings.with(more[i], more[i + 1]);
        }
        return FormatsCheck.of(settings);
    }

    private String declared(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name + ".yaml"), text).toString();
    }

    @Test
    void withoutAFolderThereIsNothingToDo() {
        assertThat(check("")).containsExactly(Finding.ok("formats.folder", "empty: sources use Trawl's own formats"));
    }

    @Test
    void whatIsRightIsCounted() throws IOException {
        declared("my-gateway", GOOD);
        assertThat(check(folder.toString()))
                .containsExactly(Finding.ok("formats.folder", folder + " has 1 formats, all right"));
        assertThat(check(folder.toUri().toString())).allMatch(one -> one.level() == Finding.Level.OK);
    }

    @Test
    void aFolderThatIsMissingSaysWhatToDo() {
        for (String place :
                List.of(folder + "/absent", folder.resolve("absent").toUri().toString())) {
            assertThat(check(place)).singleElement().satisfies(one -> {
                assertThat(one.level()).isEqualTo(Finding.Level.FAIL);
                assertThat(one.found()).contains(folder + "/absent cannot be read");
                assertThat(one.advice())
                        .isEqualTo("make the folder and put your formats there, or correct formats.folder");
            });
        }
        assertThat(check("formats").get(0).found()).contains("expected an absolute path or a URL");
    }

    @Test
    void aDeclarationThatIsRefusedIsNamedWithItsLine() throws IOException {
        String file = declared("my-gateway", GOOD.replace("source_address: $client", "source_address: $clint"));
        assertThat(check(folder.toString()))
                .containsExactly(Finding.warn(
                        "formats.folder",
                        file + ":7: no column $clint in the grammar; expected one of $time, $client, $url",
                        "mend it, or remove the file: no source uses it yet"));
        assertThat(check(folder.toString(), "source.proxy.format", "squid, my-gateway"))
                .singleElement()
                .satisfies(one -> {
                    assertThat(one.level()).isEqualTo(Finding.Level.FAIL);
                    assertThat(one.advice()).isEqualTo("mend it: source proxy uses it");
                });
    }

    @Test
    void aSampleThatBecomesAnotherEventIsNamedWithItsLine() throws IOException {
        String file = declared("my-gateway", GOOD.replace("url_path: \"/\"", "url_path: \"/x\""));
        assertThat(check(folder.toString()).get(0).found())
                .isEqualTo(file + ":9: url_path of the sample is /; expected /x");
    }

    @Test
    void manyWrongDeclarationsAreCounted() throws IOException {
        for (int i = 0; i < 9; i++) {
            declared("gateway-" + i, "nonsense");
        }
        List<Finding> findings = check(folder.toString());
        assertThat(findings).hasSize(6);
        assertThat(findings.get(5).found()).isEqualTo("4 more declarations are wrong");
    }

    @Test
    void aFormatThatReplacesOneOfTrawlsAndAFileThatIsNoneAreSaid() throws IOException {
        declared("squid", GOOD.replace("name: my-gateway", "name: squid"));
        declared("My Gateway", GOOD);
        assertThat(check(folder.toString()))
                .extracting(Finding::level, Finding::found)
                .contains(org.assertj.core.groups.Tuple.tuple(
                        Finding.Level.OK,
                        "format squid is the site's own (" + folder
                                + "/squid.yaml), not the one that ships with Trawl"))
                .anySatisfy(one -> assertThat(one.toList().get(0)).isEqualTo(Finding.Level.WARN));
    }

    @Test
    void aFormatThatIsNowhereIsSaid() throws IOException {
        declared("my-gateway", GOOD);
        assertThat(check(folder.toString(), "source.proxy.format", "my-gatewai"))
                .singleElement()
                .satisfies(one -> {
                    assertThat(one.level()).isEqualTo(Finding.Level.FAIL);
                    assertThat(one.found()).contains("source proxy: format my-gatewai is unknown", "my-gateway");
                });
    }

    @Test
    void aPathIsNoPlaceForWorkersOfACluster() throws IOException {
        declared("my-gateway", GOOD);
        List<Finding> findings = check(folder.toString(), "spark.master", "spark://master.example:7077");
        assertThat(findings).singleElement().satisfies(one -> {
            assertThat(one.level()).isEqualTo(Finding.Level.FAIL);
            assertThat(one.advice()).contains("hdfs://namenode" + folder);
        });
        assertThat(check(folder.toUri().toString(), "spark.master", "spark://master.example:7077"))
                .allMatch(one -> one.level() == Finding.Level.OK);
    }
}
