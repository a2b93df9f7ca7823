package io.trawl.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.JobFailure;
import io.trawl.bench.frame.Bench;
import io.trawl.bench.frame.BenchFailure;
import io.trawl.bench.frame.Outcome;
import io.trawl.bench.frame.Size;
import io.trawl.bench.hot.HotBench;
import io.trawl.bench.match.IndexBench;
import io.trawl.bench.match.LookalikeBench;
import io.trawl.bench.match.MatchBench;
import io.trawl.bench.parse.ParseBench;
import io.trawl.bench.path.PathBench;
import io.trawl.bench.rules.RulesBench;
import io.trawl.bench.store.GrowthBench;
import io.trawl.bench.store.SightingsBench;
import io.trawl.bench.window.WindowBench;
import io.trawl.stack.StackException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;

/** {@code bin/trawl bench}. Exit status: 0 measured and every goal met, 1 a goal missed or nothing measured, 2 a bad argument. */
public final class BenchCommand {
    /** Every benchmark there is. */
    private static List<Bench> benches() {
        return List.of(
                new PathBench(),
                new HotBench(),
                new WindowBench(),
                new SightingsBench(),
                new GrowthBench(),
                new ParseBench(),
                new IndexBench(),
                new MatchBench(),
                new LookalikeBench(),
                new RulesBench());
    }

    @Command(
            name = "trawl bench",
            usageHelpWidth = 110,
            customSynopsis = {"trawl bench [NAME|all] [--output FORMAT] [OPTION...]"},
            description = {
                "Measures Trawl on this machine; without a name it lists the benches.",
                "",
                "Prints a table; with --output json one object {\"figures\":{...},\"ratios\":{...},\"goals\":{NAME:{\"goal\":...,"
                        + "\"value\":...,\"met\":...}}}. Exit status: 0 every goal is met, 1 a goal is missed or nothing could "
                        + "be measured, 2 a bad argument. How to read the figures: docs/benchmarks.md."
            })
    private static final class Root {
        @Option(
                names = "--output",
                paramLabel = "FORMAT",
                scope = CommandLine.ScopeType.INHERIT,
                description = "table (default), or json: one object.")
        Output output = Output.table;

        @Option(
                names = {"-h", "--help"},
                usageHelp = true,
                scope = CommandLine.ScopeType.INHERIT,
                description = "What it measures, how, and how long it takes.")
        boolean help;
    }

    /** As the command line spells it. */
    private enum Output {
        table,
        json
    }

    @Command(name = "all", header = "all benchmarks of this list, one after the other, with their defaults")
    private static final class All {}

    private BenchCommand() {}

    public static void main(String[] args) {
        System.exit(run(args, System.out, System.err));
    }

    static int run(String[] args, PrintStream out, PrintStream err) {
        Root root = new Root();
        CommandLine command = new CommandLine(root);
        Map<String, Bench> benches = new LinkedHashMap<>();
        for (Bench bench : benches()) {
            CommandLine sub = new CommandLine(bench);
            sub.getCommandSpec().usageMessage().width(110).sortOptions(false);
            benches.put(sub.getCommandName(), bench);
            command.addSubcommand(sub);
        }
        command.addSubcommand(new All());
        command.registerConverter(Size.class, text -> {
            try {
                return Size.of(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        });
        ParseResult parsed;
        try {
            parsed = command.parseArgs(args);
        } catch (ParameterException e) {
            err.println("trawl bench: " + e.getMessage()
                    + " (trawl bench lists them; trawl bench NAME --help has the options)");
            return 2;
        }
        if (parsed.subcommand() == null) {
            command.usage(out);
            return 0;
        }
        String name = parsed.subcommand().commandSpec().name();
        if (root.help) {
            parsed.subcommand().commandSpec().commandLine().usage(out);
            return 0;
        }
        List<Bench> chosen = new ArrayList<>();
        if (name.equals("all")) {
            chosen.addAll(benches.values());
        } else {
            chosen.add(benches.get(name));
        }
        return measure(chosen, root.output == Output.json, out, err);
    }

    private static int measure(List<Bench> benches, boolean json, PrintStream out, PrintStream err) {
        ObjectNode object = Outcome.json();
        boolean met = true;
        Consumer<String> progress = line -> err.println(line);
        for (Bench bench : benches) {
            Outcome outcome;
            try {
                outcome = bench.measure(progress);
            } catch (IllegalArgumentException e) {
                err.println("trawl bench: " + e.getMessage());
                return 2;
            } catch (Exception e) {
                if (!(e instanceof BenchFailure || e instanceof StackException || e instanceof JobFailure)) {
                    LoggerFactory.getLogger(BenchCommand.class).error("failed", e);
                }
                err.println("trawl bench: " + String.valueOf(e.getMessage()).replace('\n', ' '));
                return 1;
            }
            met &= outcome.met();
            outcome.addTo(object);
            if (!json) {
                out.println(outcome.text());
            }
        }
        if (json) {
            out.println(object);
        }
        return met ? 0 : 1;
    }
}
