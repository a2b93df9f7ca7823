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
import io.trawl.cli.files.rule.RuleOptions;
import io.trawl.cli.files.rule.RuleWork;
import io.trawl.cli.files.terminal.Arguments;
import io.trawl.cli.files.terminal.Input;
import io.trawl.cli.files.terminal.Streams;
import io.trawl.intel.allow.Allowlists;
import io.trawl.intel.match.Match;
import io.trawl.intel.rule.book.RuleBook;
import io.trawl.record.Indicator;
import io.trawl.record.ProxyEvent;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** {@code trawl match}: what indicators and rules meet in a log. */
final class MatchCommand implements LineWork {
    private final LogReader reader;
    private final @Nullable Detector detector;
    private final @Nullable RuleWork rules;
    private final boolean named;
    private final boolean table;
    private final AtomicLong invalid = new AtomicLong();
    /** Records of lines that have several, without the first of each. */
    private final AtomicLong further = new AtomicLong();

    private MatchCommand(
            LogReader reader, @Nullable Detector detector, @Nullable RuleWork rules, boolean named, boolean table) {
        this.reader = reader;
        this.detector = detector;
        this.rules = rules;
        this.named = named;
        this.table = table;
    }

    static int run(List<String> words, Streams streams) throws IOException {
        Arguments arguments = Arguments.of(
                words,
                RuleOptions.with(FormatOption.with("--index", "--output")),
                Set.of("--indicators", "--allowlist", RuleOptions.RULES, FormatOption.WITH),
                Set.of(RuleOptions.STRICT));
        boolean table = arguments.table();
        FormatOption format = FormatOption.of(arguments);
        String indexFile = arguments.value("--index");
        boolean hasIndicators =
                indexFile != null || !arguments.values("--indicators").isEmpty();
        List<String> ruleFiles = arguments.values(RuleOptions.RULES);
        if (!hasIndicators) {
            ruleFiles = RuleOptions.orSetting(ruleFiles);
        }
        boolean hasRules = !ruleFiles.isEmpty();
        if (!hasIndicators && !hasRules) {
            throw new IllegalArgumentException("--indicators, --index and --rules are missing:"
                    + " expected one of them, for example --indicators feed.txt");
        }
        if (indexFile != null && !arguments.values("--indicators").isEmpty()) {
            throw new IllegalArgumentException("--indicators and --index exclude each other:"
                    + " expected one of them; trawl index build makes an index of several feeds");
        }
        if (!hasRules) {
            RuleOptions.requireRules(arguments);
        }
        List<Input> feeds =
                indexFile != null || !hasIndicators ? List.of() : Input.of(arguments.values("--indicators"));
        List<Input> inputs = Input.of(arguments.operands());
        if (isStdin(feeds) && isStdin(inputs)) {
            throw new IllegalArgumentException(
                    "standard input cannot be log and indicators at once: expected a file for one of them");
        }
        RuleBook book = hasRules ? RuleOptions.load(ruleFiles, arguments, streams) : null;
        if (book != null) {
            RuleOptions.hold(book, arguments, streams);
        }
        boolean named = inputs.size() > 1;
        FormatOption.Chosen chosen = format.choose("match", inputs, streams);
        LogReader reader = chosen.reader();
        Allowlists allowlists = AllowlistReader.read(arguments.values("--allowlist"), "match", streams);
        List<Allowlists> lists = allowlists == null ? List.of() : List.of(allowlists);
        Detector detector = !hasIndicators
                ? null
                : Detector.of(
                        indexFile != null ? Indexes.open(indexFile, streams) : Indexes.of(feeds, streams),
                        reader.isWebServer(),
                        List.copyOf(lists));
        RuleWork rules = book == null ? null : new RuleWork(book, reader, inputs, lists);
        MatchCommand command = new MatchCommand(reader, detector, rules, named, table);
        Table shown = table ? table(named) : null;
        if (rules != null) {
            rules.begin("match", table, chosen.streams());
        }
        Logs.Done done = Logs.run("match", command, shown, inputs, chosen.streams());
        int groups = rules == null ? 0 : groups(rules, shown, chosen.streams());
        long invalid = command.invalid.get();
        if (invalid > 0) {
            streams.err()
                    .println("trawl match: " + invalid + " of " + (done.lines() + command.further.get())
                            + " lines are invalid and were not matched (trawl parse says why)");
        }
        return done.status() == 1 && groups > 0 ? 0 : done.status();
    }

    /** Writes what events decided together. */
    private static int groups(RuleWork rules, @Nullable Table table, Streams streams) throws IOException {
        Output output = new Output();
        int groups = rules.end(table != null, output);
        if (table == null) {
            output.json().writeTo(streams.out());
        } else {
            streams.out().write(table.lines(output.rows()));
        }
        streams.out().flush();
        return groups;
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
        return detector == null || rules != null ? Passing.NOTHING : detector.passing(reader.plainLine());
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
            if (detector != null) {
                detector.detect(event, match -> {
                    found[0]++;
                    write(of.file(), number, record, event, match, detector.suppressedBy(match), output);
                });
            }
            if (rules != null) {
                found[0] += rules.judge(of.file(), number, record, event, table, output);
            }
        });
        return found[0];
    }

    @Override
    public int oversize(String file, long number, long bytes, Output output) {
        invalid.incrementAndGet();
        return 0;
    }

    private void write(
            String file,
            long number,
            int record,
            ProxyEvent event,
            Match match,
            @Nullable String suppressedBy,
            Output output) {
        Indicator indicator = match.indicator();
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
