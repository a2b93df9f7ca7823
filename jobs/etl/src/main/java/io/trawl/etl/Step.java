package io.trawl.etl;

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
@FunctionalInterface
public interface Step<A, B> extends Serializable {

    /** Gives what becomes of one record to {@code out}. An exception is a bug and fails the job, naming the record. */
    void apply(A record, Out<? super B> out) throws Exception;

    /** Where a step's records go. */
    interface Out<B> {
        void emit(B record);

        /** The line that the record at hand came from; null where the chain did not begin with lines. */
        default @Nullable RawLine line() {
            return null;
        }

        /** Says that the line the record came from is invalid; it is stored with its raw bytes. */
        void reject(Reason reason, @Nullable String field, String message);
    }
}
