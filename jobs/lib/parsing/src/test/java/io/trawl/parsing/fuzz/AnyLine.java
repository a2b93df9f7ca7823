package io.trawl.parsing.fuzz;

import io.trawl.parsing.Failure;
import io.trawl.parsing.Parser;
import io.trawl.parsing.format.DeclaredFormat;
import io.trawl.parsing.format.Formats;
import io.trawl.record.ProxyEvent;
import io.trawl.schema.PlainText;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What holds for any line of any format: it is read or refused, and nothing of it acts on who reads that. */
final class AnyLine {
    private static final Instant ARRIVED = Instant.parse("2024-06-12T10:11:12Z");
    private static final int LONGEST_MESSAGE = 400;

    static final List<DeclaredFormat> FORMATS =
            DeclaredFormat.folder(Path.of(System.getProperty("trawl.home"), "formats")).values().stream()
                    .map(file -> DeclaredFormat.of(file, ZoneOffset.UTC))
                    .toList();

    /** All formats, compiled, and those that have a parser written by hand with that, too. */
    static final List<Parser> PARSERS = Stream.concat(
                    FORMATS.stream().map(format -> (Parser) format),
                    FORMATS.stream()
                            .map(format -> Formats.shipped().parser(format.name(), ZoneOffset.UTC))
                            .filter(parser -> !(parser instanceof DeclaredFormat)))
            .toList();

    private AnyLine() {}

    /** Every parser. */
    static void holds(byte[] line) {
        PARSERS.forEach(parser -> holds(parser, line));
    }

    static void holds(Parser parser, byte[] line) {
        byte[] before = line.clone();
        ProxyEvent event = new ProxyEvent();
        Failure failure = parser.parse(line, ARRIVED, event);
        require(Arrays.equals(line, before), parser, "changed the line");
        if (failure != null) {
            String message = failure.message();
            require(!message.isBlank() && message.length() < LONGEST_MESSAGE, parser, "has the message " + message);
            require(PlainText.isPlain(message), parser, "has a message with a control character in it");
            return;
        }
        require(event.getTimestamp() != null, parser, "made an event without a time");
        for (Map.Entry<String, String> field : DeclaredFormat.fields(event).entrySet()) {
            require(PlainText.isPlain(field.getValue()), parser, "made a text that is not plain: " + field.getKey());
        }
    }

    private static void require(boolean holds, Parser parser, String what) {
        if (!holds) {
            throw new AssertionError(parser.getClass().getSimpleName() + " of " + parser.id() + " " + what);
        }
    }
}
