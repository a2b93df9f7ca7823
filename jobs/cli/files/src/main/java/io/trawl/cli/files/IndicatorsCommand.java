package io.trawl.cli.files;

import io.trawl.cli.files.feed.AllowlistReader;
import io.trawl.cli.files.feed.FeedReader;
import io.trawl.cli.files.output.Json;
import io.trawl.cli.files.output.Output;
import io.trawl.cli.files.output.Table;
import io.trawl.cli.files.terminal.Arguments;
import io.trawl.cli.files.terminal.Input;
import io.trawl.cli.files.terminal.Progress;
import io.trawl.cli.files.terminal.Streams;
import io.trawl.intel.allow.Allowlists;
import io.trawl.intel.feed.Feeds;
import io.trawl.record.Indicator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code trawl indicators}: what files of indicators hold, every line with what it became. */
final class IndicatorsCommand implements FeedReader.Sink {
    /** Written out when so much has come together. */
    private static final int CHUNK = 1 << 16;

    private final @Nullable Table table;
    private final @Nullable Allowlists allowlists;
    private final boolean several;
    private final Streams streams;
    private final Progress progress;
    private final Output output = new Output();
    private long lines;
    private long found;
    private boolean failed;

    private IndicatorsCommand(
            @Nullable Table table, @Nullable Allowlists allowlists, List<Input> inputs, Streams streams) {
        this.table = table;
        this.allowlists = allowlists;
        this.several = inputs.size() > 1;
        this.streams = streams;
        this.progress = Progress.of("indicators", inputs, streams);
    }

    static int run(List<String> words, Streams streams) throws IOException {
        Arguments arguments = Arguments.of(words, Set.of("--format", "--columns", "--output"), Set.of("--allowlist"));
        if (arguments.operands().isEmpty()) {
            throw new IllegalArgumentException(
                    "no file: expected one or more, for example feed.txt, or - for standard input");
        }
        List<Input> inputs = Input.of(arguments.operands());
        Allowlists allowlists = AllowlistReader.read(arguments.values("--allowlist"), "indicators", streams);
        Table table = arguments.table()
                ? new Table("TYPE", "VALUE", "SOURCE", "LINE", "FROM", "UNTIL", "CONFIDENCE", "ALLOWLIST", "LABELS")
                : null;
        IndicatorsCommand command = new IndicatorsCommand(table, allowlists, inputs, streams);
        return command.run(FeedReader.of(arguments, streams, command.progress), inputs);
    }

    private int run(FeedReader reader, List<Input> inputs) throws IOException {
        reader.read(inputs, this);
        flush();
        progress.clear();
        return failed ? 2 : found > 0 ? 0 : 1;
    }

    @Override
    public void ended(Input input, Feeds.Count count) {}

    @Override
    public void failed(Input input, String problem) throws IOException {
        flush();
        progress.clear();
        streams.err().println("trawl indicators: " + problem);
        failed = true;
    }

    @Override
    public void indicator(Indicator indicator) {
        found++;
        String list = allowlists == null ? null : allowlists.listOf(indicator);
        if (table != null) {
            output.row(
                    indicator.getType(),
                    indicator.getValue(),
                    indicator.getFeed(),
                    Integer.toString(indicator.getLine()),
                    Table.cell(indicator.getValidFrom()),
                    Table.cell(indicator.getValidUntil()),
                    Table.cell(indicator.getConfidence()),
                    Table.cell(list),
                    String.join(",", indicator.getLabels()));
        } else {
            output.json()
                    .begin()
                    .member("type", indicator.getType())
                    .member("value", indicator.getValue())
                    .member("source", indicator.getFeed())
                    .member("line", indicator.getLine())
                    .member("valid_from", indicator.getValidFrom())
                    .member("valid_until", indicator.getValidUntil())
                    .member("confidence", indicator.getConfidence())
                    .member("labels", indicator.getLabels())
                    .member("allowlisted", list)
                    .end()
                    .newline();
        }
        written();
    }

    @Override
    public void rejected(Input input, Feeds.Rejected rejected) {
        if (table != null) {
            String line = Integer.toString(rejected.line());
            output.row("rejected", rejected.text(), input.fileName(), line, "-", "-", "-", "-", rejected.reason());
        } else {
            Json json = output.json().begin();
            int member = json.begin("rejected");
            if (several) {
                json.member("source", input.fileName());
            }
            json.member("line", rejected.line()).member("text", rejected.text()).member("reason", rejected.reason());
            json.end(member);
            json.end().newline();
        }
        written();
    }

    private void written() {
        lines++;
        if (output.json().length() > CHUNK || output.rows().size() >= 1000) {
            try {
                flush();
            } catch (IOException e) {
                // Who takes indicators may not throw it.
                throw new UncheckedIOException(e);
            }
        }
    }

    private void flush() throws IOException {
        if (table == null) {
            output.json().writeTo(streams.out());
        } else {
            streams.out().write(table.lines(output.rows()));
        }
        streams.out().flush();
        output.clear();
        progress.at(lines, found);
    }
}
