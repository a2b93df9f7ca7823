package io.trawl.cli.files.terminal;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** One line on a terminal that says how far a command is, written over itself and taken away at the end. */
public final class Progress {
    private static final long EVERY_NANOS = 250_000_000L;

    private final PrintStream err;
    private final boolean shown;
    private final String command;
    private final long total;
    private final LongSupplier clock;
    private final long begun;
    private final AtomicLong read = new AtomicLong();
    private long next;
    private int width;

    /** The progress of a command that reads inputs. */
    public static Progress of(String command, List<Input> inputs, Streams streams) {
        long total = inputs.stream().mapToLong(Input::size).sum();
        return new Progress(streams.err(), streams.progress(), command, total);
    }

    /**
     * @param shown whether there is a terminal to write to
     * @param total bytes that there are to read; 0 if that is not known
     */
    public Progress(PrintStream err, boolean shown, String command, long total) {
        this(err, shown, command, total, System::nanoTime);
    }

    /** @param clock nanoseconds, as System.nanoTime */
    Progress(PrintStream err, boolean shown, String command, long total, LongSupplier clock) {
        this.err = err;
        this.shown = shown;
        this.command = command;
        this.total = total;
        this.clock = clock;
        this.begun = clock.getAsLong();
        this.next = begun + 2 * EVERY_NANOS;
    }

    /** Adds bytes that were read. */
    public void read(long bytes) {
        read.addAndGet(bytes);
    }

    /** Says how far it is, every now and then. */
    public void at(long lines, long found) {
        long now = shown ? clock.getAsLong() : begun;
        if (now < next) {
            return;
        }
        next = now + EVERY_NANOS;
        double seconds = (now - begun) / 1e9;
        StringBuilder line = new StringBuilder("trawl ").append(command).append(": ");
        if (total > 0) {
            line.append(Math.min(100, read.get() * 100 / total))
                    .append(" % of ")
                    .append(total >> 20)
                    .append(" MB, ");
        }
        line.append(String.format(Locale.ROOT, "%,d lines, %,d found, %,.0f lines/s", lines, found, lines / seconds));
        show(line.toString());
    }

    /** Takes the line away. */
    public void clear() {
        if (width > 0) {
            show("");
            err.print('\r');
            err.flush();
            width = 0;
        }
    }

    private void show(String line) {
        err.print('\r' + line + " ".repeat(Math.max(0, width - line.length())));
        err.flush();
        width = line.length();
    }
}
