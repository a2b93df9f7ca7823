package io.trawl.it;

import io.trawl.stack.LocalStack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What a server of the stack has started: drivers of a Spark worker, tasks of an Airflow scheduler. */
final class Processes {
    private Processes() {}

    /** The processes of a server whose command line has a word. */
    static List<ProcessHandle> of(LocalStack stack, String server, String word) {
        return stack.processes(server).stream()
                .flatMap(pid -> ProcessHandle.of(pid).stream())
                .filter(process -> commandLine(process).contains(word))
                .toList();
    }

    /** The processes of Airflow's running tasks: each task's own, and the supervisor above it. */
    static List<ProcessHandle> ofTasks(LocalStack stack) {
        return of(stack, "airflow-scheduler", "airflow worker -- ").stream()
                .filter(process -> !commandLine(process).contains("<idle>"))
                .toList();
    }

    /** Those of them that are another one's parent. */
    static List<ProcessHandle> parents(List<ProcessHandle> processes) {
        Set<Long> parents = processes.stream()
                .flatMap(process -> process.parent().stream())
                .map(ProcessHandle::pid)
                .collect(Collectors.toSet());
        return processes.stream()
                .filter(process -> parents.contains(process.pid()))
                .toList();
    }

    /**
     * Signals those that are still there.
     *
     * @param signal STOP, CONT or another one's name
     */
    static void signal(String signal, List<ProcessHandle> processes) throws IOException, InterruptedException {
        for (ProcessHandle process : processes) {
            try {
                io.trawl.stack.Processes.signal(signal, process.pid());
            } catch (IOException e) {
                if (process.isAlive()) {
                    throw e;
                }
            }
        }
    }

    private static String commandLine(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"))
                    .replace('\0', ' ');
        } catch (IOException e) {
            return "";
        }
    }
}
