package io.trawl.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
        Site.folder(site.temporary(server));
        builder.environment().put("TMPDIR", site.temporary(server).toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        Motion motion = new Motion(log, () -> Motion.processorTime(process.toHandle()));
        Duration patience = Duration.ofSeconds(site.number("start.seconds"));
        try {
            while (!process.waitFor(100, TimeUnit.MILLISECONDS)) {
                if (motion.still().compareTo(patience) >= 0) {
                    throw new StackException(
                            "%s: preparing it does not end, and for %d s neither its log nor its processor time has moved (start.seconds); its log is %s"
                                    .formatted(server, patience.toSeconds(), log));
                }
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        if (process.exitValue() != 0) {
            throw new StackException(
                    server + ": preparing it failed (exit status " + process.exitValue() + "); its log is " + log);
        }
    }
}
