package io.trawl.replay;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.trawl.base.Buffers;
import io.trawl.parsing.Parser;
import io.trawl.parsing.Reason;
import io.trawl.record.InvalidRecord;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which invalid records are parsed again: those that meet all of its conditions.
 *
 * <p>The pattern is of RE2, which takes time linear in the line whatever the pattern is: it has no backtracking, and so
 * neither back-references nor look-around.
 */
final class Selection implements Serializable {
    private static final long serialVersionUID = 1L;
    /** So often a pattern may repeat something by number: each time is a state of its own. */
    private static final long MOST_REPEATED = 1_000;

    private static final java.util.regex.Pattern REPEATED =
            java.util.regex.Pattern.compile("\\{([0-9]{1,9})(?:,([0-9]{0,9}))?\\}");

    private final TreeSet<String> reasons;
    private final TreeSet<String> formats;
    private final @Nullable Pattern pattern;
    /** Without the lines of which a parser has to know more than their bytes. */
    private final boolean alone;
    /** Of no line the bytes are enough. */
    private final boolean none;

    private Selection(
            TreeSet<String> reasons, TreeSet<String> formats, @Nullable Pattern pattern, boolean alone, boolean none) {
        this.none = none;
        this.reasons = reasons;
        this.formats = formats;
        this.pattern = pattern;
        this.alone = alone;
    }

    /**
     * @param reasons codes; every one where there is none
     * @param formats names; every one where there is none
     * @param pattern that the line contains; null where any line will do
     * @throws IllegalArgumentException a reason does not exist, or the pattern is none
     */
    static Selection of(List<String> reasons, List<String> formats, @Nullable String pattern) {
        TreeSet<String> known =
                Arrays.stream(Reason.values()).map(Reason::code).collect(Collectors.toCollection(TreeSet::new));
        for (String reason : reasons) {
            if (!known.contains(reason)) {
                throw new IllegalArgumentException(
                        "--reason " + reason + ": expected one of " + String.join(", ", known));
            }
        }
        for (String format : formats) {
            if (format.isBlank() || format.indexOf('/') >= 0) {
                throw new IllegalArgumentException(
                        "--format " + format + ": expected the name of a format without version, for example squid");
            }
        }
        return new Selection(
                new TreeSet<>(reasons),
                new TreeSet<>(formats),
                pattern == null ? null : compiled(pattern),
                false,
                false);
    }

    private static Pattern compiled(String text) {
        long repeated = 1;
        for (Matcher count = REPEATED.matcher(text); count.find() && repeated <= MOST_REPEATED; ) {
            String most = count.group(2) == null || count.group(2).isEmpty() ? count.group(1) : count.group(2);
            repeated *= Math.max(1, Long.parseLong(most));
        }
        if (text.isEmpty() || repeated > MOST_REPEATED) {
            throw new IllegalArgumentException("--pattern " + text + ": "
                    + (text.isEmpty()
                            ? "it is empty; expected an expression of RE2, for example 'status=[0-9]{6}'"
                            : "its numbers of repetitions multiply to more than " + MOST_REPEATED
                                    + "; expected fewer, for example 'a{1,100}'"));
        }
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "--pattern " + text + ": " + e.getDescription()
                            + "; expected an expression of RE2, for example 'status=[0-9]{6}'",
                    e);
        }
    }

    /**
     * The same for a window whose raw lines are no longer kept. Of a line its record has the bytes only, so those are left out
     * of which more has to be known: a cut line is not whole, a broken message holds no line, and where a line of the file
     * names the columns nobody knows which did.
     */
    Selection withoutRawLines(Parser parser) {
        boolean follows = parser.formats().stream().anyMatch(one -> one.under("#Fields: date time") != one);
        return new Selection(reasons, formats, pattern, true, follows);
    }

    boolean takes(InvalidRecord record) {
        String reason = record.getReason();
        if (!reasons.isEmpty() && !reasons.contains(reason)) {
            return false;
        }
        if (none) {
            return false;
        }
        if (alone && (reason.equals(Reason.OVERSIZE.code()) || reason.equals(Reason.ENVELOPE.code()))) {
            return false;
        }
        if (!formats.isEmpty() && Arrays.stream(record.getParser().split(",")).noneMatch(this::isOfFormat)) {
            return false;
        }
        return pattern == null
                || pattern.matcher(new String(Buffers.bytes(record.getRaw()), StandardCharsets.UTF_8))
                        .find();
    }

    private boolean isOfFormat(String parser) {
        int slash = parser.lastIndexOf('/');
        return formats.contains(slash < 0 ? parser : parser.substring(0, slash));
    }

    /** As the ledger has it, for example {@code reason syntax, pattern id=}. */
    @Override
    public String toString() {
        List<String> conditions = new ArrayList<>();
        if (!reasons.isEmpty()) {
            conditions.add("reason " + String.join(" or ", reasons));
        }
        if (!formats.isEmpty()) {
            conditions.add("format " + String.join(" or ", formats));
        }
        if (pattern != null) {
            conditions.add("pattern " + pattern.pattern());
        }
        return conditions.isEmpty() ? "every reason" : String.join(", ", conditions);
    }
}
