package io.trawl.parity;

import java.io.Serializable;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A detection that only one of the two has; the reason hangs on what became of its line.
 *
 * @param scored whether it is a look-alike that the two may score otherwise, since only one of them knows what was seen before
 * @param formats by which the two parsed its line, if these are not the same; else null
 */
record Doubtful(
        String eventId,
        String indicatorId,
        String field,
        Example example,
        boolean scored,
        @Nullable String formats) implements Serializable {
    private static final Set<String> SINCE_VERSION_2 = Set.of("dns.question.name", "tls.client.server_name");

    /** The line and the indicator, whatever the field. */
    String what() {
        return eventId + ' ' + indicatorId;
    }

    /** Whether a hot path of version 1 may have found it: it knew neither DNS nor TLS. */
    boolean isOld() {
        return field.equals("url.domain");
    }

    /** Whether version 1 would have found it in url.domain. */
    boolean wasUrlDomain() {
        return SINCE_VERSION_2.contains(field);
    }
}
