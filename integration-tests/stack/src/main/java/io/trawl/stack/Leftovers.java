package io.trawl.stack;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Finds the processes of a stack by a mark in their environment, which everything they start inherits: a driver of a
 * Spark worker, a task of an Airflow scheduler. So nothing outlives the stack, however its parent died.
 */
final class Leftovers {
    private static final String STATE = "TRAWL_STACK_STATE";
    private static final String SERVER = "TRAWL_STACK_SERVER";

    private Leftovers() {}

    static void mark(Map<String, String> environment, Path state, String server) {
        environment.put(STATE, state.toString());
        environment.put(SERVER, server);
    }

    /** Processes of any server of the stack in that state folder, this one excepted. */
    static List<ProcessHandle> of(Path state) {
        return marked(STATE + "=" + state, "");
    }

    /** Processes of one server. */
    static List<ProcessHandle> of(Path state, String server) {
        return marked(STATE + "=" + state, SERVER + "=" + server);
    }

    /** Ends them with SIGKILL and waits until they are gone. */
    static void end(List<ProcessHandle> processes) {
        processes.forEach(ProcessHandle::destroyForcibly);
        CompletableFuture<?>[] ends =
                processes.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(ends).get(60, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new StackException(
                    "processes cannot be ended: "
                            + processes.stream()
                                    .filter(ProcessHandle::isAlive)
                                    .map(ProcessHandle::pid)
                                    .toList(),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static List<ProcessHandle> marked(String first, String second) {
        List<ProcessHandle> found = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                long pid = Long.parseLong(process.getFileName().toString());
                if (pid != ProcessHandle.current().pid() && hasMarks(process, first, second)) {
                    ProcessHandle.of(pid).filter(ProcessHandle::isAlive).ifPresent(found::add);
                }
            }
        } catch (IOException e) {
            // No /proc here: then only the tether ends what a killed server left.
        }
        return found;
    }

    private static boolean hasMarks(Path process, String first, String second) {
        try {
            String environment = "\0"
                    + new String(Files.readAllBytes(process.resolve("environ")), StandardCharsets.ISO_8859_1) + "\0";
            return environment.contains("\0" + latin(first) + "\0")
                    && (second.isEmpty() || environment.contains("\0" + latin(second) + "\0"));
        } catch (IOException e) {
            // Gone meanwhile, or another user's.
            return false;
        }
    }

    /** A path's bytes as the environment shows them. */
    private static String latin(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }
}
