package io.trawl.intel.match;

import java.util.Locale;

/** How a value matched an indicator. */
public enum How {
    /** The same domain, address, user agent or URL; a URL without a scheme, in any. */
    EXACT,
    /** A URL that begins as the indicator does, on its host or a subdomain. */
    URL_PREFIX,
    /** A subdomain of the indicator's. */
    SUBDOMAIN,
    /**
     * A host without a canonical form, or a URL on one: its longest suffix of labels that has one is the indicator's domain
     * or a subdomain of it.
     */
    DOMAIN_SUFFIX,
    /** An address in the indicator's range. */
    CIDR,
    /** A pattern: a path on any host, or a regular expression. */
    PATTERN;

    private final String code = name().toLowerCase(Locale.ROOT).replace('_', '-');

    /** As Detection.how has it. */
    public String code() {
        return code;
    }
}
