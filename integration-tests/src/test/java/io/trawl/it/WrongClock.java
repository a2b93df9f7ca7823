package io.trawl.it;

import io.trawl.stack.LocalStack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** The clock of a server, by libfaketime: only the time of day is wrong, not the time that passes. */
final class WrongClock {
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
