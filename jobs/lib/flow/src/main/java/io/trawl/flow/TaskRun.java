package io.trawl.flow;

import io.trawl.base.JobFailure;
import io.trawl.parsing.Parser;
import io.trawl.parsing.Reason;
import io.trawl.record.RawLine;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** One partition's run of a chain: pushes each record through the steps and into the stores. */
final class TaskRun {
    /** What invalid records have as their parser where no step named one. */
    private static final String NO_PARSER = "none/0";

    private final Plan plan;
    private final int partition;
    private final long attempt;
    private final Place[] places;
    private final Store.Writer<Object>[] writers;
    private final long[] stored;
    private final long[] invalidBy = new long[Reason.values().length];
    /** The formats that have read a line, where a step says which one it was; few. */
    private Parser[] formats = {};
    /** What of their lines each store took. */
    private long[][] storedBy = {};
    /** The format of the line at hand; -1 if no step has said it. */
    private int format = -1;

    /** The record at hand, or the part of it. */
    private @Nullable Object origin;
    /** Whether the record at hand has parts. */
    private boolean parted;
    /** How many records had parts. */
    private long wrapped;
    /** How many parts those had. */
    private long parts;

    @SuppressWarnings({"unchecked", "rawtypes"})
    TaskRun(Plan plan, int partition, long attempt) {
        this.plan = plan;
        this.partition = partition;
        this.attempt = attempt;
        this.writers = new Store.Writer[plan.sinks().size()];
        this.stored = new long[writers.length];
        this.places = new Place[plan.stages().size()];
        for (int i = 0; i < places.length; i++) {
            Plan.Stage stage = plan.stages().get(i);
            Place before = stage.after() < 0 ? null : places[stage.after()];
            Place place = new Place(stage.name(), (Step<Object, Object>) stage.step(), before);
            places[i] = place;
            if (before != null) {
                before.leadTo(place);
            }
        }
        for (int i = 0; i < writers.length; i++) {
            int stage = plan.sinks().get(i).stage();
            if (stage >= 0) {
                places[stage].fill(i);
            }
        }
    }

    Plan.Result run(Iterator<?> records) {
        try {
            for (int i = 0; i < writers.length; i++) {
                writers[i] = open(plan.sinks().get(i).store());
            }
            while (records.hasNext()) {
                begin(records.next());
            }
            ArrayList<Serializable> receipts = new ArrayList<>();
            for (Store.Writer<Object> writer : writers) {
                receipts.add(writer.close());
            }
            return new Plan.Result(tally(), receipts);
        } catch (Throwable e) {
            abort();
            if (e instanceof RuntimeException known) {
                throw known;
            }
            if (e instanceof Error error) {
                throw error;
            }
            throw new JobFailure(String.valueOf(e.getMessage()), e);
        }
    }

    @SuppressWarnings("unchecked")
    private Store.Writer<Object> open(Store<?> store) throws Exception {
        return (Store.Writer<Object>) store.open(partition, attempt);
    }

    private void abort() {
        for (Store.@Nullable Writer<Object> writer : writers) {
            if (writer != null) {
                writer.abort();
            }
        }
    }

    private void begin(Object record) {
        origin = record;
        parted = false;
        format = -1;
        places[0].emit(record);
    }

    /** Runs without stores and gives what flows at a stage. */
    <T> Iterator<T> tap(Iterator<?> records, int stage) {
        ArrayDeque<T> ready = new ArrayDeque<>();
        places[stage].leadTo(new Place(
                "tap",
                Step.of("tap", (record, out) -> ready.add(TaskRun.<T>checkedByTheChain(record))),
                places[stage]));
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                while (ready.isEmpty() && records.hasNext()) {
                    begin(records.next());
                }
                return !ready.isEmpty();
            }

            @Override
            public T next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                return ready.remove();
            }
        };
    }

    @SuppressWarnings("unchecked")
    private static <T> T checkedByTheChain(Object record) {
        return (T) record;
    }

    private Tally tally() {
        Tally tally = new Tally();
        for (Place place : places) {
            tally.add(place.name, place.count);
        }
        for (int i = 0; i < stored.length; i++) {
            tally.add("stored." + plan.sinks().get(i).store().name(), stored[i]);
        }
        for (int by = 0; by < formats.length; by++) {
            for (int i = 0; i < stored.length; i++) {
                tally.add("stored." + plan.sinks().get(i).store().name() + "." + formats[by].name(), storedBy[by][i]);
            }
        }
        long invalid = 0;
        for (Reason reason : Reason.values()) {
            long count = invalidBy[reason.ordinal()];
            invalid += count;
            if (count > 0) {
                tally.add("invalid." + reason.code(), count);
            }
        }
        tally.add("invalid", invalid);
        if (wrapped > 0) {
            tally.add(Tally.WRAPPED, wrapped);
            tally.add(Tally.RECORDS, parts);
        }
        return tally;
    }

    private void write(int store, Object record) {
        try {
            writers[store].write(record);
            stored[store]++;
            if (format >= 0) {
                storedBy[format][store]++;
            }
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new JobFailure("store " + plan.sinks().get(store).store().name() + " failed: " + e.getMessage(), e);
        }
    }

    /** A stage at work: its step, and where what that gives goes. */
    private final class Place implements Step.Out<Object> {
        private final String name;
        private final @Nullable Step<Object, Object> step;
        private final String parser;
        private int[] stores = {};
        private Place[] next = {};
        private long count;

        Place(String name, @Nullable Step<Object, Object> step, @Nullable Place before) {
            this.name = name;
            this.step = step;
            String own = step == null ? null : step.parser();
            this.parser = own != null ? own : before == null ? NO_PARSER : before.parser;
        }

        void leadTo(Place place) {
            next = Arrays.copyOf(next, next.length + 1);
            next[next.length - 1] = place;
        }

        void fill(int store) {
            stores = Arrays.copyOf(stores, stores.length + 1);
            stores[stores.length - 1] = store;
        }

        private void push(Step<Object, Object> work, Object record) {
            try {
                work.apply(record, this);
            } catch (JobFailure e) {
                throw e;
            } catch (Exception e) {
                throw new StepFailure(name, Rejected.place(origin), e);
            }
        }

        @Override
        public void emit(Object record) {
            count++;
            for (int store : stores) {
                write(store, record);
            }
            for (Place place : next) {
                Step<Object, Object> work = place.step;
                if (work != null) {
                    place.push(work, record);
                }
            }
        }

        @Override
        public @Nullable RawLine line() {
            return origin instanceof RawLine line ? line : null;
        }

        @Override
        public void part(RawLine part) {
            wrapped += parted ? 0 : 1;
            parted = true;
            parts++;
            origin = part;
            format = -1;
        }

        @Override
        public void readBy(Parser read) {
            format = 0;
            while (format < formats.length && formats[format] != read) {
                format++;
            }
            if (format == formats.length) {
                // The same format, for lines with other columns.
                String id = read.id();
                format = 0;
                while (format < formats.length && !formats[format].id().equals(id)) {
                    format++;
                }
            }
            if (format < formats.length) {
                formats[format] = read;
            } else {
                formats = Arrays.copyOf(formats, format + 1);
                formats[format] = read;
                storedBy = Arrays.copyOf(storedBy, format + 1);
                storedBy[format] = new long[stored.length];
            }
        }

        @Override
        public void reject(Reason reason, @Nullable String field, String message) {
            invalidBy[reason.ordinal()]++;
            if (plan.rejects() < 0) {
                return;
            }
            if (!(origin instanceof RawLine line)) {
                throw new JobFailure(
                        "step " + name
                                + " rejects a record, but the chain did not begin with lines, so there are no raw bytes to keep",
                        null);
            }
            String reader = format < 0 ? parser : formats[format].id();
            write(plan.rejects(), Rejected.record(line, reason, field, message, reader));
        }
    }
}
