package io.trawl.intel.lookalike.brand;

import io.trawl.intel.canonical.Canonical;
import io.trawl.intel.canonical.PublicSuffixes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A site's own brands, one per line: the domain, then any of {@code names=}, {@code domains=} and {@code partners=} with
 * values that commas separate. {@code #} begins a comment.
 *
 * <pre>
 * paypal.com  names=paypalme,pay-pal  domains=paypal.me,paypalobjects.com  partners=paypal-community.com
 * </pre>
 */
public final class BrandsFile {
    private static final String EXAMPLE =
            "expected for example paypal.com names=paypalme domains=paypal.me " + "partners=paypal-community.com";

    private final String file;
    private final PublicSuffixes suffixes = PublicSuffixes.bundled();

    private BrandsFile(String file) {
        this.file = file;
    }

    /**
     * Reads a file of brands.
     *
     * @throws IOException if it cannot be read, or a line of it is not a brand; in one line with file, line and reason
     */
    public static Brands read(Path file) throws IOException {
        try {
            return read(file.toString(), Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            throw new IOException(file + ": no such file; " + EXAMPLE, e);
        }
    }

    /** The same of a file that is at hand; its name is for messages. */
    public static Brands read(String file, byte[] bytes) throws IOException {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return new BrandsFile(file).read(text.lines().toList());
        } catch (CharacterCodingException e) {
            throw new IOException(file + ": not UTF-8", e);
        }
    }

    private Brands read(List<String> lines) throws IOException {
        List<Brand> brands = new ArrayList<>();
        Map<String, Integer> seen = new HashMap<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            int comment = line.indexOf('#');
            line = (comment < 0 ? line : line.substring(0, comment)).strip();
            if (!line.isEmpty()) {
                Brand brand = brand(line, i + 1);
                Integer before = seen.putIfAbsent(brand.domain(), i + 1);
                if (before != null) {
                    throw problem(i + 1, "'" + brand.domain() + "' is in line " + before + " already");
                }
                brands.add(brand);
            }
        }
        if (brands.isEmpty()) {
            throw new IOException(file + ": no brand in it; " + EXAMPLE);
        }
        return Brands.of(brands);
    }

    private Brand brand(String line, int number) throws IOException {
        String[] words = line.split("\\s+", -1);
        String domain = domain(words[0], number);
        Map<String, List<String>> settings = new HashMap<>();
        for (int i = 1; i < words.length; i++) {
            int equals = words[i].indexOf('=');
            String key = equals < 0 ? words[i] : words[i].substring(0, equals);
            if (equals < 0 || !Set.of("names", "domains", "partners").contains(key)) {
                throw problem(number, "'" + words[i] + "' is not names=, domains= or partners=; " + EXAMPLE);
            }
            List<String> values = new ArrayList<>();
            for (String value : words[i].substring(equals + 1).split(",", -1)) {
                if (!value.isEmpty()) {
                    values.add(key.equals("names") ? name(value, number) : domain(value, number));
                }
            }
            if (settings.put(key, values) != null) {
                throw problem(number, key + "= is there twice");
            }
            if (new HashSet<>(values).size() < values.size()) {
                throw problem(number, key + "= has a value twice");
            }
        }
        return Brands.brand(
                domain,
                settings.getOrDefault("names", List.of()),
                settings.getOrDefault("domains", List.of()),
                settings.getOrDefault("partners", List.of()),
                suffixes);
    }

    private String domain(String text, int number) throws IOException {
        Canonical.Result host = Canonical.host(text);
        if (host.kind() != Canonical.Kind.DOMAIN || host.canonical() == null) {
            throw problem(
                    number,
                    "'" + text + "' is not a domain" + (host.reason().isEmpty() ? "" : " (" + host.reason() + ")")
                            + "; " + EXAMPLE);
        }
        String registrable = suffixes.registrableDomain(host.canonical());
        if (registrable == null) {
            throw problem(number, "'" + text + "' is a public suffix, under which anybody may have a name; " + EXAMPLE);
        }
        if (Canonical.plain(registrable, 0, registrable.length()) != Canonical.Kind.DOMAIN) {
            throw problem(number, "'" + text + "' has a character that no domain has; " + EXAMPLE);
        }
        return registrable;
    }

    /** A name as a label: in lower case, ASCII where it can be. */
    private String name(String text, int number) throws IOException {
        String label = text.toLowerCase(Locale.ROOT);
        Canonical.Result host = Canonical.host(label);
        if (host.kind() != Canonical.Kind.DOMAIN
                || host.canonical() == null
                || host.canonical().indexOf('.') >= 0) {
            throw problem(number, "'" + text + "' is not a name of one label; expected for example paypalme");
        }
        return host.canonical();
    }

    private IOException problem(int line, String reason) {
        return new IOException(file + ", line " + line + ": " + reason);
    }
}
