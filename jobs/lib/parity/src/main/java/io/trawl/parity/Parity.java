package io.trawl.parity;

import io.trawl.base.JobFailure;
import io.trawl.base.Settings;
import io.trawl.base.SourceParser.Used;
import io.trawl.base.Window;
import io.trawl.hbase.HBase;
import io.trawl.hbase.HBaseStore;
import io.trawl.hbase.Keys;
import io.trawl.kafka.HotProgress;
import io.trawl.lake.Ledger;
import io.trawl.record.Detection;
import io.trawl.schema.word.Stage;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.IntStream;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.Get;
import org.apache.hadoop.hbase.client.Result;
import org.apache.hadoop.hbase.client.ResultScanner;
import org.apache.hadoop.hbase.client.Scan;
import org.apache.hadoop.hbase.client.Table;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;

/**
 * The detections of the hot path in a window against those of the batch sweep: which both have, which only one of them,
 * and why.
 *
 * <p>The batch side is the lake's, the hot side HBase's. Each detection of the batch sweep is looked up once. The hot
 * path's are counted by their window's rows; only where these are not the same ids they are looked up, too. Two lines
 * are the same where partition and offset are, whatever window the hot path gave them.
 */
public final class Parity {
    private static final int BATCH = 500;

    private final Settings settings;
    private final Ledger ledger;
    private final Basis basis;

    private Parity(Settings settings, Ledger ledger, Basis basis) {
        this.settings = settings;
        this.ledger = ledger;
        this.basis = basis;
    }

    /**
     * Prepares the comparison of a window.
     *
     * @param ingest entry of the ledger: the window's offsets
     * @param enrich entry of the ledger: what is compared
     * @param hot as it was known before the detections are read
     */
    public static Parity of(
            Settings settings,
            Ledger ledger,
            Window window,
            Ledger.Entry ingest,
            Ledger.Entry enrich,
            HotProgress hot) {
        Long snapshot = enrich.indicatorSnapshot();
        if (snapshot == null) {
            throw new JobFailure("run " + enrich.runId() + " of enrich names no snapshot of indicators", null);
        }
        Ledger.Entry validate = ledger.current(enrich.source(), Stage.VALIDATE, window);
        return new Parity(
                settings,
                ledger,
                new Basis(
                        enrich.source(),
                        window,
                        ingest.spans("offsets"),
                        ingest.spans("holes"),
                        snapshot,
                        enrich.sequence(),
                        validate == null ? null : Used.of(validate.versions()),
                        enrich.counts().containsKey("new_domains"),
                        hot));
    }

    /** Compares in this thread. */
    public Verdict judge(Iterator<Detection> batch) {
        int salts = HBase.salts(settings, HBase.DETECTIONS);
        Findings findings = lookUp(settings, salts, basis, batch);
        return judge(findings, task -> {
            Findings all = new Findings();
            for (int salt = 0; salt < salts; salt++) {
                all.plus(call(task, salt));
            }
            return all;
        });
    }

    /** Compares in tasks. */
    public Verdict judge(JavaSparkContext spark, JavaRDD<Detection> batch) {
        int salts = HBase.salts(settings, HBase.DETECTIONS);
        Settings settings = this.settings;
        Basis basis = this.basis;
        Findings findings = batch.mapPartitions(
                        some -> List.of(lookUp(settings, salts, basis, some)).iterator())
                .fold(new Findings(), Findings::plus);
        List<Integer> all = IntStream.range(0, salts).boxed().toList();
        return judge(findings, task -> spark.parallelize(all, salts).map(task).fold(new Findings(), Findings::plus));
    }

    private static Findings call(Function<Integer, Findings> task, int salt) {
        try {
            return task.call(salt);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new JobFailure("detections of the hot path cannot be read: " + e.getMessage(), e);
        }
    }

    private Verdict judge(
            Findings findings, java.util.function.Function<Function<Integer, Findings>, Findings> eachSalt) {
        if (findings.lacking.missing() == 0) {
            Settings settings = this.settings;
            Basis basis = this.basis;
            findings.plus(eachSalt.apply(salt -> count(settings, basis, salt)));
            boolean ours = !findings.hasAllOfHot();
            if (ours || findings.outside > 0) {
                List<Swept> others = others();
                findings.plus(eachSalt.apply(salt -> onlyHot(settings, basis, salt, ours, others)));
            }
        }
        Messages messages = new Messages(ledger, basis.source(), basis.window(), findings.places());
        findings.settle(messages::dropped, messages::wereInvalid);
        return new Verdict(basis, findings);
    }

    /** The windows at the borders, where they have been loaded. */
    private List<Swept> others() {
        Duration unit = Duration.between(basis.window().start(), basis.window().end());
        Instant from = basis.window().start().minus(unit);
        Instant until = basis.window().end().plus(unit);
        SortedMap<Instant, Ledger.Entry> ingested = ledger.current(basis.source(), Stage.INGEST, from, until);
        SortedMap<Instant, Ledger.Entry> enriched = ledger.current(basis.source(), Stage.ENRICH, from, until);
        List<Swept> others = new ArrayList<>();
        ledger.current(basis.source(), Stage.LOAD, from, until).keySet().forEach(start -> {
            Ledger.Entry ingest = ingested.get(start);
            Ledger.Entry enrich = enriched.get(start);
            Long snapshot = enrich == null ? null : enrich.indicatorSnapshot();
            if (!start.equals(basis.window().start()) && ingest != null && snapshot != null) {
                others.add(new Swept(ingest.spans("offsets"), snapshot));
            }
        });
        return others;
    }

    private static Findings lookUp(Settings settings, int salts, Basis basis, Iterator<Detection> batch) {
        Findings findings = new Findings();
        if (!batch.hasNext()) {
            return findings;
        }
        try (Table table = table(settings)) {
            while (batch.hasNext()) {
                List<Detection> some = new ArrayList<>();
                List<Get> gets = new ArrayList<>();
                while (batch.hasNext() && gets.size() < BATCH) {
                    Detection detection = batch.next();
                    some.add(detection);
                    gets.add(new Get(Keys.main(salts, detection)).addFamily(HBase.FAMILY));
                }
                Result[] rows = table.get(gets);
                for (int i = 0; i < rows.length; i++) {
                    basis.batch(some.get(i), rows[i], findings);
                }
            }
        } catch (IOException e) {
            throw HBase.unreachable(settings, e);
        }
        return findings;
    }

    private static Table table(Settings settings) throws IOException {
        return HBase.connection(settings).getTable(TableName.valueOf(HBase.DETECTIONS));
    }

    private static Scan windowRows(Basis basis, int salt) {
        return new Scan()
                .setStartStopRowForPrefixScan(Keys.windowPrefix(salt, basis.source(), basis.window()))
                .setCaching(BATCH);
    }

    /** Counts what the hot path has in a window. */
    private static Findings count(Settings settings, Basis basis, int salt) {
        Findings findings = new Findings();
        try (Table table = table(settings);
                ResultScanner rows = table.getScanner(windowRows(basis, salt))) {
            for (Result row : rows) {
                if (basis.isOurs(place(row))) {
                    findings.hot++;
                    findings.hotIds += Findings.firstHalf(Keys.idOf(row.getRow()));
                } else {
                    findings.outside++;
                }
            }
        } catch (IOException e) {
            throw HBase.unreachable(settings, e);
        }
        return findings;
    }

    private static HBaseStore.Place place(Result windowRow) {
        return HBaseStore.Place.of(windowRow.rawCells()[0].getTimestamp());
    }

    /**
     * Finds what the batch sweep does not have of it.
     *
     * @param ours whether the lines that are the window's by their offsets are looked up, too
     */
    private static Findings onlyHot(Settings settings, Basis basis, int salt, boolean ours, List<Swept> others) {
        Findings findings = new Findings();
        try (Table table = table(settings);
                ResultScanner rows = table.getScanner(windowRows(basis, salt))) {
            Iterator<Result> windowRows = rows.iterator();
            while (windowRows.hasNext()) {
                List<Result> some = new ArrayList<>();
                List<Get> gets = new ArrayList<>();
                while (windowRows.hasNext() && gets.size() < BATCH) {
                    Result row = windowRows.next();
                    if (ours || !basis.isOurs(place(row))) {
                        some.add(row);
                        gets.add(new Get(Keys.mainOf(row.getRow())).addFamily(HBase.FAMILY));
                    }
                }
                Result[] found = table.get(gets);
                for (int i = 0; i < found.length; i++) {
                    basis.hot(some.get(i).getRow(), place(some.get(i)), found[i], others, findings);
                }
            }
        } catch (IOException e) {
            throw HBase.unreachable(settings, e);
        }
        return findings;
    }
}
