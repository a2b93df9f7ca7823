package io.trawl.schema.word;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What lake, HBase, topics and feeds of releases have: a word that changes would not be found in them. */
class WordsTest {
    @Test
    void stagesAreAsTheLedgerHasThem() {
        assertThat(List.of(Stage.INGEST, Stage.VALIDATE, Stage.ENRICH, Stage.LOAD, Stage.AUDIT))
                .extracting(Stage::name)
                .containsExactly("ingest", "validate", "enrich", "load", "audit");
        assertThat(new Stage("mine")).hasToString("mine").isEqualTo(new Stage("mine"));
    }

    @Test
    void sweepsAreAsDetectionsAndCellsHaveThem() {
        assertThat(Arrays.stream(SweepKind.values()).map(SweepKind::text)).containsExactly("batch", "hot", "retro");
        assertThat(Arrays.stream(SweepKind.values()).map(SweepKind::toString)).containsExactly("batch", "hot", "retro");
    }

    @Test
    void typesAreAsIndicatorsHaveThem() {
        assertThat(Arrays.stream(IndicatorType.values()).map(IndicatorType::text))
                .containsExactly(
                        "domain",
                        "ipv4",
                        "ipv6",
                        "cidr",
                        "url",
                        "ip-port",
                        "domain-port",
                        "url-path",
                        "user-agent",
                        "user-agent-regex",
                        "email-domain",
                        "md5",
                        "sha1",
                        "sha256",
                        "url-prefix");
        assertThat(IndicatorType.values()).allSatisfy(type -> {
            assertThat(IndicatorType.of(type.text())).isEqualTo(type);
            assertThat(type).hasToString(type.text());
        });
        assertThat(IndicatorType.of("DOMAIN")).isNull();
        assertThat(IndicatorType.of("")).isNull();
    }
}
