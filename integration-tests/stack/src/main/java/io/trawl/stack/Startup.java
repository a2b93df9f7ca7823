package io.trawl.stack;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** How a server of a stack starts. */
final class Startup {
    /** How often what comes after a server's start is tried. */
    private static final int TRIES = 5;
    /** How often a start that takes long is told of. */
    private static final Duration TELL = Duration.ofSeconds(30);

    private final Site site;
    private final BooleanSupplier closed;

    /** @param closed whether the stack is being closed: a start ends then */
    Startup(Site site, BooleanSupplier closed) {
        this.site = site;
        this.closed = closed;
    }

    /**
     * Starts a server and waits until it answers.
     *
     * @param launched gets the process before it answers
     * @param progress is told of a start that takes long
     */
    void run(Server server, Consumer<Child> launched, Consumer<String> progress) {
        requireOpen();
        try {
            site.emptyTemporary(server.name());
            server.prepare().run();
            Child child = Child.launch(server, server.command().line(), site);
            launched.accept(child);
            try {
                await(child, progress);
                finish(server);
                child.nowAnswers();
            } finally {
                if (closed.getAsBoolean()) {
                    // Whoever closes may have looked before it was there.
                    child.kill();
                }
            }
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new StackException(
                    server.name() + ": " + e.getMessage() + "; its log is " + site.log(server.name()), e);
        }
    }

    private void requireOpen() {
        if (closed.getAsBoolean()) {
            throw new StackException("the stack is being closed");
        }
    }

    /** Waits for as long as the server gets anywhere: a machine may be ten times slower than another. */
    void await(Child child, Consumer<String> progress) throws InterruptedException {
        Server server = child.server();
        Duration patience = Duration.ofSeconds(site.number("start.seconds"));
        Motion motion = child.motion();
        Instant begun = Instant.now();
        Instant tell = begun.plus(TELL);
        String last = "no answer yet";
        while (motion.still().compareTo(patience) < 0) {
            requireOpen();
            if (!child.alive()) {
                throw new StackException("%s %s at its start: %s; its log is %s"
                        .formatted(server.name(), child.end(), child.lastWords(), site.log(server.name())));
            }
            try {
                if (server.ready().of(child)) {
                    return;
                }
                last = "no answer yet";
            } catch (IOException | RuntimeException e) {
                last = e.getMessage() == null ? e.toString() : e.getMessage();
            }
            if (Instant.now().isAfter(tell)) {
                tell = Instant.now().plus(TELL);
                progress.accept("%-22s starting for %d s (%s): %s"
                        .formatted(
                                server.name(),
                                Duration.between(begun, Instant.now()).toSeconds(),
                                last,
                                Restarts.plain(child.lastWords())));
            }
            Thread.sleep(100);
        }
        throw new StackException(
                "%s does not answer (%s), and for %d s neither its log nor its processor time has moved (start.seconds): %s; its log is %s"
                        .formatted(
                                server.name(), last, patience.toSeconds(), child.lastWords(), site.log(server.name())));
    }

    /** What comes after a start asks the server for something, which on a busy machine may take more than one try. */
    private void finish(Server server) throws Exception {
        for (int left = TRIES - 1; ; left--) {
            requireOpen();
            try {
                server.after().run();
                return;
            } catch (IOException | ExecutionException e) {
                if (left == 0) {
                    throw e;
                }
                Thread.sleep(1000);
            }
        }
    }
}
