package io.trawl.parsing.format;

import io.trawl.parsing.Failure;
import io.trawl.parsing.Parser;
import io.trawl.parsing.Reason;
import io.trawl.record.ProxyEvent;

/**
 * A format for lines whose columns are named by a line that it cannot follow: it reads none of them.
 *
 * @param message why
 */
record Refusing(String name, int version, String message) implements Parser {
    /** Of a line that tells of its file. */
    static final Failure DIRECTIVE =
            new Failure(Reason.DIRECTIVE, null, "the line describes its file and is not an event");

    @Override
    public Failure parse(byte[] line, ProxyEvent into) {
        return line.length > 0 && line[0] == '#' ? DIRECTIVE : new Failure(Reason.SYNTAX, null, message);
    }
}
