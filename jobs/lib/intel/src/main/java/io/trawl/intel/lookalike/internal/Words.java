package io.trawl.intel.lookalike.internal;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Words that names are made of, from words.txt in this package: own-made, short. */
public final class Words {
    /** Asks for something: login, verify. */
    public static final int BAIT = 1;
    /** What a brand may well call a host of its own: shop, cloud. */
    public static final int SERVICE = 1 << 1;
    /** Serves machines: cdn, static. */
    public static final int PLUMBING = 1 << 2;
    /** Asks for something, and honest hosts of a brand have it in their names as well: support, update. */
    public static final int OFFER = 1 << 3;
    /** Longest word. */
    public static final int LONGEST = 16;

    private static final Words BUNDLED = load();

    private final KeyTable table = new KeyTable();
    private final Map<String, Integer> kinds = new HashMap<>();
    private final Set<String> all = new HashSet<>();
    /** By the first and by the last two characters: the lengths of words, a bit each. */
    private final int[] startLengths = new int[128 * 128];

    private final int[] endLengths = new int[128 * 128];

    private Words() {}

    public static Words bundled() {
        return BUNDLED;
    }

    private static Words load() {
        Words words = new Words();
        try (InputStream in = Words.class.getResourceAsStream("words.txt")) {
            if (in == null) {
                throw new IllegalStateException("words.txt is not on the class path beside " + Words.class.getName());
            }
            BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            int kind = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("#") || line.isBlank()) {
                    continue;
                }
                switch (line) {
                    case "[bait]" -> kind = BAIT;
                    case "[offer]" -> kind = OFFER;
                    case "[service]" -> kind = SERVICE;
                    case "[plumbing]" -> kind = PLUMBING;
                    case "[everyday]" -> kind = 0;
                    default -> words.add(line, kind);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        words.kinds.forEach((word, kinds) -> words.table.add(Hash.of(word), kinds));
        words.table.finish();
        for (String word : words.kinds.keySet()) {
            int length = word.length();
            words.startLengths[pair(word.charAt(0), word.charAt(1))] |= 1 << length;
            words.endLengths[pair(word.charAt(length - 2), word.charAt(length - 1))] |= 1 << length;
        }
        return words;
    }

    private void add(String line, int kind) {
        for (String word : line.strip().split(" ", -1)) {
            all.add(word);
            if (kind != 0) {
                kinds.merge(Folds.strict(word), kind, (one, other) -> one | other);
            }
        }
    }

    private static int pair(char one, char other) {
        return (one & 127) << 7 | other & 127;
    }

    /** The lengths that words with these first two characters have, a bit each. */
    public int lengthsFrom(char first, char second) {
        return startLengths[pair(first, second)];
    }

    /** The lengths that words with these last two characters have, a bit each. */
    public int lengthsTo(char lastButOne, char last) {
        return endLengths[pair(lastButOne, last)];
    }

    /** The kinds of a strictly folded word, by its hash; 0 if it is not one that goes with brands. */
    public int kinds(long hash) {
        int slot = table.find(hash);
        return slot < 0 ? 0 : table.value(slot);
    }

    /** Whether a word says nothing of a brand. */
    public boolean isEveryday(String word) {
        return all.contains(word) || word.endsWith("s") && all.contains(word.substring(0, word.length() - 1));
    }

    /** How long a label is without the words at its ends that serve machines. */
    public int distinctLength(String label) {
        int from = 0;
        int to = label.length();
        boolean more = true;
        while (more && from < to) {
            more = false;
            for (int i = from + 2; i <= to && !more; i++) {
                if (isPlumbing(label.substring(from, i))) {
                    from = i;
                    more = true;
                }
            }
            for (int i = to - 2; i >= from && !more; i--) {
                if (isPlumbing(label.substring(i, to))) {
                    to = i;
                    more = true;
                }
            }
            if (from < to && (label.charAt(to - 1) == '-' || Folds.isDigit(label.charAt(to - 1)))) {
                to--;
                more = true;
            }
        }
        return to - from;
    }

    private boolean isPlumbing(String word) {
        return (kinds.getOrDefault(Folds.strict(word), 0) & PLUMBING) != 0;
    }
}
