package io.trawl.stack;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** {@code bin/trawl up | down | status}. Exit status: 0 done, 1 a server is down or does not come up, 2 bad argument. */
public final class StackCommand {
    private static final String JVM = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto -Xmx128m";

    /** A supervisor that answers does so by then. */
    private static final Duration SOON = Duration.ofSeconds(8);

    private StackCommand() {}

    /**
     * Runs a sub-command and ends the JVM with its exit status.
     *
     * @param args up, down, status or supervise, then options as bin/trawl's help lists them
     */
    public static void main(String[] args) {
        try {
            System.exit(run(args));
        } catch (IllegalArgumentException e) {
            System.err.println("trawl " + args[0] + ": " + e.getMessage());
            System.exit(2);
        } catch (Exception e) {
            System.err.println("trawl " + args[0] + ": " + e.getMessage());
            System.exit(1);
        }
    }

    private static int run(String[] args) throws Exception {
        List<String> given = new ArrayList<>(Arrays.asList(args).subList(1, args.length));
        given = separate(given);
        boolean json = args[0].equals("status") && json(given);
        Options options = options(args[0], given);
        return switch (args[0]) {
            case "up" -> up(options, given);
            case "down" -> down(options);
            case "status" -> status(options, json);
            case "supervise" -> {
                Supervisor.run(options);
                yield 0;
            }
            default -> throw new IllegalArgumentException("expected up, down or status");
        };
    }

    /** Each option and its value as two words: --state=x is --state x. */
    private static List<String> separate(List<String> given) {
        List<String> words = new ArrayList<>();
        for (String word : given) {
            int equals = word.startsWith("--") ? word.indexOf('=') : -1;
            if (equals < 0) {
                words.add(word);
            } else {
                words.add(word.substring(0, equals));
                words.add(word.substring(equals + 1));
            }
        }
        return words;
    }

    /** Takes --output out of the words; whether it asks for JSON. */
    private static boolean json(List<String> given) {
        // The spelling of before; scripts have it.
        boolean json = given.remove("--json");
        int at = given.indexOf("--output");
        if (at >= 0 && at + 1 < given.size()) {
            String format = given.get(at + 1);
            if (!format.equals("table") && !format.equals("json")) {
                throw new IllegalArgumentException("--output " + format + ": expected table or json");
            }
            given.subList(at, at + 2).clear();
            return json || format.equals("json");
        }
        return json;
    }

    private static int status(Options options, boolean json) throws IOException {
        Control control = Control.of(options);
        if (control == null) {
            System.err.println("trawl status: no stack runs in " + options.stateDir() + ": 'bin/trawl up' starts it");
            return 1;
        }
        return control.ask(json ? "status-json" : "status", SOON, System.out);
    }

    private static Options options(String subCommand, List<String> args) {
        Options options = Options.ofThisProject();
        Map<String, String> stack = new LinkedHashMap<>();
        Map<String, String> trawl = new LinkedHashMap<>();
        List<String> without = new ArrayList<>();
        boolean told = false;
        for (int i = 0; i < args.size(); i++) {
            String name = args.get(i);
            if (!taken(subCommand).contains(name)) {
                throw new IllegalArgumentException((name.startsWith("--") ? "option " + name : "'" + name + "'")
                        + " is unknown: expected " + String.join(", ", taken(subCommand)) + " or nothing");
            }
            String value = i + 1 < args.size() ? args.get(++i) : "";
            if (value.isEmpty() || value.startsWith("--")) {
                throw new IllegalArgumentException(name + " lacks its value: see 'trawl " + subCommand + " --help'");
            }
            switch (name) {
                case "--state" -> options = options.stateDir(Path.of(value));
                case "--port-shift" -> stack.put("port.shift", value);
                case "--without" -> without.addAll(Arrays.asList(value.split(",")));
                case "--stack" -> put(stack, name, value);
                case "--set" -> put(trawl, name, value);
                default -> {
                    // --output without a value has ended above.
                }
            }
            told |= !name.equals("--state");
        }
        return remembered(options, stack, trawl, without, told);
    }

    private static List<String> taken(String subCommand) {
        return switch (subCommand) {
            case "up" -> List.of("--state", "--port-shift", "--without", "--stack", "--set");
            case "status" -> List.of("--output", "--state");
            default -> List.of("--state");
        };
    }

    /** A state folder keeps what it was started with, until it is started with something else. */
    private static Options remembered(
            Options options, Map<String, String> stack, Map<String, String> trawl, List<String> without, boolean told) {
        Path file = options.stateDir().resolve("options.properties");
        Map<String, String> known = told ? Map.of() : Site.propertiesIfAny(file);
        for (var entry : known.entrySet()) {
            String key = entry.getKey();
            if (key.startsWith("stack.")) {
                stack.put(key.substring(6), entry.getValue());
            } else if (key.startsWith("trawl.")) {
                trawl.put(key.substring(6), entry.getValue());
            } else if (key.equals("without") && !entry.getValue().isEmpty()) {
                without.addAll(Arrays.asList(entry.getValue().split(",")));
            }
        }
        String shift = System.getenv("TRAWL_PORT_SHIFT");
        if (shift != null && !shift.isEmpty()) {
            stack.putIfAbsent("port.shift", shift);
        }
        return new Options(options.home(), options.stateDir(), stack, trawl, without);
    }

    private static void remember(Options options) {
        StringBuilder text =
                new StringBuilder("# Options of bin/trawl up, in addition to conf/stack.conf and conf/trawl.conf.\n");
        new TreeMap<>(options.settings())
                .forEach((key, value) -> text.append("stack." + key + " = " + Logging.escaped(value) + "\n"));
        new TreeMap<>(options.trawl())
                .forEach((key, value) -> text.append("trawl." + key + " = " + Logging.escaped(value) + "\n"));
        text.append("without = " + String.join(",", options.without()) + "\n");
        Site.write(options.stateDir().resolve("options.properties"), text.toString());
    }

    private static void put(Map<String, String> map, String option, String assignment) {
        int equals = assignment.indexOf('=');
        if (equals < 1) {
            throw new IllegalArgumentException(
                    option + " " + assignment + ": expected KEY=VALUE, for example port.kafka=29092");
        }
        map.put(
                assignment.substring(0, equals).strip(),
                assignment.substring(equals + 1).strip());
    }

    private static int up(Options options, List<String> given) throws Exception {
        Control control = Control.of(options);
        if (control == null) {
            // Says at once what is wrong with the settings, not in a log.
            Site.folder(options.stateDir());
            Site site = new Site(options);
            remember(options);
            control = supervise(site, options);
        } else {
            control.ask(
                    "status-json",
                    SOON,
                    new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
            if (given.stream().anyMatch(arg -> arg.startsWith("--") && !arg.equals("--state"))) {
                System.out.println("the stack runs already; options of a new start need 'bin/trawl down' first");
            }
        }
        // It tells of a start that takes long; only the user knows how long is too long.
        return control.ask("up", Duration.ZERO, System.out);
    }

    /** Starts the supervisor in a session of its own, so that it outlives this command and its terminal. */
    private static Control supervise(Site site, Options options) throws IOException, InterruptedException {
        Site.folder(options.stateDir().resolve("logs"));
        List<String> line = new ArrayList<>(List.of("setsid", Site.java(), "-Dtrawl.server=supervisor"));
        line.add("-Dtrawl.home=" + options.home());
        line.addAll(Arrays.asList(JVM.split(" ")));
        line.addAll(List.of("-cp", ownClassPath(options), StackCommand.class.getName(), "supervise"));
        line.addAll(List.of("--state", options.stateDir().toString()));
        Path log = site.log("supervisor");
        long before = Files.exists(log) ? Files.size(log) : 0;
        Process process = new ProcessBuilder(line)
                .directory(site.state().toFile())
                .redirectInput(new java.io.File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        // The one of another 'up' at the same moment will do as well.
        while (process.isAlive()) {
            Control control = Control.of(options);
            if (control != null) {
                return control;
            }
            Thread.sleep(50);
        }
        Control other = Control.of(options);
        if (other != null) {
            return other;
        }
        String said = Files.readString(log)
                .substring((int) Math.min(before, Integer.MAX_VALUE))
                .strip();
        said = said.replaceFirst("^trawl supervise: ", "");
        if (process.exitValue() == 2) {
            throw new IllegalArgumentException(said);
        }
        throw new StackException(said.isEmpty() ? "the supervisor ended at once; its log is " + log : said);
    }

    /** This program's class path with a copy of its jar: a build while the stack is up must not take it from under it. */
    private static String ownClassPath(Options options) throws IOException {
        Path jar = Path.of(Site.ownCode());
        String classPath = System.getProperty("java.class.path");
        if (!Files.isRegularFile(jar)) {
            return classPath;
        }
        byte[] bytes = Files.readAllBytes(jar);
        Path folder = Files.createDirectories(options.stateDir().resolve("run"));
        Path copy = folder.resolve("trawl-stack-" + UUID.nameUUIDFromBytes(bytes) + ".jar");
        if (!Files.exists(copy)) {
            Path unfinished = Files.createTempFile(folder, "trawl", ".jar");
            Files.write(unfinished, bytes);
            Files.move(unfinished, copy, StandardCopyOption.ATOMIC_MOVE);
        }
        // The jar is the first on the class path that bin/trawl gives.
        return copy + classPath.substring(classPath.indexOf(':'));
    }

    private static int down(Options options) throws Exception {
        Control control = Control.of(options);
        boolean any = control != null;
        if (control != null) {
            ProcessHandle supervisor = ProcessHandle.of(control.pid()).orElse(null);
            try {
                control.ask("down", Duration.ofSeconds(90), System.out);
            } catch (IOException e) {
                System.err.println(
                        "trawl down: the supervisor (pid %d) does not answer; ending it".formatted(control.pid()));
            }
            end(supervisor);
        }
        // The marked processes of a supervisor that was killed, or of one that did not answer.
        List<ProcessHandle> left = Leftovers.of(options.stateDir());
        Leftovers.end(left);
        Files.deleteIfExists(Supervisor.controlFile(options));
        if (!any && left.isEmpty()) {
            System.out.println("no stack runs in " + options.stateDir());
        } else {
            System.out.println("the stack is down, its state is kept in " + options.stateDir());
        }
        return 0;
    }

    private static void end(@Nullable ProcessHandle supervisor) throws ExecutionException, InterruptedException {
        if (supervisor == null) {
            return;
        }
        try {
            supervisor.onExit().get(10, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            Leftovers.end(List.of(supervisor));
        }
    }

    /** A supervisor that answers. */
    private record Control(long pid, int port, String token) {
        /** The supervisor that runs the stack; null if none does. */
        static @Nullable Control of(Options options) {
            Map<String, String> file = Site.propertiesIfAny(Supervisor.controlFile(options));
            if (!file.containsKey("token")) {
                return null;
            }
            Control control = new Control(
                    Long.parseLong(file.getOrDefault("pid", "0")),
                    Integer.parseInt(file.getOrDefault("port", "0")),
                    file.getOrDefault("token", ""));
            // A file left by one that was killed may name a port that somebody else has by now.
            if (ProcessHandle.of(control.pid).isEmpty()) {
                return null;
            }
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), control.port)) {
                return socket.isConnected() ? control : null;
            } catch (IOException e) {
                return null;
            }
        }

        /**
         * Prints what it answers.
         *
         * @param patience with each line; zero: without end
         */
        int ask(String request, Duration patience, PrintStream out) throws IOException {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setSoTimeout((int) patience.toMillis());
                socket.getOutputStream().write((token + " " + request + "\n").getBytes(StandardCharsets.UTF_8));
                var answer = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
                for (String line = answer.readLine(); line != null; line = answer.readLine()) {
                    if (line.startsWith("exit ")) {
                        return Integer.parseInt(line.substring(5));
                    }
                    (line.startsWith("trawl ") ? System.err : out).println(line);
                }
                throw new IOException("the supervisor (pid " + pid
                        + ") ended before it answered: its log is supervisor.log in the servers' folder of logs");
            } catch (SocketTimeoutException e) {
                throw new IOException(
                        "the supervisor (pid %d) does not answer within %d s: 'bin/trawl down' ends it and the servers, 'bin/trawl up' starts them again"
                                .formatted(pid, patience.toSeconds()),
                        e);
            }
        }
    }
}
