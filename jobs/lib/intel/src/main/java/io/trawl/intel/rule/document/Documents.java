package io.trawl.intel.rule.document;

import io.trawl.intel.rule.document.Node.Mapping;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * The documents of a YAML file.
 *
 * @param documents those that could be read, in order
 * @param refused what is wrong with the others
 */
public record Documents(List<Document> documents, List<Refusal> refused) {
    /** More than any rule needs; a file of more characters is refused. */
    public static final int MOST_CHARACTERS = 4 << 20;

    public Documents {
        documents = List.copyOf(documents);
        refused = List.copyOf(refused);
    }

    /** Reads a file of UTF-8. */
    public static Documents read(String file, byte[] bytes) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return read(file, text.startsWith("\ufeff") ? text.substring(1) : text);
        } catch (CharacterCodingException e) {
            return new Documents(List.of(), List.of(new Refusal(file, 1, "not UTF-8; save the file as UTF-8")));
        }
    }

    /**
     * Reads a text. A document with an error in it is refused, and those after it are read; after an error of YAML's syntax,
     * or one that is nested too deep, nothing is.
     */
    public static Documents read(String file, String text) {
        List<Document> documents = new ArrayList<>();
        List<Refusal> refused = new ArrayList<>();
        if (text.length() > MOST_CHARACTERS) {
            refused.add(new Refusal(file, 1, "longer than " + MOST_CHARACTERS + " characters; split the file"));
            return new Documents(documents, refused);
        }
        LoadSettings settings = LoadSettings.builder()
                .setLabel(file)
                .setCodePointLimit(MOST_CHARACTERS)
                .build();
        try {
            Iterator<Event> events = new Parse(settings).parseString(text).iterator();
            List<Event> one = new ArrayList<>();
            int depth = 0;
            while (events.hasNext()) {
                Event event = events.next();
                depth += depth(event);
                if (depth > Tree.DEEPEST) {
                    // The library's time is quadratic in the depth, so nothing after it is read.
                    int line = event.getStartMark().map(Mark::getLine).orElse(0) + 1;
                    refused.add(new Refusal(file, line, "nested deeper than " + Tree.DEEPEST + " levels"));
                    break;
                }
                switch (event.getEventId()) {
                    case StreamStart, StreamEnd, Comment -> {}
                    case DocumentStart -> one.clear();
                    case DocumentEnd -> add(file, one, documents, refused);
                    default -> one.add(event);
                }
            }
        } catch (MarkedYamlEngineException e) {
            int line = e.getProblemMark().map(Mark::getLine).orElse(0) + 1;
            refused.add(new Refusal(file, line, "not YAML: " + e.getProblem()));
        } catch (YamlEngineException e) {
            refused.add(new Refusal(file, 1, "not YAML: " + e.getMessage()));
        }
        return new Documents(documents, refused);
    }

    private static int depth(Event event) {
        return switch (event.getEventId()) {
            case MappingStart, SequenceStart -> 1;
            case MappingEnd, SequenceEnd -> -1;
            default -> 0;
        };
    }

    private static void add(String file, List<Event> events, List<Document> documents, List<Refusal> refused) {
        try {
            Node root = new Tree(file, events).root();
            if (root instanceof Mapping mapping) {
                documents.add(new Document(file, mapping));
            } else if (!Document.isNull(root)) {
                refused.add(new Refusal(
                        file, root.line(), "the document is " + root.what() + "; expected keys and values"));
            }
        } catch (Refusal e) {
            refused.add(e);
        }
    }
}
