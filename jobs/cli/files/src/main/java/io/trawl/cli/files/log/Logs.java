package io.trawl.cli.files.log;

import io.trawl.cli.files.output.Table;
import io.trawl.cli.files.terminal.Input;
import io.trawl.cli.files.terminal.Progress;
import io.trawl.cli.files.terminal.Streams;
import io.trawl.parsing.Failure;
import io.trawl.parsing.Reason;
import io.trawl.record.ProxyEvent;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the commands that read logs share. */
public final class Logs {
    private Logs() {}

    /** What came of logs: exit status, and how many lines they had. */
    public record Done(int status, long lines) {}

    public static Done run(String command, LineWork work, @Nullable Table table, List<Input> inputs, Streams streams)
            throws IOException {
        Progress progress = Progress.of(command, inputs, streams);
        return new Pipeline(command, work, table, progress, streams, Pipeline.LONGEST).run(inputs);
    }

    public static Failure oversize(long bytes) {
        return new Failure(
                Reason.OVERSIZE, null, "the line has " + bytes + " bytes; expected at most " + Pipeline.LONGEST);
    }

    /** The client as a table has it. */
    public static String client(ProxyEvent event) {
        return Table.cell(event.getSourceIp() == null ? event.getSourceAddress() : event.getSourceIp());
    }

    /**
     * A line as a table names it.
     *
     * @param record which of the records of the line is meant, counted from 1; 0 for the line as a whole
     */
    public static String place(long line, int record) {
        return record == 0 ? Long.toString(line) : line + ":" + record;
    }

    /** A row with a cell before it. */
    public static String[] with(String first, String[] cells) {
        String[] row = new String[cells.length + 1];
        row[0] = first;
        System.arraycopy(cells, 0, row, 1, cells.length);
        return row;
    }
}
