package io.trawl.bench.rules;

import io.trawl.bench.frame.Bench;
import io.trawl.bench.frame.BenchFailure;
import io.trawl.bench.frame.Folder;
import io.trawl.bench.frame.Outcome;
import io.trawl.bench.frame.Size;
import io.trawl.bench.frame.Turns;
import io.trawl.bench.match.Peers;
import io.trawl.intel.rule.Rule;
import io.trawl.intel.rule.eval.RuleSet;
import io.trawl.intel.rule.files.Loaded;
import io.trawl.intel.rule.files.OtherRules;
import io.trawl.intel.rule.files.RuleFiles;
import io.trawl.intel.rule.sigma.FieldNames;
import io.trawl.intel.rule.sigma.Placeholders;
import io.trawl.intel.rule.sigma.SigmaRules;
import io.trawl.intel.rule.sigma.Taxonomy;
import io.trawl.record.ProxyEvent;
import io.trawl.stack.Options;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What rules cost. */
@Command(
        name = "rules",
        header = "nanoseconds to judge an event with 142 and 3,000 Sigma rules; compared with pySigma and DuckDB",
        description = {
            "",
            "One thread parses a log in the combined format and judges its events by the Sigma rules of a folder, and by "
                    + "3,000: variations of them, in which each text of four characters or more gets a number in its middle. "
                    + "One line in 200 is made of what a rule asks for. CPU time, the least of seven rounds in turns.",
            "What the rules find must be what each rule says when it is asked alone. The peer is pySigma's "
                    + "translation to SQL, run by DuckDB with one thread; only rules on which both agree are compared. First "
                    + "installs it into .trawl/bench/venv. Takes two minutes.",
            ""
        })
public final class RulesBench implements Bench {
    private static final int MANY = 3_000;
    private static final int ROUNDS = 7;
    private static final long WARM_NANOS = 3_000_000_000L;

    @Option(
            names = "--rules",
            paramLabel = "FOLDER",
            description = "Folder of Sigma rules (default: sigma of the tests' corpora).")
    private @Nullable Path folder;

    @Option(names = "--lines", paramLabel = "N", description = "Lines of the log (default: 200k).")
    private Size lines = new Size(200_000);

    @Option(names = "--no-peer", description = "Only Trawl.")
    private boolean alone;

    private final Outcome outcome = new Outcome("rules");

    @Override
    public Outcome measure(Consumer<String> progress) throws Exception {
        return Folder.use("rules", false, (project, work) -> {
            Path from = folder == null ? corpora(project).resolve("sigma") : folder;
            List<Rule> rules = rules(from);
            RuleLog log = new RuleLog(lines.value(), rules);
            progress.accept(String.format(
                    Locale.ROOT,
                    "%,d lines, %,d of them made of rules",
                    log.lines().size(),
                    log.planted().cardinality()));
            Map<String, BitSet> found = found(RuleSet.of(rules), log);
            check(rules, found, log);
            progress.accept("checked what the rules find");
            double engine = measure(rules, log);
            if (!alone) {
                compare(rules, found, log, from, project, work, progress);
            }
            outcome.figure("events_per_second", 1e9 / engine);
            return outcome;
        });
    }

    private static Path corpora(Options project) {
        String given = System.getProperty("trawl.corpora");
        return given == null ? project.home().resolve("../shared/corpora").normalize() : Path.of(given);
    }

    private static List<Rule> rules(Path from) throws IOException {
        if (!Files.isDirectory(from)) {
            throw new IllegalArgumentException(from + " is not a folder; expected one of Sigma rules: --rules FOLDER");
        }
        Loaded loaded = new RuleFiles(
                        new SigmaRules(Taxonomy.shipped(FieldNames.ours()), Placeholders.NONE, ZoneOffset.UTC),
                        OtherRules.NONE)
                .load(List.of(from));
        if (loaded.rules().isEmpty()) {
            throw new IllegalArgumentException(from + " has no rules that can be run");
        }
        return loaded.rules();
    }

    private static Map<String, BitSet> found(RuleSet set, RuleLog log) {
        Map<String, BitSet> found = new HashMap<>();
        set.rules().forEach(rule -> found.put(rule.id(), new BitSet()));
        for (int i = 0; i < log.events().size(); i++) {
            int number = i;
            set.judge(
                    log.events().get(i),
                    verdict -> Objects.requireNonNull(found.get(verdict.rule().id()))
                            .set(number));
        }
        return found;
    }

    /** Of each line that is made of rules, and of some others, each rule is asked alone. */
    private void check(List<Rule> rules, Map<String, BitSet> found, RuleLog log) {
        BitSet asked = (BitSet) log.planted().clone();
        for (int i = 0; i < log.events().size(); i += RuleLog.EACH) {
            asked.set(i);
        }
        long hits = 0;
        for (Rule rule : rules) {
            BitSet numbers = Objects.requireNonNull(found.get(rule.id()));
            for (int i = asked.nextSetBit(0); i >= 0; i = asked.nextSetBit(i + 1)) {
                boolean holds = RuleSet.explain(rule, log.events().get(i)).holds();
                if (holds != numbers.get(i)) {
                    throw new BenchFailure("rule " + rule.id() + " is " + (holds ? "not " : "") + "found in line " + i
                            + ", asked alone it is the opposite");
                }
            }
            hits += numbers.cardinality();
        }
        outcome.figure("verdicts", hits)
                .figure(
                        "rules_with_verdicts",
                        found.values().stream().filter(one -> !one.isEmpty()).count());
    }

    /** @return nanoseconds an event of the engine alone */
    private double measure(List<Rule> rules, RuleLog log) {
        RuleSet set = RuleSet.of(rules);
        RuleSet many = RuleSet.of(Variation.upTo(MANY, rules));
        Map<String, Long> took = new Turns()
                .add(
                        "parse",
                        () -> log.lines().stream()
                                .mapToLong(line -> Objects.requireNonNullElse(
                                        log.parse(line).getHttpResponseStatusCode(), 0))
                                .sum())
                .add("parse and judge", () -> {
                    long[] verdicts = {0};
                    log.lines().forEach(line -> set.judge(log.parse(line), verdict -> verdicts[0]++));
                    return verdicts[0];
                })
                .add("judge", () -> judge(set, log.events()))
                .add("judge by " + MANY, () -> judge(many, log.events()))
                .nanos(WARM_NANOS, ROUNDS);
        StringBuilder table = new StringBuilder(String.format("%-24s %12s%n", "one thread", "CPU ns/line"));
        took.forEach((name, nanos) -> {
            double each = (double) nanos / log.lines().size();
            outcome.figure(name.replace(' ', '_') + "_ns_per_line", each);
            table.append(String.format(Locale.ROOT, "%-24s %12.0f%n", name, each));
        });
        outcome.say(table.toString());
        double engine = each(took, "judge", log);
        outcome.atMost("added_us_per_line", 0.5, (each(took, "parse and judge", log) - each(took, "parse", log)) / 1000)
                .atMost("engine_us_per_event", 2, engine / 1000)
                .atMost("many_to_few", 4, each(took, "judge by " + MANY, log) / engine);
        return engine;
    }

    private static double each(Map<String, Long> took, String name, RuleLog log) {
        return (double) Objects.requireNonNull(took.get(name)) / log.lines().size();
    }

    private static long judge(RuleSet set, List<ProxyEvent> events) {
        long[] verdicts = {0};
        Consumer<Object> count = verdict -> verdicts[0]++;
        events.forEach(event -> set.judge(event, count));
        return verdicts[0];
    }

    private void compare(
            List<Rule> rules,
            Map<String, BitSet> found,
            RuleLog log,
            Path from,
            Options project,
            Path work,
            Consumer<String> progress)
            throws Exception {
        Peers peers = Peers.install(project.home(), Folder.of(project), progress);
        Map<String, SigmaPeer.Found> theirs =
                SigmaPeer.judge(peers.python(), peers.script("sigma_match.py"), from, log.events(), work);
        progress.accept("judged by pySigma and DuckDB: " + theirs.size() + " rules");
        List<Rule> agreed = rules.stream()
                .filter(rule -> theirs.containsKey(rule.id())
                        && Objects.requireNonNull(theirs.get(rule.id()))
                                .events()
                                .equals(found.get(rule.id())))
                .toList();
        if (agreed.isEmpty()) {
            throw new BenchFailure("pySigma and Trawl agree on no rule");
        }
        RuleSet set = RuleSet.of(agreed);
        long ours = Objects.requireNonNull(new Turns()
                .add("agreed", () -> judge(set, log.events()))
                .nanos(WARM_NANOS, ROUNDS)
                .get("agreed"));
        long nanos = agreed.stream()
                .mapToLong(rule -> Objects.requireNonNull(theirs.get(rule.id())).nanos())
                .sum();
        outcome.figure("duckdb.rules", theirs.size())
                .figure("duckdb.agreed_rules", agreed.size())
                .figure("duckdb.ns_per_event", (double) nanos / log.lines().size())
                .figure("agreed_ns_per_event", (double) ours / log.lines().size())
                .atMost("engine_to_duckdb_cpu", 1, (double) ours / nanos)
                .say(String.format(
                        Locale.ROOT,
                        "%d rules on which pySigma with DuckDB and Trawl agree, of %d: DuckDB %.0f ns/event, Trawl %.0f",
                        agreed.size(),
                        rules.size(),
                        (double) nanos / log.lines().size(),
                        (double) ours / log.lines().size()));
    }
}
