package io.trawl.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trawl.record.InvalidRecord;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which invalid records a replay takes. */
class SelectionTest {
    private static InvalidRecord record(String reason, String parser, byte[] raw) {
        InvalidRecord record = new InvalidRecord();
        record.setReason(reason);
        record.setParser(parser);
        record.setRaw(ByteBuffer.wrap(raw));
        return record;
    }

    private static InvalidRecord record(String reason, String parser, String raw) {
        return record(reason, parser, raw.getBytes(StandardCharsets.UTF_8));
    }

    private static Selection of(List<String> reasons, List<String> formats, @Nullable String pattern) {
        return Selection.of(reasons, formats, pattern);
    }

    @Test
    void withoutAConditionItTakesAllThatArrivedWhole() {
        Selection all = of(List.of(), List.of(), null);
        assertThat(all.takes(record("syntax", "squid/1", "x"))).isTrue();
        assertThat(all.takes(record("oversize", "squid/1", "x"))).isFalse();
        assertThat(all.takes(record("envelope", "squid/1", "x"))).isFalse();
        assertThat(all).hasToString("every reason");
    }

    @Test
    void allConditionsMustHold() {
        Selection some = of(List.of("syntax", "timestamp"), List.of("nginx"), "id=[0-9]+");
        assertThat(some.takes(record("syntax", "squid/1,nginx/12", "a id=7"))).isTrue();
        assertThat(some.takes(record("timestamp", "nginx/1", "id=77"))).isTrue();
        assertThat(some.takes(record("size", "nginx/1", "id=7"))).isFalse();
        assertThat(some.takes(record("syntax", "nginx-plus/1", "id=7"))).isFalse();
        assertThat(some.takes(record("syntax", "nginx/1", "id=x"))).isFalse();
        assertThat(some).hasToString("reason syntax or timestamp, format nginx, pattern id=[0-9]+");
    }

    @Test
    void aLineNeedNotBeText() {
        Selection some = of(List.of(), List.of(), "evil");
        assertThat(some.takes(
                        record("syntax", "squid/1", new byte[] {(byte) 0xff, 0, 'e', 'v', 'i', 'l', (byte) 0xc3})))
                .isTrue();
    }

    /** An engine that goes back takes longer than anybody lives. */
    @Test
    void noPatternTakesLongerThanItsLineIsLong() {
        Selection some = of(List.of(), List.of(), "(a+)+$");
        InvalidRecord line = record("syntax", "squid/1", "a".repeat(100_000) + "b");
        org.junit.jupiter.api.Assertions.assertTimeoutPreemptively(
                Duration.ofMinutes(1), () -> assertThat(some.takes(line)).isFalse());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "(a", "(?=a)", "(a)\\1", "((a{100}){100}){100}", "a{2000}"})
    void whatIsNoPatternOfTheKindIsRefusedInOneLine(String pattern) {
        assertThatThrownBy(() -> of(List.of(), List.of(), pattern))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("--pattern " + pattern + ": ")
                .hasMessageContaining("expected ")
                .message()
                .doesNotContain("\n");
    }

    @Test
    void aPatternThatIsTooDeepIsRefusedAndTheDeepestIsTaken() {
        assertThatThrownBy(() -> of(List.of(), List.of(), "(".repeat(10_000) + "a" + ")".repeat(10_000)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("--pattern ((((((((((((((((((((... has 20001 characters; expected at most 1000");
        Selection deepest = of(List.of(), List.of(), "(".repeat(499) + "a+" + ")".repeat(499));
        assertThat(deepest.takes(record("syntax", "squid/1", "bab"))).isTrue();
    }

    /** The ledger and the notes have it, and the form of the DAG refuses it. */
    @ParameterizedTest
    @ValueSource(strings = {"a\nb", "a\tb", "\u001b[31m", "a\u2028b", "a\u00a0b", "a\u200bb"})
    void aPatternWithAControlCharacterIsRefused(String pattern) {
        assertThatThrownBy(() -> of(List.of(), List.of(), pattern))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected one line of text without control characters")
                .message()
                .doesNotContain("\n", "\u001b");
    }
}
