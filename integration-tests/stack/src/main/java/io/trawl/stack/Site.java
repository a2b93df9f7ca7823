package io.trawl.stack;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where one stack lives and what its settings say: conf/stack.conf, and over it what the options change. */
final class Site {
    private static final String FILE = "conf/stack.conf";
    /** Keys that end in a name of the user's own, so that the file cannot list them. */
    private static final List<String> OPEN = List.of("env.", "flume.log.", "flume.rotation.", "flume.header-line.");

    /** Whose folder for temporary files all JVMs of jobs share, whoever starts them. */
    static final String JOBS = "jobs";

    private final Options options;
    private final Path home;
    private final Path state;
    private final Map<String, String> values;

    Site(Options options) {
        this.options = options;
        this.home = PlainPath.of(options.home());
        this.state = PlainPath.of(options.stateDir());
        Map<String, String> merged = new TreeMap<>(properties(options.home().resolve(FILE)));
        for (var changed : options.settings().entrySet()) {
            String key = changed.getKey();
            if (!merged.containsKey(key) && OPEN.stream().noneMatch(key::startsWith)) {
                throw new IllegalArgumentException("stack setting " + key + " is unknown: " + FILE
                        + " lists them, for example port.kafka = 19092");
            }
            merged.put(key, changed.getValue());
        }
        this.values = merged;
    }

    Options options() {
        return options;
    }

    /** The project's folder, by a name that every server can work with. */
    Path home() {
        return home;
    }

    /** The state folder, by a name that every server can work with. */
    Path state() {
        return state;
    }

    /** A folder or file that the stack writes at its start: conf/NAME in the state folder. */
    Path conf(String name) {
        return state().resolve("conf").resolve(name);
    }

    Path data(String name) {
        return state().resolve("data").resolve(name);
    }

    Path log(String server) {
        return state().resolve("logs").resolve(server + ".log");
    }

    Path run(String name) {
        return state().resolve("run").resolve(name);
    }

    /** The folder for temporary files of one server and all that it starts. */
    Path temporary(String server) {
        return state().resolve("tmp").resolve(server);
    }

    /** Makes it, and removes what a killed process left in it. */
    void emptyTemporary(String server) throws IOException {
        Path folder = Files.createDirectories(temporary(server));
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                if (!path.equals(folder)) {
                    Files.deleteIfExists(path);
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    Path venv() {
        return home().resolve(".trawl").resolve("venv");
    }

    Path sparkHome() {
        return venv().resolve("lib/python3.11/site-packages/pyspark");
    }

    Path dist() {
        return home().resolve("target").resolve("dist");
    }

    /** The stack's own jar or class folder. */
    static String ownCode() {
        try {
            return Path.of(Site.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (java.net.URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    String text(String key) {
        String value = values.get(key);
        if (value == null) {
            throw new IllegalArgumentException("stack setting " + key + " is missing in " + FILE);
        }
        return value;
    }

    String text(String key, String otherwise) {
        return values.getOrDefault(key, otherwise);
    }

    int number(String key) {
        String value = text(key);
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "stack setting " + key + " = " + value + ": expected a whole number, for example 4", e);
        }
    }

    /** How long a server may stand still before the others give it up. */
    Duration pause() {
        return Duration.ofSeconds(number("pause.seconds"));
    }

    /** Values of a comma-separated key. */
    List<String> listed(String key) {
        return Arrays.stream(text(key).split(","))
                .map(String::strip)
                .filter(item -> !item.isEmpty())
                .toList();
    }

    /** Values of a key with several words. */
    List<String> words(String key) {
        return Arrays.stream(text(key).split("\\s+"))
                .filter(item -> !item.isEmpty())
                .toList();
    }

    /** Every key that starts with the prefix, without it. */
    Map<String, String> under(String prefix) {
        Map<String, String> found = new LinkedHashMap<>();
        values.forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                found.put(key.substring(prefix.length()), value);
            }
        });
        return found;
    }

    /** The port of that name, shifted. */
    int port(String name) {
        int port = number("port." + name) + number("port.shift");
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port.%s = %s shifted by %s is %d: expected 1 to 65535"
                    .formatted(name, text("port." + name), text("port.shift"), port));
        }
        return port;
    }

    /** 127.0.0.1:PORT. */
    String address(String portName) {
        return "127.0.0.1:" + port(portName);
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /**
     * A command line that runs a Java main of a server.
     *
     * @param heap the key heap.NAME that says how much
     * @param opens further JVM options
     * @param classPath folders, jars, and jars of a folder (ending in *)
     */
    List<String> jvm(String server, String heap, List<String> opens, List<String> classPath, String... mainAndArgs) {
        List<String> args = new ArrayList<>(words("jvm.flags"));
        args.add("-Xmx" + text("heap." + heap));
        args.addAll(temporaryFlags(server));
        args.add("-Djava.net.preferIPv4Stack=true");
        args.addAll(opens);
        args.add("-cp");
        args.add(String.join(":", classPath) + ":" + ownCode());
        args.addAll(Arrays.asList(mainAndArgs));
        // An argument file keeps a hundred jars out of the list of processes.
        Path file = run(server + ".args");
        write(file, String.join("\n", args.stream().map(Site::quoted).toList()) + "\n");
        return List.of(java(), "-Dtrawl.server=" + server, "@" + file);
    }

    /** What keeps the temporary files of a JVM, which is a server or what jobs run in, out of the system's folder. */
    List<String> temporaryFlags(String server) {
        return List.of("-Djava.io.tmpdir=" + temporary(server), "-XX:+PerfDisableSharedMem");
    }

    /** The same, for a server that must end with this process. */
    List<String> server(String server, String heap, List<String> opens, List<String> classPath, String... mainAndArgs) {
        List<String> tethered = new ArrayList<>(List.of(Tethered.class.getName()));
        tethered.addAll(Arrays.asList(mainAndArgs));
        return jvm(server, heap, opens, classPath, tethered.toArray(new String[0]));
    }

    /** Class path of a server as the build resolved it. */
    String serverClassPath(String name) {
        Path file = dist().resolve("servers").resolve(name + ".classpath");
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new IllegalArgumentException(file + " is missing: build with 'mvn -Dquick package'", e);
        }
    }

    private static String quoted(String argument) {
        return '"' + argument.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** Writes a text file, whole or not at all, and the folders above it. */
    static void write(Path file, String text) {
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder == null) {
                throw new IllegalArgumentException(file + " has no folder");
            }
            Files.createDirectories(folder);
            Path unfinished = folder.resolve(
                    "." + file.getFileName() + "." + Thread.currentThread().getId());
            Files.writeString(unfinished, text);
            Files.move(
                    unfinished,
                    file,
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING,
                    java.nio.file.StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void folder(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads a file of key = value lines. */
    static Map<String, String> properties(Path file) {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(Files.readString(file)));
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "settings file " + file + " cannot be read: is this Trawl's folder? (TRAWL_HOME names it)", e);
        }
        Map<String, String> found = new TreeMap<>();
        properties
                .stringPropertyNames()
                .forEach(key -> found.put(key, properties.getProperty(key).strip()));
        return found;
    }

    /** The same, where a missing file has no keys. */
    static Map<String, String> propertiesIfAny(@Nullable Path file) {
        return file != null && Files.isRegularFile(file) ? properties(file) : Map.of();
    }
}
