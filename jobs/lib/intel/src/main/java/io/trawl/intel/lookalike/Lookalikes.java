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
    /** Up to so many brands are watched as a site watches its own: with any text before or behind them. */
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
        this.scoring = new Scoring(brands.all().size());
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
     * @return null where it looks like no brand, or is none of a domain's
     */
    public @Nullable Finding judge(String host, Seen seen) {
        String canonical = host;
        if (Canonical.plain(host, 0, host.length()) != Canonical.Kind.DOMAIN) {
            Canonical.Result result = Canonical.host(host);
            if (result.kind() != Canonical.Kind.DOMAIN) {
                return null;
            }
            canonical = Objects.requireNonNull(result.canonical());
        }
        Scan scan = scans.get();
        int mark = scan.scan(canonical, seen);
        if (mark >= 0) {
            int from = scan.registrable();
            return isKnown(canonical, from, index.mark(mark)) ? null : finding(canonical, from, mark, scan, seen);
        }
        return mark == Scan.NOTHING && canonical.contains("xn--") ? mixed(canonical, scan.registrable()) : null;
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

    private Finding finding(String host, int from, int number, Scan scan, Seen seen) {
        BrandIndex.Mark mark = index.mark(number);
        Brand brand = index.brand(mark.brand());
        List<Finding.Part> parts = new ArrayList<>();
        int score = scoring.score(
                scan.technique(), scan.flags(), mark, index.isCrowded(number), rank(host, from), seen, parts);
        return new Finding(
                host,
                brand.domain(),
                scan.technique(),
                score,
                parts,
                Reasons.of(host, brand, mark.label(), scan.technique(), scan.flags()));
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
