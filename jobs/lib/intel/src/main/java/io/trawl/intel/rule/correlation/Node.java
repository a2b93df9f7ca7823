package io.trawl.intel.rule.correlation;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A correlation among the others of a set. */
final class Node {
    final Correlation correlation;
    final int index;
    /** By rule, its place in the correlation's list. */
    final Map<String, Integer> places = new HashMap<>();
    /** Fields beyond the correlation's own that correlations above ask for, in a fixed order. */
    final List<String> wanted = new ArrayList<>();

    Node(Correlation correlation, int index) {
        this.correlation = correlation;
        this.index = index;
        for (String rule : correlation.rules()) {
            places.putIfAbsent(rule, places.size());
        }
    }

    int place(String rule) {
        Integer place = places.get(rule);
        if (place == null) {
            throw new IllegalArgumentException(rule + " is not a rule of correlation " + correlation.id());
        }
        return place;
    }

    /** All fields that it needs of its rules' events, in its own names. */
    List<String> fields() {
        List<String> fields = new ArrayList<>(correlation.groupBy());
        fields.addAll(correlation.shape().fields());
        fields.addAll(wanted);
        return fields;
    }

    boolean isNumber() {
        return correlation.shape() instanceof Shape.Value;
    }

    /** As values are compared: without case, as Sigma compares. */
    static String folded(String value) {
        return value.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
    }

    /** The same for the same texts: 128 bits of SHA-256, in hexadecimal digits. */
    static String hash(String... texts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String text : texts) {
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
                digest.update(bytes);
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
