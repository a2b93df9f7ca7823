package io.trawl.stack;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** One start of a server: its process, and what it has logged since. */
final class Child {
    private static final long LOG_LIMIT = 64L << 20;

    private final Server server;
    private final Process process;
    private final Path log;
    private final long logStart;
    private final Instant started = Instant.now();
    private volatile boolean answered;

    private Child(Server server, Process process, Path log, long logStart) {
        this.server = server;
        this.process = process;
        this.log = log;
        this.logStart = logStart;
    }

    /** Starts the server's process; its log is appended to. */
    static Child launch(Server server, List<String> command, Site site) throws IOException {
        Path log = site.log(server.name());
        Files.createDirectories(site.state().resolve("logs"));
        long size = Files.exists(log) ? Files.size(log) : 0;
        if (size > LOG_LIMIT) {
            Files.move(log, log.resolveSibling(log.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
            size = 0;
        }
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(site.state().toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        Map<String, String> environment = builder.environment();
        Leftovers.mark(environment, site.options().stateDir(), server.name());
        environment.put("TMPDIR", site.temporary(server.name()).toString());
        environment.putAll(server.environment());
        Child child = new Child(server, builder.start(), log, size);
        Site.write(site.run(server.name() + ".pid"), child.process.pid() + "\n");
        return child;
    }

    Server server() {
        return server;
    }

    boolean alive() {
        return process.isAlive()
                && (!server.wrapped()
                        || !answered
                        || process.children().findAny().isPresent());
    }

    boolean answered() {
        return answered;
    }

    void nowAnswers() {
        answered = true;
    }

    Instant started() {
        return started;
    }

    /** The server's own process id; the wrapper's while it has no child. */
    long pid() {
        return server.wrapped()
                ? process.children().findFirst().map(ProcessHandle::pid).orElse(process.pid())
                : process.pid();
    }

    /** How it ended, as a part of a sentence. */
    String end() {
        return process.isAlive() ? "ended" : "ended with exit status " + process.exitValue();
    }

    /** Processor time of all its processes; nothing if the system does not tell. */
    Optional<Duration> processorTime() {
        return Motion.processorTime(process.toHandle());
    }

    /** Whether it gets anywhere, from now on. */
    Motion motion() {
        return new Motion(log, this::processorTime);
    }

    /** Everything that was logged since this start. */
    String said() {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            long length = Math.max(0, Math.min(file.length() - logStart, 8 << 20));
            byte[] bytes = new byte[(int) length];
            file.seek(logStart);
            file.readFully(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The last lines of the log that are not empty, in one. */
    String lastWords() {
        List<String> lines =
                new ArrayList<>(said().lines().filter(line -> !line.isBlank()).toList());
        // A stack trace's frames say less than its first line.
        lines.removeIf(line -> line.startsWith("\tat ") || line.startsWith("\t... "));
        return String.join(" | ", lines.subList(Math.max(0, lines.size() - 3), lines.size()));
    }

    /** kill -9 of the server itself; what it started is left to notice. */
    void kill() {
        ProcessHandle.of(pid()).ifPresent(ProcessHandle::destroyForcibly);
        await(Duration.ofSeconds(15));
        process.destroyForcibly();
        await(Duration.ofSeconds(5));
    }

    /** SIGTERM, and SIGKILL once its grace is over. */
    void stop() {
        process.destroy();
        if (!await(server.grace())) {
            process.destroyForcibly();
            await(Duration.ofSeconds(5));
        }
    }

    private boolean await(Duration atMost) {
        try {
            return process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
