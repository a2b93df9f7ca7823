package io.trawl.intel.lookalike.internal;

import com.ibm.icu.lang.UCharacter;
import com.ibm.icu.lang.UScript;
import com.ibm.icu.text.IDNA;
import com.ibm.icu.text.Normalizer2;
import com.ibm.icu.text.SpoofChecker;
import com.ibm.icu.text.UnicodeSet;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Labels in other scripts: UTS 46 decodes them, UTS 39 (ICU's SpoofChecker) says what they are confused with. ICU's data are
 * only loaded once a label asks for them.
 */
public final class Scripts {
    private static final IDNA UTS46 = IDNA.getUTS46Instance(IDNA.NONTRANSITIONAL_TO_UNICODE);
    private static final SpoofChecker CHECKER = new SpoofChecker.Builder()
            .setChecks(SpoofChecker.RESTRICTION_LEVEL)
            .setRestrictionLevel(SpoofChecker.RestrictionLevel.HIGHLY_RESTRICTIVE)
            .setAllowedChars(new UnicodeSet(0, 0x10FFFF).freeze())
            .build();
    private static final Normalizer2 NFD = Normalizer2.getNFDInstance();
    private static final Normalizer2 FOLDED = Normalizer2.getNFKCCasefoldInstance();
    /** What no skeleton has for a letter of ASCII, though a reader takes it for one. */
    private static final String[] MORE = {
        "κк", "k", "ĸ", "k", "νѵ", "v", "τт", "t", "ηпո", "n", "ωшщա", "w", "вьъßꞵβƅ", "b", "мʍ", "m", "нћђһ", "h",
        "зэє", "e", "дɗժ", "d", "цυմ", "u", "уγүყ", "y", "χ", "x", "ʐʑ", "z", "ιɩɪӏ", "l", "ғ", "f", "ɡց", "g", "θөσօ",
        "o", "ρ", "p", "ŋꞑղռ", "n", "ƿþϸ", "p", "ǝəɘә", "e", "ɐɒ", "a", "ʌ", "v", "иʊʉն", "u", "яɹɺɻʁɿ", "r", "ɔↄ", "c",
        "ɥհի", "h", "ʇէ", "t", "ɯʬѡѿ", "w", "ʎчҷӌ", "y", "ð", "d", "ж", "x", "լꞁ", "l", "ϝ", "f", "ʒȝӡ", "z", "ʞҝӄԟ",
        "k", "ϻ", "m", "ԛզ", "q", "гɼ", "r", "ƨ", "s", "αɑ", "a", "ϲ", "c", "єέε", "e",
    };

    /** What some are taken for besides. */
    private static final Map<Integer, String> OTHERWISE = Map.ofEntries(
            Map.entry((int) 'υ', "y"),
            Map.entry((int) 'η', "h"),
            Map.entry((int) 'ν', "n"),
            Map.entry((int) 'μ', "m"),
            Map.entry((int) 'µ', "m"),
            Map.entry((int) 'ζ', "z"),
            Map.entry((int) 'σ', "c"),
            Map.entry((int) 'ς', "c"),
            Map.entry((int) 'ß', "ss"),
            Map.entry((int) 'ə', "a"),
            Map.entry((int) 'ŋ', "m"),
            Map.entry((int) 'и', "n"),
            Map.entry((int) 'п', "m"),
            Map.entry((int) 'з', "3"),
            Map.entry((int) 'ʒ', "3"),
            Map.entry((int) 'ɜ', "3"),
            Map.entry((int) 'ƨ', "2"),
            Map.entry((int) 'ƽ', "5"),
            Map.entry((int) 'þ', "b"),
            Map.entry((int) 'ð', "o"),
            Map.entry((int) 'ɯ', "m"),
            Map.entry((int) 'ᶌ', "v"),
            Map.entry((int) 'ʌ', "a"));

    /** So many ways to read a label are tried. */
    private static final int MOST_WAYS = 32;

    /** What characters are taken for: a skeleton takes some 20 microseconds. */
    private static final Map<Integer, String> LOOKS = new ConcurrentHashMap<>();

    private static final int MOST_LOOKS = 10_000;

    private Scripts() {}

    /**
     * A label as people see it.
     *
     * @param label in lower case, xn-- or not
     * @return null if it does not decode
     */
    public static @Nullable String decoded(String label) {
        StringBuilder decoded = new StringBuilder();
        IDNA.Info info = new IDNA.Info();
        UTS46.labelToUnicode(label, decoded, info);
        return info.getErrors().contains(IDNA.Error.PUNYCODE) ? null : decoded.toString();
    }

    /**
     * The same, but of a label that UTS 46 does not let pass, too: a browser shows such a label as it is, a mail or a page
     * may show what it stands for.
     *
     * @return null if it does not decode, or only to ASCII
     */
    public static @Nullable String decodedAnyhow(String label) {
        String decoded = decoded(label);
        if (decoded != null && decoded.indexOf('\uFFFD') < 0) {
            return decoded;
        }
        String raw = label.startsWith("xn--") ? Punycode.decode(label.substring(4)) : null;
        return raw == null ? null : FOLDED.normalize(raw);
    }

    /**
     * What a label is taken for, in ASCII: its skeleton, without marks, other letters by the letter that they are a form of.
     * A character that looks like none of ASCII stays.
     */
    public static String look(String label) {
        return looks(label, false).get(0);
    }

    /** The same, in each way that some of its characters may be read; the usual one first. */
    public static List<String> looks(String label) {
        return looks(label, true);
    }

    private static List<String> looks(String label, boolean otherwise) {
        List<String> looks = List.of("");
        // Own table first: a skeleton has prototypes in other scripts for some letters that are taken for ASCII's.
        String text = NFD.normalize(label);
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            String usual = c < 128 ? Character.toString(Character.toLowerCase(c)) : look(c);
            String other = otherwise && looks.size() < MOST_WAYS ? OTHERWISE.get(c) : null;
            List<String> longer = new ArrayList<>(other == null ? looks.size() : 2 * looks.size());
            for (String before : looks) {
                longer.add(before + usual);
            }
            if (other != null) {
                for (String before : looks) {
                    longer.add(before + other);
                }
            }
            looks = longer;
        }
        return looks;
    }

    private static String look(int c) {
        String known = LOOKS.get(c);
        if (known == null) {
            known = looked(c);
            if (LOOKS.size() < MOST_LOOKS) {
                LOOKS.put(c, known);
            }
        }
        return known;
    }

    private static String looked(int c) {
        if (isMark(c)) {
            return "";
        }
        String own = own(c);
        if (own != null) {
            return own;
        }
        String skeleton =
                NFD.normalize(CHECKER.getSkeleton(Character.toString(c))).toLowerCase(Locale.ROOT);
        StringBuilder look = new StringBuilder();
        for (int i = 0; i < skeleton.length(); ) {
            int s = skeleton.codePointAt(i);
            i += Character.charCount(s);
            if (s < 128) {
                look.appendCodePoint(s);
            } else if (!isMark(s)) {
                look.append(letter(s, c));
            }
        }
        return look.toString();
    }

    /** What a character of a skeleton is a form of, or else the character that the skeleton is of. */
    private static String letter(int skeleton, int c) {
        String own = own(skeleton);
        if (own != null) {
            return own;
        }
        String base = base(skeleton);
        base = base.isEmpty() ? base(c) : base;
        return base.isEmpty() ? Character.toString(skeleton) : base;
    }

    private static boolean isMark(int c) {
        int type = UCharacter.getType(c);
        return type == UCharacter.NON_SPACING_MARK || type == UCharacter.ENCLOSING_MARK || type == UCharacter.FORMAT;
    }

    private static @Nullable String own(int c) {
        for (int i = 0; i < MORE.length; i += 2) {
            if (MORE[i].indexOf(c) >= 0) {
                return MORE[i + 1];
            }
        }
        return null;
    }

    /** The letter of ASCII that a letter of Latin is a form of, by its name in Unicode; empty if it is none. */
    private static String base(int c) {
        if (UScript.getScript(c) != UScript.LATIN) {
            return "";
        }
        String name = UCharacter.getName(c);
        for (String start :
                new String[] {"LATIN SMALL LETTER ", "LATIN LETTER SMALL CAPITAL ", "LATIN CAPITAL LETTER "}) {
            if (name != null && name.startsWith(start)) {
                String rest = name.substring(start.length());
                int space = rest.indexOf(' ');
                String letter = space < 0 ? rest : rest.substring(0, space);
                if (letter.length() == 1 && (space < 0 || rest.startsWith(" WITH ", 1))) {
                    return letter.toLowerCase(Locale.ROOT);
                }
                switch (letter) {
                    case "DOTLESS":
                        return rest.substring(8, 9).toLowerCase(Locale.ROOT);
                    case "SCRIPT", "BLACKLETTER", "INSULAR":
                        return rest.length() == letter.length() + 2
                                ? rest.substring(rest.length() - 1).toLowerCase(Locale.ROOT)
                                : "";
                    default:
                        return "";
                }
            }
        }
        return "";
    }

    /** Whether a label mixes scripts as no honest registry lets it: UTS 39, more than "highly restrictive". */
    public static boolean isMixed(String label) {
        SpoofChecker.CheckResult result = new SpoofChecker.CheckResult();
        return CHECKER.failsChecks(label, result);
    }

    /** The scripts of a label, for people: Latin and Cyrillic. */
    public static String names(String label) {
        BitSet scripts = new BitSet();
        label.codePoints().map(UScript::getScript).forEach(scripts::set);
        scripts.clear(UScript.COMMON);
        scripts.clear(UScript.INHERITED);
        return String.join(" and ", scripts.stream().mapToObj(UScript::getName).toList());
    }
}
