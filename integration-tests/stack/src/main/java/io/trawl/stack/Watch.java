package io.trawl.stack;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Looks after the servers of a stack: one that died is started again at once, so is one that says of itself that it is
 * gone, and one that lives and has not answered for minutes. Time counts only while the watch itself runs, so that a
 * machine that slept ends nobody.
 */
final class Watch {
    private static final Duration TICK = Duration.ofSeconds(2);
    /** From one probe's end to the next. */
    private static final Duration BETWEEN = Duration.ofSeconds(10);
    /** Silence that status tells of. */
    private static final Duration WORTH_A_WORD = Duration.ofSeconds(30);

    private final LocalStack stack;
    private final int most;
    private final Duration within;
    private final Duration patience;
    private final Consumer<String> told;
    private final Map<String, Watched> all = new LinkedHashMap<>();
    private final Thread thread = new Thread(this::run, "watch");
    private volatile boolean over;

    /** One server, as the watch sees it; guarded by itself. */
    private static final class Watched {
        final Server server;
        final Restarts restarts;

        @Nullable
        Child child;
        /** Why it has to be started; empty while it serves. */
        String fell = "";

        boolean starting;
        boolean asking;
        /** Waited so long, of {@link #pause}, before its start. */
        Duration waited = Duration.ZERO;

        Duration pause = Duration.ZERO;
        Duration sinceAsked = BETWEEN;
        Duration silent = Duration.ZERO;
        /** What {@link #silent} was when the probe under way began. */
        Duration silentBefore = Duration.ZERO;

        String why = "";
        String gone = "";

        Watched(Server server, Restarts restarts) {
            this.server = server;
            this.restarts = restarts;
        }

        void fresh(@Nullable Child other) {
            child = other;
            fell = "";
            asking = false;
            sinceAsked = Duration.ZERO;
            silent = Duration.ZERO;
            why = "";
            gone = "";
        }
    }

    Watch(LocalStack stack, List<Server> servers, int most, Duration within, Duration patience, Consumer<String> told) {
        this.stack = stack;
        this.most = most;
        this.within = within;
        this.patience = patience;
        this.told = told;
        servers.forEach(server -> all.put(server.name(), new Watched(server, new Restarts(most, within))));
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Ends the watch; a start that it has begun ends by itself. */
    void end() {
        over = true;
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Somebody starts them by hand: those that were left down are looked after again. */
    void forgive() {
        all.values().forEach(watched -> watched.restarts.forgive(Instant.now()));
    }

    /** Whether it has to be started, even if its process lives. */
    boolean fallen(String server) {
        Watched watched = watched(server);
        synchronized (watched) {
            return !watched.fell.isEmpty();
        }
    }

    List<LocalStack.Restart> restarts(String server) {
        return watched(server).restarts.all();
    }

    /** What is to be said of a server: that it is started again, left down, silent; empty if it serves. */
    String note(String server) {
        Watched watched = watched(server);
        synchronized (watched) {
            if (watched.restarts.leftDown()) {
                return "left down after %s; its log is %s".formatted(often(), stack.log(server));
            }
            if (!watched.starting && stack.current(server) != watched.child) {
                // Started by hand since the last look: what is known is of the process before it.
                return "";
            }
            if (!watched.fell.isEmpty()) {
                String need = watched.starting ? "" : missing(watched.server);
                return (need.isEmpty() ? "restarting: " : "restarts when " + need + " is up: ") + watched.fell;
            }
            return watched.silent.compareTo(WORTH_A_WORD) < 0
                    ? ""
                    : "has not answered for " + watched.silent.toSeconds() + " s: " + watched.why;
        }
    }

    private String often() {
        return "%d restart%s in %d minutes".formatted(most, most == 1 ? "" : "s", within.toMinutes());
    }

    private Watched watched(String server) {
        Watched watched = all.get(server);
        if (watched == null) {
            throw new IllegalArgumentException("server " + server + " is not watched");
        }
        return watched;
    }

    private void run() {
        long before = System.nanoTime();
        while (!over) {
            try {
                Thread.sleep(TICK.toMillis());
            } catch (InterruptedException e) {
                continue;
            }
            long now = System.nanoTime();
            Duration passed = Duration.ofNanos(Math.min(now - before, 2 * TICK.toNanos()));
            before = now;
            if (!stack.beginRestart()) {
                // Somebody brings them up.
                continue;
            }
            try {
                all.values().forEach(watched -> look(watched, passed));
            } catch (RuntimeException e) {
                told.accept("the watch failed and continues: " + e);
            } finally {
                stack.endRestart();
            }
        }
    }

    private void look(Watched watched, Duration passed) {
        synchronized (watched) {
            if (watched.starting || watched.restarts.leftDown()) {
                return;
            }
            Child child = stack.current(watched.server.name());
            if (child != watched.child) {
                watched.fresh(child);
            }
            // One that has not answered yet is awaited by whoever started it.
            if (child == null || (watched.fell.isEmpty() && !child.answered())) {
                return;
            }
            if (watched.fell.isEmpty()) {
                String fell = fell(watched, child, passed);
                if (fell.isEmpty()) {
                    ask(watched, child, passed);
                    return;
                }
                fall(watched, fell);
                // HBase cannot write on once its log's last block is gone.
                if (LocalStack.takesHBaseAlong(watched.server.name())) {
                    fallToo(all.get("hbase"), watched.server.name());
                }
            }
            watched.waited = watched.waited.plus(passed);
            if (!watched.restarts.leftDown()
                    && watched.waited.compareTo(watched.pause) >= 0
                    && missing(watched.server).isEmpty()
                    && stack.beginRestart()) {
                watched.starting = true;
                LocalStack.WAITING.execute(() -> restart(watched));
            }
        }
    }

    private void fallToo(@Nullable Watched watched, String with) {
        if (watched == null) {
            return;
        }
        synchronized (watched) {
            if (watched.fell.isEmpty() && !watched.starting && watched.child != null) {
                fall(watched, "fell with " + with);
            }
        }
    }

    private String fell(Watched watched, Child child, Duration passed) {
        if (!child.alive()) {
            return child.end();
        }
        if (!watched.gone.isEmpty()) {
            return "lives, and is gone: " + watched.gone;
        }
        if (!watched.why.isEmpty() || watched.asking) {
            watched.silent = watched.silent.plus(passed);
        }
        return watched.silent.compareTo(patience) < 0
                ? ""
                : "has not answered for " + watched.silent.toSeconds() + " s: "
                        + (watched.why.isEmpty() ? "no answer to the last probe" : watched.why);
    }

    private void fall(Watched watched, String why) {
        String name = watched.server.name();
        watched.fell = Restarts.plain(why);
        watched.waited = Duration.ZERO;
        Optional<Duration> pause = watched.restarts.fell(Instant.now(), why);
        if (pause.isEmpty()) {
            stack.killQuietly(name);
            told.accept("%s %s; leaving it down after %s: 'bin/trawl up' starts it; its log is %s"
                    .formatted(name, watched.fell, often(), stack.log(name)));
            return;
        }
        watched.pause = pause.get();
        told.accept("%s %s; starting it again%s (restart %d, at most %d in %d minutes)"
                .formatted(
                        name,
                        watched.fell,
                        watched.pause.isZero() ? "" : " in " + watched.pause.toSeconds() + " s",
                        watched.restarts.recent(Instant.now()),
                        most,
                        within.toMinutes()));
    }

    /** The first server that it needs and that is not up; empty if there is none. */
    private String missing(Server server) {
        for (String need : server.needs()) {
            Child child = stack.current(need);
            // Not locked: one that falls at this moment makes this start fail, and the next one waits.
            if (child == null
                    || !child.alive()
                    || !child.answered()
                    || !watched(need).fell.isEmpty()) {
                return need;
            }
        }
        return "";
    }

    private void restart(Watched watched) {
        String name = watched.server.name();
        String failure = "";
        try {
            stack.startAgain(name);
            told.accept(name + " is up again");
        } catch (RuntimeException e) {
            String said = String.valueOf(e.getMessage());
            failure = said.startsWith(name + " ") ? said.substring(name.length() + 1) : said;
        } finally {
            stack.endRestart();
            synchronized (watched) {
                watched.starting = false;
                if (failure.isEmpty()) {
                    watched.fresh(stack.current(name));
                } else if (!over) {
                    // A child that never answered is its own: the next look starts the next one.
                    watched.child = stack.current(name);
                    fall(watched, failure);
                }
            }
        }
    }

    private void ask(Watched watched, Child child, Duration passed) {
        watched.sinceAsked = watched.sinceAsked.plus(passed);
        if (watched.asking || watched.sinceAsked.compareTo(BETWEEN) < 0) {
            return;
        }
        watched.asking = true;
        watched.silentBefore = watched.silent;
        LocalStack.WAITING.execute(() -> {
            Probe.Answer answer = answer(watched.server, child);
            synchronized (watched) {
                if (child != watched.child) {
                    return;
                }
                watched.asking = false;
                watched.sinceAsked = Duration.ZERO;
                watched.why = "";
                switch (answer.verdict()) {
                    case SERVES -> watched.silent = Duration.ZERO;
                    case SILENT -> watched.why = Restarts.plain(answer.why());
                    case GONE -> watched.gone = Restarts.plain(answer.why());
                    case UNKNOWN -> watched.silent = watched.silentBefore;
                }
            }
        });
    }

    private static Probe.Answer answer(Server server, Child child) {
        try {
            return server.probe().of(child);
        } catch (IOException | RuntimeException e) {
            return Probe.silent(e.getMessage() == null ? e.toString() : e.getMessage());
        } catch (InterruptedException e) {
            return Probe.unknown("interrupted");
        }
    }
}
