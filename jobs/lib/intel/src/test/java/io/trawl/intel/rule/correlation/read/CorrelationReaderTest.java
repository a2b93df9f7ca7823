package io.trawl.intel.rule.correlation.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trawl.intel.rule.Level;
import io.trawl.intel.rule.correlation.Correlation;
import io.trawl.intel.rule.correlation.Expression;
import io.trawl.intel.rule.correlation.Shape;
import io.trawl.intel.rule.correlation.Shape.Aggregate;
import io.trawl.intel.rule.correlation.Shape.Limits;
import io.trawl.intel.rule.correlation.Shape.Limits.Limit;
import io.trawl.intel.rule.correlation.Shape.Limits.Order;
import io.trawl.intel.rule.document.Documents;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CorrelationReaderTest {
    private static Correlation read(String text) {
        Documents documents = Documents.read("x.yml", text);
        assertThat(documents.refused()).isEmpty();
        return CorrelationReader.read(documents.documents().get(0));
    }

    /** A correlation of these lines, with a title. */
    private static Correlation correlation(String... lines) {
        return read("title: t\ncorrelation:\n  " + String.join("\n  ", lines) + "\n");
    }

    private static Limits limits(Order order, String number) {
        return new Limits(List.of(new Limit(order, new BigDecimal(number))));
    }

    @Test
    void allOfIt() {
        Correlation correlation = read("""
                title: Many failures
                id: 0E95725D-7320-415D-80F7-004DA920FC11
                name: many
                level: high
                tags: [attack.t1110]
                references: [https://example.org]
                generate: true
                correlation:
                  type: value_count
                  rules:
                    - 5638F7C0-AC70-491D-8465-2A65075E0D86
                    - other
                  group-by: [ip, cs-host]
                  timespan: 90m
                  aliases:
                    ip:
                      other: dst
                      5638F7C0-AC70-491D-8465-2A65075E0D86: c-ip
                  condition:
                    field: cs-username
                    gt: 100
                    lte: 200
                """);
        assertThat(correlation.id()).isEqualTo("0e95725d-7320-415d-80f7-004da920fc11");
        assertThat(correlation.reference()).isEqualTo("many");
        assertThat(correlation.level()).isEqualTo(Level.HIGH);
        assertThat(correlation.generate()).isTrue();
        assertThat(correlation.rules()).containsExactly("5638f7c0-ac70-491d-8465-2a65075e0d86", "other");
        assertThat(correlation.groupBy()).containsExactly("ip", "cs-host");
        assertThat(correlation.timespan()).isEqualTo(Duration.ofMinutes(90));
        assertThat(correlation.aliases())
                .isEqualTo(Map.of("ip", Map.of("other", "dst", "5638f7c0-ac70-491d-8465-2a65075e0d86", "c-ip")));
        assertThat(correlation.shape())
                .isEqualTo(new Shape.ValueCount(
                        List.of("cs-username"),
                        new Limits(List.of(
                                new Limit(Order.GT, BigDecimal.valueOf(100)),
                                new Limit(Order.LTE, BigDecimal.valueOf(200))))));
        assertThat(correlation.place().line()).isEqualTo(1);
    }

    @Test
    void temporalWantsAllRulesUnlessItSaysOtherwise() {
        assertThat(correlation("type: temporal", "rules: [a, b]", "timespan: 5m")
                        .shape())
                .isEqualTo(new Shape.RuleCount(false, Limits.atLeast(2)));
        assertThat(correlation("type: temporal_ordered", "rules: [a, b, c]", "timespan: 5m", "condition:", "  gte: 2")
                        .shape())
                .isEqualTo(new Shape.RuleCount(true, Limits.atLeast(2)));
        Correlation extended = correlation("type: temporal", "timespan: 5m", "condition: a and not (b or c)");
        assertThat(extended.rules()).containsExactly("a", "b", "c");
        assertThat(extended.shape()).isEqualTo(new Shape.Together(false, Expression.of("a and not (b or c)")));
    }

    @Test
    void eachAggregate() {
        String field = "  field: sc-bytes";
        assertThat(correlation("type: value_sum", "rules: a", "timespan: 1h", "condition:", field, "  gt: 1.5")
                        .shape())
                .isEqualTo(new Shape.Value(new Aggregate.Sum(), "sc-bytes", limits(Order.GT, "1.5")));
        assertThat(correlation("type: value_avg", "rules: a", "timespan: 1h", "condition:", field, "  lt: 5")
                        .shape())
                .isEqualTo(new Shape.Value(new Aggregate.Average(), "sc-bytes", limits(Order.LT, "5")));
        assertThat(correlation("type: value_median", "rules: a", "timespan: 1h", "condition:", field, "  eq: 5")
                        .shape())
                .isEqualTo(new Shape.Value(new Aggregate.Percentile(50), "sc-bytes", limits(Order.EQ, "5")));
        assertThat(correlation(
                                "type: value_percentile",
                                "rules: a",
                                "timespan: 1h",
                                "condition:",
                                field,
                                "  neq: 5",
                                "  percentile: 95")
                        .shape())
                .isEqualTo(new Shape.Value(new Aggregate.Percentile(95), "sc-bytes", limits(Order.NEQ, "5")));
    }

    @ParameterizedTest
    @CsvSource({"15s, 15", "30m, 1800", "1h, 3600", "5d, 432000", "2w, 1209600", "1M, 2629746", "1y, 31556952"})
    void timespans(String text, long seconds) {
        assertThat(correlation("type: temporal", "rules: [a, b]", "timespan: " + text)
                        .timespan())
                .isEqualTo(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @CsvSource({"0s", "-5m", "5", "m", "5 m", "5H", "1.5h", "1h30m", "999999999y"})
    void otherTimespansAreRefused(String text) {
        assertThatThrownBy(() -> correlation("type: temporal", "rules: [a, b]", "timespan: '" + text + "'"))
                .hasMessage(
                        "x.yml:5: the timespan '" + text
                                + "' is not a number of 1 or more with s, m, h, d, w, M (month) or y; expected, for example, 15m");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rules: a; timespan: 1m; condition: {gte: 2} | type of correlation is missing",
                "type: event_cnt; rules: a; timespan: 1m; condition: {gte: 2} | the type 'event_cnt' is not known",
                "type: event_count; timespan: 1m; condition: {gte: 2} | rules of correlation is missing or empty",
                "type: event_count; rules: [a, a]; timespan: 1m; condition: {gte: 2} | a is twice in rules",
                "type: event_count; rules: {a: b}; timespan: 1m; condition: {gte: 2} | rules of correlation has a map in it",
                "type: event_count; rules: a; condition: {gte: 2} | timespan of correlation is missing",
                "type: event_count; rules: a; timespan: 1m | condition of correlation is missing",
                "type: event_count; rules: a; timespan: 1m; condition: {} | condition has no limit",
                "type: event_count; rules: a; timespan: 1m; condition: {min: 3} | the key min of condition is not known",
                "type: event_count; rules: a; timespan: 1m; condition: {gte: many} | gte of condition is 'many'; expected a number",
                "type: event_count; rules: a; timespan: 1m; condition: {lt: 1} | no number of 1 or more meets the condition",
                "type: event_count; rules: a; timespan: 1m; condition: {gt: 5, lt: 6} | no number of 1 or more meets",
                "type: event_count; rules: a; timespan: 1m; condition: {gte: 2, field: x} | event_count takes no field",
                "type: event_count; rules: a; timespan: 1m; condition: a or b | condition is a text; expected a limit",
                "type: event_count; rules: a; timespan: 1m; condition: {gte: 2}; groupby: x | the key groupby of correlation is not",
                "type: value_count; rules: a; timespan: 1m; condition: {gte: 2} | value_count has no field",
                "type: value_sum; rules: a; timespan: 1m; condition: {gte: 2, field: [x, y]} | value_sum has 2 fields",
                "type: value_percentile; rules: a; timespan: 1m; condition: {gte: 2, field: x} | value_percentile has no percentile",
                "type: value_avg; rules: a; timespan: 1m; condition: {gte: 2, field: x, percentile: 5} | value_avg takes no percentile",
                "type: value_percentile; rules: a; timespan: 1m; condition: {gte: 2, field: x, percentile: 101} | percentile is not",
                "type: temporal; rules: [a, b]; timespan: 1m; condition: {gte: 3} | no number of rules from 1 to 2 meets",
                "type: temporal; rules: [a, b]; timespan: 1m; condition: a | the condition does not name b",
                "type: temporal; rules: [a]; timespan: 1m; condition: a and b | the condition names b, which is not in rules",
                "type: temporal; timespan: 1m; condition: not a | the condition holds without any of its rules",
                "type: temporal; timespan: 1m; condition: a and ( | the condition is wrong at character 8",
                "type: temporal; rules: [a, b]; timespan: 1m; aliases: {x: y} | the alias x is a text; expected rules and their",
                "type: temporal; rules: [a, b]; timespan: 1m; generate: maybe | generate is a text; expected true or false",
                "type: temporal; rules: [a, b]; timespan: 1m; group-by: {x: y} | group-by of correlation has a map in it"
            })
    void whatIsWrongIsRefused(String lines, String reason) {
        assertThatThrownBy(() -> correlation(lines.split("; ")))
                .hasMessageStartingWith("x.yml:")
                .hasMessageContaining(reason);
    }

    @Test
    void falsePositivesAreATextOrAList() {
        for (String written : List.of("Unlikely", "[Unlikely, rare]")) {
            assertThat(read("title: t\nfalsepositives: " + written
                                    + "\ncorrelation:\n  type: temporal\n  rules: [a, b]\n  timespan: 1m\n")
                            .rules())
                    .containsExactly("a", "b");
        }
    }

    @Test
    void aCorrelationIsNotARuleToo() {
        assertThatThrownBy(() -> read("title: t\ncorrelation:\n  type: temporal\n  rules: [a, b]\n  timespan: 1m\n"
                        + "detection:\n  condition: x\n"))
                .hasMessageContaining("x.yml:6: a correlation has no detection");
    }

    @Test
    void theSpecificationsSamplesAreRead() throws IOException {
        Path folder = Path.of(System.getProperty("trawl.corpora", "../../../../shared/corpora"))
                .resolve("sigma-specification/tests/schema/correlation");
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> all =
                    files.filter(file -> !file.endsWith("value_percentile.yml")).toList();
            assertThat(all).hasSize(7);
            for (Path file : all) {
                Documents documents = Documents.read(file.toString(), Files.readAllBytes(file));
                assertThat(CorrelationReader.read(documents.documents().get(0)).rules())
                        .isNotEmpty();
            }
        }
        // The specification does not say which percentile its sample means.
        Path percentile = folder.resolve("value_percentile.yml");
        assertThatThrownBy(() -> CorrelationReader.read(Documents.read("p.yml", Files.readAllBytes(percentile))
                        .documents()
                        .get(0)))
                .hasMessageContaining("value_percentile has no percentile");
    }
}
