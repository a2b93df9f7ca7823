package io.trawl.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a short command of a server, such as formatting its disk, to its end. */
final class Tool {
    private Tool() {}

    /** @throws StackException it ended with an error; what it said is in the server's log */
    static void run(Site site, String server, List<String> command, Map<String, String> environment)
            throws IOException, InterruptedException {
        Path log = site.log(server);
        Files.createDirectories(site.state().resolve("logs"));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(site.state().toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        Leftovers.mark(builder.environment(), site.options().stateDir(), server);
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        try {
            if (!process.waitFor(site.number("start.seconds"), TimeUnit.SECONDS)) {
                throw new StackException(
                        server + ": preparing it takes over " + site.text("start.seconds") + " s; its log is " + log);
            }
        } finally {
            process.destroyForcibly();
        }
        if (process.exitValue() != 0) {
            throw new StackException(
                    server + ": preparing it failed (exit status " + process.exitValue() + "); its log is " + log);
        }
    }
}
