package io.trawl.traffic;

import java.util.Locale;

/** In which way a valid line resembles a hit and is none. */
public enum NearMiss {
    /** notevil.example where evil.example is an indicator. */
    LABEL_BOUNDARY,
    /** evil.example.com where evil.example is an indicator. */
    LEADING_LABELS,
    /** The domain above an indicator's. */
    PARENT_DOMAIN,
    /** A URL that differs from an indicator in its query. */
    OTHER_QUERY,
    /** A URL that differs from an indicator in its scheme, where the indicator has one. */
    OTHER_SCHEME,
    /** The address before a range, or the one after it. */
    OUTSIDE_RANGE,
    /** The address next to an indicator's. */
    NEXT_ADDRESS,
    /** An indicator that was valid no longer when the line was written. */
    EXPIRED;

    /** As the truth file has it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
