package io.trawl.cli.files;

import io.trawl.cli.files.log.FormatOption;
import io.trawl.cli.files.log.LineWork;
import io.trawl.cli.files.log.LogReader;
import io.trawl.cli.files.log.Logs;
import io.trawl.cli.files.output.Ecs;
import io.trawl.cli.files.output.Json;
import io.trawl.cli.files.output.Output;
import io.trawl.cli.files.output.Table;
import io.trawl.cli.files.terminal.Arguments;
import io.trawl.cli.files.terminal.Input;
import io.trawl.cli.files.terminal.Streams;
import io.trawl.parsing.Failure;
import io.trawl.parsing.Reason;
import io.trawl.record.ProxyEvent;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code trawl parse}: every line of a log as an event, or with the reason why it is none. */
final class ParseCommand implements LineWork {
    private final LogReader reader;
    private final boolean named;
    private final boolean table;

    private ParseCommand(LogReader reader, boolean named, boolean table) {
        this.reader = reader;
        this.named = named;
        this.table = table;
    }

    static int run(List<String> words, Streams streams) throws IOException {
        Arguments arguments = Arguments.of(words, FormatOption.with("--output"), Set.of(FormatOption.WITH));
        boolean table = arguments.table();
        FormatOption format = FormatOption.of(arguments);
        List<Input> inputs = Input.of(arguments.operands());
        boolean named = inputs.size() > 1;
        Table shown = !table
                ? null
                : named
                        ? new Table("FILE", "LINE", "TIME", "CLIENT", "USER", "METHOD", "STATUS", "BYTES", "URL")
                        : new Table("LINE", "TIME", "CLIENT", "USER", "METHOD", "STATUS", "BYTES", "URL");
        FormatOption.Chosen chosen = format.choose("parse", inputs, streams);
        return Logs.run("parse", new ParseCommand(chosen.reader(), named, table), shown, inputs, chosen.streams())
                .status();
    }

    @Override
    public boolean hasDirectives() {
        return reader.hasDirectives();
    }

    @Override
    public int line(Origin of, long number, byte[] line, Output output) {
        int[] events = {0};
        reader.each(of, line, (record, read) -> {
            ProxyEvent event = read.event();
            write(of.file(), number, record, event, read.failure(), output);
            events[0] += event == null ? 0 : 1;
        });
        return events[0];
    }

    @Override
    public int oversize(String file, long number, long bytes, Output output) {
        write(file, number, 0, null, Logs.oversize(bytes), output);
        return 0;
    }

    private void write(
            String file,
            long number,
            int record,
            @Nullable ProxyEvent event,
            @Nullable Failure failure,
            Output output) {
        if (table) {
            row(file, Logs.place(number, record), event, failure, output);
            return;
        }
        Json json = output.json().begin();
        if (named) {
            json.member("file", file);
        }
        json.member("line", number);
        if (record > 0) {
            json.member("record", record);
        }
        if (event != null) {
            Ecs.write(event, json);
        } else if (failure != null) {
            Ecs.write(failure, json);
        }
        json.end().newline();
    }

    private void row(String file, String line, @Nullable ProxyEvent event, @Nullable Failure failure, Output output) {
        String[] cells;
        if (event == null) {
            Reason reason = failure == null ? Reason.SYNTAX : failure.reason();
            String message = failure == null ? "" : failure.message();
            cells = new String[] {line, "-", "-", "-", "-", "-", "-", "invalid (" + reason.code() + "): " + message};
        } else {
            cells = new String[] {
                line,
                event.getTimestamp().toString(),
                Logs.client(event),
                Table.cell(event.getSourceUserName()),
                Table.cell(event.getHttpRequestMethod()),
                Table.cell(event.getHttpResponseStatusCode()),
                Table.cell(event.getHttpResponseBytes()),
                Table.cell(event.getUrlOriginal())
            };
        }
        output.row(named ? Logs.with(file, cells) : cells);
    }
}
