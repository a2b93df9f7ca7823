package io.trawl.cli.files;

import io.trawl.parsing.Failure;
import io.trawl.parsing.Reason;
import io.trawl.record.ProxyEvent;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the commands that read logs share. */
final class Logs {
    private Logs() {}

    /** What came of logs: exit status, and how many lines they had. */
    record Done(int status, long lines) {}

    static Done run(String command, LineWork work, @Nullable Table table, List<Input> inputs, Streams streams)
            throws IOException {
        long total = 0;
        for (Input input : inputs) {
            total += input.size();
        }
        Progress progress = new Progress(streams.err(), streams.progress(), command, total);
        return new Pipeline(command, work, table, progress, streams, Pipeline.LONGEST).run(inputs);
    }

    static Failure oversize(long bytes) {
        return new Failure(
                Reason.OVERSIZE, null, "the line has " + bytes + " bytes; expected at most " + Pipeline.LONGEST);
    }

    /** The client as a table has it. */
    static String client(ProxyEvent event) {
        return Table.cell(event.getSourceIp() == null ? event.getSourceAddress() : event.getSourceIp());
    }

    /** A row with a cell before it. */
    static String[] with(String first, String[] cells) {
        String[] row = new String[cells.length + 1];
        row[0] = first;
        System.arraycopy(cells, 0, row, 1, cells.length);
        return row;
    }
}
