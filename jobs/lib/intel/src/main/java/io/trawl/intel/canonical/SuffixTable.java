package io.trawl.intel.canonical;

import java.util.Map;

/**
 * The rules of a public suffix list by the hash of their names, read from the right, so that a domain is judged in one pass
 * and without a new text.
 */
final class SuffixTable {
    private static final long BASE = 0x9E37_79B9_7F4A_7C15L;

    private final long[] keys;
    private final byte[] flags;
    private final int exception;
    private final int rule;
    private final int wildcard;
    private final int mostLabels;

    SuffixTable(Map<String, Integer> rules, int exception, int rule, int wildcard) {
        this.exception = exception;
        this.rule = rule;
        this.wildcard = wildcard;
        int size = Integer.highestOneBit(Math.max(16, rules.size())) * 4;
        keys = new long[size];
        flags = new byte[size];
        int most = 1;
        for (Map.Entry<String, Integer> each : rules.entrySet()) {
            String name = each.getKey();
            long hash = 0;
            int labels = 1;
            for (int i = name.length() - 1; i >= 0; i--) {
                hash = hash * BASE + name.charAt(i);
                labels += name.charAt(i) == '.' ? 1 : 0;
            }
            long key = key(hash);
            int slot = slot(key);
            while (keys[slot] != 0) {
                slot = slot + 1 & size - 1;
            }
            keys[slot] = key;
            flags[slot] = each.getValue().byteValue();
            most = Math.max(most, labels);
        }
        mostLabels = most + 1;
    }

    private static long key(long hash) {
        long x = (hash ^ hash >>> 31) * 0xD6E8_FEB8_6659_FD93L;
        x ^= x >>> 32;
        return x == 0 ? 1 : x;
    }

    private int slot(long key) {
        return (int) key & keys.length - 1;
    }

    private int flags(long hash) {
        long key = key(hash);
        int slot = slot(key);
        while (keys[slot] != 0) {
            if (keys[slot] == key) {
                return flags[slot];
            }
            slot = slot + 1 & keys.length - 1;
        }
        return 0;
    }

    int registrableFrom(String domain) {
        if (domain.isEmpty() || domain.charAt(0) == '.') {
            return -1;
        }
        long hash = 0;
        int labels = 0;
        int parent = 0;
        boolean below = false;
        int found = -1;
        int at = domain.length();
        while (at > 0) {
            int from = at;
            while (from > 0 && domain.charAt(from - 1) != '.') {
                from--;
                hash = hash * BASE + domain.charAt(from);
            }
            labels++;
            if (below) {
                found = from;
                below = false;
            }
            if (labels > mostLabels) {
                break;
            }
            int here = flags(hash);
            if ((here & exception) != 0) {
                found = from;
            } else if ((here & rule) != 0 || labels == 1 || (parent & wildcard) != 0) {
                // What lies below the longest suffix is the registrable domain.
                found = -1;
                below = true;
            }
            parent = here;
            at = from - 1;
            if (at > 0) {
                hash = hash * BASE + '.';
            }
        }
        return found;
    }
}
