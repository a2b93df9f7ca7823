package io.trawl.flow;

import io.trawl.base.JobFailure;
import java.io.Serializable;
import java.util.List;
import java.util.function.Consumer;

/**
 * Takes records. A run opens one writer a task, where the task runs, and commits once, on the driver, when every
 * task has succeeded. Where a task is tried twice only the receipt of the attempt that succeeded reaches the commit.
 *
 * @param <T> what it takes
 */
public interface Store<T> extends Serializable {

    /** Short name of the store, for counts and messages. */
    String name();

    /**
     * Opens a writer for one task.
     *
     * @param partition number of the task's partition
     * @param attempt number of the attempt, unique in the application
     */
    Writer<T> open(int partition, long attempt) throws Exception;

    /** Makes what the writers of the successful attempts wrote visible, at once. */
    default void commit(List<Serializable> receipts) throws Exception {}

    /**
     * Stores records one after the other, on the driver, and commits: for more of them than a list can hold.
     *
     * @param records passes every record to the consumer that it is given
     */
    default void fill(Consumer<Consumer<? super T>> records) {
        try {
            Writer<T> writer = open(0, 0);
            Serializable receipt;
            try {
                records.accept(record -> write(writer, record));
                receipt = writer.close();
            } catch (Exception e) {
                writer.abort();
                throw e;
            }
            commit(List.of(receipt));
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new JobFailure("store " + name() + " cannot be written: " + e.getMessage(), e);
        }
    }

    private void write(Writer<T> writer, T record) {
        try {
            writer.write(record);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new JobFailure("store " + name() + " cannot be written: " + e.getMessage(), e);
        }
    }

    /** One task's end of a store. */
    interface Writer<T> {
        void write(T record) throws Exception;

        /** Ends the writing; @return what the commit needs to know, small and serializable */
        Serializable close() throws Exception;

        /** Ends after a failure and leaves as little behind as it can. */
        void abort();
    }

    /** A store that keeps records in a list on the driver: for tests and small results. */
    static <T> ListStore<T> list(String name) {
        return new ListStore<>(name);
    }
}
