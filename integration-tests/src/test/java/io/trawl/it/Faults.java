package io.trawl.it;

import io.trawl.it.FaultPlan.Fault;
import io.trawl.it.FaultPlan.Kind;
import io.trawl.it.FaultPlan.Phase;
import io.trawl.stack.LocalStack;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Throws the faults of a plan at a stack, and takes each back when its time is over. */
final class Faults {
    private static final String HOT_JOB = "io.trawl.hotdetect.HotDetectJob";
    private static final int PROCESS_MINUTES = 3;

    private final LocalStack stack;
    private final SmallDisks disks;
    private final WrongClock clock;
    private final Consumer<String> told;
    private volatile Set<ProcessHandle> beforeSweep = Set.of();

    /** @param told of each fault, when it is thrown */
    Faults(LocalStack stack, SmallDisks disks, WrongClock clock, Consumer<String> told) {
        this.stack = stack;
        this.disks = disks;
        this.clock = clock;
        this.told = told;
    }

    /** Gives those servers a small disk, or a clock that can be set, that a plan needs them of. */
    void prepare(FaultPlan plan) throws IOException, InterruptedException {
        for (Fault fault : plan.faults()) {
            if (fault.kind() == Kind.FULL) {
                disks.give(fault.victim());
            } else if (fault.kind() == Kind.CLOCK) {
                clock.give(fault.victim());
            }
        }
    }

    /** Remembers the executors and tasks that run before a sweep is triggered, the hot job's: they are not its own. */
    void beforeSweep() {
        Set<ProcessHandle> there = new HashSet<>(executors());
        there.addAll(Processes.ofTasks(stack));
        beforeSweep = Set.copyOf(there);
    }

    /**
     * Begins a phase now: throws its faults when their time comes.
     *
     * @param goesOn whether there is still work for a process to wait for
     * @return done when all are over, with those that were thrown
     */
    CompletableFuture<List<Fault>> begin(FaultPlan plan, Phase phase, BooleanSupplier goesOn) {
        List<CompletableFuture<Optional<Fault>>> all = new ArrayList<>();
        for (Fault fault : plan.in(phase)) {
            CompletableFuture<Optional<Fault>> over = new CompletableFuture<>();
            all.add(over);
            Thread thread = new Thread(
                    () -> {
                        try {
                            TimeUnit.MILLISECONDS.sleep(fault.after());
                            over.complete(doIt(fault, goesOn) ? Optional.of(fault) : Optional.empty());
                        } catch (Exception | AssertionError e) {
                            over.completeExceptionally(e);
                        }
                    },
                    "fault");
            thread.setDaemon(true);
            thread.start();
        }
        return CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new))
                .thenApply(
                        done -> all.stream().flatMap(one -> one.join().stream()).toList());
    }

    private boolean doIt(Fault fault, BooleanSupplier goesOn) throws IOException, InterruptedException {
        switch (fault.kind()) {
            case FULL -> {
                if (!disks.has(fault.victim())) {
                    told.accept("skipped: " + fault.what() + " (" + disks.why() + ")");
                    return false;
                }
                told.accept(fault.what());
                try {
                    disks.fill(fault.victim());
                    TimeUnit.MILLISECONDS.sleep(fault.lasts());
                } finally {
                    disks.empty(fault.victim());
                }
                told.accept("the disk of " + fault.victim() + " has room again");
            }
            case CLOCK -> {
                if (!clock.has(fault.victim())) {
                    told.accept("skipped: " + fault.what() + " (" + clock.why() + ")");
                    return false;
                }
                told.accept(fault.what());
                try {
                    clock.step(fault.step());
                    TimeUnit.MILLISECONDS.sleep(fault.lasts());
                } finally {
                    clock.step(0);
                }
                told.accept("the clock of " + fault.victim() + " is right again");
            }
            case KILL, STOP -> {
                ProcessHandle victim = awaitProcess(fault, goesOn);
                if (victim == null) {
                    told.accept("skipped: " + fault.what() + " (none is running)");
                    return false;
                }
                told.accept(fault.what() + " (" + victim.pid() + ")");
                if (fault.kind() == Kind.KILL) {
                    victim.destroyForcibly();
                } else {
                    signal("STOP", victim);
                    TimeUnit.MILLISECONDS.sleep(fault.lasts());
                    signal("CONT", victim);
                }
            }
        }
        return true;
    }

    /** The process that is to suffer; waits some minutes for a driver, an executor or a task to begin. */
    private @Nullable ProcessHandle awaitProcess(Fault fault, BooleanSupplier goesOn) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(PROCESS_MINUTES);
        while (true) {
            List<ProcessHandle> all = processes(fault.victim()).stream()
                    .filter(ProcessHandle::isAlive)
                    .sorted(Comparator.comparing(ProcessHandle::pid))
                    .toList();
            if (!all.isEmpty()) {
                return all.get(fault.pick() % all.size());
            }
            if (FaultPlan.SERVERS.contains(fault.victim()) || !goesOn.getAsBoolean() || System.nanoTime() > deadline) {
                return null;
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private List<ProcessHandle> processes(String victim) {
        return switch (victim) {
            case FaultPlan.DRIVER ->
                Processes.of(stack, "spark-worker", "Job ").stream()
                        .filter(process -> !hot().contains(process))
                        .toList();
            case FaultPlan.EXECUTOR ->
                executors().stream()
                        .filter(process -> !beforeSweep.contains(process))
                        .toList();
            case FaultPlan.TASK ->
                Processes.ofTasks(stack).stream()
                        .filter(process -> !beforeSweep.contains(process))
                        .toList();
            case FaultPlan.HOT_DRIVER -> hot();
            default ->
                stack.alive(victim)
                        ? ProcessHandle.of(stack.pid(victim)).stream().toList()
                        : List.of();
        };
    }

    private List<ProcessHandle> executors() {
        return Processes.of(stack, "spark-worker", "CoarseGrainedExecutorBackend");
    }

    private List<ProcessHandle> hot() {
        return Processes.of(stack, "spark-worker", HOT_JOB);
    }

    static void signal(String signal, ProcessHandle process) throws IOException, InterruptedException {
        // One that has died in the meantime is past it.
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }
}
