package io.trawl.terminal;

import io.trawl.intel.Canonical;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code trawl canonical} needs the Public Suffix List for. jobs/intel has no public class for it yet; when it has,
 * the two methods call it, and nothing else changes.
 */
final class Suffixes {
    private Suffixes() {}

    /** The registrable domain of a canonical domain; null where it has none. */
    static @Nullable String registrableDomain(String domain) {
        return null;
    }

    /** The expressions under which an indicator of a URL or of its host is looked up; null where there are none. */
    static @Nullable List<String> expressions(Canonical.Url url) {
        return null;
    }
}
