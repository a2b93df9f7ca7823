package io.trawl.intel.feed;

import io.trawl.intel.canonical.Canonical;
import io.trawl.intel.canonical.Ip;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads lines of the syntaxes that blocklists are written in. For one file; some lines hang on those before. */
abstract class Syntax {
    /**
     * What a line says.
     *
     * @param values texts that are to be indicators; none where the line says nothing, or cannot be used
     * @param type what they are, as a type column would say it; empty where they say it themselves
     * @param reason why it cannot be used; null where it can
     */
    record Entry(List<String> values, String type, @Nullable String reason) {
        /** A line that is no indicator and nobody would expect to be one. */
        static final Entry NOTHING = of(List.of());

        static Entry of(String value) {
            return of(List.of(value));
        }

        static Entry of(List<String> values) {
            return new Entry(values, "", null);
        }

        /** A URL, on the host that it names and those beneath it, and what lies behind it. */
        static Entry prefix(String url) {
            return new Entry(List.of(url), "url-prefix", null);
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

    /** The syntax that a line is unmistakably of; null where it may be a plain value. */
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
    private static boolean isSink(String address) {
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

    /** hosts(5): an address where nobody is, then names. */
    static final class Hosts extends Syntax {
        private static final List<String> OWN = List.of(
                "localhost",
                "localhost.localdomain",
                "localhost4",
                "localhost6",
                "local",
                "broadcasthost",
                "ip6-localhost",
                "ip6-loopback",
                "ip6-localnet",
                "ip6-mcastprefix",
                "ip6-allnodes",
                "ip6-allrouters",
                "ip6-allhosts",
                "0.0.0.0");

        @Override
        Entry read(String line) {
            int comment = line.indexOf('#');
            String[] words =
                    (comment < 0 ? line : line.substring(0, comment)).strip().split("\\s+");
            if (words[0].isEmpty()) {
                return Entry.NOTHING;
            }
            if (words.length == 1) {
                // Some lists leave the address out.
                return Entry.of(words[0]);
            }
            if (!isSink(words[0])) {
                return Entry.no("gives names the address " + words[0]
                        + "; a blocked name has an address where nobody is, for example 0.0.0.0 or 127.0.0.1");
            }
            List<String> names = new ArrayList<>();
            for (int i = 1; i < words.length; i++) {
                if (!OWN.contains(words[i].toLowerCase(Locale.ROOT))) {
                    names.add(words[i]);
                }
            }
            return Entry.of(names);
        }
    }

    /** Rules of Adblock Plus, uBlock Origin and AdGuard that block a host or a URL as a whole. */
    static final class Adblock extends Syntax {
        /** Known ones only: a $ may be part of a URL. */
        private static final String OPTION =
                "~?(?:all|important|third-party|3p|first-party|1p|strict[13]p|document|doc|subdocument|frame|script|image|"
                        + "stylesheet|css|object|xmlhttprequest|xhr|websocket|webrtc|ping|media|font|other|popup|popunder|"
                        + "match-case|network|genericblock|generichide|elemhide|inline-script|inline-font|empty|mp4|"
                        + "cname|badfilter|(?:domain|denyallow|from|to|method|app|client|ctag|dnstype|dnsrewrite|"
                        + "removeparam|redirect|redirect-rule|rewrite|csp|permissions|header|replace|reason)(?:=[^,$]*)?)";

        private static final Pattern OPTIONS = Pattern.compile("\\$" + OPTION + "(?:," + OPTION + ")*$");
        /** They say what of a page is blocked, not where. */
        private static final Pattern NARROWING =
                Pattern.compile("(?:^|[$,])~?(?:domain|denyallow|from|to|method|app|client|ctag|dnstype|badfilter|"
                        + "removeparam|redirect|redirect-rule|rewrite|csp|permissions|header|replace)(?:[=,]|$)");

        @Override
        Entry read(String line) {
            String rule = line.strip();
            if (rule.startsWith("!") || rule.startsWith("[") || rule.startsWith("# ") || rule.equals("#")) {
                return Entry.NOTHING;
            }
            if (rule.startsWith("@@")) {
                return Entry.no("adblock: an exception");
            }
            if (rule.contains("##") || rule.contains("#@#") || rule.contains("#?#") || rule.contains("#$#")) {
                return Entry.no("adblock: a rule on what a page shows");
            }
            Matcher options = OPTIONS.matcher(rule);
            if (options.find()) {
                if (NARROWING.matcher(options.group()).find()) {
                    return Entry.no("adblock: a rule with conditions: "
                            + options.group().substring(1));
                }
                rule = rule.substring(0, options.start());
            }
            if (rule.length() > 1 && rule.startsWith("/") && rule.endsWith("/")) {
                return Entry.no("adblock: a regular expression");
            }
            boolean beneath = rule.startsWith("||");
            if (beneath) {
                rule = rule.substring(2);
            } else if (rule.startsWith("|")) {
                rule = rule.substring(1);
            }
            while (rule.endsWith("^") || rule.endsWith("|") || rule.endsWith("^*")) {
                rule = rule.substring(0, rule.length() - (rule.endsWith("*") ? 2 : 1));
            }
            if (beneath && rule.endsWith("/*")) {
                rule = rule.substring(0, rule.length() - 1);
            }
            if (rule.isEmpty() || rule.indexOf('^') >= 0 || rule.indexOf('*', 1) >= 0) {
                return Entry.no("adblock: a pattern; expected a host or a URL, for example ||evil.example^");
            }
            return beneath && rule.indexOf('/') > 0 ? Entry.prefix(rule) : Entry.of(rule);
        }
    }

    /** dnsmasq.conf(5): address=/name/0.0.0.0, and server= or local= without a server. */
    static final class Dnsmasq extends Syntax {
        @Override
        Entry read(String line) {
            String option = line.strip();
            int comment = option.indexOf(" #");
            option = comment < 0 ? option : option.substring(0, comment).strip();
            if (option.startsWith("#")) {
                return Entry.NOTHING;
            }
            int first = option.indexOf('/');
            int last = option.lastIndexOf('/');
            String name = option.substring(0, Math.max(0, option.indexOf('=')));
            if (!List.of("address", "server", "local").contains(name) || first != name.length() + 1 || first == last) {
                return Entry.no("dnsmasq: no name that is blocked; expected for example address=/evil.example/0.0.0.0");
            }
            String answer = option.substring(last + 1);
            boolean blocks = answer.isEmpty() || name.equals("address") && (answer.equals("#") || isSink(answer));
            return blocks
                    ? Entry.of(List.of(option.substring(first + 1, last).split("/")))
                    : Entry.no(
                            "dnsmasq: asks or answers " + answer + "; a blocked name has an address where nobody is");
        }
    }

    /** A response policy zone (draft-vixie-dnsop-dns-rpz): a zone file whose names are what is blocked. */
    static final class Zone extends Syntax {
        private static final Pattern TIME = Pattern.compile("[0-9]+[smhdwSMHDW]?");

        private String origin = "";
        private String owner = "";
        private boolean open;

        @Override
        Entry read(String line) {
            String text = withoutComment(line);
            if (open) {
                open = text.indexOf(')') < 0;
                return Entry.NOTHING;
            }
            if (text.isBlank()) {
                return Entry.NOTHING;
            }
            List<String> words = new ArrayList<>(List.of(text.strip().split("\\s+")));
            if (words.get(0).startsWith("$")) {
                if (words.get(0).equalsIgnoreCase("$ORIGIN") && words.size() > 1) {
                    origin = words.get(1);
                }
                return Entry.NOTHING;
            }
            if (!Character.isWhitespace(text.charAt(0))) {
                owner = words.remove(0);
            }
            while (!words.isEmpty()
                    && (words.get(0).equalsIgnoreCase("IN")
                            || TIME.matcher(words.get(0)).matches())) {
                words.remove(0);
            }
            String type = words.isEmpty() ? "" : words.remove(0).toUpperCase(Locale.ROOT);
            String data = String.join(" ", words);
            return switch (type) {
                case "SOA", "NS", "DNSKEY", "RRSIG" -> {
                    open = text.indexOf('(') >= 0 && text.indexOf(')') < 0;
                    yield Entry.NOTHING;
                }
                case "CNAME" ->
                    data.toLowerCase(Locale.ROOT).startsWith("rpz-passthru")
                            ? Entry.no("rpz: an exception")
                            : trigger(owner);
                case "A", "AAAA" -> trigger(owner);
                case "TXT" -> Entry.NOTHING;
                default -> Entry.no("rpz: no record of a policy; expected for example evil.example CNAME .");
            };
        }

        private static String withoutComment(String line) {
            boolean quoted = false;
            for (int i = 0; i < line.length(); i++) {
                char c = line.charAt(i);
                quoted ^= c == '"';
                if (c == ';' && !quoted) {
                    return line.substring(0, i);
                }
            }
            return line;
        }

        private Entry trigger(String name) {
            String trigger = name;
            if (trigger.endsWith(".")) {
                if (!origin.isEmpty() && trigger.endsWith("." + origin)) {
                    trigger = trigger.substring(0, trigger.length() - origin.length() - 1);
                } else {
                    trigger = trigger.substring(0, trigger.length() - 1);
                }
            }
            if (trigger.equals("@")) {
                return Entry.NOTHING;
            }
            int dot = trigger.lastIndexOf('.');
            return switch (trigger.substring(dot + 1).toLowerCase(Locale.ROOT)) {
                case "rpz-ip" -> address(trigger.substring(0, Math.max(0, dot)));
                case "rpz-client-ip", "rpz-nsdname", "rpz-nsip" ->
                    Entry.no("rpz: acts on " + trigger.substring(dot + 1) + ", which no log has");
                default -> Entry.of(trigger);
            };
        }

        /** 24.0.2.0.192 is 192.0.2.0/24; groups of IPv6 likewise, zz for a run of zeros. */
        private static Entry address(String labels) {
            String[] parts = labels.split("\\.");
            StringBuilder text = new StringBuilder();
            boolean v4 = parts.length == 5 && !labels.contains("zz");
            for (int i = parts.length - 1; i > 0; i--) {
                text.append(parts[i].equals("zz") ? "" : parts[i]).append(i > 1 ? v4 ? "." : ":" : "");
            }
            String address = text.toString();
            if (!v4) {
                address = address.startsWith(":") ? ":" + address : address.endsWith(":") ? address + ":" : address;
            }
            return parts.length < 2
                    ? Entry.no("rpz: no address; expected for example 24.0.2.0.192.rpz-ip")
                    : Entry.of(address + "/" + parts[0]);
        }
    }

    /** A tracking protection list of Internet Explorer. */
    static final class ProtectionList extends Syntax {
        @Override
        Entry read(String line) {
            String rule = line.strip();
            if (rule.equals("msFilterList") || rule.startsWith(":") || rule.startsWith("#")) {
                return Entry.NOTHING;
            }
            if (rule.startsWith("+")) {
                return Entry.no("msFilterList: an exception");
            }
            String[] words = rule.split("\\s+");
            if (!words[0].equals("-d") || words.length == 1) {
                return Entry.no("msFilterList: a pattern; expected for example -d evil.example");
            }
            if (words.length == 2) {
                return Entry.of(words[1]);
            }
            return Entry.of(words[1] + (words[2].startsWith("/") ? "" : "/") + words[2]);
        }
    }

    /** Suricata's rules, and Snort's, that say no more than a host, a URL or addresses. */
    static final class Suricata extends Syntax {
        private static final Pattern HEADER = Pattern.compile(
                "\\w+\\s+([\\w-]+)\\s+(\\[[^\\]]*\\]|\\S+)\\s+(\\[[^\\]]*\\]|\\S+)\\s+(?:->|<>)\\s+(\\[[^\\]]*\\]|\\S+)\\s+(\\[[^\\]]*\\]|\\S+)\\s*\\((.*)\\)\\s*");
        private static final String HOST = "host";
        private static final String URI = "uri";
        private static final String METHOD = "method";
        private static final String OTHER = "other";

        private record Option(String name, String value) {}

        @Override
        Entry read(String line) {
            String rule = line.strip();
            if (rule.startsWith("#")) {
                return Entry.NOTHING;
            }
            Matcher header = HEADER.matcher(rule);
            if (!header.matches()) {
                return Entry.no("suricata: no rule");
            }
            if (rule.startsWith("pass")) {
                return Entry.no("suricata: an exception");
            }
            String host = "";
            String uri = "";
            String buffer = OTHER;
            String last = "";
            String lastBuffer = "";
            boolean more = false;
            List<Option> options = options(header.group(6));
            // A modifier behind a content (Snort) names its buffer, a buffer before it (Suricata) too.
            for (int i = 0; i <= options.size(); i++) {
                Option option = i < options.size() ? options.get(i) : new Option("content", "");
                String named = buffer(option.name());
                if (named != null) {
                    if (option.name().indexOf('_') > 0 && !last.isEmpty() && lastBuffer.equals(OTHER)) {
                        lastBuffer = named;
                    } else {
                        buffer = named;
                    }
                } else if (option.name().equals("content")) {
                    if (!last.isEmpty()) {
                        switch (lastBuffer) {
                            case HOST -> {
                                more |= !host.isEmpty();
                                host = last;
                            }
                            case URI -> {
                                more |= !uri.isEmpty();
                                uri = last;
                            }
                            case METHOD -> {}
                            default -> more = true;
                        }
                    }
                    if (option.value().startsWith("!")) {
                        more = true;
                    }
                    last = content(option.value());
                    lastBuffer = buffer;
                } else if (option.name().equals("pcre")) {
                    more = true;
                }
            }
            if (more) {
                return Entry.no("suricata: a rule on more than a host and a URL");
            }
            if (host.startsWith(".")) {
                host = host.substring(1);
            }
            if (!host.isEmpty() || !uri.isEmpty()) {
                return Entry.of(host + (uri.isEmpty() || uri.startsWith("/") ? "" : "/") + uri);
            }
            List<String> addresses = new ArrayList<>();
            addresses(header.group(2), "any", addresses);
            addresses(header.group(4), header.group(5), addresses);
            return addresses.isEmpty()
                    ? Entry.no("suricata: a rule without a host, a URL or an address")
                    : Entry.of(addresses);
        }

        private static @Nullable String buffer(String name) {
            return switch (name) {
                case "http.host",
                        "http.host.raw",
                        "http_host",
                        "http_raw_host",
                        "tls.sni",
                        "tls_sni",
                        "dns.query",
                        "dns_query" -> HOST;
                case "http.uri", "http.uri.raw", "http_uri", "http_raw_uri" -> URI;
                case "http.method", "http_method" -> METHOD;
                default ->
                    name.startsWith("http.") || name.startsWith("http_") || name.startsWith("file") ? OTHER : null;
            };
        }

        private static List<Option> options(String text) {
            List<Option> options = new ArrayList<>();
            StringBuilder part = new StringBuilder();
            boolean quoted = false;
            for (int i = 0; i <= text.length(); i++) {
                char c = i < text.length() ? text.charAt(i) : ';';
                if (c == '\\' && i + 1 < text.length()) {
                    part.append(c).append(text.charAt(++i));
                } else if (c == ';' && !quoted) {
                    String option = part.toString().strip();
                    int colon = option.indexOf(':');
                    options.add(
                            colon < 0
                                    ? new Option(option, "")
                                    : new Option(
                                            option.substring(0, colon),
                                            option.substring(colon + 1).strip()));
                    part.setLength(0);
                } else {
                    quoted ^= c == '"';
                    part.append(c);
                }
            }
            return options;
        }

        /** Without quotes and escapes, bytes in hex between bars. */
        private static String content(String value) {
            int from = value.indexOf('"');
            int to = value.lastIndexOf('"');
            String quoted = from < 0 || to == from ? "" : value.substring(from + 1, to);
            StringBuilder text = new StringBuilder();
            boolean hex = false;
            for (int i = 0; i < quoted.length(); i++) {
                char c = quoted.charAt(i);
                if (c == '|') {
                    hex = !hex;
                } else if (hex) {
                    int high = Ip.digit(c);
                    int low = i + 1 < quoted.length() ? Ip.digit(quoted.charAt(i + 1)) : -1;
                    if (high >= 0 && low >= 0) {
                        text.append((char) (high << 4 | low));
                        i++;
                    }
                } else if (c == '\\' && i + 1 < quoted.length()) {
                    text.append(quoted.charAt(++i));
                } else {
                    text.append(c);
                }
            }
            return text.toString();
        }

        private static void addresses(String group, String ports, List<String> into) {
            String inside = group.startsWith("[") ? group.substring(1, group.length() - 1) : group;
            for (String address : inside.split(",")) {
                String text = address.strip();
                if (text.isEmpty() || text.startsWith("$") || text.startsWith("!") || text.equals("any")) {
                    continue;
                }
                boolean port = Canonical.decimal(ports, 0, ports.length(), 65_535) >= 0 && text.indexOf('/') < 0;
                into.add(port ? (text.indexOf(':') < 0 ? text : "[" + text + "]") + ":" + ports : text);
            }
        }
    }
}
