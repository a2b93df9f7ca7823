package io.trawl.intel.lookalike;

import io.trawl.intel.canonical.Canonical;
import io.trawl.intel.lookalike.brand.Brand;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Hosts that look like a brand's, made by each technique: the usual ones, not all that could be made. */
public final class Variants {
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-";
    private static final List<String> SUFFIXES = List.of(
            "com", "net", "org", "info", "biz", "co", "io", "app", "online", "site", "shop", "xyz", "top", "de", "ru",
            "cn", "co.uk", "com.br");
    private static final List<String> WORDS =
            List.of("login", "secure", "verify", "account", "support", "update", "billing", "payment");
    /** Letters of Cyrillic, Greek and Latin that look like one of ASCII, after it. */
    private static final String[] OTHERS = {
        "aаàáäɑ", "bƅḅ", "cсçć", "dԁḍ", "eеèéë", "fḟƒ", "gɡġ", "hһḥ", "iіíï", "jј", "kκķ", "lӏł", "mṃ", "nńñ", "oоοöó",
        "pр", "rŕṛ", "sѕś", "tṭţ", "uúü", "vѵν", "wẁŵ", "xхẋ", "yуý", "zźż"
    };

    private static final String[] ALIKE = {"o0", "l1", "i1", "il", "li"};

    private final Brand brand;
    private final String label;
    private final String suffix;
    private final Set<String> hosts = new LinkedHashSet<>();

    private Variants(Brand brand) {
        this.brand = brand;
        this.label = brand.label();
        this.suffix = brand.suffix();
    }

    /** Canonical hosts, the brand's own not among them. */
    public static Set<String> of(Brand brand) {
        Variants variants = new Variants(brand);
        variants.homoglyphs();
        variants.slips();
        variants.around();
        variants.hosts.remove(brand.domain());
        variants.hosts.removeAll(brand.domains());
        return variants.hosts;
    }

    private void add(String newLabel) {
        host(newLabel + '.' + suffix);
    }

    private void host(String host) {
        Canonical.Result read = Canonical.host(host);
        if (read.kind() == Canonical.Kind.DOMAIN && read.canonical() != null && isName(read.canonical())) {
            hosts.add(read.canonical());
        }
    }

    /** No label begins or ends with a hyphen. */
    private static boolean isName(String host) {
        return !host.startsWith("-") && !host.contains("-.") && !host.contains(".-");
    }

    private void homoglyphs() {
        for (int i = 0; i < label.length(); i++) {
            for (String others : OTHERS) {
                if (others.charAt(0) == label.charAt(i)) {
                    for (int k = 1; k < others.length(); k++) {
                        add(with(i, 1, others.substring(k, k + 1)));
                    }
                }
            }
            for (String alike : ALIKE) {
                if (alike.charAt(0) == label.charAt(i)) {
                    add(with(i, 1, alike.substring(1)));
                }
            }
        }
        for (String[] pair :
                new String[][] {{"m", "rn"}, {"rn", "m"}, {"w", "vv"}, {"vv", "w"}, {"d", "cl"}, {"cl", "d"}}) {
            for (int i = label.indexOf(pair[0]); i >= 0; i = label.indexOf(pair[0], i + 1)) {
                add(with(i, pair[0].length(), pair[1]));
            }
        }
    }

    private String with(int at, int length, String by) {
        return label.substring(0, at) + by + label.substring(at + length);
    }

    private void slips() {
        for (int i = 0; i < label.length(); i++) {
            char c = label.charAt(i);
            add(with(i, 1, ""));
            add(with(i, 1, "" + c + c));
            if (i > 0) {
                add(with(i - 1, 2, "" + c + label.charAt(i - 1)));
                add(with(i, 0, "-"));
                dotted(i);
            }
            for (int k = 0; k < LETTERS.length(); k++) {
                char other = LETTERS.charAt(k);
                boolean vowels = "aeiou".indexOf(c) >= 0 && "aeiou".indexOf(other) >= 0;
                if (other != c && (vowels || Integer.bitCount(c ^ other) == 1 || Edits.areNeighbours(c, other))) {
                    add(with(i, 1, "" + other));
                }
                if (Edits.areNeighbours(c, other)) {
                    add(with(i, 0, "" + other));
                    add(with(i + 1, 0, "" + other));
                }
            }
        }
        add(label + 's');
        add(label + "es");
    }

    private void dotted(int at) {
        if (label.charAt(at) != '-' && label.charAt(at - 1) != '-') {
            host(label.substring(0, at) + '.' + label.substring(at) + '.' + suffix);
        }
    }

    private void around() {
        String joined = suffix.replace(".", "");
        add("www" + label);
        host(label + joined + ".com");
        host("www" + label + joined + ".com");
        host(label + '-' + suffix.replace('.', '-') + ".com");
        for (String other : SUFFIXES) {
            if (!other.equals(suffix)) {
                host(label + '.' + other);
            }
        }
        for (String word : WORDS) {
            add(label + '-' + word);
            add(word + '-' + label);
            add(label + word);
            add(word + label);
            host(label + '.' + word + "-center.com");
            host(brand.domain() + '.' + word + "-center.com");
            host(label + '-' + word + '.' + word + "-center.com");
        }
    }
}
