package io.trawl.cli.query;

import io.trawl.base.JobFailure;
import io.trawl.base.LogSource;
import io.trawl.base.Settings;
import io.trawl.base.State;
import io.trawl.base.Window;
import io.trawl.hbase.HBase;
import io.trawl.kafka.HotProgress;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.parity.Difference;
import io.trawl.parity.Kind;
import io.trawl.parity.Parity;
import io.trawl.parity.Verdict;
import io.trawl.record.Detection;
import io.trawl.schema.word.Stage;
import io.trawl.schema.word.SweepKind;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Whether hot path and batch sweep found the same. */
@Command(
        name = "parity",
        description = {
            "Compares the detections of the hot path with those of the batch sweep, window by window.",
            "A difference has a reason (other indicators, border, not yet, before the hot path began, deleted before it was read, copy, healed, other field, correlation, new domain) or is unexplained.",
            "Exit status: 0 equal, or all explained; 1 an unexplained difference, or a failure; 2 a bad argument."
        },
        sortOptions = false)
final class ParityCommand implements Callable<Integer> {
    private final PrintStream out;

    @Option(
            names = "--source",
            paramLabel = "NAME",
            description = "Name of the source in trawl.conf; not needed if there is only one.")
    private String source = "";

    @Option(
            names = "--window",
            required = true,
            paramLabel = "START/END",
            description = "Window of broker append time, UTC; a longer range is split into windows.")
    private String window = "";

    @Mixin
    private Cli.Common common = new Cli.Common();

    ParityCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() throws Exception {
        Settings settings = common.settings();
        List<String> sources = settings.sources();
        if (source.isEmpty()) {
            if (sources.size() != 1) {
                throw new IllegalArgumentException("--source is missing: one of " + String.join(", ", sources));
            }
            source = sources.get(0);
        }
        LogSource of = settings.source(source);
        List<Window> windows = Window.parse(window).units(of.unit(), settings.number("window.most"));
        Configuration hadoop = Cli.hadoop(settings);
        Reach.all(
                Reach.PATIENCE,
                Reach.files(settings, "state.dir", hadoop),
                Reach.kafka(settings),
                Reach.hbase(settings, HBase.DETECTIONS),
                Reach.files(settings, "lake.warehouse", hadoop));
        HotProgress hot = HotProgress.of(of, settings, State.at(settings.text("state.dir"), hadoop));
        if (hot == null) {
            throw new JobFailure(
                    "the hot path never ran for source " + source
                            + ", so there is nothing to compare: start it with trawl run hot-detect --source " + source,
                    null);
        }
        List<Verdict> verdicts = new ArrayList<>();
        try (Lake lake = Lake.open(settings, hadoop)) {
            Ledger ledger = new Ledger(lake);
            for (Window one : windows) {
                Verdict verdict = judge(settings, lake, ledger, one, hot);
                verdicts.add(verdict);
                if (common.isJson()) {
                    out.println(verdict.json());
                    out.flush();
                }
            }
        }
        if (!common.isJson()) {
            print(verdicts);
        }
        return verdicts.stream().anyMatch(verdict -> verdict.unexplained() > 0) ? 1 : 0;
    }

    private Verdict judge(Settings settings, Lake lake, Ledger ledger, Window one, HotProgress hot) throws IOException {
        Ledger.Entry ingest = ledger.require(source, Stage.INGEST, one);
        Ledger.Entry enrich = ledger.require(source, Stage.ENRICH, one);
        Ledger.Entry load = ledger.require(source, Stage.LOAD, one);
        long snapshot = enrich.output(LakeTable.DETECTIONS);
        String rerun = ": run load --source " + source + " --window " + one + " first";
        if (load.input(LakeTable.DETECTIONS) != snapshot) {
            throw new JobFailure(
                    "window " + one + " of source " + source + " was swept again since it was loaded" + rerun, null);
        }
        Verdict verdict;
        try (CloseableIterable<Detection> batch = lake.records(
                LakeTable.DETECTIONS, source, one, snapshot, Expressions.equal("sweep", SweepKind.BATCH.text()))) {
            verdict = Parity.of(settings, ledger, one, ingest, enrich, hot).judge(batch.iterator());
        }
        if (verdict.lacking().missing() > 0) {
            throw new JobFailure(
                    "HBase lacks " + verdict.lacking().missing() + " of "
                            + verdict.lacking().detections() + " detections of window " + one + rerun,
                    null);
        }
        return verdict;
    }

    private void print(List<Verdict> verdicts) {
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"WINDOW", "EQUAL", "ONLY HOT", "ONLY BATCH", "DIFFERENT", "UNEXPLAINED"});
        verdicts.forEach(verdict -> rows.add(new String[] {
            verdict.window().toString(),
            Long.toString(verdict.equal()),
            Long.toString(verdict.count(Kind.ONLY_HOT)),
            Long.toString(verdict.count(Kind.ONLY_BATCH)),
            Long.toString(verdict.count(Kind.DIFFERENT)),
            Long.toString(verdict.unexplained())
        }));
        Table.print(out, rows);
        for (Verdict verdict : verdicts) {
            if (!verdict.judged()) {
                out.println(verdict.window().start() + ": not judged yet, the hot path is " + verdict.behind()
                        + " lines short of the window's end");
            }
            if (verdict.moved() > 0) {
                out.println(verdict.window().start() + ": of the equal ones the hot path has " + verdict.moved()
                        + " under the window before or after");
            }
            for (Kind kind : Kind.values()) {
                verdict.differences(kind).forEach((reason, some) -> {
                    out.println(verdict.window().start() + ": " + some.count() + " " + kind.text() + ", "
                            + reason.text() + (some.count() > Difference.EXAMPLES ? ", for example" : ""));
                    some.examples().forEach(e -> {
                        out.println("  " + e.detectionId() + "  " + e.timestamp() + "  " + shown(e.client()) + "  "
                                + shown(e.indicator()) + "  partition " + e.partition() + " offset " + e.offset());
                        out.println("      " + e.why());
                    });
                });
            }
        }
    }

    private static String shown(@Nullable String value) {
        return value == null ? "-" : Table.cut(value);
    }
}
