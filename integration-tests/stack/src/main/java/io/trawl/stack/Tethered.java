package io.trawl.stack;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;

/**
 * Runs a server's main so that it ends with the process that started it: its standard input is a pipe that only the
 * parent holds, and the system closes that pipe however the parent dies.
 */
public final class Tethered {
    /** How long a server may take to end in order, once its parent is gone. */
    private static final long PATIENCE_MS = 8_000;

    private Tethered() {}

    /**
     * Runs the server.
     *
     * @param args the server's main class, then its own arguments
     */
    public static void main(String[] args) throws Throwable {
        daemon("tether", Tethered::awaitParentsEnd);
        var main = Class.forName(args[0]).getMethod("main", String[].class);
        try {
            main.invoke(null, (Object) Arrays.copyOfRange(args, 1, args.length));
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    private static void awaitParentsEnd() {
        try {
            while (System.in.read() >= 0) {
                // Nobody writes here; only the end of the stream says something.
            }
        } catch (IOException e) {
            // A broken pipe says the same.
        }
        daemon("tether-halt", () -> {
            try {
                Thread.sleep(PATIENCE_MS);
            } catch (InterruptedException e) {
                // Then at once.
            }
            Runtime.getRuntime().halt(143);
        });
        System.exit(143);
    }

    private static void daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }
}
