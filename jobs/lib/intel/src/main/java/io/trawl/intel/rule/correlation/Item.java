package io.trawl.intel.rule.correlation;

import io.trawl.intel.rule.correlation.observation.Seen;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a correlation sees of an event, or of a group of a correlation that it refers to. */
final class Item implements Seen {
    /** More digits or a higher exponent is no number that a log means. */
    private static final int LONGEST_NUMBER = 64;

    final String id;
    final Instant time;
    /** Which of the correlation's rules fired, by their places. */
    final BitSet rules;
    /** What it is judged by: values, or the texts of numbers; several where the field has several. */
    final List<String> measured;
    /** By wanted field, the values that correlations above ask for. */
    final List<List<String>> wanted;
    /** The events that it is, or that it is made of. */
    final List<String> events;

    final @Nullable BigDecimal number;
    /** Its place in its group, counted from 0. */
    long place;

    Item(
            String id,
            Instant time,
            BitSet rules,
            List<String> measured,
            List<List<String>> wanted,
            List<String> events,
            boolean isNumber) {
        this.id = id;
        this.time = time;
        this.rules = rules;
        this.measured = measured;
        this.wanted = wanted;
        this.events = events;
        this.number = isNumber ? firstNumber(measured) : null;
    }

    @Override
    public long place() {
        return place;
    }

    @Override
    public Instant time() {
        return time;
    }

    @Override
    public BitSet rules() {
        return rules;
    }

    /** With what another rule says of the same event. */
    Item with(Item other, boolean isNumber) {
        BitSet both = (BitSet) rules.clone();
        both.or(other.rules);
        Set<String> values = new LinkedHashSet<>(measured);
        values.addAll(other.measured);
        List<List<String>> all = new ArrayList<>();
        for (int i = 0; i < wanted.size(); i++) {
            Set<String> either = new LinkedHashSet<>(wanted.get(i));
            either.addAll(other.wanted.get(i));
            all.add(List.copyOf(either));
        }
        return new Item(id, time, both, List.copyOf(values), all, events, isNumber);
    }

    /** Several values as one text, different for different values. */
    static String text(List<String> values) {
        if (values.size() == 1) {
            return values.get(0);
        }
        StringBuilder text = new StringBuilder();
        values.forEach(value -> text.append(value.length()).append(':').append(value));
        return text.toString();
    }

    private static @Nullable BigDecimal firstNumber(List<String> texts) {
        for (String text : texts) {
            BigDecimal number = number(text);
            if (number != null) {
                return number;
            }
        }
        return null;
    }

    /** A decimal number; null for any other text. */
    static @Nullable BigDecimal number(String text) {
        String stripped = text.strip();
        if (stripped.isEmpty() || stripped.length() > LONGEST_NUMBER) {
            return null;
        }
        for (int i = 0; i < stripped.length(); i++) {
            char c = stripped.charAt(i);
            if ((c < '0' || c > '9') && "+-.eE".indexOf(c) < 0) {
                return null;
            }
        }
        try {
            BigDecimal number = new BigDecimal(stripped);
            // An exponent of a billion makes numbers that no memory holds.
            return Math.abs((long) number.scale()) > LONGEST_NUMBER ? null : number;
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
