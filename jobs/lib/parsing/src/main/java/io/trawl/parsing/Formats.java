package io.trawl.parsing;

import java.time.ZoneId;
import java.util.List;

/** The formats that Trawl reads, by name. */
public final class Formats {
    private static final List<String> NAMES = List.of("squid", "combined", "squid-combined");

    private Formats() {}

    /** Names of all formats. */
    public static List<String> names() {
        return NAMES;
    }

    /**
     * @param format squid (Squid's native access.log), combined (Apache/NCSA common, combined, vhost_combined and
     *     mod_ssl's request log) or squid-combined (Squid's {@code logformat combined} and {@code common})
     * @param zone time zone for formats that carry none; none of these needs it
     */
    public static Parser parser(String format, ZoneId zone) {
        return switch (format) {
            case "squid" -> new SquidParser();
            case "combined" -> new CombinedParser(false);
            case "squid-combined" -> new CombinedParser(true);
            default ->
                throw new IllegalArgumentException(
                        "format " + format + ": expected one of " + String.join(", ", NAMES));
        };
    }
}
