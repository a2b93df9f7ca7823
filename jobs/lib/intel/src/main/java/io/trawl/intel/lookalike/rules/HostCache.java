package io.trawl.intel.lookalike.rules;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What was found for the hosts asked for last. Two maps of half the size: when the young one is full it becomes the old one, and
 * what the old one had is forgotten unless it was asked for since. So nothing is locked, and nobody can fill it up.
 */
final class HostCache<T> {
    private final int half;
    private volatile Map<String, Optional<T>> young = new ConcurrentHashMap<>();
    private volatile Map<String, Optional<T>> old = Map.of();

    /** @param size about how many hosts it has at most */
    HostCache(int size) {
        this.half = Math.max(1, size / 2);
    }

    @Nullable
    T get(String host, Function<String, @Nullable T> judge) {
        Optional<T> known = young.get(host);
        if (known == null) {
            known = old.get(host);
            if (known == null) {
                known = Optional.ofNullable(judge.apply(host));
            }
            put(host, known);
        }
        return known.orElse(null);
    }

    private void put(String host, Optional<T> found) {
        Map<String, Optional<T>> into = young;
        if (into.size() >= half) {
            synchronized (this) {
                if (into == young) {
                    old = into;
                    young = new ConcurrentHashMap<>();
                }
                into = young;
            }
        }
        into.put(host, found);
    }

    int size() {
        return young.size() + old.size();
    }
}
