package io.trawl.cli.files;

import io.trawl.cli.files.feed.AllowlistReader;
import io.trawl.cli.files.feed.Indexes;
import io.trawl.cli.files.log.Detector;
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
import io.trawl.intel.allow.Allowlists;
import io.trawl.intel.index.IndicatorIndex;
import io.trawl.intel.match.Match;
import io.trawl.record.Indicator;
import io.trawl.record.ProxyEvent;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** {@code trawl match}: what indicators meet in a log. */
final class MatchCommand implements LineWork {
    private final LogReader reader;
    private final Detector detector;
    private final boolean named;
    private final boolean table;
    private final AtomicLong invalid = new AtomicLong();
    /** Records of lines that have several, without the first of each. */
    private final AtomicLong further = new AtomicLong();

    private MatchCommand(LogReader reader, Detector detector, boolean named, boolean table) {
        this.reader = reader;
        this.detector = detector;
        this.named = named;
        this.table = table;
    }

    static int run(List<String> words, Streams streams) throws IOException {
        Arguments arguments = Arguments.of(
                words,
                FormatOption.with("--index", "--output"),
                Set.of("--indicators", "--allowlist", FormatOption.WITH));
        boolean table = arguments.table();
        FormatOption format = FormatOption.of(arguments);
        String indexFile = arguments.value("--index");
        if (indexFile == null && arguments.values("--indicators").isEmpty()) {
            throw new IllegalArgumentException(
                    "--indicators and --index are missing: expected one of them, for example --indicators feed.txt");
        }
        if (indexFile != null && !arguments.values("--indicators").isEmpty()) {
            throw new IllegalArgumentException("--indicators and --index exclude each other:"
                    + " expected one of them; trawl index build makes an index of several feeds");
        }
        List<Input> feeds = indexFile != null ? List.of() : Input.of(arguments.values("--indicators"));
        List<Input> inputs = Input.of(arguments.operands());
        if (isStdin(feeds) && isStdin(inputs)) {
            throw new IllegalArgumentException(
                    "standard input cannot be log and indicators at once: expected a file for one of them");
        }
        boolean named = inputs.size() > 1;
        FormatOption.Chosen chosen = format.choose("match", inputs, streams);
        LogReader reader = chosen.reader();
        Allowlists allowlists = AllowlistReader.read(arguments.values("--allowlist"), "match", streams);
        IndicatorIndex index = indexFile != null ? Indexes.open(indexFile, streams) : Indexes.of(feeds, streams);
        Detector detector =
                Detector.of(index, reader.isWebServer(), allowlists == null ? List.of() : List.of(allowlists));
        MatchCommand command = new MatchCommand(reader, detector, named, table);
        Logs.Done done = Logs.run("match", command, table ? table(named) : null, inputs, chosen.streams());
        long invalid = command.invalid.get();
        if (invalid > 0) {
            streams.err()
                    .println("trawl match: " + invalid + " of " + (done.lines() + command.further.get())
                            + " lines are invalid and were not matched (trawl parse says why)");
        }
        return done.status();
    }

    private static boolean isStdin(List<Input> inputs) {
        return inputs.stream().anyMatch(input -> input.name().equals(Input.STDIN));
    }

    private static Table table(boolean named) {
        return named
                ? new Table("FILE", "LINE", "TIME", "CLIENT", "FIELD", "HOW", "TYPE", "INDICATOR", "SOURCE", "VALUE")
                : new Table("LINE", "TIME", "CLIENT", "FIELD", "HOW", "TYPE", "INDICATOR", "SOURCE", "VALUE");
    }

    /** A line that is valid for sure, and that no indicator can meet. */
    @Override
    public Passing passing() {
        return detector.passing(reader.plainLine());
    }

    @Override
    public boolean hasDirectives() {
        return reader.hasDirectives();
    }

    @Override
    public int line(Origin of, long number, byte[] line, Output output) {
        int[] found = {0};
        reader.each(of, line, (record, read) -> {
            ProxyEvent event = read.event();
            if (record > 1) {
                further.incrementAndGet();
            }
            if (event == null) {
                invalid.incrementAndGet();
                return;
            }
            detector.detect(event, match -> {
                found[0]++;
                write(of.file(), number, record, event, match, output);
            });
        });
        return found[0];
    }

    @Override
    public int oversize(String file, long number, long bytes, Output output) {
        invalid.incrementAndGet();
        return 0;
    }

    private void write(String file, long number, int record, ProxyEvent event, Match match, Output output) {
        Indicator indicator = match.indicator();
        String suppressedBy = detector.suppressedBy(match);
        if (table) {
            String[] cells = {
                Logs.place(number, record),
                event.getTimestamp().toString(),
                Logs.client(event),
                match.field(),
                match.how().code(),
                indicator.getType(),
                indicator.getValue(),
                indicator.getFeed() + ":" + indicator.getLine(),
                match.value() + (suppressedBy == null ? "" : " (suppressed by " + suppressedBy + ")")
            };
            output.row(named ? Logs.with(file, cells) : cells);
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
        int of = json.begin("indicator");
        json.member("type", indicator.getType())
                .member("value", indicator.getValue())
                .member("source", indicator.getFeed())
                .member("line", indicator.getLine())
                .member("id", indicator.getIndicatorId());
        json.end(of);
        int matched = json.begin("matched");
        json.member("field", match.field())
                .member("value", match.value())
                .member("how", match.how().code());
        json.end(matched);
        if (suppressedBy == null) {
            json.none("suppressed");
        } else {
            json.member("suppressed", suppressedBy);
        }
        Ecs.write(event, json);
        json.end().newline();
    }
}
