package io.trawl.intel.allow;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.trawl.intel.canonical.Canonical;
import io.trawl.intel.canonical.Ip;
import io.trawl.intel.match.Match;
import io.trawl.intel.match.Suppressor;
import io.trawl.record.Indicator;
import io.trawl.schema.word.IndicatorType;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Allowlists in the form of MISP's warning lists, of all five types: string, hostname, cidr, substring and regex.
 *
 * <p>A detection is suppressed where an entry covers its observable, the value of the field that matched, <em>and says at
 * least as much as the indicator</em>: of two names that the observable ends in, or two ranges that hold it, the longer
 * decides, and of two equal ones the entry. So github.io never hides evil.github.io, nor a range an address in it.
 *
 * <ul>
 *   <li>An indicator that is a domain yields to an entry that is at least as long a name: of type string where the
 *       observable is that name; of type hostname, or string with a dot before it, where it is that name or is below
 *       it; of type substring where it ends in that text. A text elsewhere in the name is not looked at, since whoever
 *       owns a domain may put what they like before it.
 *   <li>It yields to an expression that the whole observable matches where the plain text that the expression ends with,
 *       without a first dot, is at least as long as the indicator. {@code /^ns[0-9]+\.example\.org$/} counts as
 *       example.org, {@code /.*\.(com|net)/} as nothing.
 *   <li>An indicator that is an address or a range yields to an entry that is an address, or a range of at least as many
 *       bits, which holds the observable; parts of addresses and expressions say nothing of addresses.
 *   <li>An indicator that is a URL, or the beginning of one, yields to an entry that is the same URL, or the observable's.
 *   <li>An indicator that is the domain of mail addresses yields to an entry that is the observable, or to an expression as a
 *       domain does.
 *   <li>An indicator that is a hash yields to an entry that is the same hash.
 *   <li>One with a port, a path, a user agent: to none. No entry says as much.
 * </ul>
 *
 * <p>Only what a list is for counts (its matching_attributes; a list without them is for all). Immutable.
 */
public final class Allowlists implements Suppressor {
    private static final Set<String> HOSTS = Set.of("domain", "hostname", "domain|ip", "hostname|port");
    private static final Set<String> ADDRESSES =
            Set.of("ip-src", "ip-dst", "domain|ip", "ip-src|port", "ip-dst|port", "ip");
    private static final Set<String> URLS = Set.of("url", "uri", "link");
    private static final Set<String> HASHES =
            Set.of("md5", "sha1", "sha256", "filename|md5", "filename|sha1", "filename|sha256");
    private static final Set<String> EMAILS = Set.of("email-src", "email-dst", "email", "dns-soa-email");
    /** Any: what a packed file says of times must not depend on when it was made. */
    private static final LocalDateTime TIME = LocalDateTime.of(1980, 2, 1, 0, 0);

    private final Map<String, String> hosts = new HashMap<>();
    private final Map<String, String> domains = new HashMap<>();
    private final Map<String, String> endings = new HashMap<>();
    private final AllowedRanges ranges = new AllowedRanges();
    private final Map<String, String> urls = new HashMap<>();
    private final Map<String, String> hashes = new HashMap<>();
    private final Map<String, String> emails = new HashMap<>();
    private final List<Expression> hostExpressions = new ArrayList<>();
    private final List<Expression> emailExpressions = new ArrayList<>();
    private final List<String> unusable = new ArrayList<>();
    private final List<Source> lists = new ArrayList<>();

    private Allowlists() {}

    /**
     * One list.
     *
     * @param version as the list has it; empty if it has none
     * @param entries how many entries it has
     */
    public record Source(String name, String version, String type, int entries) {}

    /**
     * A regular expression that the whole of what is allowed matches.
     *
     * @param tail length of the name that all it matches ends in
     */
    private record Expression(Pattern pattern, int tail, String list) {}

    /**
     * Reads lists; where two have the same entry, the first is the one that is named.
     *
     * @param given JSON files, or folders: of one every list.json below it, as MISP has them; where there is none, every
     *     JSON file in it
     * @throws IOException if there is nothing to read, a file cannot be read, or is not a list
     */
    public static Allowlists read(List<Path> given) throws IOException {
        return pack(given, OutputStream.nullOutputStream());
    }

    /**
     * Reads lists and packs them, every file byte by byte as it is, into one: a ZIP archive without compression, which the
     * same lists in the same order always give.
     *
     * @param packed is flushed and left open
     * @see #read
     */
    public static Allowlists pack(List<Path> given, OutputStream packed) throws IOException {
        Allowlists lists = new Allowlists();
        ZipOutputStream zip = new ZipOutputStream(packed);
        zip.setMethod(ZipOutputStream.STORED);
        int number = 0;
        for (Path path : given) {
            for (Path file : AllowlistFiles.of(path)) {
                byte[] bytes = AllowlistFiles.bytes(file);
                lists.add(file.toString(), bytes);
                Path relative = file.equals(path) ? file.getFileName() : path.relativize(file);
                ZipEntry entry = new ZipEntry(String.format(Locale.ROOT, "%05d/%s", number++, relative)
                        .replace('\\', '/'));
                entry.setTimeLocal(TIME);
                entry.setSize(bytes.length);
                entry.setCrc(AllowlistFiles.crc(bytes));
                zip.putNextEntry(entry);
                zip.write(bytes);
            }
        }
        zip.finish();
        zip.flush();
        return lists;
    }

    /**
     * Reads a file that {@link #pack} wrote.
     *
     * @throws IOException if it is none, was cut short or changed
     */
    public static Allowlists open(Path packed) throws IOException {
        Allowlists lists = new Allowlists();
        try (ZipFile zip = new ZipFile(packed.toFile())) {
            Enumeration<? extends ZipEntry> entries = zip.entries();
            while (entries.hasMoreElements()) {
                ZipEntry entry = entries.nextElement();
                try (InputStream in = zip.getInputStream(entry)) {
                    byte[] bytes = in.readAllBytes();
                    if (AllowlistFiles.crc(bytes) != entry.getCrc()) {
                        throw new IOException(entry.getName() + " was changed");
                    }
                    lists.add(packed + " " + entry.getName(), bytes);
                }
            }
        }
        return lists;
    }

    private void add(String file, byte[] json) throws IOException {
        JsonNode list;
        try {
            list = new ObjectMapper().readTree(json);
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
            throw new IOException(
                    file + ": not JSON in line " + line + "; expected name, type and list, like MISP's warning lists",
                    e);
        }
        String name = list.path("name").asText();
        String type = list.path("type").asText();
        if (name.isEmpty() || !list.path("list").isArray()) {
            throw new IOException(
                    file + ": not an allowlist; expected JSON with name, type and list, like MISP's warning lists");
        }
        Set<String> attributes = new HashSet<>();
        list.path("matching_attributes").forEach(attribute -> attributes.add(attribute.asText()));
        int entries = 0;
        for (JsonNode entry : list.path("list")) {
            if (!entry.isValueNode()) {
                throw new IOException(file + ": an entry that is not text: " + entry);
            }
            String text = entry.asText().strip();
            if (text.isEmpty()) {
                continue;
            }
            entries++;
            switch (type) {
                case "string" -> exact(text, attributes, name, text.startsWith("."));
                case "hostname" -> exact(text, attributes, name, true);
                case "cidr" -> range(text, name);
                case "substring" -> part(text.toLowerCase(Locale.ROOT), attributes, name);
                case "regex" -> expression(text, attributes, name);
                default ->
                    throw new IOException(
                            file + ": type '" + type + "'; expected string, hostname, cidr, substring or regex");
            }
        }
        lists.add(new Source(name, list.path("version").asText(), type, entries));
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
        byte[] bytes = Ip.require(slash < 0 ? canonical : canonical.substring(0, slash));
        int bits = slash < 0 ? 8 * bytes.length : Integer.parseInt(canonical.substring(slash + 1));
        ranges.add(bytes, bits, list);
    }

    private void part(String text, Set<String> attributes, String list) {
        if (text.equals(Canonical.ip(text).canonical())) {
            if (concerns(attributes, ADDRESSES)) {
                range(text, list);
            }
            return;
        }
        if (concerns(attributes, HOSTS)) {
            endings.putIfAbsent(text, list);
        }
        if (concerns(attributes, EMAILS)) {
            emails.putIfAbsent(text, list);
        }
    }

    private void expression(String text, Set<String> attributes, String list) {
        // As PHP writes them: /expression/flags.
        int end = text.lastIndexOf('/');
        boolean php = text.startsWith("/") && end > 0;
        String regex = php ? text.substring(1, end) : text;
        int flags = php && text.indexOf('i', end) > 0 ? Pattern.CASE_INSENSITIVE : 0;
        try {
            Expression expression = new Expression(Pattern.compile(regex, flags), PlainEnd.length(regex), list);
            if (concerns(attributes, HOSTS)) {
                hostExpressions.add(expression);
            }
            if (concerns(attributes, EMAILS)) {
                emailExpressions.add(expression);
            }
        } catch (PatternSyntaxException e) {
            unusable.add(list + ": " + text + ": " + e.getMessage());
        }
    }

    /** The lists that were read, in order. */
    public List<Source> lists() {
        return List.copyOf(lists);
    }

    /** How many entries the lists have. */
    public int size() {
        return lists.stream().mapToInt(Source::entries).sum();
    }

    /** Entries that say nothing that can be compared, each with its list and the reason. */
    public List<String> unusable() {
        return List.copyOf(unusable);
    }

    @Override
    public @Nullable String suppressedBy(Match match) {
        IndicatorType type = IndicatorType.of(match.indicator().getType());
        String known = match.indicator().getValue();
        String value = match.value();
        if (type == null) {
            return null;
        }
        return switch (type) {
            case DOMAIN -> domain(value, known.length());
            case IPV4, IPV6 -> holding(value, Integer.MAX_VALUE);
            case CIDR -> holding(value, Integer.parseInt(known.substring(known.indexOf('/') + 1)));
            case URL, URL_PREFIX -> {
                String list = urls.get(value);
                yield list != null ? list : urls.get(known);
            }
            case MD5, SHA1, SHA256 -> hashes.get(value);
            case EMAIL_DOMAIN -> mail(value, known.length());
            default -> null;
        };
    }

    /** The list with the longest entry that covers a name, of at least so many characters; an expression where none does. */
    private @Nullable String domain(String name, int shortest) {
        String list = hosts.get(name);
        for (int from = 0; list == null && name.length() - from >= shortest; from++) {
            String rest = name.substring(from);
            list = from == 0 || name.charAt(from - 1) == '.' ? domains.get(rest) : null;
            list = list != null ? list : endings.get(rest);
        }
        return list != null ? list : matching(hostExpressions, name, shortest);
    }

    /** The list with a range of at least so many bits, or as many as there are, that holds an address: of the longest. */
    private @Nullable String holding(String address, int least) {
        return ranges.holding(Ip.require(address), least, Integer.MAX_VALUE);
    }

    private static @Nullable String matching(List<Expression> expressions, String value, int shortest) {
        for (Expression expression : expressions) {
            if (expression.tail() >= shortest && expression.pattern().matches(value)) {
                return expression.list();
            }
        }
        return null;
    }

    /**
     * The list that an indicator itself is on: a name, URL or hash that is an entry or that an expression matches, an
     * address or range in a range; one with a port where its host is. It is for a report when feeds are read; the
     * indicator stays.
     *
     * @return null if it is on none
     */
    public @Nullable String listOf(Indicator indicator) {
        String value = indicator.getValue();
        IndicatorType type = IndicatorType.of(indicator.getType());
        if (type == null) {
            return null;
        }
        return switch (type) {
            case DOMAIN -> name(value);
            case IPV4, IPV6 -> holding(value, 0);
            case CIDR -> {
                int slash = value.indexOf('/');
                byte[] first = Ip.require(value.substring(0, slash));
                yield ranges.holding(first, 0, Integer.parseInt(value.substring(slash + 1)));
            }
            case IP_PORT, DOMAIN_PORT -> {
                Canonical.Result host = Canonical.host(value.substring(0, value.lastIndexOf(':')));
                String canonical = host.canonical();
                yield canonical == null ? null : host.isAddress() ? holding(canonical, 0) : name(canonical);
            }
            case URL, URL_PREFIX -> urls.get(value);
            case MD5, SHA1, SHA256 -> hashes.get(value);
            case EMAIL_DOMAIN -> mail(value, 0);
            default -> null;
        };
    }

    private @Nullable String mail(String domain, int shortest) {
        String list = emails.get(domain);
        return list != null ? list : matching(emailExpressions, domain, shortest);
    }

    private @Nullable String name(String host) {
        String list = hosts.get(host);
        list = list != null ? list : domains.get(host);
        list = list != null ? list : endings.get(host);
        return list != null ? list : matching(hostExpressions, host, 0);
    }
}
