package io.trawl.hbase;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.record.Detection;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.apache.hadoop.hbase.util.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values as keys have them. */
class KeyTextsTest {
    private static final Instant AT = Instant.parse("2026-11-24T10:00:00Z");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.1\0x",
                "10.0.0.1\0",
                "\00010.0.0.1",
                "10.0.0.1\n",
                "10.0.0.1\u007F",
                "10.0.0.1\u0085",
                "10.0.0.1?\0"
            })
    void aValueWithAControlCharacterPretendsToBeNoOther(String value) {
        byte[] key = Keys.terminated(value);

        for (String other : List.of("10.0.0.1", "10.0.0.1?x", "10.0.0.1?", "?10.0.0.1", "10.0.0.1??", "10.0.0.1\1x")) {
            assertThat(Bytes.startsWith(key, Keys.terminated(other))).as(other).isFalse();
        }
        assertThat(key[key.length - 1]).isZero();
        assertThat(new String(key, 0, key.length - 1, StandardCharsets.ISO_8859_1))
                .doesNotContainPattern("\\p{Cntrl}");
    }

    @Test
    void aVeryLongValueKeepsItsOwnKey() {
        assertThat(Keys.terminated("a".repeat(5_000)))
                .hasSizeLessThan(5_000)
                .isNotEqualTo(Keys.terminated("a".repeat(5_001)));
    }

    @ParameterizedTest
    @CsvSource({"1.2.3.4.5", "256.1.1.1", "1.2.3", "1..2.3.4", ".", "%3A%3A1|"})
    void whatIsNoAddressIsNotLookedUp(String host) {
        assertThat(Keys.address(host)).isNull();
    }

    private static Detection detection(String field, String value, String how) {
        Detection detection = new Detection();
        detection.setTags(List.of());
        detection.setReferences(List.of());
        detection.setWhy(List.of());
        detection.setDetectionId("00000000000000000000000000000001");
        detection.setTimestamp(AT);
        detection.setSource("proxy");
        detection.setField(field);
        detection.setValue(value);
        detection.setHow(how);
        detection.setIndicatorValue("evil.example");
        return detection;
    }

    /** Kind and text of the index rows that do not name the indicator. */
    private static TreeSet<String> rows(Detection detection) {
        TreeSet<String> rows = new TreeSet<>();
        for (byte[] key : Keys.indexes(4, detection)) {
            byte[] text = Arrays.copyOfRange(key, 1, key.length - Keys.TAIL);
            if (key[1] != Keys.INDICATOR) {
                rows.add(new String(text, StandardCharsets.ISO_8859_1).replace("\0", "|end"));
            }
        }
        return rows;
    }

    @Test
    void aHostWithoutACanonicalFormIsFoundBeneathItsSuffix() {
        Detection detection = detection("url.domain", "a|b.evil.example", "domain-suffix");
        detection.setUrlDomain("A|B.evil.example.");

        assertThat(rows(detection)).containsExactly("Hexample.evil.a|b|end");
    }

    @Test
    void aUrlOfSuchAHostIsNoHost() {
        Detection detection = detection("url.full", "http://a|b.evil.example/panel", "domain-suffix");

        assertThat(rows(detection)).isEmpty();
    }

    @Test
    void aUserAgentIsNoHost() {
        assertThat(rows(detection("user_agent.original", "bot a|b.evil.example", "pattern")))
                .isEmpty();
    }

    @Test
    void aHashIsNoHost() {
        Detection detection = detection("file.hash.md5", "0123456789abcdef0123456789abcdef", "exact");
        detection.setIndicatorType("md5");

        assertThat(rows(detection)).isEmpty();
    }

    @Test
    void aNameOfDnsIsFoundAsAHost() {
        assertThat(rows(detection("dns.question.name", "www.evil.example", "subdomain")))
                .containsExactly("Hexample.evil.www|end");
    }

    @Test
    void anAddressBehindNat64IsFoundByTheIpv4Address() {
        Detection detection = detection("destination.ip", "192.0.2.1", "exact");
        detection.setDestinationIp("64:ff9b::c000:201");

        assertThat(Keys.indexes(4, detection))
                .hasSize(2)
                .anySatisfy(key -> assertThat(Arrays.copyOfRange(key, 2, key.length - Keys.TAIL))
                        .isEqualTo(Keys.address("192.0.2.1")));
    }
}
