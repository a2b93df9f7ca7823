package io.trawl.parsing;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** The names that somebody may have meant who typed another one. */
public final class Nearest {
    /** Names that are given at most. */
    private static final int MOST = 3;

    private Nearest() {}

    /** The nearest first; none where all are far. */
    public static List<String> of(String typed, Collection<String> names) {
        return names.stream()
                .filter(name -> isNear(typed, name))
                .sorted(Comparator.<String>comparingInt(name -> distance(typed, name))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(MOST)
                .toList();
    }

    private static boolean isNear(String typed, String name) {
        // The vendor's name alone, or what it is called with more words.
        boolean part = typed.length() > 2 && name.contains(typed) || name.length() > 2 && typed.contains(name);
        return part || distance(typed, name) <= Math.max(1, Math.min(typed.length(), name.length()) / 3);
    }

    /** How many characters must be added, taken away or replaced. */
    public static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int before = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replaced = before + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                before = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }
}
