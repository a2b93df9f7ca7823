package io.trawl.flow;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.jspecify.annotations.Nullable;

/**
 * A whole chain as it travels to the tasks; never changed, only copied with something added. Its types were checked where
 * it was built, by {@link Flow}.
 *
 * @param name what Spark's page calls it; null: {@link #description()} is made of its parts
 * @param rejects position of the store of rejected lines; -1: they are only counted
 */
record Plan(@Nullable String name, ArrayList<Stage> stages, ArrayList<Sink> sinks, int rejects)
        implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Name of the stage at which records come in. */
    static final String IN = "in";

    /** A place of the chain: what a step gives. */
    record Stage(String name, int after, @Nullable Step<?, ?> step) implements Serializable {}

    /** A store that takes what flows at a stage. */
    record Sink(int stage, Store<?> store) implements Serializable {}

    /** What a task hands to the driver. */
    record Result(Tally tally, ArrayList<Serializable> receipts) implements Serializable {}

    static Plan begin() {
        return new Plan(null, new ArrayList<>(List.of(new Stage(IN, -1, null))), new ArrayList<>(), -1);
    }

    Plan named(String another) {
        return new Plan(another, stages, sinks, rejects);
    }

    /** The new stage is the last one. */
    Plan then(int after, String stage, Step<?, ?> step) {
        if (stage.isBlank()
                || stage.equals(IN)
                || stage.equals("invalid")
                || stage.startsWith("invalid.")
                || stage.startsWith("stored.")) {
            throw new IllegalArgumentException("a stage cannot be named '" + stage
                    + "', which the tally needs itself; expected a name of its own, for example parsed");
        }
        if (stages.stream().anyMatch(one -> one.name().equals(stage))) {
            throw new IllegalArgumentException("two stages of the chain are named '" + stage
                    + "'; expected another name for the second, for example then(\"" + stage + " again\", step)");
        }
        ArrayList<Stage> more = new ArrayList<>(stages);
        more.add(new Stage(stage, after, step));
        return new Plan(name, more, sinks, rejects);
    }

    Plan into(int stage, Store<?> store) {
        if (sinks.stream().anyMatch(one -> one.store().name().equals(store.name()))) {
            throw new IllegalArgumentException("two stores of the chain are named '" + store.name()
                    + "'; expected another name for the second, since counts and messages go by name");
        }
        ArrayList<Sink> more = new ArrayList<>(sinks);
        more.add(new Sink(stage, store));
        return new Plan(name, stages, more, rejects);
    }

    Plan rejectsInto(Store<?> store) {
        if (rejects >= 0) {
            throw new IllegalArgumentException("rejected lines of the chain go into '"
                    + sinks.get(rejects).store().name() + "' and cannot go into '" + store.name()
                    + "' too; expected rejectsInto(store) once");
        }
        Plan more = into(-1, store);
        return new Plan(name, stages, more.sinks, more.sinks.size() - 1);
    }

    /** Whether this is the other one, with something added or nothing. */
    boolean continues(Plan other) {
        return stages.size() >= other.stages.size()
                && stages.subList(0, other.stages.size()).equals(other.stages)
                && sinks.size() >= other.sinks.size()
                && sinks.subList(0, other.sinks.size()).equals(other.sinks);
    }

    /** What Spark's page calls the chain. */
    String description() {
        if (name != null) {
            return name;
        }
        String to = sinks.stream().map(sink -> sink.store().name()).collect(Collectors.joining(", "));
        String through = stages.stream().skip(1).map(Stage::name).collect(Collectors.joining(", "));
        return (through + (to.isEmpty() ? "" : " into " + to)).strip();
    }

    /** Fills the stores from one partition. */
    <S> FlatMapFunction<Iterator<S>, Result> task() {
        return records -> {
            TaskContext task = TaskContext.get();
            return List.of(run(records, task.partitionId(), task.taskAttemptId()))
                    .iterator();
        };
    }

    Result run(Iterator<?> records, int partition, long attempt) {
        return new TaskRun(this, partition, attempt).run(records);
    }

    /** Gives what flows at a stage. */
    <S, T> FlatMapFunction<Iterator<S>, T> tap(int stage) {
        return records -> new TaskRun(this, 0, 0).tap(records, stage);
    }
}
