package io.trawl.intel.rule.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.intel.rule.Ask;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class TextSetTest {
    private static final String LETTERS = "aAbBé\u00C9\uD801\uDC00\uDC28";

    private static String text(Random random, int most) {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(most + 1);
        for (int i = 0; i < length; i++) {
            text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return text.toString();
    }

    @Property(tries = 3000)
    void itFindsWhatOneComparisonAfterTheOtherFinds(@ForAll long seed) {
        Random random = new Random(seed);
        List<String> texts = new ArrayList<>();
        int count = random.nextInt(6);
        for (int i = 0; i < count; i++) {
            texts.add(text(random, 4));
        }
        String value = text(random, 8);
        for (Ask.Place place : Ask.Place.values()) {
            for (boolean cased : new boolean[] {false, true}) {
                int found = new TextSet(texts, place, cased).find(value);
                boolean any = texts.stream().anyMatch(text -> Pairs.passes(value, text, place, cased));
                assertThat(found >= 0)
                        .as("%s %s of %s in %s", place, cased, texts, value)
                        .isEqualTo(any);
                assertThat(found < 0 || Pairs.passes(value, texts.get(found), place, cased))
                        .isTrue();
            }
        }
    }
}
