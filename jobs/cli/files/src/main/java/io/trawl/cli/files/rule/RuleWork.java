package io.trawl.cli.files.rule;

import io.trawl.cli.files.log.LogReader;
import io.trawl.cli.files.log.Logs;
import io.trawl.cli.files.output.Ecs;
import io.trawl.cli.files.output.Json;
import io.trawl.cli.files.output.Output;
import io.trawl.cli.files.terminal.Input;
import io.trawl.cli.files.terminal.Streams;
import io.trawl.intel.Engine;
import io.trawl.intel.allow.Allowlists;
import io.trawl.intel.rule.Fields;
import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.Verdict;
import io.trawl.intel.rule.book.RuleBook;
import io.trawl.intel.rule.correlation.Correlation;
import io.trawl.intel.rule.correlation.Correlations;
import io.trawl.intel.rule.correlation.Correlator;
import io.trawl.intel.rule.correlation.Fired;
import io.trawl.intel.rule.correlation.Group;
import io.trawl.intel.rule.document.Refusal;
import io.trawl.intel.rule.eval.RuleSet;
import io.trawl.intel.rule.fact.NewDomains;
import io.trawl.intel.rule.sigma.LogSources;
import io.trawl.parsing.Printable;
import io.trawl.record.ProxyEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What rules find in logs: each event by itself as it comes, and at the end what events decide together. */
public final class RuleWork {
    /** So many events that correlations are about fit into memory. */
    private static final long MOST_FIRED = 4_000_000;
    /** Behind the places of lines, where a file has its own. */
    private static final int LINE_BITS = 40;

    private static final long MASK = (1L << LINE_BITS) - 1;

    private final RuleBook book;
    private final RuleSet set;
    /** Rules that ask which domains are new, which nobody knows here: they are not run. */
    private final List<Rule> asking;

    private final Correlations correlations;
    private final List<String> files;
    private final boolean named;
    private final List<Allowlists> allowlists;
    private final Map<String, Integer> places = new HashMap<>();
    private final Queue<Fired> fired = new ConcurrentLinkedQueue<>();
    private final AtomicLong count = new AtomicLong();

    /**
     * @param inputs the logs, in order
     * @param allowlists a verdict on an event that went to what is on one is kept, with the list's name
     */
    public RuleWork(RuleBook book, LogReader reader, List<Input> inputs, List<Allowlists> allowlists) {
        this.allowlists = List.copyOf(allowlists);
        this.book = book;
        List<Rule> all = rules(book, reader.names());
        this.asking = all.stream().filter(NewDomains::isAsked).toList();
        this.set = RuleSet.of(
                all.stream().filter(rule -> !NewDomains.isAsked(rule)).toList());
        this.correlations = book.correlations();
        this.named = inputs.size() > 1;
        this.files = inputs.stream().map(Input::name).distinct().toList();
        for (String file : files) {
            places.putIfAbsent(file, places.size());
        }
    }

    /** The rules for events of these formats. */
    static List<Rule> rules(RuleBook book, List<String> formats) {
        LogSources sources = LogSources.shipped();
        return book.rules().stream()
                .filter(rule ->
                        formats.stream().anyMatch(format -> sources.of(format).by(rule.sources())))
                .toList();
    }

    /** Says what is not run, before anything is found. */
    public void begin(String command, boolean table, Streams streams) throws IOException {
        if (!table) {
            RuleOptions.writeRefused(book, streams);
        }
        for (Refusal one : table ? book.refused() : List.<Refusal>of()) {
            say(command, "refused: " + one.getMessage(), streams);
        }
        int refused = book.refused().size();
        if (refused > 0) {
            say(command, refused + (refused == 1 ? " rule is" : " rules are") + " refused and not run", streams);
        }
        for (RuleBook.CannotFire one : book.cannotFire()) {
            say(
                    command,
                    "rule " + one.id() + " (" + one.name() + ") cannot fire: no event has "
                            + (one.fields().isEmpty() ? "what its rules ask for" : String.join(", ", one.fields())),
                    streams);
        }
        for (Rule one : asking) {
            say(
                    command,
                    "rule " + one.id() + " (" + one.name() + ") cannot fire here: " + Fields.NEW_DOMAIN
                            + " is known in a sweep only",
                    streams);
        }
        int sweepable = book.notSweepable().size();
        if (sweepable > 0) {
            say(
                    command,
                    sweepable + (sweepable == 1 ? " pattern asks" : " patterns ask")
                            + " for what no log says (trawl rules check lists them)",
                    streams);
        }
        int others = book.rules().size() - set.rules().size() - asking.size();
        if (others > 0) {
            say(command, others + (others == 1 ? " rule is" : " rules are") + " for other log sources", streams);
        }
    }

    private static void say(String command, String text, Streams streams) {
        streams.err().println("trawl " + command + ": " + Printable.line(text));
    }

    /**
     * Judges an event.
     *
     * @param record which of the records of its line it is, from 1; 0 of a line that has one
     * @param output takes the verdicts; rows of a table without the file's name
     * @return how many verdicts there are
     */
    public int judge(String file, long number, int record, ProxyEvent event, boolean table, Output output) {
        int[] found = {0};
        set.judge(event, verdict -> {
            String id = verdict.rule().id();
            if (correlations.isUsed(id)) {
                fired(file, number, record, event, id);
            }
            if (!correlations.isSilent(id)) {
                found[0]++;
                if (table) {
                    String[] cells = row(number, record, event, verdict);
                    output.row(named ? Logs.with(file, cells) : cells);
                } else {
                    write(named ? file : null, number, record, event, verdict, output.json());
                }
            }
        });
        return found[0];
    }

    private void fired(String file, long number, int record, ProxyEvent event, String rule) {
        if (count.incrementAndGet() > MOST_FIRED) {
            throw new IllegalArgumentException("the rules of correlations fire for more than " + MOST_FIRED
                    + " events; expected a shorter log, or fewer correlations");
        }
        long order = ((long) places.getOrDefault(file, 0) << LINE_BITS) + number;
        fired.add(book.fired(rule, order + ":" + record, order, event));
    }

    private void write(@Nullable String file, long number, int record, ProxyEvent event, Verdict verdict, Json json) {
        Rule rule = verdict.rule();
        json.begin();
        RuleText.rule(rule.id(), rule.name(), json);
        json.member("file", file).member("line", number);
        if (record > 0) {
            json.member("record", record);
        }
        RuleText.grave(rule.level(), rule.score(), rule.tags(), json);
        RuleText.why(verdict, json);
        String suppressedBy = Engine.suppressedBy(event, allowlists);
        if (suppressedBy == null) {
            json.none("suppressed");
        } else {
            json.member("suppressed", suppressedBy);
        }
        Ecs.write(event, json);
        json.end().newline();
    }

    private String[] row(long number, int record, ProxyEvent event, Verdict verdict) {
        Rule rule = verdict.rule();
        Verdict.Reason first = verdict.first();
        String suppressedBy = Engine.suppressedBy(event, allowlists);
        return new String[] {
            Logs.place(number, record),
            event.getTimestamp().toString(),
            Logs.client(event),
            first.field(),
            "rule",
            rule.level().text(),
            rule.name(),
            rule.id(),
            first.value() + (suppressedBy == null ? "" : " (suppressed by " + suppressedBy + ")")
        };
    }

    /**
     * What events decided together.
     *
     * @return how many groups there are
     */
    public int end(boolean table, Output output) {
        List<Group> groups = Correlator.batch(correlations, new ArrayList<>(fired));
        for (Group group : groups) {
            if (table) {
                String[] cells = row(group);
                output.row(named ? Logs.with("-", cells) : cells);
            } else {
                write(group, output.json());
            }
        }
        return groups.size();
    }

    private void write(Group group, Json json) {
        Correlation correlation = group.correlation();
        json.begin();
        RuleText.rule(correlation.id(), correlation.name(), json);
        json.object("group");
        group.group().forEach(json::escaped);
        json.end();
        json.array("lines");
        group.events().stream().mapToLong(RuleWork::place).distinct().forEach(place -> {
            if (named) {
                json.begin()
                        .member("file", files.get((int) (place >> LINE_BITS)))
                        .member("line", place & MASK)
                        .end();
            } else {
                json.element(place & MASK);
            }
        });
        json.endArray();
        RuleText.grave(correlation.level(), correlation.score(), correlation.tags(), json);
        json.member("first", group.first()).member("last", group.last()).member("events", group.count());
        json.end().newline();
    }

    private static String[] row(Group group) {
        Correlation correlation = group.correlation();
        return new String[] {
            group.events().stream()
                    .map(RuleWork::line)
                    .distinct()
                    .map(String::valueOf)
                    .collect(Collectors.joining(",")),
            group.first().toString(),
            "-",
            String.join(", ", correlation.groupBy()),
            "correlation",
            correlation.level().text(),
            correlation.name(),
            correlation.id(),
            String.join(", ", group.values())
        };
    }

    /** The line of an event, from its id. */
    private static long line(String event) {
        return place(event) & MASK;
    }

    private static long place(String event) {
        return Long.parseLong(event.substring(0, event.indexOf(':')));
    }
}
