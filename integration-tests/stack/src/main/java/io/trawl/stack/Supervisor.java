package io.trawl.stack;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The process that owns the servers of {@code bin/trawl up}. It takes one request a connection on 127.0.0.1: a token
 * that only this user can read, then up, status, status-json or down; it answers with lines, the last one
 * {@code exit N}.
 */
final class Supervisor {
    private final LocalStack stack;
    private final String token;

    private Supervisor(LocalStack stack, String token) {
        this.stack = stack;
        this.token = token;
    }

    static void run(Options options) throws IOException {
        LocalStack stack = LocalStack.open(options);
        Thread atSignal = new Thread(stack::close, "close");
        Runtime.getRuntime().addShutdownHook(atSignal);
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        String token = HexFormat.of().formatHex(random);
        Path control = controlFile(options);
        try (ServerSocket listening = new ServerSocket(0, 16, InetAddress.getLoopbackAddress())) {
            Site.write(control, "");
            Files.setPosixFilePermissions(control, PosixFilePermissions.fromString("rw-------"));
            // Whole at once for whoever waits for it: a reader takes only a file that has both lines.
            Files.writeString(
                    control,
                    "pid = %d%nport = %d%ntoken = %s%n"
                            .formatted(ProcessHandle.current().pid(), listening.getLocalPort(), token));
            Supervisor supervisor = new Supervisor(stack, token);
            stack.watch(Supervisor::log);
            while (true) {
                Socket caller = listening.accept();
                Thread thread = new Thread(() -> supervisor.answer(caller), "request");
                thread.setDaemon(true);
                thread.start();
            }
        }
    }

    /** A line of supervisor.log. */
    private static void log(String line) {
        System.out.println(Instant.now().truncatedTo(ChronoUnit.SECONDS) + " " + line);
    }

    static Path controlFile(Options options) {
        return options.stateDir().resolve("run").resolve("supervisor");
    }

    private void answer(Socket caller) {
        boolean end = false;
        try (caller;
                var in = new BufferedReader(new InputStreamReader(caller.getInputStream(), StandardCharsets.UTF_8));
                var out = new PrintWriter(caller.getOutputStream(), true, StandardCharsets.UTF_8)) {
            String[] request = String.valueOf(in.readLine()).split(" ", 2);
            if (request.length < 2 || !known(request[0])) {
                return;
            }
            switch (request[1]) {
                case "up" -> up(out);
                case "status" -> status(out, false);
                case "status-json" -> status(out, true);
                case "down" -> {
                    stack.close(out::println);
                    out.println("exit 0");
                    end = true;
                }
                default -> out.println("exit 2");
            }
        } catch (IOException e) {
            System.err.println("request broken off: " + e);
        }
        if (end) {
            Runtime.getRuntime().halt(0);
        }
    }

    private boolean known(String given) {
        return MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8));
    }

    private void up(PrintWriter out) {
        long begun = System.nanoTime();
        try {
            Set<String> started = stack.up(out::println);
            if (started.isEmpty()) {
                out.println("the stack is up: " + stack.names().size() + " servers, state in " + stack.stateDir());
            } else {
                out.println(String.format(
                        Locale.ROOT,
                        "the stack is up: %d of %d servers started in %.1f s, state in %s",
                        started.size(),
                        stack.names().size(),
                        (System.nanoTime() - begun) / 1e9,
                        stack.stateDir()));
            }
            out.println("exit 0");
        } catch (IllegalArgumentException e) {
            out.println("trawl up: " + e.getMessage());
            out.println("exit 2");
        } catch (RuntimeException e) {
            e.printStackTrace();
            out.println("trawl up: " + e.getMessage());
            out.println("exit 1");
        }
    }

    private void status(PrintWriter out, boolean json) {
        List<LocalStack.Status> all = stack.status();
        if (json) {
            out.println(all.stream().map(Supervisor::json).collect(Collectors.joining(", ", "[", "]")));
        } else {
            for (LocalStack.Status status : all) {
                out.println(String.format(
                                Locale.ROOT,
                                "%-22s %-5s %-9s %-20s %s",
                                status.name(),
                                status.up() ? "up" : "DOWN",
                                status.pid() < 0 ? "-" : "pid " + status.pid(),
                                status.ports().isEmpty()
                                        ? "-"
                                        : status.ports().values().stream()
                                                .map(String::valueOf)
                                                .collect(Collectors.joining(" ")),
                                status.note().isEmpty() ? restarts(status.restarts()) : status.note())
                        .stripTrailing());
            }
        }
        List<String> down = all.stream()
                .filter(status -> !status.up())
                .map(LocalStack.Status::name)
                .toList();
        if (!down.isEmpty() && !json) {
            out.println("trawl status: down: " + String.join(", ", down) + "; 'bin/trawl up' brings them back");
        }
        out.println(down.isEmpty() ? "exit 0" : "exit 1");
    }

    /** What became of a server that is up: how often it was started again, when last, and why. */
    private static String restarts(List<LocalStack.Restart> all) {
        if (all.isEmpty()) {
            return "";
        }
        LocalStack.Restart last = all.get(all.size() - 1);
        return "restarted %s, last at %s: %s"
                .formatted(
                        all.size() == 1 ? "once" : all.size() + " times",
                        last.at().truncatedTo(ChronoUnit.SECONDS),
                        last.why());
    }

    private static String json(LocalStack.Status status) {
        String ports = status.ports().entrySet().stream()
                .map(port -> "\"" + port.getKey() + "\": " + port.getValue())
                .collect(Collectors.joining(", ", "{", "}"));
        String restarts = status.restarts().stream()
                .map(restart -> "{\"at\": \"%s\", \"why\": \"%s\"}".formatted(restart.at(), escaped(restart.why())))
                .collect(Collectors.joining(", ", "[", "]"));
        return String.format(
                Locale.ROOT,
                "{\"name\": \"%s\", \"up\": %b, \"pid\": %d, \"ports\": %s, \"seconds\": %.1f, \"restarts\": %s, \"note\": \"%s\"}",
                status.name(),
                status.up(),
                status.pid(),
                ports,
                status.seconds(),
                restarts,
                escaped(status.note()));
    }

    private static String escaped(String text) {
        return Restarts.plain(text).replace("\\", "\\\\").replace("\"", "\\\"");
    }
}
