package io.trawl.etl;

import io.trawl.parsing.Reason;
import io.trawl.record.RawLine;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One partition's run of a chain: pushes each record through the steps and into the stores. */
final class TaskRun<S> {
    private final Etl.Plan<S> plan;
    private final List<Store.Writer<Object>> writers = new ArrayList<>();
    private final long[] stored;
    private final long[] invalidBy = new long[Reason.values().length];
    private final int partition;
    private final long attempt;
    private final List<StagePusher<?>> pushers = new ArrayList<>();
    private @Nullable Object origin;

    TaskRun(Etl.Plan<S> plan, int partition, long attempt) {
        this.plan = plan;
        this.partition = partition;
        this.attempt = attempt;
        this.stored = new long[plan.stores.size()];
    }

    Etl.TaskResult run(Iterator<S> records) {
        try {
            for (Store<?> store : plan.stores) {
                @SuppressWarnings("unchecked")
                Store.Writer<Object> writer = (Store.Writer<Object>) store.open(partition, attempt);
                writers.add(writer);
            }
            StagePusher<S> root = pusher(plan.root);
            while (records.hasNext()) {
                S record = records.next();
                origin = record;
                root.emit(record);
            }
            ArrayList<Serializable> receipts = new ArrayList<>();
            for (Store.Writer<Object> writer : writers) {
                receipts.add(writer.close());
            }
            return new Etl.TaskResult(tally(), receipts);
        } catch (Throwable e) {
            writers.forEach(Store.Writer::abort);
            throw e instanceof RuntimeException re
                    ? re
                    : e instanceof Error err ? sneak(err) : new JobFailure(String.valueOf(e.getMessage()), e);
        }
    }

    private static RuntimeException sneak(Error e) {
        throw e;
    }

    /** Runs without stores and gives what flows at the stage of that name. */
    <T> Iterator<T> tap(Iterator<S> records, String stage) {
        ArrayDeque<T> ready = new ArrayDeque<>();
        StagePusher<S> root = pusher(plan.root);
        for (StagePusher<?> pusher : pushers) {
            if (pusher.stage.name.equals(stage)) {
                @SuppressWarnings("unchecked")
                Consumer<Object> tap = record -> ready.add((T) record);
                pusher.tap = tap;
            }
        }
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                while (ready.isEmpty() && records.hasNext()) {
                    S record = records.next();
                    origin = record;
                    root.emit(record);
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

    private Tally tally() {
        Tally tally = new Tally();
        for (StagePusher<?> pusher : pushers) {
            tally.add(pusher.stage.name, pusher.count);
        }
        for (int i = 0; i < stored.length; i++) {
            tally.add("stored." + plan.stores.get(i).name(), stored[i]);
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
        return tally;
    }

    private <T> StagePusher<T> pusher(Etl.Stage<T> stage) {
        StagePusher<T> pusher = new StagePusher<>(stage);
        pushers.add(pusher);
        for (Etl.Branch<T, ?> branch : stage.branches) {
            pusher.branches.add(new BranchPusher<>(branch.step(), down(branch)));
        }
        return pusher;
    }

    @SuppressWarnings("unchecked")
    private StagePusher<Object> down(Etl.Branch<?, ?> branch) {
        return (StagePusher<Object>) pusher(branch.next());
    }

    private void write(int store, Object record) {
        try {
            writers.get(store).write(record);
            stored[store]++;
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new JobFailure("store " + plan.stores.get(store).name() + " failed: " + e.getMessage(), e);
        }
    }

    /** A stage at work. */
    private final class StagePusher<T> implements Step.Out<T> {
        final Etl.Stage<T> stage;
        final List<BranchPusher<T, ?>> branches = new ArrayList<>();
        final int[] stores;

        @Nullable
        Consumer<Object> tap;

        long count;

        StagePusher(Etl.Stage<T> stage) {
            this.stage = stage;
            this.stores = plan.stores.isEmpty()
                    ? new int[0]
                    : stage.stores.stream().mapToInt(Integer::intValue).toArray();
        }

        @Override
        public void emit(T record) {
            count++;
            if (tap != null) {
                tap.accept(record);
            }
            for (int store : stores) {
                write(store, record);
            }
            for (int i = 0; i < branches.size(); i++) {
                branches.get(i).push(record);
            }
        }

        @Override
        public @Nullable RawLine line() {
            return origin instanceof RawLine line ? line : null;
        }

        @Override
        public void reject(Reason reason, @Nullable String field, String message) {
            invalidBy[reason.ordinal()]++;
            if (plan.invalid < 0) {
                return;
            }
            if (!(origin instanceof RawLine line)) {
                throw new JobFailure(
                        "step " + stage.name
                                + " rejects a record, but the chain did not begin with lines, so there are no raw bytes to keep",
                        null);
            }
            write(plan.invalid, Origin.invalid(line, reason, field, message, plan.parser));
        }
    }

    /** A step at work. */
    private final class BranchPusher<A, B> {
        private final Step<? super A, B> step;
        private final StagePusher<Object> next;

        BranchPusher(Step<? super A, B> step, StagePusher<Object> next) {
            this.step = step;
            this.next = next;
        }

        void push(A record) {
            try {
                step.apply(record, next);
            } catch (JobFailure e) {
                throw e;
            } catch (Exception e) {
                throw new StepFailure(next.stage.name, Origin.name(origin), e);
            }
        }
    }
}
