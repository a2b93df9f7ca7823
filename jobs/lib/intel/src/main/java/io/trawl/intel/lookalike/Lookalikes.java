package io.trawl.intel.lookalike;

import io.trawl.intel.canonical.Canonical;
import io.trawl.intel.canonical.PublicSuffixes;
import io.trawl.intel.lookalike.brand.Brand;
import io.trawl.intel.lookalike.brand.Brands;
import io.trawl.intel.lookalike.brand.Popularity;
import io.trawl.intel.lookalike.internal.Scripts;
import io.trawl.intel.lookalike.internal.Suffixes;
import io.trawl.intel.lookalike.internal.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Says of a host which brand it looks like, by which technique, and how sure that is. Immutable; any number of threads may
 * ask.
 */
public final class Lookalikes {
    /** The least score of a finding. */
    public static final int LEAST = 50;
    /** What IDNA takes for dots, in a set of a regular expression. */
    private static final String DOTS = ".\u3002\uFF0E\uFF61";
    /** What names are made of. */
    private static final String NAMES = "abcdefghijklmnopqrstuvwxyz0123456789-_";
    /** A longer text is not read as it was given. */
    private static final int LONGEST_GIVEN = 512;
    /** Up to so many brands are watched as a site watches its own: with any text before or after them. */
    static final int FEW_BRANDS = 100;
    /** A host among so many popular ones is what it is. */
    static final int POPULAR = 100_000;

    private final Brands brands;
    private final Popularity popular;
    private final Predicate<String> allowed;
    private final BrandIndex index;
    private final Scoring scoring;
    private final ThreadLocal<Scan> scans;

    private Lookalikes(Brands brands, Popularity popular, Predicate<String> allowed, int least) {
        this.brands = brands;
        this.popular = popular;
        this.allowed = allowed;
        Words words = Words.bundled();
        Suffixes suffixes = new Suffixes(PublicSuffixes.bundled());
        this.scoring = new Scoring(brands.all().size(), popular.size() > 0);
        this.index = new BrandIndex(brands.all(), words, scoring, least);
        this.scans = ThreadLocal.withInitial(() -> new Scan(index, words, suffixes, scoring, least));
    }

    /** Judges by these brands, with nothing popular and nothing allowed. */
    public static Lookalikes of(Brands brands) {
        return new Lookalikes(brands, Popularity.NONE, host -> false, LEAST);
    }

    /**
     * Judges by these brands.
     *
     * @param popular hosts that are popular, which do not fire
     * @param allowed whether an allowlist has a host, canonical
     * @param least the least score of a finding
     */
    public static Lookalikes of(Brands brands, Popularity popular, Predicate<String> allowed, int least) {
        return new Lookalikes(brands, popular, allowed, least);
    }

    /** Judges a host of which nobody knows whether it was seen before. */
    public @Nullable Finding judge(String host) {
        return judge(host, Seen.UNKNOWN);
    }

    /**
     * Judges a host.
     *
     * @param host in any form
     * @return null if it looks like no brand, or is none of a domain's
     */
    public @Nullable Finding judge(String host, Seen seen) {
        String canonical = host;
        String shown = null;
        String[] asGiven = null;
        if (Canonical.plain(host, 0, host.length()) != Canonical.Kind.DOMAIN) {
            Canonical.Result result = Canonical.host(host);
            asGiven = isAscii(host) ? null : labels(host);
            if (result.kind() == Canonical.Kind.DOMAIN) {
                canonical = Objects.requireNonNull(result.canonical());
                asGiven = asGiven == null || asGiven.length != labels(canonical).length ? null : asGiven;
            } else {
                // IDNA does not let it pass, so nobody can ask for it. A reader takes it for something all the same.
                canonical = asGiven == null || result.canonical() != null ? "" : placeholder(asGiven);
                shown = escaped(host);
            }
            if (canonical.isEmpty()) {
                return null;
            }
        }
        Scan scan = scans.get();
        int mark = scan.scan(canonical, asGiven, seen);
        if (mark >= 0) {
            int from = scan.registrable();
            return isKnown(canonical, from, index.mark(mark))
                    ? null
                    : finding(shown == null ? canonical : shown, canonical, from, mark, scan, seen);
        }
        return mark == Scan.NOTHING && canonical.contains("xn--") ? mixed(canonical, scan.registrable()) : null;
    }

    private static String[] labels(String host) {
        int end = host.length();
        while (end > 0 && DOTS.indexOf(host.charAt(end - 1)) >= 0) {
            end--;
        }
        return host.length() > LONGEST_GIVEN
                ? new String[0]
                : host.substring(0, end).split("[" + DOTS + "]", -1);
    }

    private static String escaped(String host) {
        StringBuilder text = new StringBuilder(host.length() + 8);
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            text.append(c > ' ' && c < 127 ? Character.toString(c) : String.format("\\u%04x", (int) c));
        }
        return text.toString();
    }

    /** A host in the place of one that IDNA does not take, with as many labels; empty if it cannot be. */
    private static String placeholder(String[] labels) {
        StringBuilder host = new StringBuilder();
        for (String label : labels) {
            if (label.chars().anyMatch(c -> c < 128 && NAMES.indexOf(Character.toLowerCase(c)) < 0)) {
                return "";
            }
            host.append(host.length() == 0 ? "" : ".")
                    .append(isAscii(label) ? label.toLowerCase(Locale.ROOT) : "xn--0");
        }
        return Canonical.plain(host.toString(), 0, host.length()) == Canonical.Kind.DOMAIN ? host.toString() : "";
    }

    private boolean isKnown(String host, int from, BrandIndex.Mark mark) {
        String registrable = host.substring(from);
        if (brands.owner(registrable) >= 0
                || index.brand(mark.brand()).partners().contains(registrable)
                || allowed.test(host)) {
            return true;
        }
        int rank = rank(host, from);
        return rank > 0 && rank <= POPULAR;
    }

    /** Of the host itself, or else of its registrable domain; 0 if neither is popular. */
    private int rank(String host, int from) {
        int rank = popular.rank(host);
        return rank > 0 ? rank : popular.rank(host.substring(from));
    }

    private Finding finding(String shown, String host, int from, int number, Scan scan, Seen seen) {
        BrandIndex.Mark mark = index.mark(number);
        Brand brand = index.brand(mark.brand());
        List<Finding.Part> parts = new ArrayList<>();
        int score = scoring.score(
                scan.technique(), scan.flags(), mark, index.isCrowded(number), rank(host, from), seen, parts);
        return new Finding(
                shown,
                brand.domain(),
                scan.technique(),
                score,
                parts,
                Reasons.of(shown, brand, mark.label(), scan.technique(), scan.flags()));
    }

    /** A label that mixes scripts, of no brand that is watched. */
    private @Nullable Finding mixed(String host, int from) {
        for (String label : host.split("\\.", -1)) {
            String decoded = label.startsWith("xn--") ? Scripts.decoded(label) : null;
            if (decoded != null && Scripts.isMixed(decoded)) {
                int rank = rank(host, from);
                if (rank > 0 || allowed.test(host) || brands.owner(host.substring(from)) >= 0) {
                    return null;
                }
                int score = Technique.MIXED_SCRIPT.points();
                return new Finding(
                        host,
                        "",
                        Technique.MIXED_SCRIPT,
                        score,
                        List.of(new Finding.Part(Technique.MIXED_SCRIPT.id(), score)),
                        Reasons.mixed(host, Scripts.names(decoded)));
            }
        }
        return null;
    }

    /** The brands that it judges by. */
    public Brands brands() {
        return brands;
    }

    static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 128) {
                return false;
            }
        }
        return true;
    }
}
