package io.trawl.intel.rule.internal;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Literals of which a value that a regular expression is found in has one, without case. It reads RE2's syntax; of what it
 * does not know it says that any text may be there. Letters beyond ASCII are passed over, since their cases are many.
 */
public final class Necessary {
    private static final int MOST = 64;
    private static final int DEEPEST = 200;
    private static final int LONGEST = 256;
    /** So many characters of a set are each looked for. */
    private static final int FEW = 4;

    private static final Pattern REPEAT = Pattern.compile("\\{[0-9]{1,4}(,[0-9]{0,4})?\\}");
    private static final Pattern NONE = Pattern.compile("\\{0+[,}]");
    private static final String CONTROLS = "aftnrv";
    private static final String CONTROL = "\u0007\f\t\n\r\u000B";

    private final String pattern;
    private int at;
    private int depth;
    /** Whether white space, or all after \Q, is not as it is written; then nothing is said. */
    private boolean unknown;

    private Necessary(String pattern) {
        this.pattern = pattern;
    }

    /**
     * What is known of a part.
     *
     * @param exact all texts that it can be; null if they are too many
     * @param one texts of which it has one; null if none are known
     */
    private record Info(
            @Nullable Set<String> exact, @Nullable Set<String> one) {
        static final Info ANY = new Info(null, null);
        static final Info EMPTY = new Info(Set.of(""), null);

        /** Texts of which it has one, the empty text excluded. */
        @Nullable
        Set<String> best() {
            return exact != null && !exact.contains("") && !exact.isEmpty() ? better(exact, one) : one;
        }
    }

    /**
     * The literals.
     *
     * @param pattern an expression that RE2 takes
     * @return none of them empty; null if none are known
     */
    public static @Nullable List<String> of(String pattern) {
        if (pattern.indexOf("\\Q") >= 0 || pattern.indexOf("\\C") >= 0) {
            return null;
        }
        Necessary reader = new Necessary(pattern);
        Info all = reader.alternation();
        Set<String> best = all.best();
        return reader.unknown || reader.at < pattern.length() || best == null ? null : List.copyOf(best);
    }

    private static int shortest(@Nullable Set<String> texts) {
        return texts == null ? 0 : texts.stream().mapToInt(String::length).min().orElse(0);
    }

    private Info alternation() {
        depth++;
        Info info = sequence();
        while (at < pattern.length() && pattern.charAt(at) == '|') {
            at++;
            info = either(info, sequence());
        }
        depth--;
        return info;
    }

    private static Info either(Info one, Info other) {
        Set<String> exact = null;
        if (one.exact != null && other.exact != null && one.exact.size() + other.exact.size() <= MOST) {
            exact = new LinkedHashSet<>(one.exact);
            exact.addAll(other.exact);
        }
        Set<String> best = one.best();
        Set<String> otherBest = other.best();
        Set<String> both = null;
        if (best != null && otherBest != null && best.size() + otherBest.size() <= MOST) {
            both = new LinkedHashSet<>(best);
            both.addAll(otherBest);
        }
        return new Info(exact, both);
    }

    private Info sequence() {
        boolean exact = true;
        Set<String> best = null;
        Set<String> run = Set.of("");
        while (at < pattern.length() && pattern.charAt(at) != '|' && pattern.charAt(at) != ')') {
            if (depth > DEEPEST) {
                unknown = true;
                at = pattern.length();
                return Info.ANY;
            }
            Info next = repeated(atom());
            Set<String> longer = next.exact == null ? null : product(run, next.exact);
            if (longer == null) {
                exact = false;
                best = better(better(best, withoutEmpty(run)), next.best());
                longer = next.exact == null ? Set.of("") : next.exact;
            }
            run = longer;
        }
        return exact ? new Info(run, null) : new Info(null, better(best, withoutEmpty(run)));
    }

    private static @Nullable Set<String> withoutEmpty(Set<String> texts) {
        return texts.contains("") ? null : texts;
    }

    /** Each text of one with each of the other after it; null if that is too much. */
    private static @Nullable Set<String> product(Set<String> one, Set<String> other) {
        if (one.size() * other.size() > MOST) {
            return null;
        }
        Set<String> product = new LinkedHashSet<>();
        for (String first : one) {
            for (String second : other) {
                if (first.length() + second.length() > LONGEST) {
                    return null;
                }
                product.add(first + second);
            }
        }
        return product;
    }

    /** What follows a part says how often it is there. */
    private Info repeated(Info part) {
        Info info = part;
        while (at < pattern.length()) {
            char c = pattern.charAt(at);
            int least;
            boolean once = false;
            if (c == '*' || c == '?') {
                least = 0;
                once = c == '?';
                at++;
            } else if (c == '+') {
                least = 1;
                at++;
            } else if (c == '{'
                    && REPEAT.matcher(pattern).region(at, pattern.length()).lookingAt()) {
                least = NONE.matcher(pattern).region(at, pattern.length()).lookingAt() ? 0 : 1;
                at = pattern.indexOf('}', at) + 1;
            } else {
                return info;
            }
            if (least == 0) {
                info = once && info.exact != null ? either(info, Info.EMPTY) : Info.ANY;
            } else {
                info = new Info(null, info.best());
            }
        }
        return info;
    }

    private Info atom() {
        char c = pattern.charAt(at++);
        return switch (c) {
            case '(' -> group();
            case '[' -> set();
            case '.' -> Info.ANY;
            case '^', '$' -> Info.EMPTY;
            case '\\' -> escape();
            default -> literal(c);
        };
    }

    private static Info literal(char c) {
        return c >= 128 ? Info.ANY : new Info(Set.of(Fold.text(String.valueOf(c))), null);
    }

    private Info group() {
        if (at < pattern.length() && pattern.charAt(at) == '?') {
            at++;
            if (pattern.startsWith("P<", at) || pattern.startsWith("<", at)) {
                at = pattern.indexOf('>', at) + 1;
            } else {
                while (at < pattern.length() && ":)".indexOf(pattern.charAt(at)) < 0) {
                    at++;
                }
                if (at < pattern.length() && pattern.charAt(at++) == ')') {
                    // What repeats comes after flags, and means what is before them.
                    unknown |= at < pattern.length() && "*+?{".indexOf(pattern.charAt(at)) >= 0;
                    return Info.EMPTY;
                }
            }
        }
        Info info = alternation();
        at++;
        return info;
    }

    /** A set of characters: few of them are known, many are any. */
    private Info set() {
        boolean plain = at < pattern.length() && pattern.charAt(at) != '^';
        at += plain ? 0 : 1;
        int first = at;
        Set<String> texts = new LinkedHashSet<>();
        while (at < pattern.length() && (pattern.charAt(at) != ']' || at == first)) {
            char c = pattern.charAt(at);
            if (pattern.startsWith("[:", at) && pattern.indexOf(":]", at) > 0) {
                at = pattern.indexOf(":]", at) + 2;
                plain = false;
            } else if (c == '\\') {
                at++;
                Info escaped = escape();
                plain &= escaped.exact != null && escaped.exact.size() == 1 && !escaped.exact.contains("");
                if (plain && escaped.exact != null) {
                    texts.addAll(escaped.exact);
                }
            } else {
                at++;
                plain &= c < 128 && !(c == '-' && at - 1 > first && at < pattern.length() && pattern.charAt(at) != ']');
                if (plain) {
                    texts.add(Fold.text(String.valueOf(c)));
                }
            }
        }
        at++;
        return plain && texts.size() <= FEW ? new Info(texts, null) : Info.ANY;
    }

    private Info escape() {
        if (at >= pattern.length()) {
            unknown = true;
            return Info.ANY;
        }
        char c = pattern.charAt(at++);
        int control = CONTROLS.indexOf(c);
        if (control >= 0) {
            return literal(CONTROL.charAt(control));
        } else if ("bBAzZ".indexOf(c) >= 0) {
            return Info.EMPTY;
        } else if (c == 'p' || c == 'P') {
            at = at < pattern.length() && pattern.charAt(at) == '{' ? pattern.indexOf('}', at) + 1 : at + 1;
            return Info.ANY;
        } else if (c == 'x') {
            at = at < pattern.length() && pattern.charAt(at) == '{' ? pattern.indexOf('}', at) + 1 : at + 2;
            return Info.ANY;
        } else if (c >= '0' && c <= '9') {
            while (at < pattern.length() && Character.isDigit(pattern.charAt(at))) {
                at++;
            }
            return Info.ANY;
        }
        return Character.isLetter(c) || c >= 128 ? Info.ANY : literal(c);
    }

    private static @Nullable Set<String> better(@Nullable Set<String> one, @Nullable Set<String> other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        int difference = shortest(one) - shortest(other);
        return difference > 0 || difference == 0 && one.size() <= other.size() ? one : other;
    }
}
