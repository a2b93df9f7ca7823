package io.trawl.it;

import io.trawl.it.FaultPlan.Fault;
import io.trawl.it.FaultPlan.Kind;
import io.trawl.it.FaultPlan.Phase;
import io.trawl.stack.LocalStack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
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

    /** Data of servers on file systems in memory, whose size can be set to what they hold. */
    static final class SmallDisks {
        /** Room enough: a DataNode takes no block where less than 1 GB and the block is free. Memory holds only what is written. */
        private static final String ROOM = "4g";

        private static final long PAGE = 4096;
        private static final int FILLINGS = 50;

        private final LocalStack stack;
        private final Path folder;
        private final Consumer<String> told;
        private final List<String> given = new ArrayList<>();
        /** Every mount of this JVM that is still there: it must not outlive the JVM. */
        private final Set<Path> mounts = ConcurrentHashMap.newKeySet();

        private String why = "";

        /** @param folder where they are mounted; not in the stack's */
        SmallDisks(LocalStack stack, Path folder, Consumer<String> told) {
            this.stack = stack;
            this.folder = folder;
            this.told = told;
            Runtime.getRuntime().addShutdownHook(new Thread(this::unmountAll, "unmount-disks"));
        }

        private void unmountAll() {
            for (Path mount : mounts) {
                try {
                    run("umount", "-l", mount.toString());
                } catch (IOException e) {
                    System.out.println("the small disk " + mount + " is still mounted: " + e.getMessage());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }

        /** Takes away what an earlier run left that was killed. */
        void clear() throws IOException, InterruptedException {
            for (String victim : FaultPlan.WITH_A_DISK) {
                if (mounted(mount(victim))) {
                    run("umount", "-l", mount(victim).toString());
                }
            }
        }

        boolean has(String victim) {
            return given.contains(victim);
        }

        String why() {
            return why;
        }

        private Path mount(String victim) {
            return folder.resolve(victim);
        }

        private Path data(String victim) {
            Path data = stack.stateDir().resolve("data");
            return victim.startsWith("flume-")
                    ? data.resolve("flume").resolve(victim.substring("flume-".length()))
                    : data.resolve(victim);
        }

        /** Moves a server's data onto a small disk of its own; it is down for a moment. */
        void give(String victim) throws IOException, InterruptedException {
            if (has(victim) || !why.isEmpty()) {
                return;
            }
            Path mount = Files.createDirectories(mount(victim));
            String refused = run("mount", "-t", "tmpfs", "-o", "size=" + ROOM, "trawl-faults", mount.toString());
            if (!refused.isEmpty()) {
                why = "this user may not mount a tmpfs: " + refused;
                return;
            }
            mounts.add(mount);
            told.accept("data of " + victim + " goes to a small disk");
            Path data = data(victim);
            Path away = beside(data, ".away");
            try {
                stack.stop(victim);
                must("cp", "-a", data + "/.", mount.toString());
                Files.move(data, away);
                Files.createSymbolicLink(data, mount);
            } catch (IOException | InterruptedException | RuntimeException | AssertionError e) {
                try {
                    undo(data, away, mount);
                } catch (IOException | InterruptedException | RuntimeException | AssertionError second) {
                    e.addSuppressed(second);
                }
                throw e;
            }
            given.add(victim);
            try {
                must("rm", "-rf", away.toString());
            } finally {
                stack.restore();
            }
        }

        private void undo(Path data, Path away, Path mount) throws IOException, InterruptedException {
            try {
                if (Files.exists(away)) {
                    Files.deleteIfExists(data);
                    Files.move(away, data);
                }
            } finally {
                try {
                    unmount(mount);
                } finally {
                    stack.restore();
                }
            }
        }

        private static Path beside(Path data, String ending) {
            return data.resolveSibling(data.getFileName() + ending);
        }

        /** Leaves it no room: the file system becomes as large as what it holds. */
        void fill(String victim) throws IOException, InterruptedException {
            var store = Files.getFileStore(mount(victim));
            String refused = "";
            for (int i = 0; i < FILLINGS; i++) {
                long used = store.getTotalSpace() - store.getUnallocatedSpace();
                // Whole pages, and at least one: a tmpfs of size 0 has no limit.
                long size = Math.max(1, (used + PAGE - 1) / PAGE) * PAGE;
                refused =
                        run("mount", "-o", "remount,size=" + size, mount(victim).toString());
                if (refused.isEmpty()) {
                    return;
                }
                // The server has written in between, and holds more than that.
            }
            throw new IOException(
                    "the disk of " + victim + " cannot be filled, " + FILLINGS + " tries failed: " + refused);
        }

        void empty(String victim) throws IOException, InterruptedException {
            must("mount", "-o", "remount,size=" + ROOM, mount(victim).toString());
        }

        /** Moves all data back; the servers are down afterwards. */
        void close() throws IOException, InterruptedException {
            @Nullable IOException failed = null;
            for (String victim : List.copyOf(given)) {
                try {
                    takeBack(victim);
                } catch (IOException | RuntimeException | AssertionError e) {
                    IOException one = new IOException("data of " + victim + " could not be moved back: " + e, e);
                    if (failed == null) {
                        failed = one;
                    } else {
                        failed.addSuppressed(one);
                    }
                }
            }
            if (failed != null) {
                throw failed;
            }
        }

        private void takeBack(String victim) throws IOException, InterruptedException {
            Path data = data(victim);
            Path back = beside(data, ".back");
            if (stack.alive(victim)) {
                stack.stop(victim);
            }
            must("cp", "-a", mount(victim) + "/.", Files.createDirectory(back).toString());
            Files.delete(data);
            Files.move(back, data);
            given.remove(victim);
            unmount(mount(victim));
        }

        private void unmount(Path mount) throws IOException, InterruptedException {
            must("umount", "-l", mount.toString());
            mounts.remove(mount);
        }

        private static boolean mounted(Path folder) throws IOException {
            // The kernel writes these characters as octal numbers (proc_pid_mounts(5)).
            String escaped = folder.toString()
                    .replace("\\", "\\134")
                    .replace(" ", "\\040")
                    .replace("\t", "\\011");
            return Files.readString(Path.of("/proc/mounts")).contains(" " + escaped + " ");
        }

        private static void must(String... command) throws IOException, InterruptedException {
            String failed = run(command);
            if (!failed.isEmpty()) {
                throw new IOException(String.join(" ", command) + ": " + failed);
            }
        }

        /** Runs a command; gives what it said if it failed, else nothing. */
        private static String run(String... command) throws IOException, InterruptedException {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            int status = process.waitFor();
            return status == 0
                    ? ""
                    : said.isBlank() ? "exit status " + status : said.strip().replaceAll("\\s+", " ");
        }
    }

    /** The clock of a server, by libfaketime: only the time of day is wrong, not the time that passes. */
    static final class WrongClock {
        private static final List<Path> PLACES = List.of(
                Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"),
                Path.of("/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1"),
                Path.of("/usr/lib/faketime/libfaketimeMT.so.1"),
                Path.of("/usr/lib64/faketime/libfaketimeMT.so.1"));

        private final LocalStack stack;
        private final Path offset;
        private final Optional<Path> library;
        private final Consumer<String> told;
        private final List<String> given = new ArrayList<>();

        /** @throws IllegalArgumentException if TRAWL_FAKETIME names a file that is not there */
        WrongClock(LocalStack stack, Consumer<String> told) {
            this.library = library();
            this.stack = stack;
            this.offset = stack.stateDir().resolve("run").resolve("faketime");
            this.told = told;
        }

        boolean has(String victim) {
            return given.contains(victim);
        }

        String why() {
            return "libfaketime is not installed: install it, or name its file in TRAWL_FAKETIME";
        }

        private static Optional<Path> library() {
            String named = System.getenv("TRAWL_FAKETIME");
            if (named == null || named.isEmpty()) {
                return PLACES.stream().filter(Files::isReadable).findFirst();
            }
            Path file = Path.of(named).toAbsolutePath();
            // The dynamic linker only warns of a file that is not there, and the clock stays right.
            if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
                throw new IllegalArgumentException(
                        "TRAWL_FAKETIME is " + named + ": no such file; expected …/libfaketimeMT.so.1");
            }
            return Optional.of(file);
        }

        /** Starts a server again with a clock that can be set. */
        void give(String victim) throws IOException {
            if (has(victim) || library.isEmpty()) {
                return;
            }
            told.accept(victim + " gets a clock that can be set");
            step(0);
            Map<String, String> variables = variables(library.get());
            variables.forEach((name, value) -> stack.environment(victim, name, value));
            stack.stop(victim);
            given.add(victim);
            stack.restore();
        }

        private Map<String, String> variables(Path file) {
            return Map.of(
                    "LD_PRELOAD",
                    file.toString(),
                    "FAKETIME_TIMESTAMP_FILE",
                    offset.toString(),
                    "FAKETIME_CACHE_DURATION",
                    "1",
                    "FAKETIME_DONT_FAKE_MONOTONIC",
                    "1",
                    // Otherwise waits of a JVM that have a limit end at once.
                    "FAKETIME_FORCE_MONOTONIC_FIX",
                    "0");
        }

        /** Gives the servers the machine's clock again, from their next start on; they are down afterwards. */
        void close() {
            for (String victim : given) {
                // An empty LD_PRELOAD loads nothing.
                variables(library.orElseThrow()).keySet().forEach(name -> stack.environment(victim, name, ""));
                if (stack.alive(victim)) {
                    stack.stop(victim);
                }
            }
            given.clear();
        }

        void step(int millis) throws IOException {
            Files.writeString(offset, (millis < 0 ? "-" : "+") + Math.abs(millis) / 1_000 + "\n");
        }
    }
}
