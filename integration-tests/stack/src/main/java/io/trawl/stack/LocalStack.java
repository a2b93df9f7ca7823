package io.trawl.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Trawl's servers on this machine, as child processes of this one: Kafka, HDFS, HBase, Flume, Spark, Airflow. They bind
 * to 127.0.0.1, keep their state in one folder, and end with this process however it ends.
 *
 * <p>Longer than other classes, since it is all that a test may ask of the servers, a method each; which servers there
 * are, how one starts and who looks after them are classes of their own.
 */
public final class LocalStack implements AutoCloseable {
    /**
     * How a server is.
     *
     * @param up its process lives, it has answered, and its ports are open
     * @param pid its process, -1 if none lives
     * @param ports by the name of their setting
     * @param seconds how long its last start took, -1 if it has not answered
     * @param restarts the starts that the watch made, oldest first
     * @param note what is wrong with it, else empty
     */
    public record Status(
            String name,
            boolean up,
            long pid,
            Map<String, Integer> ports,
            double seconds,
            List<Restart> restarts,
            String note) {}

    /** A start that the watch made of a server that had fallen. */
    public record Restart(Instant at, String why) {}

    /** Threads that wait for servers: each may wait for others, so there is no bound. */
    static final Executor WAITING = work -> {
        Thread thread = new Thread(work, "stack");
        thread.setDaemon(true);
        thread.start();
    };

    private static final int ALL_STARTS = 1000;

    private final Site site;
    private final Startup startup;
    private final Map<String, Server> servers;
    private final Map<String, Child> children = new ConcurrentHashMap<>();
    private final Map<String, Double> seconds = new ConcurrentHashMap<>();
    private final FileChannel lockFile;
    /** A permit for each start of the watch; all of them for {@link #up}. */
    private final Semaphore starts = new Semaphore(ALL_STARTS);

    private volatile @Nullable Watch watch;
    private volatile boolean closed;

    private LocalStack(Site site, Map<String, Server> servers, FileChannel lockFile) {
        this.site = site;
        this.servers = servers;
        this.lockFile = lockFile;
        startup = new Startup(site, () -> closed);
    }

    /**
     * Starts the servers and waits until all answer.
     *
     * @throws IllegalArgumentException a setting is wrong, a port is taken, the disk is full, or nothing has been built
     * @throws StackException a server did not come up; those that did are ended
     */
    public static LocalStack start(Options options) {
        LocalStack stack = open(options);
        try {
            stack.up(line -> {});
            return stack;
        } catch (RuntimeException | Error e) {
            try {
                stack.close();
            } catch (RuntimeException | Error also) {
                e.addSuppressed(also);
            }
            throw e;
        }
    }

    /** Takes the state folder and writes its settings, without starting anything. */
    static LocalStack open(Options options) {
        Site.folder(options.stateDir().resolve("run"));
        Site site = new Site(options);
        FileChannel lockFile = StateLock.take(site);
        try {
            // What an earlier owner left that could not end its servers.
            Leftovers.end(Leftovers.of(options.stateDir()));
            return new LocalStack(site, Roster.configured(site), lockFile);
        } catch (IOException e) {
            throw released(lockFile, new UncheckedIOException(e));
        } catch (RuntimeException e) {
            throw released(lockFile, e);
        } catch (Error e) {
            throw released(lockFile, e);
        }
    }

    private static <T extends Throwable> T released(FileChannel lockFile, T why) {
        try {
            lockFile.close();
        } catch (IOException also) {
            why.addSuppressed(also);
        }
        return why;
    }

    /**
     * Starts what does not run, and waits until all answer; data that the servers had is there again.
     *
     * @param progress is told of each server that comes up
     * @return names of the servers that had to be started
     */
    synchronized Set<String> up(Consumer<String> progress) {
        return up(server -> true, progress);
    }

    private synchronized Set<String> up(Predicate<Server> which, Consumer<String> progress) {
        starts.acquireUninterruptibly(ALL_STARTS);
        try {
            Watch watching = watch;
            if (watching != null) {
                watching.forgive();
            }
            return bringUp(which, watching, progress);
        } finally {
            starts.release(ALL_STARTS);
        }
    }

    private Set<String> bringUp(Predicate<Server> which, @Nullable Watch watching, Consumer<String> progress) {
        Set<String> down = new LinkedHashSet<>();
        for (Server server : servers.values()) {
            if (!which.test(server)) {
                continue;
            }
            Child child = children.get(server.name());
            boolean fallen = watching != null && watching.fallen(server.name());
            if (child == null || !child.alive() || !child.answered() || fallen) {
                down.add(server.name());
            }
        }
        if (servers.containsKey("hbase") && down.stream().anyMatch(LocalStack::takesHBaseAlong)) {
            down.add("hbase");
        }
        if (down.isEmpty()) {
            return down;
        }
        for (String name : down) {
            killQuietly(name);
            Leftovers.end(Leftovers.of(stateDir(), name));
        }
        Machine.requireDisk(site);
        for (String name : down) {
            Machine.requirePorts(server(name));
        }
        startAll(down, progress);
        return down;
    }

    /** HBase cannot write on once its log's last block is gone: it falls with HDFS, now or a little later. */
    static boolean takesHBaseAlong(String server) {
        return server.equals("namenode") || server.equals("datanode");
    }

    /**
     * Has the servers looked after from now on: one that dies, or lives and no longer serves, is started again, unless
     * that was done too often (restart.* of conf/stack.conf). Whoever kills and starts servers by hand does without.
     *
     * @param told of each server that falls, and that is up again
     */
    public void watch(Consumer<String> told) {
        watch(Duration.ofSeconds(site.number("restart.silent.seconds")), told);
    }

    synchronized void watch(Duration patience, Consumer<String> told) {
        unwatch();
        Watch started = new Watch(
                this,
                List.copyOf(servers.values()),
                site.number("restart.most"),
                Duration.ofMinutes(site.number("restart.minutes")),
                patience,
                told);
        watch = started;
        started.start();
    }

    /** Ends the watch; the servers stay as they are. */
    public synchronized void unwatch() {
        Watch watching = watch;
        watch = null;
        if (watching != null) {
            watching.end();
        }
    }

    /** Whether the watch may look and start; not while somebody brings servers up by hand. */
    boolean beginRestart() {
        return !closed && starts.tryAcquire();
    }

    void endRestart() {
        starts.release();
    }

    /** What runs of a server, or ran. */
    @Nullable
    Child current(String name) {
        return children.get(name);
    }

    /** Ends what is left of a server, and starts it. */
    void startAgain(String name) {
        killQuietly(name);
        Leftovers.end(Leftovers.of(stateDir(), name));
        Machine.requireDisk(site);
        Machine.requirePorts(server(name));
        startAll(List.of(name), line -> {});
    }

    void killQuietly(String name) {
        Child child = children.get(name);
        if (child != null) {
            child.kill();
        }
    }

    private void startAll(Collection<String> names, Consumer<String> progress) {
        if (names.contains("spark-master") && !alive("spark-worker")) {
            try {
                Spark.forget(site);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        Map<String, CompletableFuture<Void>> starts = new LinkedHashMap<>();
        // servers holds what is needed before what needs it.
        for (Server server : servers.values()) {
            if (!names.contains(server.name())) {
                continue;
            }
            CompletableFuture<?>[] needs = server.needs().stream()
                    .map(starts::get)
                    .filter(need -> need != null)
                    .toArray(CompletableFuture<?>[]::new);
            starts.put(
                    server.name(),
                    CompletableFuture.allOf(needs).thenRunAsync(() -> startOne(server, progress), WAITING));
        }
        try {
            CompletableFuture.allOf(starts.values().toArray(CompletableFuture<?>[]::new))
                    .join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    private void startOne(Server server, Consumer<String> progress) {
        long begun = System.nanoTime();
        startup.run(server, child -> children.put(server.name(), child), progress);
        double took = (System.nanoTime() - begun) / 1e9;
        seconds.put(server.name(), took);
        progress.accept(String.format(
                Locale.ROOT,
                "%-22s up in %5.1f s  pid %-7d %s",
                server.name(),
                took,
                pid(server.name()),
                ports(server)));
    }

    /** Names of the servers, in the order they depend on each other. */
    public List<String> names() {
        return List.copyOf(servers.keySet());
    }

    /** kill -9 of one server. */
    public void kill(String name) {
        child(name).kill();
    }

    /** Ends one server in order. */
    public void stop(String name) {
        child(name).stop();
    }

    /** Starts one server that does not run, and waits until it answers. */
    public void start(String name) {
        if (alive(name)) {
            throw new IllegalArgumentException(name + " runs already, pid " + pid(name));
        }
        Leftovers.end(Leftovers.of(stateDir(), name));
        Machine.requirePorts(server(name));
        startAll(List.of(name), line -> {});
    }

    /** Gives a server a variable of its environment, from its next start on. */
    public void environment(String name, String variable, String value) {
        Server server = server(name);
        Map<String, String> variables = new LinkedHashMap<>(server.environment());
        variables.put(variable, value);
        servers.put(name, server.environment(variables));
    }

    /** Starts whatever has died or was stopped, and waits until all answer. */
    public void restore() {
        up(line -> {});
    }

    /** The same for some groups (kafka, hdfs, hbase, flume, spark, airflow) only; the other servers stay as they are. */
    public void restore(Set<String> groups) {
        up(server -> groups.contains(server.group()), line -> {});
    }

    /** Waits until a server answers that was started; returns at once where it does. */
    public void awaitReady(String name) {
        try {
            startup.await(child(name), line -> {});
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException(name + " did not start: the wait was interrupted", e);
        }
    }

    /** Whether its process lives. */
    public boolean alive(String name) {
        Child child = children.get(name);
        return child != null && child.alive();
    }

    /** Process id of the server itself. */
    public long pid(String name) {
        return child(name).pid();
    }

    /** Ids of all processes of a server: also drivers of a Spark worker, tasks of an Airflow scheduler */
    public List<Long> processes(String name) {
        return Leftovers.of(stateDir(), server(name).name()).stream()
                .map(ProcessHandle::pid)
                .toList();
    }

    /** The server's log; it is appended to over restarts. */
    public Path log(String name) {
        return site.log(server(name).name());
    }

    /** The port of that name in conf/stack.conf (kafka, namenode, airflow, ...), shifted */
    public int port(String name) {
        return site.port(name);
    }

    /** The trawl.conf of this stack. */
    public Path conf() {
        return TrawlConf.file(site);
    }

    /** The folder of spark-defaults.conf, and of Hadoop's client settings. */
    public Path sparkConf() {
        return site.conf("spark");
    }

    /** The folder of the stack's data, logs and written settings. */
    public Path stateDir() {
        return site.options().stateDir();
    }

    /** Names of the proxies; each has an agent flume-NAME. */
    public List<String> proxies() {
        return site.listed("flume.proxies");
    }

    /** The log file that a proxy's agent follows. */
    public Path proxyLog(String proxy) {
        return Flume.log(site, proxy);
    }

    /** The class path that every driver's begins with. */
    public String driverClassPath() {
        return Spark.classPath(site);
    }

    /** The archive of that path's classes; empty where bin/trawl has not begun to make one. */
    public Optional<Path> classArchive() {
        return Spark.archive(site);
    }

    /** Environment of a command that submits to this stack or speaks to its Airflow. */
    public Map<String, String> environment() {
        return Airflow.environment(site);
    }

    /** How each server is. */
    public List<Status> status() {
        List<Status> all = new ArrayList<>();
        for (Server server : servers.values()) {
            Watch watching = watch;
            List<Restart> restarts = watching == null ? List.of() : watching.restarts(server.name());
            Child child = children.get(server.name());
            boolean alive = child != null && child.alive();
            String note = note(server, child, watching == null ? "" : watching.note(server.name()));
            all.add(new Status(
                    server.name(),
                    alive && note.isEmpty(),
                    child != null && alive ? child.pid() : -1,
                    server.ports(),
                    seconds.getOrDefault(server.name(), -1.0),
                    restarts,
                    note));
        }
        return all;
    }

    private String note(Server server, @Nullable Child child, String watched) {
        if (!watched.isEmpty()) {
            return watched;
        }
        if (child == null) {
            return "not started";
        }
        if (!child.alive()) {
            return "ended, its log is " + site.log(server.name());
        }
        if (!child.answered()) {
            return "starting";
        }
        return server.ports().entrySet().stream()
                .filter(port -> !Ready.open(port.getValue()))
                .map(port -> "port " + port.getValue() + " (" + port.getKey() + ") is shut")
                .collect(Collectors.joining(", "));
    }

    /** Ends all servers; none is left, nor anything they started. */
    @Override
    public void close() {
        close(line -> {});
    }

    void close(Consumer<String> progress) {
        closed = true;
        Watch watching = watch;
        if (watching != null) {
            watching.end();
        }
        Map<String, CompletableFuture<Void>> ends = new LinkedHashMap<>();
        List<Server> reversed = new ArrayList<>(servers.values());
        java.util.Collections.reverse(reversed);
        for (Server server : reversed) {
            // A server ends after those that need it.
            CompletableFuture<?>[] users = reversed.stream()
                    .filter(other -> other.needs().contains(server.name()))
                    .map(other -> ends.get(other.name()))
                    .filter(end -> end != null)
                    .toArray(CompletableFuture<?>[]::new);
            Child child = children.get(server.name());
            ends.put(
                    server.name(),
                    CompletableFuture.allOf(users)
                            .thenRunAsync(
                                    () -> {
                                        if (child != null && child.alive()) {
                                            child.stop();
                                            progress.accept(server.name() + " down");
                                        }
                                    },
                                    WAITING));
        }
        CompletableFuture.allOf(ends.values().toArray(CompletableFuture<?>[]::new))
                .join();
        Leftovers.end(Leftovers.of(stateDir()));
        try {
            for (Server server : servers.values()) {
                Files.deleteIfExists(site.run(server.name() + ".pid"));
            }
            lockFile.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Server server(String name) {
        Server server = servers.get(name);
        if (server == null) {
            throw new IllegalArgumentException(
                    "there is no server " + name + ": expected one of " + String.join(", ", servers.keySet()));
        }
        return server;
    }

    private Child child(String name) {
        @Nullable Child child = children.get(server(name).name());
        if (child == null) {
            throw new IllegalArgumentException(name + " was not started");
        }
        return child;
    }

    private static String ports(Server server) {
        return server.ports().isEmpty()
                ? ""
                : "port "
                        + String.join(
                                " ",
                                server.ports().values().stream()
                                        .map(String::valueOf)
                                        .toList());
    }
}
