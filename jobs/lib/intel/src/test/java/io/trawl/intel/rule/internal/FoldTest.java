package io.trawl.intel.rule.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FoldTest {
    @Test
    void everyCharacterIsFoldedAndATextKeepsItsLength() {
        IntStream.rangeClosed(0, Character.MAX_CODE_POINT).forEach(c -> {
            String text = Character.toString(c);
            String expected = Character.toString(Character.toLowerCase(Character.toUpperCase(c)));
            assertThat(Fold.text(text)).hasSameSizeAs(text).isEqualTo(expected);
        });
    }

    /** Grams are made of the last bytes of characters. */
    @Test
    void onlyFourCharactersBeyondAsciiBecomeAscii() {
        IntStream.rangeClosed(128, Character.MAX_VALUE).forEach(c -> {
            String text = "a" + (char) c;
            assertThat(Fold.hidesAscii(text))
                    .as("%04x", c)
                    .isEqualTo(Fold.text(text).charAt(1) < 128);
        });
    }

    @Test
    void whatIsStableHasOneLastByteInEachCase() {
        IntStream.rangeClosed(0, Character.MAX_VALUE)
                .filter(c -> Fold.text(String.valueOf((char) c)).charAt(0) >= 128 || c < 128)
                .forEach(c -> {
                    char folded = Fold.text(String.valueOf((char) c)).charAt(0);
                    if (Fold.isStable(folded)) {
                        assertThat(c & 255 | 0x20).as("%04x", c).isEqualTo(folded & 255 | 0x20);
                    }
                });
        assertThat(IntStream.range(0, 128).map(Character::toLowerCase).allMatch(c -> Fold.isStable((char) c)))
                .isTrue();
    }
}
