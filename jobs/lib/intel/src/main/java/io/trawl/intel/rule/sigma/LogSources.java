package io.trawl.intel.rule.sigma;

import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.document.Document;
import io.trawl.intel.rule.document.Documents;
import io.trawl.intel.rule.document.Node;
import io.trawl.intel.rule.document.Node.Entry;
import io.trawl.intel.rule.document.Node.Mapping;
import io.trawl.intel.rule.document.Node.Scalar;
import io.trawl.intel.rule.document.Node.Sequence;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Which Sigma log sources the events of a format are of. */
public final class LogSources {
    private final Map<String, List<Rule.Sources>> formats;

    private LogSources(Map<String, List<Rule.Sources>> formats) {
        this.formats = formats;
    }

    /**
     * What a source of events is to rules.
     *
     * @param of its log sources; empty where any rule may be for it
     */
    public record Seen(List<Rule.Sources> of) {
        /** A source that every rule sees. */
        public static final Seen ALL = new Seen(List.of());

        public Seen {
            of = List.copyOf(of);
        }

        /** Whether a rule is for it: one of its log sources has all that the rule's asks for. */
        public boolean by(Rule.Sources rule) {
            return of.isEmpty() || of.stream().anyMatch(one -> Taxonomy.holds(rule, one));
        }
    }

    /** Those that come with Trawl, for its formats. */
    public static LogSources shipped() {
        try (InputStream in = LogSources.class.getResourceAsStream("logsources.yaml")) {
            return read(
                    "logsources.yaml",
                    Objects.requireNonNull(in, "logsources.yaml").readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static LogSources read(String file, byte[] bytes) {
        Documents documents = Documents.read(file, bytes);
        if (!documents.refused().isEmpty()) {
            throw documents.refused().get(0);
        }
        Map<String, List<Rule.Sources>> formats = new LinkedHashMap<>();
        for (Document document : documents.documents()) {
            for (Entry entry : document.root().entries()) {
                if (!(entry.value() instanceof Sequence list)) {
                    throw document.refusal(entry.value(), "expected a list of log sources");
                }
                formats.put(
                        entry.key().text(),
                        list.items().stream()
                                .map(item -> source(document, item))
                                .toList());
            }
        }
        return new LogSources(formats);
    }

    private static Rule.Sources source(Document document, Node node) {
        if (!(node instanceof Mapping mapping)) {
            throw document.refusal(node, "expected category, product or service");
        }
        return new Rule.Sources(
                text(mapping.get("category")), text(mapping.get("product")), text(mapping.get("service")));
    }

    private static @Nullable String text(@Nullable Node node) {
        return node instanceof Scalar scalar ? scalar.text() : null;
    }

    /** The formats that have log sources of their own. */
    public List<String> formats() {
        return List.copyOf(formats.keySet());
    }

    /** What a source of a format is; a format that may be of anything, for example csv, is seen by every rule. */
    public Seen of(String format) {
        return new Seen(formats.getOrDefault(format, List.of()));
    }

    /**
     * A source's own setting: log sources between semicolons, each a category, a product and a service between slashes of
     * which the last ones may be missing and the others empty, for example {@code proxy/squid} or {@code /zeek/dns}.
     */
    public static Seen setting(String text) {
        List<Rule.Sources> sources = new ArrayList<>();
        for (String one : text.split(";", -1)) {
            String[] parts = one.strip().toLowerCase(Locale.ROOT).split("/", -1);
            if (parts.length > 3 || String.join("", parts).isEmpty()) {
                throw new IllegalArgumentException(
                        "'" + text
                                + "' is not a log source; expected category/product/service, for example proxy/squid or /zeek/dns");
            }
            String[] names = new String[3];
            for (int i = 0; i < parts.length; i++) {
                names[i] = parts[i].isBlank() ? null : parts[i].strip();
            }
            sources.add(new Rule.Sources(names[0], names[1], names[2]));
        }
        return new Seen(sources);
    }
}
