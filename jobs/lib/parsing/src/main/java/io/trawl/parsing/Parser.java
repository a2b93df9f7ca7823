package io.trawl.parsing;

import io.trawl.record.ProxyEvent;
import java.io.Serializable;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads the lines of one format. Safe for use by several threads. */
public interface Parser extends Serializable {
    /** Name of the format, as trawl.conf has it. */
    String name();

    /** Rises with every change that makes another event of a line, or of a line that was invalid. */
    int version();

    /** Name and version, as squid/1. */
    default String id() {
        return name() + "/" + version();
    }

    /**
     * Fills the fields that the line decides; those it says nothing of stay null. Never throws, whatever the bytes are.
     *
     * @param line the line without its line end
     * @param into an event without content
     * @return null if the line was read, else why not; {@code into} is of no use then
     */
    @Nullable
    Failure parse(byte[] line, ProxyEvent into);

    /**
     * The same, of a line of which it is known when it arrived: that tells the year of a time that has none, and stands
     * in where a format says that its lines may have no time at all.
     *
     * @param arrived when the broker appended the line; null if nobody knows
     */
    default @Nullable Failure parse(byte[] line, @Nullable Instant arrived, ProxyEvent into) {
        return parse(line, into);
    }

    /**
     * The formats that a line may be of, in the order in which they are tried: this one alone, unless the parser reads
     * several.
     */
    default List<Parser> formats() {
        return List.of(this);
    }

    /**
     * The same, for those who must know which of {@link #formats()} read the line.
     *
     * @param by gets the one that read it, if one did
     */
    default @Nullable Failure parse(
            byte[] line, @Nullable Instant arrived, ProxyEvent into, Consumer<? super Parser> by) {
        Failure failure = parse(line, arrived, into);
        if (failure == null) {
            by.accept(this);
        }
        return failure;
    }

    /**
     * The same parser for lines of which nobody knows when they arrived, for example those of a log file. The time that
     * it gets with a line then only tells the year of a time without one, and never stands in for a missing time.
     */
    default Parser withoutArrival() {
        return this;
    }

    /**
     * The same parser for the lines of a file in which a line names the columns.
     *
     * @param header that line, for example {@code #Fields: date time c-ip}; a format with columns of its own takes no notice
     *     of it
     */
    default Parser under(String header) {
        return this;
    }

    /** Whether a message may carry several records. Of a format whose messages never do, no message is asked about it. */
    default boolean hasRecords() {
        return false;
    }

    /**
     * The records of a message, each of which is read as a line of its own. Never throws.
     *
     * @return null if the message is one line
     */
    default @Nullable Records records(byte[] message) {
        return null;
    }

    /** A reader of the format's plain lines, for one thread; null if the format has none. */
    default @Nullable PlainLine plainLine() {
        return null;
    }
}
