package io.trawl.replay;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.trawl.base.Buffers;
import io.trawl.parsing.Printable;
import io.trawl.parsing.Reason;
import io.trawl.record.InvalidRecord;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which invalid records are parsed again: those that meet all of its conditions, but for lines that did not arrive whole.
 *
 * <p>The pattern is of RE2, which takes time linear in the line whatever the pattern is: it has no backtracking, and so
 * neither back-references nor look-around.
 */
final class Selection implements Serializable {
    private static final long serialVersionUID = 1L;
    /** So often a pattern may repeat something by number: each time is a state of its own. */
    private static final long MOST_REPEATED = 1_000;

    /** Characters of a pattern, and so its levels of parentheses: the engine takes a stack's frame for each. */
    private static final int MOST_LONG = 1_000;

    private static final java.util.regex.Pattern REPEATED =
            java.util.regex.Pattern.compile("\\{([0-9]{1,9})(?:,([0-9]{0,9}))?\\}");

    /** Of lines that did not arrive whole: no format reads them. */
    private static final Set<String> BROKEN = Set.of(Reason.ENVELOPE.code(), Reason.OVERSIZE.code());

    private final TreeSet<String> reasons;
    private final TreeSet<String> formats;
    private final @Nullable Pattern pattern;

    private Selection(TreeSet<String> reasons, TreeSet<String> formats, @Nullable Pattern pattern) {
        this.reasons = reasons;
        this.formats = formats;
        this.pattern = pattern;
    }

    /**
     * @param reasons codes; every one where there is none
     * @param formats names; every one where there is none
     * @param pattern that the line contains; null where any line will do
     * @throws IllegalArgumentException a reason does not exist, or the pattern is none
     */
    static Selection of(List<String> reasons, List<String> formats, @Nullable String pattern) {
        TreeSet<String> known = Arrays.stream(Reason.values())
                .map(Reason::code)
                .filter(code -> !BROKEN.contains(code))
                .collect(Collectors.toCollection(TreeSet::new));
        for (String reason : reasons) {
            if (!known.contains(reason)) {
                throw new IllegalArgumentException("--reason " + reason + ": "
                        + (BROKEN.contains(reason)
                                ? "no format reads such lines, since they did not arrive whole; "
                                : "")
                        + "expected one of " + String.join(", ", known));
            }
        }
        for (String format : formats) {
            if (format.isBlank() || format.indexOf('/') >= 0) {
                throw new IllegalArgumentException(
                        "--format " + format + ": expected the name of a format without version, for example squid");
            }
        }
        return new Selection(
                new TreeSet<>(reasons), new TreeSet<>(formats), pattern == null ? null : compiled(pattern));
    }

    private static Pattern compiled(String text) {
        if (text.length() > MOST_LONG) {
            throw new IllegalArgumentException("--pattern " + text.substring(0, 20) + "... has " + text.length()
                    + " characters; expected at most " + MOST_LONG);
        }
        if (!text.codePoints().allMatch(Selection::isPrintable)) {
            throw new IllegalArgumentException("--pattern " + Printable.line(text)
                    + ": expected one line of text without control characters; write them as RE2 does, for example '\\x1b'"
                    + " or '\\t'");
        }
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

    /** As the form of the DAG has it, which is Python's. */
    private static boolean isPrintable(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> character == ' ';
            default -> true;
        };
    }

    boolean takes(InvalidRecord record) {
        String reason = record.getReason();
        if (BROKEN.contains(reason) || !reasons.isEmpty() && !reasons.contains(reason)) {
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
