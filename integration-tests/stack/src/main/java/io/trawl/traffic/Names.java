package io.trawl.traffic;

import java.util.SplittableRandom;

/**
 * Invented names in kinds that cannot meet, so that what is not planted cannot match: labels of letters only are
 * harmless; one hyphen and a digit at the end make an indicator of the first ten thousand; letters and digits without a
 * hyphen one of the others.
 */
final class Names {
    private static final String[] SYLLABLES = {
        "ba", "ke", "lo", "mi", "nu", "ra", "se", "ti", "vo", "za", "dar", "fen", "gol", "hix", "jum", "kel", "lan",
        "mor", "pel", "quo", "rin", "sol", "tur", "vex", "wen", "yor", "bri", "cla", "dro", "fli", "gre", "sta"
    };
    private static final String[] TLDS = {
        "com", "com", "com", "com", "com", "net", "net", "org", "org", "de", "ru", "top", "xyz", "info", "cn", "online",
        "co.uk", "com.br", "site", "io", "fr", "nl", "co.jp", "in", "club", "shop", "biz", "eu", "pl", "example"
    };
    private static final String[] BELOW = {
        "www", "cdn", "api", "img", "static", "m", "assets", "login", "update", "mail", "app", "media", "auth", "edge"
    };

    private Names() {}

    static String word(SplittableRandom random, int syllables) {
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < syllables; i++) {
            word.append(SYLLABLES[random.nextInt(SYLLABLES.length)]);
        }
        return word.toString();
    }

    static String tld(SplittableRandom random) {
        return TLDS[random.nextInt(TLDS.length)];
    }

    /** A label that is before a domain, as www. */
    static String below(SplittableRandom random) {
        return BELOW[random.nextInt(BELOW.length)];
    }

    static String harmless(SplittableRandom random) {
        return word(random, 2 + random.nextInt(3)) + "." + tld(random);
    }

    static String harmful(SplittableRandom random) {
        return word(random, 1 + random.nextInt(2)) + "-" + word(random, 1 + random.nextInt(2)) + random.nextInt(10)
                + "." + tld(random);
    }

    /** Distinct for distinct numbers. */
    static String numbered(SplittableRandom random, long number) {
        return word(random, 1 + random.nextInt(3)) + number + "." + tld(random);
    }
}
