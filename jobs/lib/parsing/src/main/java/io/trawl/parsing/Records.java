package io.trawl.parsing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The records of a message that carries several, each of which is read as a line of its own.
 *
 * @param lines the records in their order; none if there is a failure
 * @param failure why the message is invalid as a whole; null if it has records
 */
public record Records(List<byte[]> lines, @Nullable Failure failure) {
    public Records {
        lines = List.copyOf(lines);
    }

    /** Those of a message that is invalid as a whole. */
    public static Records none(Reason reason, String message) {
        return new Records(List.of(), new Failure(reason, null, message));
    }
}
