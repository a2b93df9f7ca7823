package io.trawl.base;

import io.trawl.parsing.Parser;
import io.trawl.parsing.format.DeclaredFormat;
import io.trawl.parsing.format.Formats;
import io.trawl.parsing.format.Forwarded;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What reads the lines of a source.
 *
 * @param parser of its formats, compiled
 * @param digests SHA-256 of the declarations of the site's own formats, by name: their text may change under the same version
 * @param notes what a person should know of them
 */
public record SourceParser(Parser parser, Map<String, String> digests, List<String> notes) {
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
        Parser parser = formats.parser(source.formats(), source.zone());
        Map<String, String> digests = new TreeMap<>();
        List<String> notes = new ArrayList<>();
        for (Parser one : parser.formats()) {
            if (one instanceof DeclaredFormat declared && formats.isSites(declared.name())) {
                requireSamples(declared);
                digests.put(declared.name(), digest(declared.text()));
                String note = formats.note(declared.name());
                if (note != null) {
                    notes.add(note);
                }
            }
        }
        Parser forwarded = Forwarded.behind(source.forwarded(), parser);
        return new SourceParser(source.fromFiles() ? forwarded.withoutArrival() : forwarded, digests, notes);
    }

    private static void requireSamples(DeclaredFormat format) {
        List<String> failures = format.failures();
        if (!failures.isEmpty()) {
            int more = failures.size() - 1;
            throw new IllegalArgumentException(failures.get(0) + (more == 0 ? "" : " (and " + more + " more)"));
        }
    }

    private static String digest(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
