package io.trawl.intel.rule.stix;

import io.trawl.intel.rule.Condition;
import io.trawl.intel.rule.stix.pattern.Literal;
import io.trawl.intel.rule.stix.pattern.ObjectPath;
import io.trawl.intel.rule.stix.pattern.Pattern;
import io.trawl.intel.rule.stix.pattern.PatternException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What must hold of one event for a comparison: which object of it, and which of its fields. */
final class Observations {
    /** Types of objects of STIX 2.1. */
    private static final Set<String> TYPES = Set.of(
            "artifact",
            "autonomous-system",
            "directory",
            "domain-name",
            "email-addr",
            "email-message",
            "file",
            "ipv4-addr",
            "ipv6-addr",
            "mac-addr",
            "mutex",
            "network-traffic",
            "process",
            "software",
            "url",
            "user-account",
            "windows-registry-key",
            "x509-certificate");

    private static final int LONGEST_NAME = 200;
    private static final Map<String, Integer> HASHES =
            Map.of("md5", 32, "sha1", 40, "sha224", 56, "sha256", 64, "sha384", 96, "sha512", 128);

    private final Mapping mapping;
    private final boolean misuse;

    /**
     * @param misuse whether AND over objects of different types means all of them in one event
     */
    Observations(Mapping mapping, boolean misuse) {
        this.mapping = mapping;
        this.misuse = misuse;
    }

    /**
     * What must hold of one event.
     *
     * @param condition null if no event can say it
     * @param left comparisons that no event can say, each with its reason
     */
    record Held(@Nullable Condition condition, Set<String> left) {}

    /**
     * @throws PatternException if the standard does not allow the comparison
     */
    Held condition(Pattern.Comparison comparison) throws PatternException {
        hashes(comparison);
        boolean apart = types(comparison) == null;
        Set<String> left = new LinkedHashSet<>();
        return new Held(condition(comparison, apart, left), left);
    }

    /**
     * The types of objects of which one alone can hold (section 9.5: what AND joins must be true of the same object); null
     * if there is none and misuse is allowed.
     */
    private @Nullable Set<String> types(Pattern.Comparison comparison) throws PatternException {
        if (comparison instanceof Pattern.Compare compare) {
            return Set.of(compare.path().type());
        }
        if (comparison instanceof Pattern.Exists exists) {
            return Set.of(exists.path().type());
        }
        boolean and = comparison instanceof Pattern.And;
        Set<String> types = null;
        for (Pattern.Comparison one : parts(comparison)) {
            Set<String> own = types(one);
            if (own == null) {
                return null;
            }
            if (types == null) {
                types = new HashSet<>(own);
                continue;
            }
            if (!and) {
                types.addAll(own);
                continue;
            }
            Set<String> before = Set.copyOf(types);
            types.retainAll(own);
            if (types.isEmpty()) {
                if (misuse) {
                    return null;
                }
                throw new PatternException("AND joins " + joined(before) + " and "
                        + joined(own)
                        + " in one observation, but no object is both (STIX 2.1, section 9.5); expected one type,"
                        + " or an observation of its own for each: […] AND […]");
            }
        }
        return types;
    }

    private static String joined(Set<String> types) {
        return PatternException.shown(String.join(" or ", new TreeSet<>(types)));
    }

    /** The text of a comparison, by which a person is told why a rule matched. */
    private static String name(Pattern.Comparison comparison) {
        String text = comparison.toString();
        return text.length() <= LONGEST_NAME
                ? text
                : text.substring(0, text.offsetByCodePoints(0, LONGEST_NAME / 2)) + "…";
    }

    private static List<Pattern.Comparison> parts(Pattern.Comparison comparison) {
        return comparison instanceof Pattern.And and
                ? and.of()
                : comparison instanceof Pattern.Or or ? or.of() : List.of(comparison);
    }

    /** The standard gives the lengths of hashes; a shorter one is a slip, and would never be found. */
    private static void hashes(Pattern.Comparison comparison) throws PatternException {
        if (comparison instanceof Pattern.And || comparison instanceof Pattern.Or) {
            for (Pattern.Comparison one : parts(comparison)) {
                hashes(one);
            }
        } else if (comparison instanceof Pattern.Compare compare) {
            List<ObjectPath.Step> steps = compare.path().steps();
            int last = steps.size() - 1;
            boolean equality =
                    switch (compare.operator()) {
                        case EQUAL, NOT_EQUAL, IN -> true;
                        default -> false;
                    };
            if (equality
                    && last > 0
                    && steps.get(last) instanceof ObjectPath.Key key
                    && steps.get(last - 1) instanceof ObjectPath.Key hashes
                    && hashes.name().equals("hashes")) {
                Integer digits = HASHES.get(key.name().toLowerCase(Locale.ROOT).replace("-", ""));
                for (Literal literal : compare.with()) {
                    String text = literal.text();
                    if (digits != null && (text == null || !isHex(text, digits))) {
                        throw new PatternException("'"
                                + PatternException.shown(text == null ? literal.toString() : text)
                                + "' is not a hash of " + PatternException.shown(key.name()) + "; expected " + digits
                                + " hex digits");
                    }
                }
            }
        }
    }

    private static boolean isHex(String text, int digits) {
        return text.length() == digits && text.chars().allMatch(c -> Character.digit(c, 16) >= 0 && c < 0x80);
    }

    /** What holds of any objects of an event: of what OR joins each may be true of another object. */
    private @Nullable Condition condition(Pattern.Comparison comparison, boolean apart, Set<String> left)
            throws PatternException {
        if (comparison instanceof Pattern.Or or) {
            List<Condition> any = new ArrayList<>();
            for (Pattern.Comparison one : or.of()) {
                Condition condition = condition(one, apart, left);
                if (condition != null) {
                    any.add(condition);
                }
            }
            return Comparisons.any(any);
        }
        if (comparison instanceof Pattern.And and && apart) {
            List<Condition> all = new ArrayList<>();
            for (Pattern.Comparison one : and.of()) {
                Condition condition = condition(one, true, left);
                if (condition != null) {
                    all.add(condition);
                }
            }
            return all.size() == and.of().size() ? new Condition.All(all) : null;
        }
        if (comparison instanceof Pattern.And) {
            return ofOneObject(comparison, left);
        }
        return alone(comparison, left);
    }

    /** One comparison: an object of its type for which it holds. */
    private @Nullable Condition alone(Pattern.Comparison comparison, Set<String> left) throws PatternException {
        ObjectPath path = path(comparison);
        Set<String> reasons = new LinkedHashSet<>();
        List<Condition> any = new ArrayList<>();
        for (Mapping.Place place : mapping.places(path.type())) {
            Condition condition = test(comparison, place, reasons);
            if (condition != null) {
                any.add(condition);
            }
        }
        Condition one = Comparisons.any(any);
        if (one == null) {
            left.add(PatternException.shown(comparison.toString()) + ": "
                    + (reasons.isEmpty() ? unmapped(path) : reasons.iterator().next()));
            return null;
        }
        return new Condition.Named(name(comparison), one);
    }

    private String unmapped(ObjectPath path) {
        String type = PatternException.shown(path.type());
        if (!mapping.places(path.type()).isEmpty()) {
            return "no field of an event has " + PatternException.shown(path.toString());
        }
        return TYPES.contains(path.type())
                ? "logs have no " + type
                : "logs have no " + type + ", which is not a type of object of STIX 2.1 either";
    }

    private static ObjectPath path(Pattern.Comparison comparison) {
        if (comparison instanceof Pattern.Compare compare) {
            return compare.path();
        }
        return ((Pattern.Exists) comparison).path();
    }

    /** What AND joins must be true of one object: for each that an event may have, all of it. */
    private @Nullable Condition ofOneObject(Pattern.Comparison and, Set<String> left) throws PatternException {
        Set<String> types = types(and);
        List<Condition> any = new ArrayList<>();
        Set<String> reasons = new LinkedHashSet<>();
        for (String type : types == null ? Set.<String>of() : new TreeSet<>(types)) {
            for (Mapping.Place place : mapping.places(type)) {
                Condition condition = of(and, type, place, reasons);
                if (condition != null) {
                    any.add(condition);
                }
            }
        }
        int before = left.size();
        for (Pattern.Comparison one : leaves(and, new ArrayList<>())) {
            alone(one, left);
        }
        if (any.isEmpty() && left.size() == before) {
            left.add(PatternException.shown(and.toString()) + ": no object of an event has all of these");
        }
        return Comparisons.any(any);
    }

    private static List<Pattern.Comparison> leaves(Pattern.Comparison comparison, List<Pattern.Comparison> leaves) {
        if (comparison instanceof Pattern.And || comparison instanceof Pattern.Or) {
            parts(comparison).forEach(one -> leaves(one, leaves));
        } else {
            leaves.add(comparison);
        }
        return leaves;
    }

    private @Nullable Condition of(Pattern.Comparison comparison, String type, Mapping.Place place, Set<String> reasons)
            throws PatternException {
        if (comparison instanceof Pattern.And and) {
            List<Condition> all = new ArrayList<>();
            for (Pattern.Comparison one : and.of()) {
                Condition condition = of(one, type, place, reasons);
                if (condition == null) {
                    return null;
                }
                all.add(condition);
            }
            return new Condition.All(all);
        }
        if (comparison instanceof Pattern.Or or) {
            List<Condition> any = new ArrayList<>();
            for (Pattern.Comparison one : or.of()) {
                Condition condition = of(one, type, place, reasons);
                if (condition != null) {
                    any.add(condition);
                }
            }
            return Comparisons.any(any);
        }
        Condition test = path(comparison).type().equals(type) ? test(comparison, place, reasons) : null;
        return test == null ? null : new Condition.Named(name(comparison), test);
    }

    /** One comparison of one object; null if the object never passes it. */
    private static @Nullable Condition test(Pattern.Comparison comparison, Mapping.Place place, Set<String> reasons)
            throws PatternException {
        if (comparison instanceof Pattern.Exists exists) {
            return exists(exists, place, reasons);
        }
        Pattern.Compare compare = (Pattern.Compare) comparison;
        List<Mapping.Use> uses = place.of(compare.path());
        try {
            if (uses.isEmpty()) {
                List<Mapping.Use> named = named(compare.path(), place);
                return named.isEmpty() ? null : Comparisons.type(compare, named);
            }
        } catch (Comparisons.NeverException e) {
            reasons.add(String.valueOf(e.getMessage()));
            return null;
        }
        List<Condition> any = new ArrayList<>();
        for (Mapping.Use use : uses) {
            try {
                any.add(Comparisons.test(
                        compare, textual(compare) ? new Mapping.Use(use.form(), use.texts(), use.texts()) : use));
            } catch (Comparisons.NeverException e) {
                reasons.add(String.valueOf(e.getMessage()));
            }
        }
        return Comparisons.any(any);
    }

    /** Whether the text itself is looked at, not what it means. */
    private static boolean textual(Pattern.Compare compare) {
        return switch (compare.operator()) {
            case EQUAL, NOT_EQUAL, IN, IS_SUBSET, IS_SUPERSET -> false;
            default -> true;
        };
    }

    /** The fields of the value of what a reference names, where its type is asked for: of dst_ref.type those of dst_ref.value. */
    private static List<Mapping.Use> named(ObjectPath path, Mapping.Place place) {
        List<ObjectPath.Step> steps = path.steps();
        int last = steps.size() - 1;
        if (last < 1 || !steps.get(last).equals(new ObjectPath.Key("type"))) {
            return List.of();
        }
        List<ObjectPath.Step> value = new ArrayList<>(steps.subList(0, last));
        value.add(new ObjectPath.Key("value"));
        return place.of(new ObjectPath(path.type(), value));
    }

    private static @Nullable Condition exists(Pattern.Exists exists, Mapping.Place place, Set<String> reasons) {
        List<Mapping.Use> uses = place.below(exists.path());
        String written = exists.path().toString();
        Condition has = Comparisons.any(
                uses.stream().map(use -> Comparisons.present(use, written)).toList());
        if (has == null || !exists.not()) {
            return has;
        }
        // The object must be there to be without a property.
        List<Condition> others = place.all().stream()
                .filter(use -> !uses.contains(use))
                .map(use -> Comparisons.present(use, written))
                .toList();
        Condition object = Comparisons.any(others);
        if (object == null) {
            reasons.add("an object that has nothing else is not there without it");
            return null;
        }
        return Comparisons.all(List.of(object, new Condition.Not(has)));
    }
}
