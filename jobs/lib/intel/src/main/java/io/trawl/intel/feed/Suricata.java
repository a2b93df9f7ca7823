package io.trawl.intel.feed;

import io.trawl.intel.canonical.Canonical;
import io.trawl.intel.canonical.Ip;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Suricata's rules, and Snort's, that say no more than a host, a URL or addresses. */
final class Suricata extends Syntax {
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
        // A modifier after a content (Snort) names its buffer, a buffer before it (Suricata) too.
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
            default -> name.startsWith("http.") || name.startsWith("http_") || name.startsWith("file") ? OTHER : null;
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
