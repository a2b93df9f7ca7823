package io.trawl.bench.frame;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number as people write it: 250000, 10k, 1.2M.
 *
 * @param value at least 1
 */
public record Size(long value) {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,9})(\\.[0-9]+)?([kKmM])?");

    public static Size of(String text) {
        Matcher form = FORM.matcher(text);
        if (form.matches()) {
            String unit = form.group(3) == null ? "" : form.group(3).toLowerCase(Locale.ROOT);
            String fraction = form.group(2) == null ? "" : form.group(2);
            double value = Double.parseDouble(form.group(1) + fraction)
                    * (unit.equals("k") ? 1e3 : unit.equals("m") ? 1e6 : 1);
            if (value >= 1 && value == Math.rint(value)) {
                return new Size((long) value);
            }
        }
        throw new IllegalArgumentException(
                "'" + text + "' is not a number of at least 1; expected one, for example 250000, 10k or 1.2M");
    }

    /** With commas: 1,200,000. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%,d", value);
    }
}
