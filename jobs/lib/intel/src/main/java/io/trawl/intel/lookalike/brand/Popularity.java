package io.trawl.intel.lookalike.brand;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.trawl.intel.canonical.Canonical;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A popularity list: domains, the most popular first. A file of it has one domain per line, or {@code RANK,DOMAIN} per line
 * (Tranco, Umbrella, Majestic's first columns), or is a list of MISP's warninglists in JSON. Immutable.
 */
public final class Popularity {
    /** Nothing is popular. */
    public static final Popularity NONE = new Popularity(List.of());

    private final List<String> domains;
    private final Map<String, Integer> ranks;

    private Popularity(List<String> domains) {
        this.domains = List.copyOf(domains);
        this.ranks = new HashMap<>(domains.size() * 2);
        for (int i = 0; i < domains.size(); i++) {
            ranks.putIfAbsent(domains.get(i), i + 1);
        }
    }

    /**
     * Reads a list.
     *
     * @throws IOException if it cannot be read, or a line of it has no domain; in one line with file and line
     */
    public static Popularity read(Path file) throws IOException {
        try {
            return read(file.toString(), Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            throw new IOException(
                    file + ": no such file; expected a popularity list, one domain or RANK,DOMAIN per line", e);
        }
    }

    /** The same of a file that is at hand; its name says which of them it is. */
    public static Popularity read(String file, byte[] bytes) throws IOException {
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(new ByteArrayInputStream(bytes), StandardCharsets.UTF_8.newDecoder()))) {
            return new Popularity(file.endsWith(".json") ? json(file, reader) : lines(file, reader));
        } catch (CharacterCodingException e) {
            throw new IOException(file + ": not UTF-8", e);
        }
    }

    private static List<String> lines(String file, BufferedReader reader) throws IOException {
        List<String> domains = new ArrayList<>();
        int number = 0;
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            number++;
            String text = line.strip();
            if (text.isEmpty() || text.startsWith("#")) {
                continue;
            }
            int comma = text.indexOf(',');
            boolean ranked = comma > 0 && text.chars().limit(comma).allMatch(c -> c >= '0' && c <= '9');
            String domain = ranked ? text.substring(comma + 1) : text;
            int more = domain.indexOf(',');
            domain = more < 0 ? domain : domain.substring(0, more);
            Canonical.Result host = Canonical.host(domain);
            if (number == 1 && !ranked && domain.indexOf('.') < 0) {
                // A header: GlobalRank,Domain.
                continue;
            }
            if (host.canonical() == null) {
                throw new IOException(file + ", line " + number + ": not a domain (" + host.reason()
                        + "); expected for example 1,example.com or example.com");
            }
            domains.add(host.canonical());
        }
        return domains;
    }

    private static List<String> json(String file, Reader reader) throws IOException {
        List<String> domains = new ArrayList<>();
        try (JsonParser parser = new JsonFactory().createParser(reader)) {
            String member = "";
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.FIELD_NAME) {
                    member = parser.currentName();
                } else if (token == JsonToken.VALUE_STRING && member.equals("list")) {
                    String domain = parser.getText();
                    Canonical.Result host = Canonical.host(domain.startsWith(".") ? domain.substring(1) : domain);
                    if (host.canonical() != null) {
                        domains.add(host.canonical());
                    }
                }
            }
        }
        if (domains.isEmpty()) {
            throw new IOException(file + ": no domain in it; expected a warninglist of MISP with a member list");
        }
        return domains;
    }

    /** The first of them. */
    public List<String> top(int most) {
        return domains.subList(0, Math.min(most, domains.size()));
    }

    /** The rank of a domain, canonical, from 1; 0 if the list does not have it. */
    public int rank(String domain) {
        return ranks.getOrDefault(domain, 0);
    }

    public int size() {
        return domains.size();
    }
}
