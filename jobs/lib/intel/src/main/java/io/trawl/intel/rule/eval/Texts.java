package io.trawl.intel.rule.eval;

import io.trawl.intel.rule.Ask;
import io.trawl.intel.rule.internal.Affixes;
import io.trawl.intel.rule.internal.Grams;
import io.trawl.intel.rule.internal.Literal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Texts at their places, of which a value is to have one. Immutable. */
final class Texts {
    private final @Nullable Grams anywhere;
    private final @Nullable Affixes affixes;

    Texts(Iterable<Cover.Text> texts) {
        List<Literal> inside = new ArrayList<>();
        List<Literal> outside = new ArrayList<>();
        List<Ask.Place> places = new ArrayList<>();
        for (Cover.Text text : texts) {
            if (text.isInside()) {
                inside.add(text.literal());
            } else {
                outside.add(text.literal());
                places.add(text.outerPlace());
            }
        }
        this.anywhere = inside.isEmpty() ? null : new Grams(inside);
        this.affixes = outside.isEmpty() ? null : new Affixes(outside, places);
    }

    boolean finds(String value, byte[] buffer) {
        return affixes != null && affixes.finds(value) || anywhere != null && anywhere.finds(value, buffer);
    }

    /** @param value [from, to), in UTF-8 */
    boolean finds(byte[] value, int from, int to, byte[] buffer) {
        return anywhere != null && anywhere.finds(value, from, to, buffer)
                || affixes != null && affixes.finds(new String(value, from, to - from, StandardCharsets.UTF_8));
    }
}
