package io.trawl.intel.index;

import io.trawl.schema.word.IndicatorType;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The index file: constants, hashes and numbers that builder and reader share. docs/index-format.md has the layout.
 */
final class IndexFormat {
    static final long MAGIC = 0x5844494C57415254L; // "TRAWLIDX"
    static final int VERSION = 4;
    /** Version 2 has no beginnings of URLs. Up to version 3 no e-mail domain and no hash is found. All else is the same. */
    static final int OLDEST_VERSION = 2;
    /** From this version on hashes and domains of mail addresses are found. */
    static final int FIRST_WITH_HASHES = 4;

    /** Header: fixed places, little-endian. */
    static final int HEADER = 128;

    static final int AT_VERSION = 8;
    static final int AT_SEED = 12;
    static final int AT_LENGTH = 16;
    static final int AT_COUNT = 24;
    static final int AT_SNAPSHOT = 32;
    static final int AT_SLOTS = 40;
    static final int AT_SLOT_COUNT = 48;
    static final int AT_FILTER = 56;
    static final int AT_FILTER_WORDS = 64;
    static final int AT_RANGES4 = 68;
    static final int AT_RANGES4_COUNT = 72;
    static final int AT_RANGES6 = 76;
    static final int AT_RANGES6_COUNT = 80;
    static final int AT_FEEDS = 84;
    static final int AT_FEED_COUNT = 88;
    static final int AT_LABELS = 92;
    static final int AT_LABEL_COUNT = 96;
    static final int AT_RECORDS = 100;
    /** How many paths and user agents there are, and places of the records of regular expressions. */
    static final int AT_PATH_COUNT = 104;

    static final int AT_AGENT_COUNT = 108;
    static final int AT_REGEXES = 112;
    static final int AT_REGEX_COUNT = 116;
    /** How many prefixes of URLs there are. */
    static final int AT_PREFIX_COUNT = 120;
    /** CRC-32C of the header before it. */
    static final int AT_HEADER_CRC = 124;

    /** CRC-32C of all bytes before it, and four bytes that end the file. */
    static final int TRAILER = 8;

    static final int END = 0x444E4554; // "TEND"

    /** A range: first address (4 or 16 bytes), place of the range around it, place of its record, bits. */
    static final int RANGE4 = 16;

    static final int RANGE6 = 28;

    /** Types, in the low bits of a record's head. */
    static final int DOMAIN = 1;

    static final int IPV4 = 2;
    static final int IPV6 = 3;
    static final int CIDR = 4;
    static final int URL = 5;
    static final int IP_PORT = 6;
    static final int DOMAIN_PORT = 7;
    static final int URL_PATH = 8;
    static final int USER_AGENT = 9;
    static final int USER_AGENT_REGEX = 10;
    static final int EMAIL_DOMAIN = 11;
    static final int MD5 = 12;
    static final int SHA1 = 13;
    static final int SHA256 = 14;
    static final int URL_PREFIX = 15;
    static final int TYPE = 15;
    /** By their numbers in the file, which stay: 0 is none. */
    private static final List<IndicatorType> TYPES = List.of(
            IndicatorType.DOMAIN,
            IndicatorType.IPV4,
            IndicatorType.IPV6,
            IndicatorType.CIDR,
            IndicatorType.URL,
            IndicatorType.IP_PORT,
            IndicatorType.DOMAIN_PORT,
            IndicatorType.URL_PATH,
            IndicatorType.USER_AGENT,
            IndicatorType.USER_AGENT_REGEX,
            IndicatorType.EMAIL_DOMAIN,
            IndicatorType.MD5,
            IndicatorType.SHA1,
            IndicatorType.SHA256,
            IndicatorType.URL_PREFIX);

    /** What a record has besides type, value, feed, line and labels. */
    static final int ORIGINAL = 1 << 4;

    static final int VALIDITY = 1 << 5;
    static final int CONFIDENCE = 1 << 6;
    /** A domain that does not stand for what is below it. */
    static final int HOST_ONLY = 1 << 7;
    /** The labels are in the record, not in the dictionary. */
    static final int OWN_LABELS = 1 << 8;
    /** The id is not the one that derives from type, value and feed. */
    static final int OWN_ID = 1 << 9;

    static final int FROM = 1;
    static final int UNTIL = 2;

    private static final long STEP = 0x9E3779B97F4A7C15L;
    private static final long MIX = 0xD6E8FEB86659FD93L;
    private static final long URL_SALT = 0xA0761D6478BD642FL;
    private static final long PATH_SALT = 0xE7037ED1A0B428DBL;
    private static final long PREFIX_SALT = 0x589965CC75374CC3L;
    private static final long AGENT_SALT = 0x8EBC6AF09C88C6E3L;
    private static final long MAIL_SALT = 0x1D8E4E27C47D124FL;
    private static final long HASH_SALT = 0xEB44ACCAB455D165L;

    private IndexFormat() {}

    static IndicatorType type(int code) {
        return TYPES.get(code - 1);
    }

    static int code(String type) {
        IndicatorType known = IndicatorType.of(type);
        if (known == null) {
            throw new IllegalArgumentException("indicator type '" + type + "'; expected one of "
                    + TYPES.stream().map(IndicatorType::text).collect(Collectors.joining(", ")));
        }
        return TYPES.indexOf(known) + 1;
    }

    /** The state before the first character. */
    static long start(int seed) {
        return (seed + 1) * MIX;
    }

    /** A host is taken from its last character to its first, so that one pass gives the hash of every parent domain. */
    static long step(long state, int c) {
        return state * STEP + c;
    }

    static long host(long state, String text, int from, int to) {
        long h = state;
        for (int i = to - 1; i >= from; i--) {
            h = step(h, text.charAt(i));
        }
        return mix(h);
    }

    /** The same of bytes. */
    static long host(long state, byte[] text, int from, int to) {
        long h = state;
        for (int i = to - 1; i >= from; i--) {
            h = step(h, text[i]);
        }
        return mix(h);
    }

    /** The state before the last character of a path, which is taken backwards: so is every part of it that begins at a slash. */
    static long pathStart(long start) {
        return start ^ PATH_SALT;
    }

    /** The state before the last character of a user agent. */
    static long agentStart(long start) {
        return start ^ AGENT_SALT;
    }

    /** The state before the last character of the domain of a mail address. */
    static long mailStart(long start) {
        return start ^ MAIL_SALT;
    }

    /** The state before the last digit of a hash. */
    static long hashStart(long start) {
        return start ^ HASH_SALT;
    }

    /** The type of a hash in hex by how many digits it has; 0 if it is none that indicators have. */
    static int hashType(int digits) {
        return switch (digits) {
            case 32 -> MD5;
            case 40 -> SHA1;
            case 64 -> SHA256;
            default -> 0;
        };
    }

    /** The hash of a prefix of a URL goes on where its host's ended: with the path alone. */
    static long prefixStart(long hostHash) {
        return hostHash ^ PREFIX_SALT;
    }

    /** The hash of a URL goes on where its host's ended: port and rest forwards, then the scheme. */
    static long urlStart(long hostHash) {
        return hostHash ^ URL_SALT;
    }

    static long onwards(long state, String text) {
        long h = state;
        for (int i = 0; i < text.length(); i++) {
            h = step(h, text.charAt(i));
        }
        return h;
    }

    static long onwards(long state, byte[] text, int from, int to) {
        long h = state;
        for (int i = from; i < to; i++) {
            h = step(h, text[i]);
        }
        return h;
    }

    static long mix(long state) {
        long h = state;
        h ^= h >>> 32;
        h *= MIX;
        return h ^ h >>> 29;
    }

    /** The high half of a hash tells slots apart, the low half is where one begins to look. */
    static long tag(long hash) {
        return hash & 0xFFFF_FFFF_0000_0000L;
    }

    static int slot(long hash, int slots) {
        return (int) ((hash & 0xFFFF_FFFFL) * slots >>> 32);
    }

    /** The filter's word for a hash, by other bits than the slot. */
    static int word(long hash, int words) {
        return (int) ((hash * STEP >>> 32) * words >>> 32);
    }

    /** Four bits of a word that a host or an address sets. */
    static long hostBits(long hash) {
        return 1L << hash | 1L << (hash >>> 6) | 1L << (hash >>> 12) | 1L << (hash >>> 18);
    }

    /** Four bits that a host sets of which some URL is known. */
    static long urlHostBits(long hash) {
        return hostBits(hash >>> 24);
    }
}
