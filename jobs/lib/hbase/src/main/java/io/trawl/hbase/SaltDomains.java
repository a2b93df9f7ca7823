package io.trawl.hbase;

import io.trawl.intel.canonical.PublicSuffixes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * The domain that gives a host its salt in HBase: the shortest of its parents that is not a public suffix, for example
 * evil.example for www.evil.example and evil.co.uk for www.evil.co.uk. Whatever is below a domain that is not a public
 * suffix itself has the same one, so it is one scan.
 *
 * <p>The list is frozen: with another one, rows that are there would be looked for under other salts. It is the part of the
 * Public Suffix List that registries are answerable for (crawler-commons 1.6).
 */
final class SaltDomains {
    private static final PublicSuffixes FROZEN = frozen();

    private SaltDomains() {}

    private static PublicSuffixes frozen() {
        try (InputStream list = SaltDomains.class.getResourceAsStream("salt-suffixes.txt")) {
            if (list == null) {
                throw new IllegalStateException("io/trawl/hbase/salt-suffixes.txt is not on the class path");
            }
            return PublicSuffixes.read(list);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The salt's domain; null if the host is a public suffix itself, or has a single label. */
    static @Nullable String of(String host) {
        for (int dot = host.lastIndexOf('.'); dot >= 0; dot = host.lastIndexOf('.', dot - 1)) {
            String name = host.substring(dot + 1);
            if (FROZEN.section(name) == null) {
                return name;
            }
        }
        return FROZEN.section(host) == null ? host : null;
    }
}
