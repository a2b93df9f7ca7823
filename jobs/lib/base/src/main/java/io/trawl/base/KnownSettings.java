package io.trawl.base;

import io.trawl.parsing.Nearest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Which keys a trawl.conf may have: those of the defaults; for another source those of source.proxy, for one job those of
 * job; and all keys of the families that the defaults open by a comment ({@code # hadoop.*: ...}).
 */
final class KnownSettings {
    private static final Pattern FAMILY = Pattern.compile("^# (\\S+\\.)\\*:", Pattern.MULTILINE);
    private static final String SOURCE = "source.proxy.";
    private static final String JOB = "job.";

    private final TreeSet<String> keys;
    private final List<String> families;

    /** @param text the defaults, as they are in the file */
    KnownSettings(Collection<String> keys, String text) {
        this.keys = new TreeSet<>(keys);
        this.families =
                FAMILY.matcher(text).results().map(found -> found.group(1)).toList();
    }

    /**
     * Refuses what is not known.
     *
     * @param where the keys are, for the message
     */
    void require(Collection<String> given, String where) {
        for (String key : given) {
            if (!isKnown(key)) {
                throw new IllegalArgumentException("setting " + key + " (" + where + ") is unknown: did you mean "
                        + nearest(key) + "? (conf/trawl.conf lists them; keys of your own jobs begin with my.)");
            }
        }
    }

    boolean isKnown(String key) {
        return templates(key).anyMatch(key::equals)
                || families.stream().anyMatch(family -> {
                    Matcher begins = Pattern.compile(Pattern.quote(family).replace("NAME", "\\E[^.]+\\Q"))
                            .matcher(key);
                    return begins.lookingAt() && begins.end() < key.length();
                });
    }

    /** The key that takes the fewest edits to get to. */
    String nearest(String key) {
        List<String> candidates = new ArrayList<>(templates(key).toList());
        String[] parts = key.split("\\.", -1);
        for (String family : families) {
            String[] words = family.split("\\.");
            if (parts.length > words.length) {
                for (int i = 0; i < words.length; i++) {
                    words[i] = words[i].equals("NAME") ? parts[i] : words[i];
                }
                String own = String.join(".", words);
                String typed = String.join(".", List.of(parts).subList(0, words.length));
                // A family takes any key: only a slip in its own words leads to it.
                if (Nearest.distance(own, typed) <= Math.max(1, own.length() / 4)) {
                    candidates.add(own + key.substring(typed.length()));
                }
            }
        }
        return candidates.stream()
                .min(Comparator.<String>comparingInt(one -> Nearest.distance(key, one))
                        .thenComparing(Comparator.naturalOrder()))
                .orElseThrow();
    }

    /** All keys, and those of the source or the job that a key names. */
    private Stream<String> templates(String key) {
        String[] parts = key.split("\\.", 3);
        String prefix = parts.length < 3 ? "" : parts[0] + "." + parts[1] + ".";
        return Stream.concat(
                keys.stream(),
                keys.stream()
                        .filter(one -> !prefix.isEmpty())
                        .filter(one -> one.startsWith(key.startsWith(JOB) ? JOB : SOURCE))
                        .filter(one -> key.startsWith(JOB) || key.startsWith("source."))
                        .map(one -> prefix + one.substring(key.startsWith(JOB) ? JOB.length() : SOURCE.length())));
    }
}
