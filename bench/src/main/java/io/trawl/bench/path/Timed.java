package io.trawl.bench.path;

import io.trawl.base.Settings;
import io.trawl.bench.frame.Stopwatch;
import io.trawl.lake.LakeTable;
import io.trawl.lake.Ledger;
import io.trawl.run.Job;
import io.trawl.run.Reads;
import io.trawl.run.Run;
import io.trawl.schema.word.Stage;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** A job whose work is measured, from the moment that Spark can run something. */
@Command
final class Timed implements Job {
    private final Job job;
    private final Stopwatch start = new Stopwatch();
    private @Nullable Stopwatch working;
    private Stopwatch.@Nullable Lap startUp;
    private Stopwatch.@Nullable Lap work;
    private Map<String, Long> counts = Map.of();
    private List<String> hits = List.of();

    Timed(Job job) {
        this.job = job;
    }

    @Override
    public String name() {
        return job.name();
    }

    @Override
    public String purpose() {
        return job.purpose();
    }

    @Override
    public boolean windowed() {
        return job.windowed();
    }

    @Override
    public List<Reads> reads() {
        return job.reads();
    }

    @Override
    public List<LakeTable<?>> writes() {
        return job.writes();
    }

    /** The hits are read, too. */
    @Override
    public List<LakeTable<?>> inspects() {
        return Stream.concat(job.inspects().stream(), Stream.of(LakeTable.DETECTIONS))
                .toList();
    }

    @Override
    public boolean recorded() {
        return job.recorded();
    }

    @Override
    public void check(Settings settings) {
        job.check(settings);
    }

    @Override
    public void run(Run run) throws Exception {
        // A session is ready when it has run a query: some of it is made by the first one.
        run.spark().range(1).count();
        startUp = start.lap();
        System.gc();
        working = new Stopwatch();
        job.run(run);
    }

    @Override
    public void afterwards(Run run) {
        work = Objects.requireNonNull(working).lap();
        if (windowed()) {
            Ledger.Entry entry = run.ledger().require(run.source().name(), new Stage(name()), run.window());
            counts = entry.counts();
            if (name().equals("enrich")) {
                hits = run
                        .lake()
                        .rows(
                                run.spark(),
                                LakeTable.DETECTIONS,
                                run.source().name(),
                                run.window(),
                                entry.output(LakeTable.DETECTIONS))
                        .select("partition", "offset")
                        .distinct()
                        .collectAsList()
                        .stream()
                        .map(Timed::place)
                        .toList();
            }
        }
    }

    private static String place(Row row) {
        return row.getInt(0) + ":" + row.getLong(1);
    }

    /** What Spark took to start. */
    Stopwatch.Lap startUp() {
        return Objects.requireNonNull(startUp, "not run");
    }

    /** What the job took. */
    Stopwatch.Lap work() {
        return Objects.requireNonNull(work, "not run");
    }

    /** The job's counts, as the ledger has them. */
    Map<String, Long> counts() {
        return counts;
    }

    /** Lines with a detection, as "partition:offset"; of enrich only. */
    List<String> hits() {
        return hits;
    }
}
