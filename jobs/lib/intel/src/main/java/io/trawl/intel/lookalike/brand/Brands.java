package io.trawl.intel.lookalike.brand;

import io.trawl.intel.canonical.Canonical;
import io.trawl.intel.canonical.PublicSuffixes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The brands that are watched. Immutable. */
public final class Brands {
    private final List<Brand> brands;
    private final Map<String, Integer> owners = new HashMap<>();

    private Brands(List<Brand> brands) {
        this.brands = List.copyOf(brands);
        for (int i = 0; i < brands.size(); i++) {
            owners.put(brands.get(i).domain(), i);
            for (String other : brands.get(i).domains()) {
                owners.putIfAbsent(other, i);
            }
        }
    }

    public static Brands of(List<Brand> brands) {
        return new Brands(brands);
    }

    /**
     * Brands of domains: of those with the same label the first is the brand, the others are its other domains. What is a
     * public suffix or an address is left out.
     *
     * @param domains the most popular first
     */
    public static Brands ofDomains(Iterable<String> domains) {
        PublicSuffixes suffixes = PublicSuffixes.bundled();
        Map<String, List<String>> byLabel = new LinkedHashMap<>();
        for (String domain : domains) {
            String registrable = registrable(domain, suffixes);
            if (registrable != null) {
                String label = registrable.substring(0, registrable.indexOf('.'));
                List<String> same = byLabel.computeIfAbsent(label, any -> new ArrayList<>(1));
                if (!same.contains(registrable)) {
                    same.add(registrable);
                }
            }
        }
        List<Brand> brands = new ArrayList<>(byLabel.size());
        byLabel.forEach((label, same) ->
                brands.add(brand(same.get(0), List.of(), same.subList(1, same.size()), List.of(), suffixes)));
        return new Brands(brands);
    }

    /** One set with the brands of both; a brand of this one goes before one of the other with the same domain. */
    public Brands with(Brands others) {
        List<Brand> all = new ArrayList<>(brands);
        for (Brand brand : others.brands) {
            if (!owners.containsKey(brand.domain())) {
                all.add(brand);
            }
        }
        return new Brands(all);
    }

    public List<Brand> all() {
        return brands;
    }

    /** The brand that has a registrable domain as its own, -1 if none has. */
    public int owner(String registrableDomain) {
        return owners.getOrDefault(registrableDomain, -1);
    }

    static @Nullable String registrable(String domain, PublicSuffixes suffixes) {
        Canonical.Result host = Canonical.host(domain);
        return host.kind() == Canonical.Kind.DOMAIN
                ? suffixes.registrableDomain(Objects.requireNonNull(host.canonical()))
                : null;
    }

    static Brand brand(
            String registrable,
            List<String> names,
            List<String> domains,
            List<String> partners,
            PublicSuffixes suffixes) {
        int dot = registrable.indexOf('.');
        Set<String> labels = new LinkedHashSet<>();
        labels.add(registrable.substring(0, dot));
        labels.addAll(names);
        return new Brand(registrable, new ArrayList<>(labels), registrable.substring(dot + 1), domains, partners);
    }
}
