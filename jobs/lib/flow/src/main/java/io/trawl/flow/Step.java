package io.trawl.flow;

import io.trawl.parsing.Parser;
import io.trawl.parsing.Reason;
import io.trawl.record.RawLine;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A pure function from one record to a stream of records. It knows nothing of Spark, keeps no state between records
 * and is the same on a list, on a window and on a DStream.
 *
 * @param <A> what comes in
 * @param <B> what goes out
 */
public interface Step<A, B> extends Serializable {

    /** Its name in the tally and in messages, for example parsed; a chain has each name once. */
    String name();

    /** Gives what becomes of one record to {@code out}. An exception is a bug and fails the job, naming the record. */
    void apply(A record, Out<? super B> out) throws Exception;

    /**
     * Id of the parser that it reads lines with: what it and the steps after it reject is marked with that id.
     * Default: null, the step reads no lines.
     */
    default @Nullable String parser() {
        return null;
    }

    /** Where a step's records go. */
    interface Out<B> {
        void emit(B record);

        /** The line that the record at hand came from; null if the chain did not begin with lines. */
        default @Nullable RawLine line() {
            return null;
        }

        /**
         * Says which of several formats read the line at hand: if a later step rejects it, the invalid record names this
         * one, and the tally counts by format what each store took.
         */
        default void readBy(Parser format) {}

        /**
         * Says that what follows comes from a part of the message at hand: until the next part or the next message it is the
         * line. If it is rejected, the invalid record has its bytes and its id. The tally counts the messages that have parts
         * ({@code wrapped}) and the parts ({@code records}).
         */
        default void part(RawLine part) {}

        /** Says that the line the record came from is invalid; it is stored with its raw bytes. */
        void reject(Reason reason, @Nullable String field, String message);
    }

    /** What a step does, where a lambda says it. */
    @FunctionalInterface
    interface Body<A, B> extends Serializable {
        void apply(A record, Out<? super B> out) throws Exception;
    }

    /** A step from a lambda that rejects, or gives any number of records without a list of them. */
    static <A, B> Step<A, B> of(String name, Body<? super A, B> body) {
        return new Named<>(name, body);
    }

    /** See {@link Step#of}. */
    record Named<A, B>(String name, Body<? super A, B> body) implements Step<A, B> {
        private static final long serialVersionUID = 1L;

        @Override
        public void apply(A record, Out<? super B> out) throws Exception {
            body.apply(record, out);
        }
    }
}
