package io.trawl.parsing.format;

import io.trawl.parsing.Failure;
import io.trawl.parsing.Parser;
import io.trawl.parsing.PlainLine;
import io.trawl.parsing.Reason;
import io.trawl.parsing.Records;
import io.trawl.parsing.mapping.Mapping;
import io.trawl.record.ProxyEvent;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Lines of several formats: the first one that reads a line is the line's. */
final class FirstOf implements Parser {
    private static final long serialVersionUID = 1L;

    private final Parser[] parsers;

    FirstOf(List<Parser> parsers) {
        this.parsers = parsers.toArray(Parser[]::new);
    }

    @Override
    public String name() {
        return formats().stream().map(Parser::name).collect(Collectors.joining(","));
    }

    @Override
    public int version() {
        return formats().stream().mapToInt(Parser::version).sum();
    }

    /** Those of all of them, as squid/1,nginx/2. */
    @Override
    public String id() {
        return formats().stream().map(Parser::id).collect(Collectors.joining(","));
    }

    @Override
    public List<Parser> formats() {
        return List.of(parsers);
    }

    /** Those of the first format: what it reads for sure is its own, whatever the others would say. */
    @Override
    public @Nullable PlainLine plainLine() {
        return parsers[0].plainLine();
    }

    @Override
    public Parser withoutArrival() {
        return new FirstOf(formats().stream().map(Parser::withoutArrival).toList());
    }

    @Override
    public Parser under(String header) {
        return new FirstOf(formats().stream().map(one -> one.under(header)).toList());
    }

    @Override
    public boolean hasRecords() {
        return formats().stream().anyMatch(Parser::hasRecords);
    }

    /** As the first format cuts it that finds records in it: each of them may be of any of the formats. */
    @Override
    public @Nullable Records records(byte[] message) {
        for (Parser parser : parsers) {
            Records records = parser.records(message);
            if (records != null) {
                return isCutAgain(records, parser)
                        ? Records.none(
                                Reason.SYNTAX,
                                "a record of the message is a message of records; expected an event in each")
                        : records;
            }
        }
        return null;
    }

    /** Whether another format would cut a record that is parsed alone, as replay does. */
    private boolean isCutAgain(Records records, Parser cutter) {
        for (Parser parser : parsers) {
            if (parser == cutter || !parser.hasRecords()) {
                continue;
            }
            for (byte[] record : records.lines()) {
                if (parser.records(record) != null) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    public @Nullable Failure parse(byte[] line, ProxyEvent into) {
        return parse(line, null, into);
    }

    @Override
    public @Nullable Failure parse(byte[] line, @Nullable Instant arrived, ProxyEvent into) {
        return parse(line, arrived, into, parser -> {});
    }

    /** What could be read but for one column says more than what could not be read, and that more than an envelope. */
    private static int says(Failure failure) {
        return switch (failure.reason()) {
            case EMPTY -> 0;
            case SYNTAX -> 1;
            default -> 2;
        };
    }

    private static boolean isBlank(byte[] line) {
        for (byte b : line) {
            if (b != ' ' && b != '\t' && b != '\r') {
                return false;
            }
        }
        return true;
    }

    @Override
    public @Nullable Failure parse(
            byte[] line, @Nullable Instant arrived, ProxyEvent into, Consumer<? super Parser> by) {
        if (isBlank(line)) {
            return parsers[0].parse(line, arrived, into);
        }
        Failure told = null;
        Parser teller = parsers[0];
        for (Parser parser : parsers) {
            Failure failure = parser.parse(line, arrived, into);
            if (failure == null) {
                by.accept(parser);
                return null;
            }
            // One that fails may leave something behind, which the next one would not overwrite.
            Mapping.clear(into);
            if (told == null || says(failure) > says(told)) {
                told = failure;
                teller = parser;
            }
        }
        if (told == null) {
            throw new IllegalStateException("no format");
        }
        return new Failure(
                told.reason(),
                told.field(),
                "none of " + name() + " reads it; " + teller.name() + ": " + told.message());
    }
}
