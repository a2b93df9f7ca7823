package io.trawl.sweep;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** The words of the command line. */
final class Words {
    private static final Set<String> FILES = Set.of("--indicators", "--allowlist", "--rules");

    private Words() {}

    /**
     * Names an option before each of its files: with a {@code --} after them, an option takes any number, as
     * {@code --indicators feed.txt threats.csv -- access.log}.
     */
    static List<String> ofFiles(String[] args) {
        List<String> given = Arrays.asList(args);
        int dashes = given.indexOf("--");
        List<String> words = new ArrayList<>();
        for (int i = 0; i < given.size(); i++) {
            String word = given.get(i);
            words.add(word);
            String option = word.contains("=") ? word.substring(0, word.indexOf('=')) : word;
            if (i >= dashes || !FILES.contains(option)) {
                continue;
            }
            if (word.equals(option) && i + 1 < dashes) {
                words.add(given.get(++i));
            }
            while (i + 1 < dashes && !given.get(i + 1).startsWith("-")) {
                words.add(option);
                words.add(given.get(++i));
            }
        }
        return words;
    }
}
