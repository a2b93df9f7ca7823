package io.trawl.cli.files.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.intel.canonical.Answers;
import io.trawl.intel.canonical.Canonical;
import io.trawl.intel.feed.Indicators;
import io.trawl.intel.index.IndicatorIndex;
import io.trawl.parsing.format.Formats;
import io.trawl.record.Indicator;
import io.trawl.record.ProxyEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What {@code match} passes over is valid and has no detection, in every format that has plain lines: over the samples,
 * over the lines of the corpora, and over both with something changed in them; with indicators made of the very line.
 */
class PassingFormatsTest {
    private static final Map<String, LogReader> READERS = readers();
    private static final Map<String, List<byte[]>> LINES = lines();
    private static final List<String> NAMES = List.copyOf(LINES.keySet());
    private static final IndicatorIndex OTHERS = IndicatorIndex.of(List.of(
            indicator("domain", "other.example"),
            indicator("cidr", "240.0.0.0/8"),
            indicator("url", "http://other.example/a"),
            indicator("user-agent", "other"),
            indicator("md5", "0123456789abcdef0123456789abcdef")));

    private static Map<String, LogReader> readers() {
        Map<String, LogReader> readers = new TreeMap<>();
        for (String name : Formats.shipped().names()) {
            LogReader reader = LogReader.of(name);
            if (reader.plainLine() != null) {
                readers.put(name, reader);
            }
        }
        return readers;
    }

    private static Map<String, List<byte[]>> lines() {
        Path corpora = Path.of(System.getProperty("trawl.corpora", "no system property trawl.corpora"), "formats");
        if (!Files.isDirectory(corpora)) {
            throw new AssertionError("the test needs " + corpora
                    + "; set the system property trawl.corpora to the folder of the corpora");
        }
        Map<String, List<byte[]>> lines = new LinkedHashMap<>();
        for (String name : READERS.keySet()) {
            List<byte[]> of = new ArrayList<>();
            Formats.shipped().declared(name, ZoneOffset.UTC).samples().forEach(sample -> of.add(utf8(sample)));
            Path raw = corpora.resolve(name).resolve("raw.log");
            if (Files.exists(raw)) {
                try {
                    Files.readAllLines(raw, StandardCharsets.ISO_8859_1)
                            .forEach(line -> of.add(line.getBytes(StandardCharsets.ISO_8859_1)));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            of.removeIf(line -> new String(line, StandardCharsets.ISO_8859_1).indexOf('\n') >= 0);
            lines.put(name, of);
        }
        return lines;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Indicator indicator(String type, String value) {
        Indicator indicator = new Indicator();
        indicator.setIndicatorId(Indicators.id(type, value, "feed"));
        indicator.setType(type);
        indicator.setValue(value);
        indicator.setOriginal(value);
        indicator.setFeed("feed");
        indicator.setLine(1);
        indicator.setLabels(List.of());
        return indicator;
    }

    /** Everything of an event that an indicator may be. */
    private static List<Indicator> of(ProxyEvent event) {
        List<Indicator> all = new ArrayList<>();
        host(event.getUrlDomain(), all);
        host(event.getDestinationIp(), all);
        host(event.getSourceIp(), all);
        host(event.getDnsQuestionName(), all);
        host(event.getTlsClientServerName(), all);
        if (event.getDnsAnswersData() != null) {
            Answers.hosts(event.getDnsAnswersData(), answer -> host(answer, all));
        }
        url(event.getUrlFull(), all);
        url(event.getHttpRequestReferrer(), all);
        if (event.getUrlDomain() != null && event.getUrlPath() != null) {
            url("http://" + event.getUrlDomain() + event.getUrlPath(), all);
        }
        String path = event.getUrlPath();
        Canonical.Url canonical = path == null || !path.startsWith("/") ? null : Canonical.parseUrl("http://a" + path);
        if (canonical != null) {
            all.add(indicator("url-path", canonical.rest()));
        }
        if (event.getUserAgentOriginal() != null) {
            all.add(indicator("user-agent", event.getUserAgentOriginal()));
            all.add(indicator("user-agent-regex", "[a-z]"));
        }
        hash("md5", event.getTlsClientJa3(), all);
        hash("md5", event.getTlsServerJa3s(), all);
        hash("sha1", event.getTlsServerHashSha1(), all);
        hash("md5", event.getFileHashMd5(), all);
        hash("sha1", event.getFileHashSha1(), all);
        hash("sha256", event.getFileHashSha256(), all);
        all.removeIf(indicator -> !isOne(indicator));
        return all;
    }

    /** What every site has, as the path /, is no indicator. */
    private static boolean isOne(Indicator indicator) {
        try {
            IndicatorIndex.of(List.of(indicator));
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static void hash(String type, @Nullable String value, List<Indicator> into) {
        if (value != null) {
            into.add(indicator(type, value.toLowerCase(Locale.ROOT)));
        }
    }

    private static void host(@Nullable String text, List<Indicator> into) {
        Canonical.Result host = text == null ? Canonical.Result.none("") : Canonical.host(text);
        String canonical = host.canonical();
        if (canonical == null) {
            return;
        }
        switch (host.kind()) {
            case IPV4 -> {
                into.add(indicator("ipv4", canonical));
                into.add(indicator("cidr", canonical.replaceFirst("[0-9]+$", "0/24")));
            }
            case IPV6 -> into.add(indicator("ipv6", canonical));
            default -> {
                into.add(indicator("domain", canonical));
                int dot = canonical.indexOf('.');
                if (dot >= 0 && canonical.indexOf('.', dot + 1) > 0) {
                    into.add(indicator("domain", canonical.substring(dot + 1)));
                }
            }
        }
    }

    private static void url(@Nullable String text, List<Indicator> into) {
        Canonical.Url url = text == null ? null : Canonical.parseUrl(text);
        if (url == null) {
            return;
        }
        host(url.host(), into);
        into.add(indicator("url", url.toString()));
        into.add(indicator("url", url.toString().replaceFirst("^[a-z]+://", "")));
    }

    /** @return whether the line is passed over */
    private static boolean holds(String name, IndicatorIndex index, boolean webServer, byte[] line) {
        LogReader reader = READERS.get(name);
        Detector detector = Detector.of(index, webServer, List.of());
        // Among other lines, as match has it.
        byte[] log = new byte[line.length + 9];
        Arrays.fill(log, (byte) '7');
        System.arraycopy(line, 0, log, 3, line.length);
        log[line.length + 3] = '\n';
        int end = detector.passing(reader.plainLine()).end(log, 3, log.length);
        if (end < 0) {
            return false;
        }
        String text = name + ": " + new String(line, StandardCharsets.ISO_8859_1);
        assertThat(end).as(text).isEqualTo(3 + line.length);
        ProxyEvent event = reader.read(line).event();
        assertThat(event).as("an invalid line must be counted, " + text).isNotNull();
        List<String> found = new ArrayList<>();
        detector.detect(event, match -> found.add(match.field() + " " + match.indicator()));
        assertThat(found).as(text).isEmpty();
        return true;
    }

    private static void holds(String name, byte[] line, Predicate<Indicator> which) {
        holds(name, OTHERS, true, line);
        ProxyEvent event = READERS.get(name).read(line).event();
        if (event == null) {
            return;
        }
        List<Indicator> indicators = of(event);
        holds(name, IndicatorIndex.of(indicators), true, line);
        for (Indicator indicator : indicators) {
            if (which.test(indicator)) {
                holds(name, IndicatorIndex.of(List.of(indicator)), false, line);
                holds(name, IndicatorIndex.of(List.of(indicator)), true, line);
            }
        }
    }

    @Test
    void everyLineOfSamplesAndCorporaIsFoundByWhatItHas() {
        LINES.forEach((name, lines) -> lines.forEach(line -> holds(name, line, any -> true)));
    }

    /** Of a format string's or a delimited format's own valid samples most are passed over where no indicator meets them. */
    @Test
    void mostLinesArePassedOver() {
        Map<String, Integer> shares = new TreeMap<>();
        LINES.forEach((name, lines) -> {
            int valid = 0;
            int passed = 0;
            for (byte[] line : lines) {
                if (READERS.get(name).read(line).event() != null) {
                    valid++;
                    passed += holds(name, OTHERS, false, line) ? 1 : 0;
                }
            }
            shares.put(name, valid == 0 ? 100 : 100 * passed / valid);
        });
        assertThat(shares.size()).isGreaterThan(60);
        assertThat(shares.values().stream().mapToInt(share -> share).average().orElse(0))
                .as(shares.toString())
                .isGreaterThan(50);
        assertThat(List.of("squid", "combined", "squid-combined", "apache", "nginx"))
                .allSatisfy(name -> assertThat(shares.get(name)).as(name).isGreaterThan(60));
    }

    @Provide
    Arbitrary<Integer> places() {
        return Arbitraries.integers().between(0, 100_000);
    }

    @Provide
    Arbitrary<Byte> odd() {
        return Arbitraries.of(
                        ' ', '/', '-', '.', '0', '9', '"', '[', ']', '\t', '\r', '\0', '\u00E9', 'A', 'z', ':', ',',
                        '\\', '%', '@', '?', '#', '=', '+', '|')
                .map(c -> (byte) c.charValue());
    }

    @Property(tries = 20_000, edgeCases = EdgeCasesMode.NONE)
    void aChangedLineIsFoundByWhatItHas(
            @ForAll("places") int format,
            @ForAll("places") int number,
            @ForAll("places") int place,
            @ForAll("odd") byte odd,
            @ForAll("places") int indicator,
            @ForAll("changes") int[] change) {
        String name = NAMES.get(format % NAMES.size());
        List<byte[]> lines = LINES.get(name);
        byte[] line = lines.get(number % lines.size()).clone();
        if (line.length == 0) {
            return;
        }
        int at = place % line.length;
        switch (change[0]) {
            case 0 -> line[at] = odd;
            case 1 -> {
                line[at] = odd;
                line[change[1] % line.length] = odd;
            }
            case 2 -> line = Arrays.copyOf(line, at);
            default -> {
                byte[] longer = new byte[line.length + 1];
                System.arraycopy(line, 0, longer, 0, at);
                longer[at] = odd;
                System.arraycopy(line, at, longer, at + 1, line.length - at);
                line = longer;
            }
        }
        int[] count = {0};
        holds(name, line, any -> indicator % 3 == count[0]++ % 3);
    }

    @Provide
    Arbitrary<int[]> changes() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 4),
                        Arbitraries.integers().between(0, 100_000))
                .as((how, where) -> new int[] {how, where});
    }
}
