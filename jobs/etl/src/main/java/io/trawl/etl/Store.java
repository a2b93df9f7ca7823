package io.trawl.etl;

import java.io.Serializable;
import java.util.List;

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
