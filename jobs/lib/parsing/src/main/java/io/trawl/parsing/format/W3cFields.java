package io.trawl.parsing.format;

import io.trawl.parsing.grammar.Plan;
import io.trawl.parsing.grammar.delimited.W3c;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The columns that a line {@code #Fields} of a log names: in W3C's format {@code #Fields:} and names
 * (https://www.w3.org/TR/WD-logfile.html), in Zeek's {@code #fields} and names, a tab in front of each.
 *
 * @param names in order
 * @param tabs whether tabs are between them: then tabs are between the columns, too
 */
record W3cFields(List<String> names, boolean tabs) implements Serializable {
    private static final String FIELDS = "#fields";
    private static final int MOST = 1_000;

    /** What comes after {@code #Fields:} or Zeek's {@code #fields}; null if the line is another one. */
    static @Nullable String behind(String line) {
        int end = FIELDS.length();
        if (!line.regionMatches(true, 0, FIELDS, 0, end) || line.length() == end) {
            return null;
        }
        char next = line.charAt(end);
        return next == ':' || next == '\t' || next == ' ' ? line.substring(end + 1) : null;
    }

    /** @param header what {@link #behind} gives */
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

    /** The columns of a grammar w3c: those that a line of the file named, else those that the declaration has. */
    static Plan plan(Yaml of, @Nullable W3cFields followed) {
        Map<String, Yaml> keys = of.map(List.of("fields", "separator", "least", "most"));
        Yaml fields = keys.get("fields");
        if (fields == null) {
            throw of.error("no fields; expected the names of #Fields, for example fields: date time c-ip cs-uri");
        }
        char separator = keys.containsKey("separator") ? keys.get("separator").character() : ' ';
        if (followed != null) {
            int count = followed.names().size();
            return W3c.plan(followed.names(), followed.tabs() ? '\t' : separator, count, count, true);
        }
        List<String> names = fields.isText() ? List.of(fields.text().strip().split("\\s+")) : fields.texts();
        return W3c.plan(
                names,
                separator,
                keys.containsKey("least") ? keys.get("least").number() : names.size(),
                keys.containsKey("most") ? keys.get("most").number() : names.size(),
                false);
    }
}
