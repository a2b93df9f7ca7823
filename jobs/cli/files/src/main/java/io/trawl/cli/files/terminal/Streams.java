package io.trawl.cli.files.terminal;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;

/**
 * Where a command reads and writes.
 *
 * @param in standard input
 * @param out standard output
 * @param err standard error
 * @param progress whether standard error is a terminal, which is told how far the command is
 */
public record Streams(InputStream in, OutputStream out, PrintStream err, boolean progress) {
    /** A thread that may be waiting for input when the command is over: nobody waits for it. */
    public static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "trawl");
        thread.setDaemon(true);
        return thread;
    }
}
