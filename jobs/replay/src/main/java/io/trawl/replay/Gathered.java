package io.trawl.replay;

import io.trawl.flow.Store;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/** A store that is filled at several places, and committed once. */
final class Gathered<T> implements Store<T> {
    private static final long serialVersionUID = 1L;

    private final Store<T> into;
    /** On the driver only: tasks need none. */
    private final transient ArrayList<Serializable> receipts = new ArrayList<>();

    Gathered(Store<T> into) {
        this.into = into;
    }

    @Override
    public String name() {
        return into.name();
    }

    @Override
    public Writer<T> open(int partition, long attempt) throws Exception {
        return into.open(partition, attempt);
    }

    /** A chain has ended, or one of its places: its share is kept until all have. */
    @Override
    public void commit(List<Serializable> more) {
        receipts.addAll(more);
    }

    /** The same store at another place of a chain, which asks for a name of its own there. */
    Store<T> named(String another) {
        return new Again<>(this, another);
    }

    private record Again<T>(Gathered<T> store, String name) implements Store<T> {
        @Override
        public Writer<T> open(int partition, long attempt) throws Exception {
            return store.open(partition, attempt);
        }

        @Override
        public void commit(List<Serializable> more) {
            store.commit(more);
        }
    }

    /** Makes visible what all chains wrote, at once. */
    void commitAll() throws IOException {
        try {
            into.commit(receipts);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }
}
