package io.trawl.intel.rule.sigma;

import io.trawl.intel.rule.document.Document;
import io.trawl.intel.rule.document.Node;
import io.trawl.intel.rule.document.Node.Entry;
import io.trawl.intel.rule.document.Node.Mapping;
import io.trawl.intel.rule.document.Node.Scalar;
import io.trawl.intel.rule.document.Refusal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The {@code action} of old collections, which pySigma still takes: a document with {@code global} gives its keys to the
 * rules after it, {@code repeat} is the document before with other keys, {@code reset} ends {@code global}.
 */
public final class Actions {
    private @Nullable Mapping global;
    private @Nullable Mapping before;

    /**
     * A file's next document.
     *
     * @return the document to read; null if it is none itself
     * @throws Refusal if its action is not known
     */
    public @Nullable Document apply(Document document) {
        Node action = document.get("action");
        if (action == null || Document.isNull(action)) {
            if (SigmaRules.kind(document) != SigmaRules.Kind.RULE) {
                return document;
            }
            before = global == null ? document.root() : merged(document.root(), global);
            return new Document(document.file(), before);
        }
        switch (action instanceof Scalar scalar ? scalar.text() : "") {
            case "global" -> {
                global = without(document.root());
                before = global;
                return null;
            }
            case "reset" -> {
                global = null;
                return null;
            }
            case "repeat" -> {
                Mapping root = without(document.root());
                before = before == null ? root : merged(before, root);
                return new Document(document.file(), new Mapping(before.entries(), document.line()));
            }
            default ->
                throw document.refusal(action, "action is " + action.what() + "; expected global, repeat or reset");
        }
    }

    private static Mapping without(Mapping root) {
        return new Mapping(
                root.entries().stream()
                        .filter(entry -> !entry.key().text().equals("action"))
                        .toList(),
                root.line());
    }

    /** The first with the second's keys, which win; maps are put together. */
    private static Mapping merged(Mapping first, Mapping second) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        first.entries().forEach(entry -> entries.put(entry.key().text(), entry));
        for (Entry entry : second.entries()) {
            Entry old = entries.get(entry.key().text());
            Node value = old != null && old.value() instanceof Mapping under && entry.value() instanceof Mapping over
                    ? merged(under, over)
                    : entry.value();
            entries.put(entry.key().text(), new Entry(entry.key(), value));
        }
        return new Mapping(new ArrayList<>(entries.values()), first.line());
    }

    /** All of a file's documents, and what is wrong with the others. */
    public static List<Document> of(List<Document> documents, List<Refusal> refused) {
        Actions actions = new Actions();
        List<Document> read = new ArrayList<>();
        for (Document document : documents) {
            try {
                Document one = actions.apply(document);
                if (one != null) {
                    read.add(one);
                }
            } catch (Refusal e) {
                refused.add(e);
            }
        }
        return read;
    }
}
