package io.trawl.bench.store;

import io.trawl.base.Settings;
import io.trawl.bench.frame.Bench;
import io.trawl.bench.frame.Folder;
import io.trawl.bench.frame.Outcome;
import io.trawl.bench.frame.Size;
import io.trawl.bench.store.GrownLake.Cost;
import io.trawl.bench.store.GrownLake.Plan;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Whether a lake becomes slower as it grows. */
@Command(
        name = "growth",
        header = "commits, metadata, heap and ledger after 100 and after 10,000 windows, with maintain each day",
        description = {
            "",
            "Makes two lakes in a folder (.trawl/bench/growth, SQLite) and commits hourly windows to raw_lines and observables, "
                    + "one small file each, with the ledger entries of five stages. The job maintain runs after every 24 "
                    + "windows with its default settings and a clock that follows the windows. Compares the 24 "
                    + "windows up to the 100th of one lake with the last 24 of the other: median seconds of a window's seven "
                    + "commits, bytes of the newest metadata files, heap that the snapshots of three loaded tables use, and "
                    + "seconds of a job's questions to the ledger.",
            "",
            "The first 144 windows and those of the last five to eight days are really committed. The windows between them are "
                    + "cloned: three commits write a calendar month as maintain would have left it, then maintain runs once.",
            "",
            "Takes up to 22 minutes of CPU and half a gigabyte of disk.",
            ""
        })
public final class GrowthBench implements Bench {
    private static final int FIRST = 100;
    private static final double GOAL = 1.5;

    /** The first of a month that is to come. */
    private final Instant begin = YearMonth.from(
                    Instant.now().plus(Duration.ofDays(40)).atOffset(ZoneOffset.UTC))
            .atDay(1)
            .atStartOfDay()
            .toInstant(ZoneOffset.UTC);

    @Option(names = "--windows", paramLabel = "N", description = "Windows in all (default: 10k).")
    private Size windows = new Size(10_000);

    @Override
    public Outcome measure(Consumer<String> progress) throws Exception {
        if (windows.value() < 2L * FIRST || windows.value() > 1_000_000) {
            throw new IllegalArgumentException("--windows " + windows.value() + ": expected 200 to 1M, as 10k");
        }
        return Folder.use("growth", false, (project, work) -> {
            try (SparkSession spark = spark(work)) {
                spark.sparkContext().setLogLevel("ERROR");
                Settings shipped = Settings.load(null, Map.of());
                int last = (int) windows.value();
                Plan plan = Plan.of(
                        FIRST, last, shipped.duration("maintain.rerun").plus(shipped.duration("maintain.grace")));
                GrownLake old = new GrownLake(work.resolve("old"), begin, plan, Map.of(), progress);
                GrownLake young = new GrownLake(work.resolve("young"), begin, Plan.REAL, Map.of(), progress);
                return compare(young, FIRST, old, last).figure("windows_cloned", plan.cloned());
            }
        });
    }

    /** The session that maintain uses, on this machine alone. */
    public static SparkSession spark(Path work) {
        SparkConf conf = new SparkConf()
                .setMaster("local[2]")
                .setAppName("trawl bench growth")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.driver.bindAddress", "127.0.0.1")
                .set("spark.sql.session.timeZone", "UTC")
                .set("spark.sql.shuffle.partitions", "2")
                .set("spark.local.dir", work.resolve("tmp").toString());
        return SparkSession.builder().config(conf).getOrCreate();
    }

    /**
     * Compares two lakes that are empty yet, window by window in turns, so that the compiler and whatever else runs on the machine
     * do the same to both.
     *
     * @param first with so many windows the young one ends
     * @param last with so many the old one
     */
    public static Outcome compare(GrownLake young, int first, GrownLake old, int last) throws Exception {
        old.growTo(last - GrownLake.DAY);
        young.growTo(first - GrownLake.DAY);
        List<Cost> early = new ArrayList<>();
        List<Cost> late = new ArrayList<>();
        for (int i = 0; i < GrownLake.DAY; i++) {
            early.add(young.measure());
            late.add(old.measure());
        }
        Outcome outcome = new Outcome("growth");
        outcome.figure("maintain_seconds", median(old.maintained()));
        compare(outcome, last, "commit_seconds", median(early, Cost::commits), median(late, Cost::commits));
        compare(outcome, last, "metadata_bytes", mean(early, Cost::metadata), mean(late, Cost::metadata));
        compare(outcome, last, "heap_bytes", mean(early, Cost::heap), mean(late, Cost::heap));
        compare(outcome, last, "ledger_seconds", median(early, Cost::ledger), median(late, Cost::ledger));
        return outcome;
    }

    private static void compare(Outcome outcome, int last, String name, double early, double late) {
        outcome.figure("early." + name, early).figure("late." + name, late);
        outcome.say(String.format(
                Locale.ROOT,
                "%-16s %,14.3f at first, %,14.3f at window %,d: %.2f",
                name,
                early,
                late,
                last,
                late / early));
        outcome.atMost(name + "_ratio", GOAL, late / early);
    }

    private static double median(List<Cost> costs, ToDoubleFunction<Cost> value) {
        return median(costs.stream().map(value::applyAsDouble).toList());
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    private static double mean(List<Cost> costs, ToDoubleFunction<Cost> value) {
        return costs.stream().mapToDouble(value).average().orElse(0);
    }
}
