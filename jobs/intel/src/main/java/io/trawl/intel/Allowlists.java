package io.trawl.intel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.trawl.record.Indicator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Allowlists in the form of MISP's warning lists, of all five types: string, hostname, cidr, substring and regex.
 *
 * <p>A detection is suppressed where an entry covers its observable <em>and says at least as much as the indicator</em>:
 * of two names that the observable ends in, or two ranges that hold it, the longer decides, and of two equal ones the
 * entry. So github.io never hides evil.github.io, nor a range an address in it. An indicator with a port, a path or a URL
 * says more than any host: only an entry that is that URL suppresses it. Immutable.
 */
public final class Allowlists implements Suppressor {
    private static final Set<String> HOSTS = Set.of("domain", "hostname", "domain|ip", "hostname|port");
    private static final Set<String> ADDRESSES =
            Set.of("ip-src", "ip-dst", "domain|ip", "ip-src|port", "ip-dst|port", "ip");
    private static final Set<String> URLS = Set.of("url", "uri", "link");
    private static final Set<String> HASHES =
            Set.of("md5", "sha1", "sha256", "filename|md5", "filename|sha1", "filename|sha256");
    private static final Set<String> EMAILS = Set.of("email-src", "email-dst", "email", "dns-soa-email");

    private final Map<String, String> hosts = new HashMap<>();
    private final Map<String, String> domains = new HashMap<>();
    private final Map<String, String> ranges = new HashMap<>();
    private final Map<String, String> urls = new HashMap<>();
    private final Map<String, String> hashes = new HashMap<>();
    private final Map<String, String> emails = new HashMap<>();
    private final Set<Integer> bits4 = new TreeSet<>();
    private final Set<Integer> bits6 = new TreeSet<>();
    private final List<Part> parts = new ArrayList<>();
    private final List<Expression> expressions = new ArrayList<>();
    private final List<String> unusable = new ArrayList<>();
    private int size;

    private Allowlists() {}

    /** A text that is part of what is allowed. */
    private record Part(String text, Set<String> attributes, String list) {}

    /** A regular expression that the whole of what is allowed matches. */
    private record Expression(Pattern pattern, Set<String> attributes, String list) {}

    /**
     * Reads lists; where two have the same entry, the first is the one that is named.
     *
     * @param files JSON files, or folders with such files beneath them
     * @throws IOException where a file cannot be read, or is no list
     */
    public static Allowlists read(List<Path> files) throws IOException {
        Allowlists lists = new Allowlists();
        for (Path given : files) {
            try (Stream<Path> beneath = Files.walk(given)) {
                for (Path file : beneath.filter(
                                path -> path.equals(given) && Files.isRegularFile(path) || path.endsWith("list.json"))
                        .sorted()
                        .toList()) {
                    lists.add(file);
                }
            }
        }
        return lists;
    }

    private void add(Path file) throws IOException {
        JsonNode list = new ObjectMapper().readTree(file.toFile());
        String name = list.path("name").asText();
        String type = list.path("type").asText();
        if (name.isEmpty() || !list.path("list").isArray()) {
            throw new IOException(
                    file + ": no allowlist; expected JSON with name, type and list, as MISP's warning lists");
        }
        Set<String> attributes = new HashSet<>();
        list.path("matching_attributes").forEach(attribute -> attributes.add(attribute.asText()));
        for (JsonNode entry : list.path("list")) {
            String text = entry.asText().strip();
            if (text.isEmpty()) {
                continue;
            }
            size++;
            switch (type) {
                case "string" -> exact(text, attributes, name, text.startsWith("."));
                case "hostname" -> exact(text, attributes, name, true);
                case "cidr" -> range(text, name);
                case "substring" -> parts.add(new Part(text.toLowerCase(Locale.ROOT), attributes, name));
                case "regex" -> expression(text, attributes, name);
                default ->
                    throw new IOException(
                            file + ": type '" + type + "'; expected string, hostname, cidr, substring or regex");
            }
        }
    }

    private static boolean concerns(Set<String> attributes, Set<String> kind) {
        return attributes.isEmpty() || attributes.stream().anyMatch(kind::contains);
    }

    private void exact(String text, Set<String> attributes, String list, boolean beneath) {
        if (concerns(attributes, HASHES)) {
            hashes.putIfAbsent(text.toLowerCase(Locale.ROOT), list);
        }
        String url = text.indexOf('/') < 0 ? null : Canonical.url(text).canonical();
        if (url != null && concerns(attributes, URLS)) {
            urls.putIfAbsent(url, list);
        }
        Canonical.Result host = Canonical.host(text);
        String name = host.canonical();
        if (name == null) {
            return;
        }
        if (host.isAddress()) {
            if (concerns(attributes, ADDRESSES)) {
                range(name, list);
            }
            return;
        }
        if (concerns(attributes, HOSTS) || concerns(attributes, URLS)) {
            (beneath ? domains : hosts).putIfAbsent(name, list);
        }
        if (concerns(attributes, EMAILS)) {
            emails.putIfAbsent(name, list);
        }
    }

    private void range(String text, String list) {
        Canonical.Result range = text.indexOf('/') < 0 ? Canonical.ip(text) : Canonical.cidr(text);
        String canonical = range.canonical();
        if (canonical == null) {
            unusable.add(list + ": " + text + ": " + range.reason());
            return;
        }
        int slash = canonical.indexOf('/');
        boolean v4 = canonical.indexOf(':') < 0;
        int bits = slash < 0 ? v4 ? 32 : 128 : Integer.parseInt(canonical.substring(slash + 1));
        (v4 ? bits4 : bits6).add(bits);
        ranges.putIfAbsent(slash < 0 ? canonical + "/" + bits : canonical, list);
    }

    private void expression(String text, Set<String> attributes, String list) {
        // As PHP writes them: /expression/flags.
        int end = text.lastIndexOf('/');
        boolean php = text.startsWith("/") && end > 0;
        String expression = php ? text.substring(1, end) : text;
        int flags = php && text.indexOf('i', end) > 0 ? Pattern.CASE_INSENSITIVE : 0;
        try {
            expressions.add(new Expression(Pattern.compile(expression, flags), attributes, list));
        } catch (PatternSyntaxException e) {
            unusable.add(list + ": " + text + ": " + e.getMessage());
        }
    }

    /** How many entries the lists have. */
    public int size() {
        return size;
    }

    /** Entries that say nothing that can be compared, each with its list and the reason. */
    public List<String> unusable() {
        return List.copyOf(unusable);
    }

    @Override
    public @Nullable String suppressedBy(Match match) {
        String type = match.indicator().getType();
        String known = match.indicator().getValue();
        String value = match.value();
        return switch (type) {
            case "domain" -> {
                String list = domain(value, known.length());
                yield list != null ? list : text(value, known, HOSTS);
            }
            case "ipv4", "ipv6", "cidr" -> {
                int slash = known.indexOf('/');
                int most = value.indexOf(':') < 0 ? 32 : 128;
                String list = holding(value, slash < 0 ? most : Integer.parseInt(known.substring(slash + 1)));
                yield list != null ? list : text(value, known, ADDRESSES);
            }
            case "url" -> {
                String list = urls.get(value);
                yield list != null ? list : urls.get(known);
            }
            default -> null;
        };
    }

    /** The list with the longest entry that covers a name, of at least so many characters. */
    private @Nullable String domain(String name, int shortest) {
        String list = hosts.get(name);
        String rest = name;
        while (list == null && rest.length() >= shortest) {
            list = domains.get(rest);
            int dot = rest.indexOf('.');
            if (dot < 0) {
                break;
            }
            rest = rest.substring(dot + 1);
        }
        return list;
    }

    /** The list with a range of at least so many bits that holds an address. */
    private @Nullable String holding(String address, int least) {
        byte[] bytes = Ip.require(address);
        for (int bits : bytes.length == 4 ? bits4 : bits6) {
            String list = bits < least ? null : ranges.get(Ip.text(Ip.masked(bytes, bits)) + "/" + bits);
            if (list != null) {
                return list;
            }
        }
        return null;
    }

    /** The list with a text in the value that is no shorter than the indicator, or an expression that the whole value matches. */
    private @Nullable String text(String value, String known, Set<String> kind) {
        for (Part part : parts) {
            if (part.text().length() >= known.length()
                    && value.contains(part.text())
                    && concerns(part.attributes(), kind)) {
                return part.list();
            }
        }
        for (Expression expression : expressions) {
            if (concerns(expression.attributes(), kind) && expression.pattern().matches(value)) {
                return expression.list();
            }
        }
        return null;
    }

    /**
     * The list that an indicator itself stands on: a name or hash that is an entry, an address or range in a range. It is
     * for a report when feeds are read; the indicator stays.
     *
     * @return null where it stands on none
     */
    public @Nullable String listOf(Indicator indicator) {
        String value = indicator.getValue();
        return switch (indicator.getType()) {
            case "domain" -> {
                String list = hosts.get(value);
                list = list != null ? list : domains.get(value);
                yield list != null ? list : text(value, value, HOSTS);
            }
            case "ipv4", "ipv6" -> holding(value, 0);
            case "cidr" -> {
                int slash = value.indexOf('/');
                byte[] first = Ip.require(value.substring(0, slash));
                int own = Integer.parseInt(value.substring(slash + 1));
                String list = null;
                for (int bits : first.length == 4 ? bits4 : bits6) {
                    list = list != null || bits > own ? list : ranges.get(Ip.text(Ip.masked(first, bits)) + "/" + bits);
                }
                yield list;
            }
            case "ip-port", "domain-port" -> {
                Canonical.Result host = Canonical.host(value.substring(0, value.lastIndexOf(':')));
                String name = Objects.requireNonNullElse(host.canonical(), "");
                String list = hosts.get(name);
                yield host.isAddress() ? holding(name, 0) : list != null ? list : domains.get(name);
            }
            case "url" -> urls.get(value);
            case "md5", "sha1", "sha256" -> hashes.get(value);
            case "email-domain" -> {
                String list = emails.get(value);
                yield list != null ? list : text(value, value, EMAILS);
            }
            default -> null;
        };
    }
}
