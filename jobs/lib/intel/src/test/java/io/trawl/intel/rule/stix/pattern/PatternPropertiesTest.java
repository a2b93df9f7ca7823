package io.trawl.intel.rule.stix.pattern;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** What is written reads as the same tree, and no text does more than be refused. */
class PatternPropertiesTest {
    @Property(tries = 500)
    void whatIsWrittenReadsAsTheSameTree(@ForAll("patterns") Pattern pattern) throws PatternException {
        assertThat(Pattern.read(pattern.toString())).isEqualTo(pattern);
    }

    @Property(tries = 500)
    void aBrokenPatternIsRefusedInOneLine(
            @ForAll("patterns") Pattern pattern,
            @ForAll("pieces") String piece,
            @ForAll int where,
            @ForAll int length) {
        String text = pattern.toString();
        int from = Math.floorMod(where, text.length() + 1);
        int to = Math.min(text.length(), from + Math.floorMod(length, 8));
        judge(text.substring(0, from) + piece + text.substring(to));
    }

    @Property(tries = 500)
    void piecesInAnyOrderAreRefusedInOneLine(@ForAll("texts") String text) {
        judge(text);
    }

    private static void judge(String text) {
        try {
            Pattern read = Pattern.read(text);
            assertThat(Pattern.read(read.toString())).isEqualTo(read);
        } catch (PatternException e) {
            assertThat(e.getMessage()).matches("(?:line [0-9]+, )?column [0-9]+: [^\\p{Cntrl}]+");
        }
    }

    @Provide
    Arbitrary<Pattern> patterns() {
        return observations(3).map(Pattern::new);
    }

    @Provide
    Arbitrary<String> pieces() {
        Arbitrary<String> signs = Arbitraries.of(
                "AND",
                "OR",
                "FOLLOWEDBY",
                "NOT",
                "EXISTS",
                "IN",
                "LIKE",
                "MATCHES",
                "WITHIN",
                "REPEATS",
                "START",
                "STOP",
                "SECONDS",
                "TIMES",
                "true",
                "LAST",
                "[",
                "]",
                "(",
                ")",
                "'",
                "\\",
                ".",
                ":",
                ",",
                "*",
                "=",
                "<",
                ">",
                "!",
                "h'",
                "b'",
                "t'",
                "/*",
                "*/",
                "//",
                "\n",
                " ",
                "-",
                "+",
                "0",
                "7",
                "a",
                "x-y",
                "\u0000",
                "\uD800");
        return Arbitraries.frequencyOf(
                Tuple.of(5, signs), Tuple.of(1, Arbitraries.strings().ofMaxLength(4)));
    }

    @Provide
    Arbitrary<String> texts() {
        return pieces().list().ofMaxSize(30).map(all -> String.join(" ", all));
    }

    private static Arbitrary<Pattern.Observation> observations(int depth) {
        Arbitrary<Pattern.Observation> simple = comparisons(2).map(Pattern.Observed::new);
        if (depth == 0) {
            return simple;
        }
        Arbitrary<Pattern.Observation> inner = Arbitraries.lazy(() -> observations(depth - 1));
        Arbitrary<List<Pattern.Observation>> several = inner.list().ofMinSize(2).ofMaxSize(3);
        Arbitrary<Pattern.Qualifier> qualifiers = Arbitraries.oneOf(
                numbers().filter(number -> number.signum() > 0).map(Pattern.Within::new),
                Arbitraries.integers().greaterOrEqual(1).map(Pattern.Repeats::new),
                Arbitraries.just(new Pattern.StartStop(
                        new Literal.Timestamp("2026-11-24T10:00:00Z"),
                        new Literal.Timestamp("2026-11-24T10:00:00.5Z"))));
        return Arbitraries.oneOf(
                simple,
                several.map(Pattern.AllOf::new),
                several.map(Pattern.AnyOf::new),
                several.map(Pattern.FollowedBy::new),
                Combinators.combine(inner, qualifiers).as(Pattern.Qualified::new));
    }

    private static Arbitrary<Pattern.Comparison> comparisons(int depth) {
        Arbitrary<Pattern.Comparison> leaf = leaves();
        if (depth == 0) {
            return leaf;
        }
        Arbitrary<List<Pattern.Comparison>> several = Arbitraries.lazy(() -> comparisons(depth - 1))
                .list()
                .ofMinSize(2)
                .ofMaxSize(3);
        return Arbitraries.oneOf(leaf, several.map(Pattern.And::new), several.map(Pattern.Or::new));
    }

    private static Arbitrary<Pattern.Comparison> leaves() {
        Arbitrary<Boolean> not = Arbitraries.of(true, false);
        Arbitrary<Literal> texts = texts(5).map(Literal.Text::new);
        Arbitrary<Literal> orderable = Arbitraries.oneOf(
                texts,
                numbers().map(Literal.Number::new),
                Arbitraries.of("", "00", "ffd8").map(Literal.Hex::new),
                Arbitraries.of("YQ==", "YWI=", "YWJj").map(Literal.Binary::new),
                Arbitraries.of("2026-11-24T10:00:00Z", "2024-02-30T10:00:60.123456Z")
                        .map(Literal.Timestamp::new));
        Arbitrary<Literal> any = Arbitraries.oneOf(orderable, not.map(Literal.Bool::new));
        return Arbitraries.oneOf(
                compare(not, Arbitraries.of(Pattern.Operator.EQUAL, Pattern.Operator.NOT_EQUAL), any.map(List::of)),
                compare(
                        not,
                        Arbitraries.of(
                                Pattern.Operator.LESS,
                                Pattern.Operator.LESS_OR_EQUAL,
                                Pattern.Operator.GREATER,
                                Pattern.Operator.GREATER_OR_EQUAL),
                        orderable.map(List::of)),
                compare(not, Arbitraries.just(Pattern.Operator.IN), any.list().ofMaxSize(3)),
                compare(
                        not,
                        Arbitraries.of(
                                Pattern.Operator.LIKE,
                                Pattern.Operator.MATCHES,
                                Pattern.Operator.IS_SUBSET,
                                Pattern.Operator.IS_SUPERSET),
                        texts.map(List::of)),
                Combinators.combine(paths(), not).as(Pattern.Exists::new));
    }

    private static Arbitrary<Pattern.Comparison> compare(
            Arbitrary<Boolean> not, Arbitrary<Pattern.Operator> operators, Arbitrary<List<Literal>> literals) {
        return Combinators.combine(paths(), not, operators, literals).as(Pattern.Compare::new);
    }

    private static Arbitrary<ObjectPath> paths() {
        Arbitrary<ObjectPath.Step> keys = Arbitraries.oneOf(
                        Arbitraries.of("value", "dst_ref", "_x9", "User-Agent", "AND", "true", "9", ""), texts(3))
                .map(ObjectPath.Key::new);
        Arbitrary<ObjectPath.Step> steps = Arbitraries.oneOf(
                keys, Arbitraries.integers().map(ObjectPath.Item::new), Arbitraries.just(new ObjectPath.AnyItem()));
        return Combinators.combine(
                        Arbitraries.of("file", "domain-name", "x-a--b", "h", "in"),
                        keys,
                        steps.list().ofMaxSize(3))
                .as((type, first, more) -> {
                    List<ObjectPath.Step> all = new ArrayList<>(List.of(first));
                    all.addAll(more);
                    return new ObjectPath(type, all);
                });
    }

    private static Arbitrary<String> texts(int longest) {
        return Arbitraries.strings().all().ofMaxLength(longest);
    }

    private static Arbitrary<BigDecimal> numbers() {
        return Arbitraries.oneOf(
                Arbitraries.longs().map(BigDecimal::valueOf),
                Arbitraries.bigDecimals()
                        .between(new BigDecimal(-1_000_000), new BigDecimal(1_000_000))
                        .ofScale(3));
    }
}
