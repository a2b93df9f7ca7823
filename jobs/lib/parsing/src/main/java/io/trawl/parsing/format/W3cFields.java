package io.trawl.parsing.format;

import java.io.Serializable;
import java.util.List;

/**
 * The columns that a line {@code #Fields} of a W3C log names (https://www.w3.org/TR/WD-logfile.html).
 *
 * @param names in order
 * @param tabs whether tabs are between them: then tabs are between the columns, too
 */
record W3cFields(List<String> names, boolean tabs) implements Serializable {
    private static final int MOST = 1_000;

    /** @param header what is behind {@code #Fields:} */
    static W3cFields of(String header) {
        String text = header.strip();
        List<String> names = List.of(text.split("\\s+", MOST + 1));
        if (text.isEmpty() || names.size() > MOST) {
            throw new IllegalArgumentException("the line #Fields names "
                    + (text.isEmpty() ? "no columns" : "more than " + MOST + " columns")
                    + "; expected, for example, #Fields: date time c-ip cs-uri");
        }
        return new W3cFields(names, text.indexOf('\t') >= 0);
    }
}
