package io.trawl.intel.index;

import java.nio.ByteBuffer;

/**
 * What an index finds by a hash: slots with the places of records, after a filter that says of nearly every other hash
 * that there is none. A slot keeps so many bits of the hash that a record is hardly ever looked at in vain.
 */
final class IndexSlots {
    private final ByteBuffer file;
    private final int slotsAt;
    private final int slots;
    private final int filterAt;
    private final int filterWords;
    private final boolean hasPrefixes;

    IndexSlots(ByteBuffer file) {
        this.file = file;
        slotsAt = (int) file.getLong(IndexFormat.AT_SLOTS);
        slots = (int) file.getLong(IndexFormat.AT_SLOT_COUNT);
        filterAt = (int) file.getLong(IndexFormat.AT_FILTER);
        filterWords = file.getInt(IndexFormat.AT_FILTER_WORDS);
        hasPrefixes = file.getInt(IndexFormat.AT_PREFIX_COUNT) > 0;
    }

    /** The first slot with a hash, or one like it; -1 if there is none. */
    int first(long hash) {
        return from(IndexFormat.slot(hash, slots), IndexFormat.tag(hash));
    }

    /** The next slot with the hash, or one like it; -1 if there is none. */
    int next(int slot, long hash) {
        return from(slot + 1 == slots ? 0 : slot + 1, IndexFormat.tag(hash));
    }

    private int from(int first, long tag) {
        int slot = first;
        for (long entry; (entry = file.getLong(slotsAt + 8 * slot)) != 0; slot = slot + 1 == slots ? 0 : slot + 1) {
            if (IndexFormat.tag(entry) == tag) {
                return slot;
            }
        }
        return -1;
    }

    /** Place of a slot's record. */
    int record(int slot) {
        return (int) file.getLong(slotsAt + 8 * slot);
    }

    /** Whether the filter knows a hash, and a slot has it, or one so like it that only the record tells. */
    boolean mayHave(long hash) {
        return mayHaveHost(hash) && first(hash) >= 0;
    }

    /** Whether the filter knows a hash; false is certain. */
    boolean mayHaveHost(long hash) {
        long bits = IndexFormat.hostBits(hash);
        return (file.getLong(filterAt + 8 * IndexFormat.word(hash, filterWords)) & bits) == bits;
    }

    /** Whether there may be a URL of the host with this hash; false is certain. */
    boolean hasUrls(long hostHash) {
        long bits = IndexFormat.urlHostBits(hostHash);
        return (file.getLong(filterAt + 8 * IndexFormat.word(hostHash, filterWords)) & bits) == bits;
    }

    /** Whether the host with this hash may have the beginning of a URL; false is certain. */
    boolean mayHavePrefix(long hostHash) {
        return hasPrefixes && hasUrls(hostHash) && mayHaveHost(hostHash);
    }

    /** Whether a domain may be an indicator's, or that of the beginning of a URL, for what is below it. */
    boolean mayHaveBeneath(long hash) {
        return mayHave(hash) || mayHavePrefix(hash);
    }
}
