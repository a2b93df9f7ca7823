package io.trawl.stack;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * One server of the stack, as it is started, awaited and stopped.
 *
 * @param name as status shows it, and as its log is called
 * @param group what --without may name besides the server itself
 * @param needs servers that must answer before this one is started
 * @param ports its ports on 127.0.0.1 by the name of their setting
 * @param environment variables beside those of the process that starts the stack
 * @param wrapped whether the command is a wrapper whose child is the server
 * @param prepare what comes before each start, such as formatting an empty disk
 * @param ready whether it answers
 * @param after what is done once it answers, such as making topics; safe to repeat
 * @param probe whether one that has answered still serves
 * @param grace how long it may take to end in order
 */
record Server(
        String name,
        String group,
        List<String> needs,
        Map<String, Integer> ports,
        Command command,
        Map<String, String> environment,
        boolean wrapped,
        Step prepare,
        Ready ready,
        Step after,
        Probe probe,
        Duration grace) {

    /** The command line; asked for at each start, since it writes its argument file. */
    @FunctionalInterface
    interface Command {
        List<String> line() throws Exception;
    }

    @FunctionalInterface
    interface Step {
        void run() throws Exception;

        /** Nothing to do. */
        Step NONE = () -> {};
    }

    static Server of(String name, String group, Command command, Ready ready) {
        return new Server(
                name,
                group,
                List.of(),
                Map.of(),
                command,
                Map.of(),
                false,
                Step.NONE,
                ready,
                Step.NONE,
                Probe.works(),
                Duration.ofSeconds(10));
    }

    Server needs(String... servers) {
        return new Server(
                name,
                group,
                List.of(servers),
                ports,
                command,
                environment,
                wrapped,
                prepare,
                ready,
                after,
                probe,
                grace);
    }

    Server ports(Site site, String... portNames) {
        Map<String, Integer> byName = new java.util.LinkedHashMap<>();
        for (String portName : portNames) {
            byName.put(portName, site.port(portName));
        }
        return new Server(
                name, group, needs, byName, command, environment, wrapped, prepare, ready, after, probe, grace);
    }

    Server environment(Map<String, String> variables) {
        return new Server(name, group, needs, ports, command, variables, wrapped, prepare, ready, after, probe, grace);
    }

    Server inWrapper() {
        return new Server(name, group, needs, ports, command, environment, true, prepare, ready, after, probe, grace);
    }

    Server prepare(Step step) {
        return new Server(name, group, needs, ports, command, environment, wrapped, step, ready, after, probe, grace);
    }

    Server after(Step step) {
        return new Server(name, group, needs, ports, command, environment, wrapped, prepare, ready, step, probe, grace);
    }

    Server probe(Probe other) {
        return new Server(
                name, group, needs, ports, command, environment, wrapped, prepare, ready, after, other, grace);
    }

    Server grace(Duration atMost) {
        return new Server(
                name, group, needs, ports, command, environment, wrapped, prepare, ready, after, probe, atMost);
    }
}
