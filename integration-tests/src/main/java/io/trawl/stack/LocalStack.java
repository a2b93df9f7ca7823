package io.trawl.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Trawl's servers on this machine, as child processes of this one: Kafka, HDFS, HBase, Flume, Spark, Airflow. They bind
 * to 127.0.0.1, keep their state in one folder, and end with this process however it ends.
 */
public final class LocalStack implements AutoCloseable {
    /**
     * How a server is.
     *
     * @param up its process lives, it has answered, and its ports are open
     * @param pid its process, -1 where none lives
     * @param ports by the name of their setting
     * @param seconds how long its last start took, -1 if it has not answered
     */
    public record Status(String name, boolean up, long pid, Map<String, Integer> ports, double seconds, String note) {}

    /** Threads that wait for servers: each may wait for others, so there is no bound. */
    private static final Executor WAITING = work -> {
        Thread thread = new Thread(work, "stack");
        thread.setDaemon(true);
        thread.start();
    };

    private final Site site;
    private final Map<String, Server> servers = new LinkedHashMap<>();
    private final Map<String, Child> children = new ConcurrentHashMap<>();
    private final Map<String, Double> seconds = new ConcurrentHashMap<>();
    private final FileChannel lockFile;
    private volatile boolean closed;

    private LocalStack(Site site, FileChannel lockFile) {
        this.site = site;
        this.lockFile = lockFile;
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
        FileChannel lockFile = lock(site);
        try {
            // What an earlier owner left that could not end its servers.
            Leftovers.end(Leftovers.of(options.stateDir()));
            LocalStack stack = new LocalStack(site, lockFile);
            stack.configure();
            return stack;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (RuntimeException | Error e) {
            try {
                lockFile.close();
            } catch (IOException also) {
                e.addSuppressed(also);
            }
            throw e;
        }
    }

    private static FileChannel lock(Site site) {
        try {
            FileChannel file = FileChannel.open(
                    site.run("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.READ);
            FileLock held;
            try {
                held = file.tryLock();
            } catch (OverlappingFileLockException e) {
                held = null;
            }
            if (held == null) {
                file.close();
                throw new IllegalArgumentException(
                        "the stack in " + site.options().stateDir()
                                + " is run by another process: use it, or end it with 'bin/trawl down', or name another folder with --state");
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void configure() throws IOException {
        if (!Files.isExecutable(site.venv().resolve("bin/python"))) {
            throw new IllegalArgumentException(
                    site.venv() + " has no Python: Spark and Airflow come from there, 'bin/trawl install' makes it");
        }
        Site.folder(site.state().resolve("tmp"));
        TrawlConf.write(site);
        Kafka.configure(site);
        Hdfs.configure(site);
        HBase.configure(site);
        Flume.configure(site);
        Spark.configure(site);
        Airflow.configure(site);
        List<Server> all = new ArrayList<>();
        all.addAll(Hdfs.servers(site));
        all.addAll(HBase.servers(site));
        all.addAll(Kafka.servers(site));
        all.addAll(Airflow.servers(site));
        all.addAll(Spark.servers(site));
        all.addAll(Flume.servers(site));
        Set<String> without = new LinkedHashSet<>(site.options().without());
        for (Server server : all) {
            if (!without.contains(server.name()) && !without.contains(server.group())) {
                servers.put(server.name(), server);
            }
        }
        Set<String> known = new LinkedHashSet<>();
        all.forEach(server -> known.add(server.group()));
        all.forEach(server -> known.add(server.name()));
        for (String name : without) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException(
                        "there is no server " + name + " to leave out: expected some of " + String.join(", ", known));
            }
        }
        for (Server server : servers.values()) {
            for (String need : server.needs()) {
                if (!servers.containsKey(need)) {
                    throw new IllegalArgumentException(
                            server.name() + " needs " + need + ": leave out both or neither");
                }
            }
        }
    }

    /**
     * Starts what does not run, and waits until all answer; data that the servers had is there again.
     *
     * @param progress is told of each server that comes up
     * @return names of the servers that had to be started
     */
    synchronized Set<String> up(Consumer<String> progress) {
        Set<String> down = new LinkedHashSet<>();
        for (Server server : servers.values()) {
            Child child = children.get(server.name());
            if (child == null || !child.alive() || !child.answered()) {
                down.add(server.name());
            }
        }
        // HBase cannot write on once its log's last block is gone: it falls with HDFS, now or a little later.
        boolean hdfs = down.contains("namenode") || down.contains("datanode");
        if (hdfs && servers.containsKey("hbase")) {
            down.add("hbase");
        }
        if (down.isEmpty()) {
            return down;
        }
        for (String name : down) {
            Child child = children.get(name);
            if (child != null) {
                child.kill();
            }
            Leftovers.end(Leftovers.of(stateDir(), name));
        }
        requireDisk();
        for (String name : down) {
            requirePorts(server(name));
        }
        startAll(down, progress);
        return down;
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
        if (closed) {
            throw new StackException("the stack is being closed");
        }
        try {
            server.prepare().run();
            Child child = Child.launch(server, server.command().line(), site);
            children.put(server.name(), child);
            await(child);
            server.after().run();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new StackException(
                    server.name() + ": " + e.getMessage() + "; its log is " + site.log(server.name()), e);
        }
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

    private void await(Child child) throws InterruptedException {
        Server server = child.server();
        Instant until = Instant.now().plusSeconds(site.number("start.seconds"));
        Exception last = null;
        while (Instant.now().isBefore(until)) {
            if (!child.alive()) {
                throw new StackException("%s ended at its start with exit status %d: %s; its log is %s"
                        .formatted(server.name(), child.exit(), child.lastWords(), site.log(server.name())));
            }
            try {
                if (server.ready().of(child)) {
                    child.nowAnswers();
                    return;
                }
            } catch (IOException | RuntimeException e) {
                last = e;
            }
            Thread.sleep(100);
        }
        throw new StackException("%s does not answer after %s s (%s): %s; its log is %s"
                .formatted(
                        server.name(),
                        site.text("start.seconds"),
                        last == null ? "start.seconds says how long to wait" : last,
                        child.lastWords(),
                        site.log(server.name())));
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
        requirePorts(server(name));
        startAll(List.of(name), line -> {});
    }

    /** Starts whatever has died or was stopped, and waits until all answer. */
    public void restore() {
        up(line -> {});
    }

    /** Waits until a server answers that was started; returns at once where it does. */
    public void awaitReady(String name) {
        try {
            await(child(name));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException(name + " was not waited for to the end", e);
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

    /** Environment of a command that submits to this stack or speaks to its Airflow. */
    public Map<String, String> environment() {
        return Airflow.environment(site);
    }

    /** How each server is. */
    public List<Status> status() {
        List<Status> all = new ArrayList<>();
        for (Server server : servers.values()) {
            Child child = children.get(server.name());
            if (child == null) {
                all.add(new Status(server.name(), false, -1, server.ports(), -1.0, "not started"));
                continue;
            }
            boolean alive = child.alive();
            List<String> shut = server.ports().entrySet().stream()
                    .filter(port -> !Ready.open(port.getValue()))
                    .map(port -> "port " + port.getValue() + " (" + port.getKey() + ") is shut")
                    .toList();
            String note = !alive
                    ? "ended, its log is " + site.log(server.name())
                    : !child.answered() ? "starting" : String.join(", ", shut);
            all.add(new Status(
                    server.name(),
                    alive && note.isEmpty(),
                    alive ? child.pid() : -1,
                    server.ports(),
                    seconds.getOrDefault(server.name(), -1.0),
                    note));
        }
        return all;
    }

    /** Ends all servers; none is left, nor anything they started. */
    @Override
    public void close() {
        close(line -> {});
    }

    void close(Consumer<String> progress) {
        closed = true;
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

    private void requireDisk() {
        long free = site.state().toFile().getUsableSpace() >> 30;
        if (free < site.number("disk.free")) {
            throw new IllegalArgumentException(
                    "the disk of %s has %d GB free, the stack needs %s: make room, or name another folder with --state (disk.free in conf/stack.conf)"
                            .formatted(site.state(), free, site.text("disk.free")));
        }
    }

    private void requirePorts(Server server) {
        server.ports().forEach((name, port) -> {
            try (ServerSocket socket = new ServerSocket()) {
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            } catch (IOException e) {
                throw new IllegalArgumentException(
                        "port %d of %s is taken%s: end that process, or set port.%s in conf/stack.conf, or shift all ports with --port-shift 100"
                                .formatted(port, server.name(), PortOwner.of(port), name));
            }
        });
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

    static Duration since(Instant then) {
        return Duration.between(then, Instant.now());
    }
}
