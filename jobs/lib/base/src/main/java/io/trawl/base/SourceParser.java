package io.trawl.base;

import io.trawl.parsing.Parser;
import io.trawl.parsing.format.DeclaredFormat;
import io.trawl.parsing.format.Formats;
import io.trawl.parsing.format.Forwarded;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What reads the lines of a source.
 *
 * @param parser of its formats, compiled
 * @param zone of times that name none
 * @param forwarded how many proxies of its own the source's server is behind
 * @param texts the declarations of the site's own formats, and of a generic one with its arguments, by name
 * @param notes what a person should know of them
 */
public record SourceParser(Parser parser, ZoneId zone, int forwarded, Map<String, String> texts, List<String> notes) {
    /**
     * Compiles the formats, and runs the samples of the site's own ones.
     *
     * @throws IllegalArgumentException one is unknown, or its declaration or a sample is wrong
     */
    static SourceParser of(LogSource source, Formats formats) {
        for (String name : source.formats()) {
            try {
                formats.require(name);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("setting source." + source.name() + ".format: " + e.getMessage(), e);
            }
        }
        Parser parser;
        try {
            parser = formats.parser(source.formats(), source.zone(), source.arguments());
        } catch (IllegalArgumentException e) {
            throw source.arguments().isEmpty() ? e : ofArgument(source, e);
        }
        return of(source, parser, source.zone(), source.forwarded(), formats);
    }

    /**
     * Compiles formats that lines of a source were read with before.
     *
     * @param formats has the site's declarations as they were then, and those of generic formats with their arguments
     * @throws IllegalArgumentException one is unknown, or its declaration or a sample is wrong
     */
    public static SourceParser of(LogSource source, Used used, Formats formats) {
        ZoneId zone = used.zone() == null ? source.zone() : ZoneId.of(used.zone());
        int behind = used.zone() == null ? source.forwarded() : used.forwarded();
        return of(source, formats.parser(used.names(), zone), zone, behind, formats);
    }

    private static SourceParser of(LogSource source, Parser parser, ZoneId zone, int behind, Formats formats) {
        Map<String, String> texts = new TreeMap<>();
        List<String> notes = new ArrayList<>();
        for (Parser one : parser.formats()) {
            if (!(one instanceof DeclaredFormat declared)) {
                continue;
            }
            if (declared.hasArguments()) {
                // Its text has them.
                texts.put(declared.name(), declared.text());
            } else if (formats.isSites(declared.name())) {
                requireSamples(declared);
                texts.put(declared.name(), declared.text());
                String note = formats.note(declared.name());
                if (note != null) {
                    notes.add(note);
                }
            }
        }
        Parser forwarded = Forwarded.behind(behind, parser);
        return new SourceParser(
                source.fromFiles() ? forwarded.withoutArrival() : forwarded, zone, behind, texts, notes);
    }

    /** An error of an argument names its setting. */
    private static IllegalArgumentException ofArgument(LogSource source, IllegalArgumentException e) {
        String message = String.valueOf(e.getMessage());
        for (String argument : source.arguments().keySet()) {
            String begin = "argument " + argument + ": ";
            if (message.startsWith(begin)) {
                return new IllegalArgumentException(
                        "setting source." + source.name() + ".format." + argument + ": "
                                + message.substring(begin.length()),
                        e);
            }
        }
        return new IllegalArgumentException("settings source." + source.name() + ".format.*: " + message, e);
    }

    private static void requireSamples(DeclaredFormat format) {
        List<String> failures = format.failures();
        if (!failures.isEmpty()) {
            int more = failures.size() - 1;
            throw new IllegalArgumentException(failures.get(0) + (more == 0 ? "" : " (and " + more + " more)"));
        }
    }

    /** SHA-256 of the declarations of the site's own formats, by name: their text may change under the same version. */
    public Map<String, String> digests() {
        Map<String, String> digests = new TreeMap<>();
        texts.forEach((format, text) -> digests.put(format, digest(text)));
        return digests;
    }

    /** SHA-256 of a declaration, in hexadecimal. */
    public static String digest(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** All that decides what becomes of a line, as far as it is not Trawl's own code. */
    public Used used() {
        return new Used(List.of(parser.id().split(",")), digests(), zone.getId(), forwarded);
    }

    /**
     * What lines were read with, as the ledger has it.
     *
     * @param ids name and version of each format, as squid/1, in the order in which they were tried
     * @param digests SHA-256 of the declarations of the site's own formats, by name
     * @param zone of times that name none; null if the ledger does not say
     * @param forwarded how many proxies of its own the source's server is behind; known where the zone is
     */
    public record Used(
            List<String> ids,
            Map<String, String> digests,
            @Nullable String zone,
            int forwarded) implements Serializable {
        private static final String PARSER = "parser";
        private static final String ZONE = "zone";
        private static final String FORWARDED = "forwarded";
        /** How keys of the ledger's versions begin that are a site's own formats. */
        private static final String FORMAT = "format.";

        private static final int SHORT = 12;

        public Used {
            ids = List.copyOf(ids);
            digests = new TreeMap<>(digests);
        }

        /** Reads what {@link #versions} gave; null if it is not there. */
        public static @Nullable Used of(Map<String, String> versions) {
            String parser = versions.get(PARSER);
            return parser == null
                    ? null
                    : new Used(
                            Arrays.asList(parser.split(",")),
                            digests(versions),
                            versions.get(ZONE),
                            Integer.parseInt(versions.getOrDefault(FORWARDED, "0")));
        }

        /** The digests among the ledger's versions, by format. */
        public static Map<String, String> digests(Map<String, String> versions) {
            Map<String, String> digests = new TreeMap<>();
            versions.forEach((of, version) -> {
                if (of.startsWith(FORMAT)) {
                    digests.put(of.substring(FORMAT.length()), version);
                }
            });
            return digests;
        }

        /** As the ledger's column of that name has it. */
        public Map<String, String> versions() {
            Map<String, String> versions = new TreeMap<>();
            versions.put(PARSER, String.join(",", ids));
            digests.forEach((format, digest) -> versions.put(FORMAT + format, digest));
            if (zone != null) {
                versions.put(ZONE, zone);
            }
            if (forwarded > 0) {
                versions.put(FORWARDED, String.valueOf(forwarded));
            }
            return versions;
        }

        /** Names of the formats. */
        public List<String> names() {
            return ids.stream().map(Used::name).toList();
        }

        private static String name(String id) {
            int slash = id.lastIndexOf('/');
            return slash < 0 ? id : id.substring(0, slash);
        }

        /** Whether they are the same as far as both are known. */
        public boolean isSame(Used other) {
            return ids.equals(other.ids)
                    && digests.equals(other.digests)
                    && (zone == null || other.zone == null || zone.equals(other.zone) && forwarded == other.forwarded);
        }

        /** For a person, for example {@code squid/3, my-gateway/1 (1f3870be274f), zone UTC}. */
        @Override
        public String toString() {
            return ids.stream()
                            .map(id -> {
                                String digest = digests.get(name(id));
                                return digest == null
                                        ? id
                                        : id + " (" + digest.substring(0, Math.min(SHORT, digest.length())) + ")";
                            })
                            .collect(Collectors.joining(", "))
                    + (zone == null ? "" : ", zone " + zone)
                    + (forwarded == 0 ? "" : ", behind " + forwarded + (forwarded == 1 ? " proxy" : " proxies"));
        }
    }
}
