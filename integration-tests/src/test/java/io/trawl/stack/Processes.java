package io.trawl.stack;

import java.io.IOException;

/** Signals that Java does not send. */
public final class Processes {
    private Processes() {}

    /** @param signal STOP, CONT or another one's name */
    public static void signal(String signal, long pid) throws IOException, InterruptedException {
        int exit = new ProcessBuilder("kill", "-" + signal, Long.toString(pid))
                .start()
                .waitFor();
        if (exit != 0) {
            throw new IOException("kill -" + signal + " " + pid + " ended with status " + exit);
        }
    }
}
