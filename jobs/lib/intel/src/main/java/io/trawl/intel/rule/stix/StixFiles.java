package io.trawl.intel.rule.stix;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.stix.pattern.PatternException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads patterns from a file: one a line, or the indicators of STIX 2 in JSON (a bundle, a list of objects, a TAXII envelope or
 * one object). Each pattern gets a judgement, one of several versions of an indicator the newest.
 */
public final class StixFiles {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_CONFIDENCE = 100;
    private static final String MITRE = "mitre-attack";

    private final String file;
    private final StixPatterns patterns;
    private final Consumer<Judgement> judgements;
    private final List<Read> indicators = new ArrayList<>();
    /** Techniques of attack patterns by their ids, and the attack patterns that an indicator is said to indicate. */
    private final Map<String, Set<String>> techniques = new HashMap<>();

    private final Map<String, Set<String>> indicates = new HashMap<>();
    private int others;

    private StixFiles(String file, StixPatterns patterns, Consumer<Judgement> judgements) {
        this.file = file;
        this.patterns = patterns;
        this.judgements = judgements;
    }

    /** An indicator as it was read; with a reason it is not judged. */
    private record Read(
            StixIndicator indicator,
            @Nullable String refused,
            @Nullable String unused,
            Instant modified) {}

    /** Reads patterns, one a line, in UTF-8; blank lines and those that begin with # or // are passed over. The stream is left open. */
    public static int lines(InputStream in, String file, StixPatterns patterns, Consumer<Judgement> judgements)
            throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        int number = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            number++;
            String pattern = (number == 1 && line.startsWith("\uFEFF") ? line.substring(1) : line).strip();
            if (pattern.isEmpty() || pattern.startsWith("#") || pattern.startsWith("//")) {
                continue;
            }
            StixIndicator indicator = StixIndicator.of(pattern, new Rule.Place(file, number));
            judgements.accept(
                    pattern.indexOf('\uFFFD') >= 0
                            ? new Judgement.Refused(indicator, "not UTF-8")
                            : patterns.judge(indicator));
        }
        return 0;
    }

    /** Reads objects of STIX 2 in JSON. The stream is left open. */
    public static int bundle(InputStream in, String file, StixPatterns patterns, Consumer<Judgement> judgements)
            throws IOException {
        StixFiles files = new StixFiles(file, patterns, judgements);
        files.read(in);
        return files.others;
    }

    private void read(InputStream in) throws IOException {
        int line = 1;
        String broken = null;
        try (JsonParser parser = JSON.getFactory().createParser(in).disable(JsonParser.Feature.AUTO_CLOSE_SOURCE)) {
            JsonToken first = parser.nextToken();
            if (first == JsonToken.START_ARRAY) {
                objects(parser);
            } else if (first == JsonToken.START_OBJECT) {
                root(parser);
            } else {
                broken = "no object of STIX; expected a bundle of indicators";
            }
        } catch (JsonProcessingException e) {
            line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            broken = "not JSON: " + PatternException.shown(String.valueOf(e.getOriginalMessage()));
        }
        judge();
        if (broken != null) {
            judgements.accept(new Judgement.Refused(StixIndicator.of("", new Rule.Place(file, line)), broken));
        }
    }

    private void root(JsonParser parser) throws IOException {
        ObjectNode root = JSON.createObjectNode();
        int line = parser.getTokenLocation().getLineNr();
        boolean list = false;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            if (parser.nextToken() == JsonToken.START_ARRAY && name.equals("objects")) {
                list = true;
                objects(parser);
            } else {
                root.set(name, JSON.<JsonNode>readTree(parser));
            }
        }
        if (!list && !"bundle".equals(text(root, "type"))) {
            object(root, line);
        }
    }

    private void objects(JsonParser parser) throws IOException {
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            int line = parser.getTokenLocation().getLineNr();
            object(JSON.<JsonNode>readTree(parser), line);
        }
    }

    private void object(JsonNode object, int line) {
        String type = text(object, "type");
        String id = text(object, "id");
        if ("indicator".equals(type)) {
            indicators.add(indicator(object, new Rule.Place(file, line)));
            return;
        }
        others++;
        if ("attack-pattern".equals(type) && id != null) {
            Set<String> own = new LinkedHashSet<>();
            references(object, own, new ArrayList<>());
            techniques.put(id, own);
        }
        String from = text(object, "source_ref");
        String to = text(object, "target_ref");
        if ("relationship".equals(type)
                && from != null
                && to != null
                && "indicates".equals(text(object, "relationship_type"))) {
            indicates.computeIfAbsent(from, key -> new LinkedHashSet<>()).add(to);
        }
    }

    private void judge() {
        Map<String, Read> newest = new HashMap<>();
        for (Read read : indicators) {
            String id = read.indicator.id();
            if (id != null) {
                newest.merge(id, read, (one, other) -> other.modified.isBefore(one.modified) ? one : other);
            }
        }
        for (Read read : indicators) {
            StixIndicator indicator = withTechniques(read.indicator);
            String id = indicator.id();
            if (id != null && newest.get(id) != read) {
                judgements.accept(new Judgement.NotSweepable(indicator, "an older version: the file has a newer one"));
            } else if (read.refused != null) {
                judgements.accept(new Judgement.Refused(indicator, read.refused));
            } else if (read.unused != null) {
                judgements.accept(new Judgement.NotSweepable(indicator, read.unused));
            } else {
                judgements.accept(patterns.judge(indicator));
            }
        }
    }

    /** With the techniques of the attack patterns that it indicates. */
    private StixIndicator withTechniques(StixIndicator indicator) {
        Set<String> tags = new LinkedHashSet<>(indicator.tags());
        for (String attack : indicates.getOrDefault(String.valueOf(indicator.id()), Set.of())) {
            tags.addAll(techniques.getOrDefault(attack, Set.of()));
        }
        return new StixIndicator(
                indicator.id(),
                indicator.name(),
                indicator.pattern(),
                indicator.place(),
                indicator.validFrom(),
                indicator.validUntil(),
                indicator.confidence(),
                List.copyOf(tags),
                indicator.references());
    }

    private static Read indicator(JsonNode object, Rule.Place place) {
        String refused = null;
        String id = text(object, "id");
        if (id != null && !id.matches("[A-Za-z0-9_.:-]{1,200}")) {
            refused = "id '" + PatternException.shown(id) + "'; expected for example "
                    + "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f";
            id = null;
        }
        String pattern = text(object, "pattern");
        String language = text(object, "pattern_type");
        String unused = object.path("revoked").asBoolean() ? "revoked by its source" : null;
        if (pattern == null) {
            refused = "an indicator without a pattern";
        } else if (language != null && !language.equalsIgnoreCase("stix")) {
            unused = "pattern_type is " + PatternException.shown(language) + ", not stix";
        }
        Instant[] times = new Instant[3];
        String[] names = {"valid_from", "valid_until", "modified"};
        for (int i = 0; i < names.length; i++) {
            String text = text(object, names[i]);
            times[i] = text == null ? null : time(text);
            if (text != null && times[i] == null && refused == null) {
                refused = names[i] + " '" + PatternException.shown(text)
                        + "' is not a time; expected for example 2026-11-24T10:00:00Z";
            }
        }
        JsonNode confidence = object.path("confidence");
        boolean sure = confidence.isInt() && confidence.intValue() >= 0 && confidence.intValue() <= MOST_CONFIDENCE;
        if (!confidence.isMissingNode() && !sure && refused == null) {
            refused = "confidence " + PatternException.shown(confidence.toString()) + "; expected 0 to 100";
        }
        Set<String> tags = new LinkedHashSet<>();
        for (String list : List.of("labels", "indicator_types")) {
            object.path(list).forEach(label -> add(tags, label.textValue()));
        }
        object.path("kill_chain_phases").forEach(phase -> {
            String chain = text(phase, "kill_chain_name");
            add(tags, (MITRE.equals(chain) ? "attack" : chain) + "." + text(phase, "phase_name"));
        });
        List<String> references = new ArrayList<>();
        references(object, tags, references);
        StixIndicator indicator = new StixIndicator(
                id,
                clean(text(object, "name")),
                pattern == null ? "" : pattern,
                place,
                times[0],
                times[1],
                sure ? confidence.intValue() : null,
                List.copyOf(tags),
                references);
        return new Read(indicator, refused, unused, times[2] == null ? Instant.MIN : times[2]);
    }

    /** Where to read on, and the techniques of ATT&CK that are named. */
    private static void references(JsonNode object, Set<String> tags, List<String> references) {
        object.path("external_references").forEach(reference -> {
            String url = clean(text(reference, "url"));
            if (url != null) {
                references.add(url);
            }
            String id = text(reference, "external_id");
            if (MITRE.equals(text(reference, "source_name")) && id != null && id.matches("T[0-9]{4}(?:\\.[0-9]{3})?")) {
                tags.add("attack." + id.toLowerCase(Locale.ROOT));
            }
        });
    }

    private static void add(Set<String> tags, @Nullable String tag) {
        String clean = clean(tag);
        if (clean != null && !clean.isEmpty()) {
            tags.add(clean);
        }
    }

    /** Without what acts on a terminal or ends a line. */
    private static @Nullable String clean(@Nullable String text) {
        return text == null
                ? null
                : text.replaceAll("[\\p{Cntrl}\\p{Cf}\\u0080-\\u009F\\u2028\\u2029 ]+", " ")
                        .strip();
    }

    private static @Nullable String text(JsonNode object, String name) {
        return object.path(name).textValue();
    }

    private static @Nullable Instant time(String text) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            return null;
        }
    }
}
