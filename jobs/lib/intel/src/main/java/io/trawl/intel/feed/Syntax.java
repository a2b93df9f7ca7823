package io.trawl.intel.feed;

import io.trawl.intel.canonical.Canonical;
import io.trawl.schema.word.IndicatorType;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads lines of the syntaxes that blocklists are written in. For one file; some lines hang on those before. */
abstract class Syntax {
    /**
     * What a line says.
     *
     * @param values texts that are to be indicators; none if the line says nothing, or cannot be used
     * @param type what they are, as a type column would say it; empty if they say it themselves
     * @param reason why it cannot be used; null if it can
     */
    record Entry(List<String> values, String type, @Nullable String reason) {
        /** A line that is not an indicator and nobody would expect to be one. */
        static final Entry NOTHING = of(List.of());

        static Entry of(String value) {
            return of(List.of(value));
        }

        static Entry of(List<String> values) {
            return new Entry(values, "", null);
        }

        /** A URL, on the host that it names and those below it, and what follows it. */
        static Entry prefix(String url) {
            return new Entry(List.of(url), IndicatorType.URL_PREFIX.text(), null);
        }

        static Entry no(String reason) {
            return new Entry(List.of(), "", reason);
        }
    }

    private static final Pattern HOSTS_LINE =
            Pattern.compile("([0-9.]{7,15}|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*(?:%\\w+)?)\\s+\\S.*");
    private static final Pattern ZONE_LINE = Pattern.compile(
            "(?i)\\$(?:TTL|ORIGIN)\\s.*|\\S+\\s+(?:[0-9]+[smhdw]?\\s+)?(?:IN\\s+)?(?:SOA|NS|CNAME|A|AAAA|TXT)\\s+\\S.*");
    private static final Pattern RULE_LINE = Pattern.compile(
            "(?:alert|drop|reject|pass|log|rejectsrc|rejectdst|rejectboth)\\s+[\\w-]+\\s+.*\\s(?:->|<>)\\s.*\\(.*");

    /** Reads a line that is not blank. */
    abstract Entry read(String line);

    /** The syntax that a line is unmistakably of; null if it may be a plain value. */
    static @Nullable Syntax of(String content) {
        if (content.equals("msFilterList")) {
            return new ProtectionList();
        }
        if (content.startsWith("||") || content.startsWith("@@") || content.startsWith("[Adblock")) {
            return new Adblock();
        }
        if (content.startsWith("address=/") || content.startsWith("server=/") || content.startsWith("local=/")) {
            return new Dnsmasq();
        }
        if (RULE_LINE.matcher(content).matches()) {
            return new Suricata();
        }
        if (ZONE_LINE.matcher(content).matches()) {
            return new Zone();
        }
        if (HOSTS_LINE.matcher(content).matches() && isSink(content.split("\\s", 2)[0])) {
            return new Hosts();
        }
        return null;
    }

    /** Whether blocklists send names there, because nobody is there. */
    static boolean isSink(String address) {
        int zone = address.indexOf('%');
        String canonical =
                Canonical.ip(zone < 0 ? address : address.substring(0, zone)).canonical();
        return canonical != null
                && (canonical.startsWith("127.")
                        || canonical.equals("0.0.0.0")
                        || canonical.equals("::")
                        || canonical.equals("::1")
                        || canonical.equals("255.255.255.255")
                        || canonical.startsWith("fe80:")
                        || canonical.startsWith("ff0"));
    }
}
