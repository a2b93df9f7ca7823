package io.trawl.it;

import io.trawl.stack.Await;
import io.trawl.stack.Options;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** bin/trawl as a child process, with the jars that were built with the tests. */
final class Trawl {
    private static final Path HOME = Options.ofThisProject().home();

    private static final List<Trawl> STARTED = new CopyOnWriteArrayList<>();

    private final String name;
    private final Process process;
    private final Path out;
    private final Path err;

    private Trawl(String name, Process process, Path out, Path err) {
        this.name = name;
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** The command itself, for a shell. */
    static String command() {
        return HOME.resolve("bin/trawl").toString();
    }

    static Trawl start(Path folder, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(command()));
        command.addAll(arguments);
        return start(folder, command, Map.of());
    }

    /** Starts any command in the environment that bin/trawl needs. */
    static Trawl start(Path folder, List<String> command, Map<String, String> environment) throws IOException {
        Path out = Files.createTempFile(folder, "trawl", ".out");
        Path err = Files.createTempFile(folder, "trawl", ".err");
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("TRAWL_NO_BUILD", "1");
        builder.environment().remove("NO_COLOR");
        builder.environment().putAll(environment);
        Trawl started =
                new Trawl(String.join(" ", command.subList(0, Math.min(3, command.size()))), builder.start(), out, err);
        STARTED.add(started);
        return started;
    }

    Process process() {
        return process;
    }

    /** Waits for its end, and gives the exit status. */
    int end() {
        try {
            return Await.end(name, process, out, err);
        } catch (AssertionError e) {
            kill();
            throw e;
        }
    }

    /** Ends all that a test has left running, as where it has failed. */
    static void killAll() {
        STARTED.forEach(Trawl::kill);
        STARTED.clear();
    }

    private void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    /** What it has said so far. */
    String out() throws IOException {
        return Files.readString(out, StandardCharsets.UTF_8);
    }

    String err() throws IOException {
        return Files.readString(err, StandardCharsets.UTF_8);
    }
}
