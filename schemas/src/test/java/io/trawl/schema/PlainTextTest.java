package io.trawl.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlainTextTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "~",
                "/a?b=%00",
                "\u00A0",
                "\u00FC",
                "\u061B",
                "\u061D",
                "\u200B",
                "\u200D",
                "\u2027",
                "\u202F",
                "\u2065",
                "\u206A",
                "\uFEFF",
                "\uD7FF",
                "\uE000",
                "\uD83D\uDE00",
                "\uDBFF\uDFFF"
            })
    void whatDoesNothingStays(String text) {
        assertThat(PlainText.isPlain(text)).isTrue();
        assertThat(PlainText.isPlain("a" + text + "b")).isTrue();
        assertThat(PlainText.of(text)).isSameAs(text);
    }

    @ParameterizedTest
    @CsvSource({
        "0, %00",
        "9, %09",
        "10, %0A",
        "27, %1B",
        "31, %1F",
        "127, %7F",
        "128, %C2%80",
        "133, %C2%85",
        "159, %C2%9F",
        "1564, %D8%9C",
        "8206, %E2%80%8E",
        "8207, %E2%80%8F",
        "8232, %E2%80%A8",
        "8233, %E2%80%A9",
        "8234, %E2%80%AA",
        "8238, %E2%80%AE",
        "8294, %E2%81%A6",
        "8297, %E2%81%A9",
        "55296, \uFFFD",
        "56320, \uFFFD",
        "57343, \uFFFD"
    })
    void whatActsOnItsReaderIsAnEscape(int c, String escape) {
        String text = "\u00E9" + (char) c + "x";
        assertThat(PlainText.isPlain(c)).isFalse();
        assertThat(PlainText.isPlain(text)).isFalse();
        assertThat(PlainText.of(text)).isEqualTo("\u00E9" + escape + "x");
        assertThat(PlainText.of(String.valueOf((char) c))).isEqualTo(escape);
    }

    /** Java's own classes of characters are the oracle. */
    @Test
    void everyCharacterThatEndsALineOrSetsADirectionIsOne() {
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            int type = Character.getType(c);
            boolean acts = type == Character.CONTROL
                    || type == Character.LINE_SEPARATOR
                    || type == Character.PARAGRAPH_SEPARATOR
                    || type == Character.SURROGATE
                    || type == Character.FORMAT && setsADirection(c);
            assertThat(PlainText.isPlain(c)).as(Integer.toHexString(c)).isEqualTo(!acts);
            String plain = PlainText.of(Character.toString(c));
            assertThat(PlainText.isPlain(plain)).isTrue();
            assertThat(new String(plain.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
                    .isEqualTo(plain);
        }
    }

    /** Unicode's property Bidi_Control. */
    private static boolean setsADirection(int c) {
        return switch (Character.getDirectionality(c)) {
            case Character.DIRECTIONALITY_LEFT_TO_RIGHT_EMBEDDING,
                    Character.DIRECTIONALITY_LEFT_TO_RIGHT_OVERRIDE,
                    Character.DIRECTIONALITY_RIGHT_TO_LEFT_EMBEDDING,
                    Character.DIRECTIONALITY_RIGHT_TO_LEFT_OVERRIDE,
                    Character.DIRECTIONALITY_POP_DIRECTIONAL_FORMAT,
                    Character.DIRECTIONALITY_LEFT_TO_RIGHT_ISOLATE,
                    Character.DIRECTIONALITY_RIGHT_TO_LEFT_ISOLATE,
                    Character.DIRECTIONALITY_FIRST_STRONG_ISOLATE,
                    Character.DIRECTIONALITY_POP_DIRECTIONAL_ISOLATE -> true;
            default -> c == 0x200E || c == 0x200F || c == 0x61C;
        };
    }
}
