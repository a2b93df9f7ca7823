package io.trawl.intel.canonical;

import crawlercommons.domains.EffectiveTldFinder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The Public Suffix List and its algorithm (publicsuffix.org): where domains begin to belong to somebody. Immutable.
 */
public final class PublicSuffixes {
    /** Which part of the list a suffix is in. */
    public enum Section {
        /** Of a registry: com, co.uk; and every top-level label that the list does not have. */
        ICANN,
        /** Of an owner who lets others have names below his: github.io, duckdns.org. */
        PRIVATE
    }

    private static final int RULE = 1;
    private static final int WILDCARD = 2;
    private static final int EXCEPTION = 4;
    private static final int PRIVATE_RULE = 8;
    private static final int PRIVATE_WILDCARD = 16;

    /** What the list says of a name in canonical form. */
    private final Map<String, Integer> rules;

    private PublicSuffixes(Map<String, Integer> rules) {
        this.rules = rules;
    }

    private static final class Bundled {
        static final PublicSuffixes LIST = load();

        private static PublicSuffixes load() {
            try (InputStream list = EffectiveTldFinder.class.getResourceAsStream(EffectiveTldFinder.ETLD_DATA)) {
                if (list == null) {
                    throw new IllegalStateException(
                            EffectiveTldFinder.ETLD_DATA + " is not on the class path: is crawler-commons there?");
                }
                return read(list);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** The list that crawler-commons brings. */
    public static PublicSuffixes bundled() {
        return Bundled.LIST;
    }

    /** A list in the form of public_suffix_list.dat, UTF-8. */
    public static PublicSuffixes read(InputStream list) throws IOException {
        Map<String, Integer> rules = new HashMap<>(32_768);
        BufferedReader lines = new BufferedReader(new InputStreamReader(list, StandardCharsets.UTF_8));
        boolean isPrivate = false;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("//")) {
                isPrivate |= line.contains("===BEGIN PRIVATE DOMAINS===");
                continue;
            }
            String rule = line.strip().split("\\s", 2)[0];
            if (rule.isEmpty()) {
                continue;
            }
            boolean exception = rule.startsWith("!");
            boolean wildcard = rule.startsWith("*.");
            String name = Canonical.host(rule.substring(exception ? 1 : wildcard ? 2 : 0))
                    .canonical();
            if (name == null) {
                throw new IOException(
                        "public suffix list: no rule: '" + line + "'; expected for example co.uk, *.ck or !www.ck");
            }
            int flags = exception
                    ? EXCEPTION
                    : wildcard
                            ? isPrivate ? WILDCARD | PRIVATE_WILDCARD : WILDCARD
                            : isPrivate ? RULE | PRIVATE_RULE : RULE;
            rules.merge(name, flags, (one, other) -> one | other);
        }
        return new PublicSuffixes(rules);
    }

    /**
     * Whether a domain is itself a public suffix.
     *
     * @param domain in canonical form
     * @return the section that says so, null if it is none
     */
    public @Nullable Section section(String domain) {
        int flags = rules.getOrDefault(domain, 0);
        if ((flags & EXCEPTION) != 0) {
            return null;
        }
        if ((flags & RULE) != 0) {
            return (flags & PRIVATE_RULE) != 0 ? Section.PRIVATE : Section.ICANN;
        }
        int dot = domain.indexOf('.');
        if (dot < 0) {
            return Section.ICANN;
        }
        int parent = rules.getOrDefault(domain.substring(dot + 1), 0);
        if ((parent & WILDCARD) == 0) {
            return null;
        }
        return (parent & PRIVATE_WILDCARD) != 0 ? Section.PRIVATE : Section.ICANN;
    }

    /** Whether the list names a domain, in any rule. */
    public boolean isListed(String domain) {
        return rules.containsKey(domain);
    }

    /**
     * The registrable domain: the public suffix with one label before it.
     *
     * @param domain in canonical form
     * @return null if the domain is a public suffix
     */
    public @Nullable String registrableDomain(String domain) {
        if (domain.isEmpty() || domain.charAt(0) == '.') {
            return null;
        }
        String below = null;
        String name = domain;
        // The longest rule prevails, and an exception before all: the first suffix from the left is the one.
        while (section(name) == null) {
            if ((rules.getOrDefault(name, 0) & EXCEPTION) != 0) {
                return name;
            }
            below = name;
            int dot = name.indexOf('.');
            name = name.substring(dot + 1);
        }
        return below;
    }

    /** Takes what the list says of a name. */
    @FunctionalInterface
    public interface Rules {
        /**
         * Takes a rule.
         *
         * @param name in canonical form
         * @param suffix whether the name is a public suffix
         * @param parent whether each name below it is one
         * @param exception whether it is none though its parent says so
         */
        void rule(String name, boolean suffix, boolean parent, boolean exception);
    }

    /** Gives each rule of the list, for an index of one's own. */
    public void forEach(Rules taker) {
        rules.forEach((name, flags) ->
                taker.rule(name, (flags & RULE) != 0, (flags & WILDCARD) != 0, (flags & EXCEPTION) != 0));
    }
}
