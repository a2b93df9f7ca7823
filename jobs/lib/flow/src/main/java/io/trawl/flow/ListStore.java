package io.trawl.flow;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Keeps records in a list on the driver. */
public final class ListStore<T> implements Store<T> {
    private static final long serialVersionUID = 1L;

    private final String name;
    private final transient List<T> records = Collections.synchronizedList(new ArrayList<>());

    ListStore(String name) {
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Writer<T> open(int partition, long attempt) {
        ArrayList<T> written = new ArrayList<>();
        return new Writer<>() {
            @Override
            public void write(T record) {
                written.add(record);
            }

            @Override
            public Serializable close() {
                return written;
            }

            @Override
            public void abort() {
                written.clear();
            }
        };
    }

    @Override
    @SuppressWarnings("unchecked")
    public void commit(List<Serializable> receipts) {
        receipts.forEach(receipt -> records.addAll((List<T>) receipt));
    }

    /** What was committed so far, in order of partitions. */
    public List<T> records() {
        return List.copyOf(records);
    }
}
