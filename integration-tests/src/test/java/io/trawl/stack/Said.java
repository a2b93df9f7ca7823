package io.trawl.stack;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What a run of bin/trawl said, its exit status, and how long it took. */
record Said(int exit, String out, String err, Duration took) {
    private static final Duration LONGEST = Duration.ofMinutes(3);

    /** Runs bin/trawl to its end with an empty standard input and the jars as they are. */
    static Said by(Path folder, Map<String, String> environment, List<String> arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Options.ofThisProject().home().resolve("bin/trawl").toString()));
        command.addAll(arguments);
        Path out = Files.createTempFile(folder, "said", ".out");
        Path err = Files.createTempFile(folder, "said", ".err");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        List.of("TRAWL_STATE", "TRAWL_CONF", "TRAWL_HOME", "TRAWL_PORT_SHIFT").forEach(builder.environment()::remove);
        builder.environment().put("TRAWL_NO_BUILD", "yes");
        builder.environment().putAll(environment);
        long begun = System.nanoTime();
        Process process = builder.start();
        if (!process.waitFor(LONGEST.toSeconds(), TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            throw new AssertionError("trawl " + arguments + " did not end within " + LONGEST + ": "
                    + Files.readString(err, StandardCharsets.UTF_8));
        }
        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        return new Said(
                process.exitValue(),
                Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8),
                took);
    }

    /**
     * Ten seconds of a machine with nothing else to do.
     *
     * @param refused a command that starts a JVM, which refuses an argument: there it takes 0.7 s
     */
    static Duration tenSeconds(Said refused) {
        long millis = Math.max(700, refused.took().toMillis());
        return Duration.ofMillis(10_000 * millis / 700);
    }
}
