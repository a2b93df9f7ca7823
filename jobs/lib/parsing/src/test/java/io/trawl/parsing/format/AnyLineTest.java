package io.trawl.parsing.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.parsing.Failure;
import io.trawl.record.ProxyEvent;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** No declared format throws, whatever the bytes are; no text of an event has a control character in it. */
class AnyLineTest {
    private static final Instant ARRIVED = Instant.parse("2024-06-12T10:11:12Z");
    private static final List<DeclaredFormat> FORMATS =
            DeclaredFormat.folder(DeclaredFormatsTest.FORMATS).values().stream()
                    .map(file -> DeclaredFormat.of(file, ZoneOffset.UTC))
                    .toList();
    private static final List<byte[]> SAMPLES = FORMATS.stream()
            .flatMap(format -> format.samples().stream())
            .map(line -> line.getBytes(StandardCharsets.UTF_8))
            .toList();

    private static void holds(byte[] line) {
        byte[] before = line.clone();
        for (DeclaredFormat format : FORMATS) {
            ProxyEvent event = new ProxyEvent();
            Failure failure = format.parse(line, ARRIVED, event);
            assertThat(line).isEqualTo(before);
            if (failure != null) {
                assertThat(failure.message()).as(format.name()).isNotBlank().hasSizeLessThan(400);
                assertThat(failure.message().chars().noneMatch(Character::isISOControl))
                        .as(format.name())
                        .isTrue();
                continue;
            }
            assertThat(event.getTimestamp()).as(format.name()).isNotNull();
            DeclaredFormat.fields(event)
                    .forEach((field, text) -> assertThat(
                                    text.codePoints().noneMatch(c -> Character.isISOControl(c) || isHalfAPair(c)))
                            .as(format.name() + " " + field)
                            .isTrue());
        }
    }

    private static boolean isHalfAPair(int c) {
        return c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
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
                        Arbitraries.of(SAMPLES),
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

    @Test
    void whatIsHugeIsReadOrRefused() {
        List<String> lines = new ArrayList<>();
        lines.add("x".repeat(2_000_000));
        lines.add("a b ".repeat(50_000));
        lines.add("\"".repeat(50_000));
        lines.add("\\".repeat(50_000));
        lines.add("a=\"b\" ".repeat(30_000));
        lines.add(",".repeat(100_000));
        lines.add("{\"a\":".repeat(10_000));
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
        for (DeclaredFormat format : FORMATS) {
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
        for (byte[] sample : SAMPLES) {
            for (String end : List.of("\\", "\\x", "\\x4", "%", "%4", "\\u00", "\"", "\u0000", "\u001B[31m")) {
                byte[] tail = end.getBytes(StandardCharsets.UTF_8);
                byte[] line = Arrays.copyOf(sample, sample.length + tail.length);
                System.arraycopy(tail, 0, line, sample.length, tail.length);
                holds(line);
            }
        }
    }
}
