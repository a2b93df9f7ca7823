package io.trawl.enrich.risk;

import io.trawl.intel.canonical.Ids;
import io.trawl.intel.rule.Level;
import io.trawl.lake.Lake;
import io.trawl.lake.LakeTable;
import io.trawl.record.Detection;
import io.trawl.record.RuleReason;
import io.trawl.run.Run;
import io.trawl.schema.word.SweepKind;
import java.io.Serializable;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.apache.iceberg.Table;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * The risk of the clients of a source on the day of a window: detections of rules that are weak alone, and that no allowlist
 * has, added up over the windows that begin on that day (UTC). The first window with which a client's sum comes to the
 * threshold has a detection of it. It hangs on the windows' lines alone, so a rerun gives the same.
 */
public final class DayRisk {
    /** What such a detection has as how it matched, and as its rule. */
    public static final String HOW = "risk";

    private static final String THRESHOLD = "risk.threshold";
    private static final String WEAK = "risk.weak";
    private static final String NAME = "Risk of a client";
    /** Rules of clients in windows that the driver holds at most, about 300 bytes each. */
    private static final int MOST = 1_000_000;

    private final Run run;
    private final int threshold;
    private final int weak;
    private final Instant day;

    private DayRisk(Run run, int threshold, int weak) {
        this.run = run;
        this.threshold = threshold;
        this.weak = weak;
        this.day = run.window().start().truncatedTo(ChronoUnit.DAYS);
    }

    /** Of a run's window; null if a person has switched it off. */
    public static @Nullable DayRisk of(Run run) {
        int threshold = Math.toIntExact(run.settings().number(THRESHOLD));
        return threshold <= 0
                ? null
                : new DayRisk(run, threshold, Math.toIntExact(run.settings().number(WEAK)));
    }

    /** Findings of a rule of one client in the window, and the latest of them. */
    private record Found(Weak weak, Detection latest) implements Serializable {
        private static final Comparator<Detection> LATEST =
                Comparator.comparing(Detection::getTimestamp).thenComparing(Detection::getDetectionId);

        Found plus(Found other) {
            return new Found(
                    new Weak(
                            weak.window(),
                            weak.client(),
                            weak.rule(),
                            weak.name().compareTo(other.weak.name()) <= 0 ? weak.name() : other.weak.name(),
                            Math.max(weak.score(), other.weak.score()),
                            weak.count() + other.weak.count()),
                    later(latest, other.latest));
        }

        static Detection later(Detection one, Detection other) {
            return LATEST.compare(one, other) >= 0 ? one : other;
        }
    }

    /**
     * The detections of the window's clients whose sum comes to the threshold with it.
     *
     * @param found the window's detections
     */
    public List<Detection> detections(JavaRDD<Detection> found) {
        int below = weak;
        Instant start = run.window().start();
        List<Found> here = found.filter(one -> isWeak(one, below))
                .mapToPair(one ->
                        new Tuple2<>(one.getClient() + "\n" + one.getRuleId(), new Found(weakOf(one, start), one)))
                .reduceByKey(Found::plus)
                .values()
                .take(MOST + 1);
        List<Weak> before = here.size() > MOST ? null : stored(run.window().start());
        if (before == null || here.size() + before.size() > MOST) {
            run.count("risk_left_out", 1);
            run.note("risk of clients is left out: rules find more than " + MOST
                    + " different things of clients on this day; narrow the rules, or lower setting " + WEAK);
            return List.of();
        }
        List<Weak> all = new ArrayList<>(before);
        Map<String, Detection> latest = new HashMap<>();
        for (Found one : here) {
            all.add(one.weak());
            latest.merge(one.weak().client(), one.latest(), Found::later);
        }
        List<Detection> risks = new ArrayList<>();
        for (Sums.Risk risk : Sums.of(all, threshold)) {
            if (risk.window().equals(start)) {
                risks.add(detection(risk, Objects.requireNonNull(latest.get(risk.client()))));
            }
        }
        run.count("risks", risks.size());
        return risks;
    }

    private static boolean isWeak(Detection one, int below) {
        Integer score = one.getScore();
        return one.getRuleId() != null
                && score != null
                && score < below
                && one.getClient() != null
                && one.getSuppressedBy() == null;
    }

    private static Weak weakOf(Detection one, Instant window) {
        return new Weak(
                window,
                Objects.requireNonNull(one.getClient()),
                Objects.requireNonNull(one.getRuleId()),
                String.valueOf(one.getRuleName()),
                Objects.requireNonNull(one.getScore()),
                1);
    }

    /** @param until windows of the day that begin before it */
    private List<Weak> stored(Instant until) {
        List<Weak> all = new ArrayList<>();
        Dataset<Row> rows = rows(until);
        if (rows == null) {
            return all;
        }
        rows.where(functions
                        .col("rule_id")
                        .isNotNull()
                        .and(functions.col("how").notEqual(HOW))
                        .and(functions.col("score").lt(weak))
                        .and(functions.col("client").isNotNull())
                        .and(functions.col("suppressed_by").isNull()))
                .groupBy("window", "client", "rule_id")
                .agg(functions.min("rule_name"), functions.max("score"), functions.count(functions.lit(1)))
                .limit(MOST + 1)
                .collectAsList()
                .forEach(row -> all.add(new Weak(
                        row.getTimestamp(0).toInstant(),
                        row.getString(1),
                        row.getString(2),
                        String.valueOf(row.getString(3)),
                        row.getInt(4),
                        row.getLong(5))));
        return all;
    }

    private @Nullable Dataset<Row> rows(Instant until) {
        Table table = run.lake().table(LakeTable.DETECTIONS);
        table.refresh();
        Lake lake = run.lake();
        Long snapshot = lake.snapshot(LakeTable.DETECTIONS);
        if (snapshot == null) {
            return null;
        }
        Column which = functions
                .col("source")
                .equalTo(run.source().name())
                .and(functions.col("sweep").equalTo(SweepKind.BATCH.text()))
                .and(functions.col("window").geq(Timestamp.from(day)))
                .and(functions.col("window").lt(Timestamp.from(until)));
        return lake.rows(run.spark(), LakeTable.DETECTIONS, snapshot).where(which);
    }

    private Detection detection(Sums.Risk risk, Detection latest) {
        Detection detection = Detection.newBuilder(latest).build();
        detection.setDetectionId(Ids.of("risk " + run.source().name() + " " + day, HOW, risk.client()));
        detection.setHow(HOW);
        detection.setField("source.address");
        detection.setValue(risk.client());
        detection.setIndicatorId(HOW);
        detection.setIndicatorValue(NAME);
        detection.setRuleId(HOW);
        detection.setRuleName(NAME);
        detection.setRuleLevel(Level.HIGH.text());
        detection.setScore(Math.min(100, risk.sum()));
        detection.setTags(List.of());
        detection.setReferences(List.of());
        detection.setWhy(why(risk));
        return detection;
    }

    private List<RuleReason> why(Sums.Risk risk) {
        List<RuleReason> why = new ArrayList<>();
        String client = risk.client();
        why.add(new RuleReason(
                "sum",
                "source.address",
                client,
                risk.sum() + " of " + threshold + " on " + day.toString().substring(0, 10)));
        for (Sums.Part part : risk.parts()) {
            why.add(new RuleReason(
                    part.rule(),
                    "source.address",
                    client,
                    part.score() + " " + part.name() + " (" + part.count() + ")"));
        }
        return why;
    }

    /** The windows of the day whose stored risks are not those that all windows of the day together give, as the lake is now. */
    public Set<Instant> toSweepAgain() {
        Instant tomorrow = day.plus(1, ChronoUnit.DAYS);
        Set<Instant> again = new TreeSet<>();
        Dataset<Row> rows = rows(tomorrow);
        List<Weak> all = rows == null ? List.of() : stored(tomorrow);
        if (rows == null || all.size() > MOST) {
            return again;
        }
        Map<Said, Instant> expected = new HashMap<>();
        for (Sums.Risk risk : Sums.of(all, threshold)) {
            expected.put(new Said(risk.window(), risk.client(), text(why(risk))), risk.window());
        }
        Set<Said> there = new HashSet<>();
        for (Row row : rows.where(functions.col("how").equalTo(HOW))
                .select("window", "client", "why")
                .collectAsList()) {
            List<RuleReason> why = new ArrayList<>();
            for (Row reason : row.<Row>getList(2)) {
                why.add(new RuleReason(
                        reason.getString(0), reason.getString(1), reason.getString(2), reason.getString(3)));
            }
            there.add(new Said(row.getTimestamp(0).toInstant(), row.getString(1), text(why)));
        }
        there.stream().filter(one -> !expected.containsKey(one)).forEach(one -> again.add(one.window()));
        expected.keySet().stream().filter(one -> !there.contains(one)).forEach(one -> again.add(one.window()));
        return again;
    }

    /** A risk as it is stored. */
    private record Said(Instant window, String client, String why) {}

    private static String text(Collection<RuleReason> why) {
        StringBuilder text = new StringBuilder();
        why.forEach(one -> text.append(one.getSelection())
                .append('\n')
                .append(one.getPart())
                .append('\n'));
        return text.toString();
    }
}
