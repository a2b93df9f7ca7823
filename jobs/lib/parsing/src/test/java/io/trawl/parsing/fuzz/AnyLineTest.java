package io.trawl.parsing.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.parsing.Failure;
import io.trawl.parsing.Parser;
import io.trawl.parsing.format.DeclaredFormat;
import io.trawl.parsing.format.Formats;
import io.trawl.record.ProxyEvent;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** No declared format throws, whatever the bytes are; all texts of an event are plain. */
class AnyLineTest {
    private static final Instant ARRIVED = Instant.parse("2024-06-12T10:11:12Z");
    private static final int TEN_MEGABYTES = 10 << 20;
    private static final List<Sample> SAMPLES = AnyLine.PARSERS.stream()
            .flatMap(parser -> Formats.shipped().declared(parser.name(), ZoneOffset.UTC).samples().stream()
                    .map(line -> new Sample(parser, line.getBytes(StandardCharsets.UTF_8))))
            .toList();

    /** A line of a format. */
    private record Sample(Parser parser, byte[] line) {
        /** The line with something in it that comes again and again, until all of it has so many bytes. */
        byte[] with(byte[] piece, int at, int length) {
            byte[] whole = new byte[Math.max(length, line.length)];
            System.arraycopy(line, 0, whole, 0, at);
            int behind = whole.length - (line.length - at);
            for (int i = at; i < behind; i++) {
                whole[i] = piece[(i - at) % piece.length];
            }
            System.arraycopy(line, at, whole, behind, line.length - at);
            return whole;
        }
    }

    private static void holds(byte[] line) {
        AnyLine.holds(line);
    }

    @Property(tries = 300)
    void anyBytesAreReadOrRefused(@ForAll byte[] line) {
        holds(line);
    }

    @Property(tries = 1500)
    void aSampleWithSomethingChangedIsReadOrRefused(@ForAll("changed") byte[] line) {
        holds(line);
    }

    @Provide
    Arbitrary<byte[]> changed() {
        Arbitrary<Integer> places = Arbitraries.integers().between(0, 2_000);
        Arbitrary<Byte> odd = Arbitraries.of(
                        0, 9, 13, 27, 32, 34, 37, 39, 44, 58, 61, 91, 92, 93, 123, 124, 125, 127, 0xC2, 0xE9, 0xED,
                        0xFF)
                .map(Integer::byteValue);
        return Combinators.combine(
                        Arbitraries.of(SAMPLES).map(Sample::line),
                        places,
                        odd,
                        places,
                        Arbitraries.integers().between(0, 4))
                .as((sample, one, with, two, how) -> {
                    byte[] line = sample.clone();
                    int at = one % line.length;
                    switch (how) {
                        case 0 -> line[at] = with;
                        case 1 -> line = Arrays.copyOf(line, at);
                        case 2 -> {
                            byte[] longer = Arrays.copyOf(line, line.length + 1);
                            System.arraycopy(line, at, longer, at + 1, line.length - at);
                            longer[at] = with;
                            line = longer;
                        }
                        case 3 -> line = Arrays.copyOfRange(line, at, line.length);
                        default -> {
                            line[at] = with;
                            line[two % line.length] = with;
                        }
                    }
                    return line;
                });
    }

    private static Collection<Sample> firstOfEach() {
        return SAMPLES.stream()
                .collect(Collectors.toMap(Sample::parser, one -> one, (one, other) -> one))
                .values();
    }

    /** Each format reads its own lines furthest, so each gets its own. Work that grew faster than the line would not end. */
    @Test
    void aLineOfTenMegabytesIsReadOrRefused() {
        byte[] x = {'x'};
        for (Sample sample : firstOfEach()) {
            AnyLine.holds(sample.parser, sample.with(x, sample.line.length * 2 / 3, TEN_MEGABYTES));
        }
    }

    @Property(tries = 30, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
    void aSampleWithTenMegabytesOfSomethingInItIsReadOrRefused(
            @ForAll("samples") Sample sample, @ForAll("pieces") byte[] piece, @ForAll @IntRange(max = 999) int place) {
        AnyLine.holds(sample.parser, sample.with(piece, place * sample.line.length / 1000, TEN_MEGABYTES));
    }

    @Provide
    Arbitrary<Sample> samples() {
        return Arbitraries.of(SAMPLES);
    }

    /** What means something to a grammar or an escape, NUL, and halves of surrogate pairs, in UTF-8 and as JSON has them. */
    @Provide
    Arbitrary<byte[]> pieces() {
        return Arbitraries.of(
                        "\0",
                        " ",
                        "\t",
                        ",",
                        ";",
                        "|",
                        "=",
                        ":",
                        "\"",
                        "'",
                        "\\",
                        "%",
                        "%4",
                        "%25",
                        "\\x",
                        "\\x4",
                        "\\u00",
                        "\\ud800",
                        "[",
                        "{",
                        "}",
                        "{\"a\":",
                        "a=b ",
                        "a=\"b\" ",
                        " a=",
                        "\u00E9",
                        "\u202E",
                        "\u0085",
                        "ED_A0_80",
                        "\u001B[31m",
                        "<134>",
                        "1.",
                        "::",
                        "cs1Label=a cs1=b ",
                        ", ",
                        "\" \"",
                        "://",
                        "@",
                        "/",
                        "?",
                        "\r")
                .map(text -> text.equals("ED_A0_80")
                        ? new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80}
                        : text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aHundredThousandColumnsAreReadOrRefused() {
        for (String column : List.of("a ", "a\t", "a,", "\"a\"|", "k=\"v\" ", "a:b\t")) {
            byte[] columns = column.repeat(100_000).getBytes(StandardCharsets.UTF_8);
            holds(columns);
            for (Sample sample : firstOfEach()) {
                byte[] line = Arrays.copyOf(sample.line, sample.line.length + columns.length);
                System.arraycopy(columns, 0, line, sample.line.length, columns.length);
                AnyLine.holds(sample.parser, line);
            }
        }
    }

    @Test
    void tenThousandLevelsOfJsonAreReadOrRefused() {
        for (String level : List.of("{\"a\":", "[", "{\"a\":[", "[[{\"httpRequest\":")) {
            String levels = level.repeat(10_000);
            holds(levels.getBytes(StandardCharsets.UTF_8));
            for (Sample sample : SAMPLES) {
                if (sample.line[0] == '{') {
                    String rest = new String(sample.line, StandardCharsets.UTF_8).substring(1);
                    String line = "{\"deep\":" + levels;
                    AnyLine.holds(sample.parser, line.getBytes(StandardCharsets.UTF_8));
                    AnyLine.holds(sample.parser, (line + "1," + rest).getBytes(StandardCharsets.UTF_8));
                }
            }
        }
    }

    @Test
    void whatIsHugeIsReadOrRefused() {
        List<String> lines = new ArrayList<>();
        lines.add("\"".repeat(50_000));
        lines.add("\\".repeat(50_000));
        lines.add("{\"httpRequest\":" + "[".repeat(10_000));
        lines.add("{\"request\":\"" + "\\ud800".repeat(1_000) + "\"}");
        lines.add("CEF:0|" + "|".repeat(10_000));
        lines.add("[" + "x [".repeat(50_000));
        lines.add("192.0.2.1 - " + "a [".repeat(20_000) + "[26/Dec/2016:16:16:28 +0200] \"");
        lines.add("1700000000.123 62 192.0.2.1 TCP_MISS/200 1380 GET http://a/" + " b".repeat(100_000)
                + " - HIER_DIRECT/- -");
        for (String line : lines) {
            holds(line.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** A line costs no more than a multiple of its length, wherever a run of spaces stands in it. */
    @Test
    void aLongRunOfSpacesCostsNoMoreThanItsLength() {
        byte[] run = " ".repeat(100_000).getBytes(StandardCharsets.UTF_8);
        ThreadMXBean clock = ManagementFactory.getThreadMXBean();
        List<String> slow = new ArrayList<>();
        for (DeclaredFormat format : AnyLine.FORMATS) {
            for (String sample : new LinkedHashSet<>(format.samples())) {
                for (int at = sample.indexOf(' '); at >= 0; at = sample.indexOf(' ', at + 1)) {
                    ByteArrayOutputStream line = new ByteArrayOutputStream();
                    line.writeBytes(sample.substring(0, at).getBytes(StandardCharsets.UTF_8));
                    line.writeBytes(run);
                    line.write('y');
                    long before = clock.getCurrentThreadCpuTime();
                    Failure failure = format.parse(line.toByteArray(), ARRIVED, new ProxyEvent());
                    long took = clock.getCurrentThreadCpuTime() - before;
                    assertThat(failure == null || !failure.message().isBlank()).isTrue();
                    if (took > 1_000_000_000L) {
                        slow.add(format.name() + " " + took / 1_000_000 + " ms: " + sample.substring(0, at));
                        break;
                    }
                }
            }
        }
        assertThat(slow).isEmpty();
    }

    @Test
    void whatEndsInTheMiddleOfAnEscapeIsReadOrRefused() {
        for (Sample sample : SAMPLES) {
            for (String end :
                    List.of("\\", "\\x", "\\x4", "%", "%4", "\\u00", "\\ud800", "\"", "\u0000", "\u001B[31m")) {
                byte[] tail = end.getBytes(StandardCharsets.UTF_8);
                byte[] line = Arrays.copyOf(sample.line, sample.line.length + tail.length);
                System.arraycopy(tail, 0, line, sample.line.length, tail.length);
                holds(line);
            }
        }
    }
}
