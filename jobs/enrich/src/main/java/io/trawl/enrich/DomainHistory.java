package io.trawl.enrich;

import io.trawl.base.JobFailure;
import io.trawl.base.Times;
import io.trawl.base.Window;
import io.trawl.columns.read.Block;
import io.trawl.columns.read.Cells;
import io.trawl.columns.read.Texts;
import io.trawl.intel.rule.fact.NewDomains;
import io.trawl.lake.LakeTable;
import io.trawl.record.ProxyEvent;
import io.trawl.run.Run;
import java.io.IOException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.functions;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * Which registrable domains of a window its source never saw before: in no observable of a window that begins earlier. What
 * the window itself has, and what came later, does not count, so that a rerun gives the same.
 */
final class DomainHistory {
    /** Columns of an event with the hosts that are asked about. */
    private static final String[] HOSTS = {"url_domain", "dns_question_name", "tls_client_server_name"};

    /** Setting: how many domains of a window are asked about at most; 0: none, so nobody knows. */
    static final String MOST = "domains.most";

    private static final LakeTable<?> TABLE = LakeTable.OBSERVABLES;
    /** Texts of one task that are held before they are passed on. */
    private static final int HELD = 100_000;

    private static final int HELD_BYTES = 8 << 20;

    private final Run run;
    private final Table table;
    private final @Nullable Snapshot snapshot;
    /** Files of the windows before, by day of their windows' starts. */
    private final TreeMap<LocalDate, TreeSet<String>> files;

    private DomainHistory(Run run, Table table, @Nullable Snapshot snapshot) {
        this.run = run;
        this.table = table;
        this.snapshot = snapshot;
        this.files = files(before());
    }

    /** What is known before a run's window, as the lake is now. */
    static DomainHistory of(Run run) {
        Table table = run.lake().table(TABLE);
        table.refresh();
        return new DomainHistory(run, table, table.currentSnapshot());
    }

    private Expression before() {
        return Expressions.lessThan("window", Times.micros(run.window().start()));
    }

    private TreeMap<LocalDate, TreeSet<String>> files(Expression which) {
        TreeMap<LocalDate, TreeSet<String>> found = new TreeMap<>();
        Snapshot of = snapshot;
        if (of == null) {
            return found;
        }
        int window = table.spec().fields().stream()
                .map(PartitionField::name)
                .toList()
                .indexOf("window");
        try (CloseableIterable<FileScanTask> tasks = table.newScan()
                .useSnapshot(of.snapshotId())
                .filter(Expressions.and(Expressions.equal("source", run.source().name()), which))
                .planFiles()) {
            for (FileScanTask task : tasks) {
                Instant start = Times.instant(task.file().partition().get(window, Long.class));
                found.computeIfAbsent(day(start), day -> new TreeSet<>())
                        .add(task.file().location());
            }
        } catch (IOException e) {
            throw new JobFailure(TABLE + " cannot be read: " + e.getMessage(), e);
        }
        return found;
    }

    private static LocalDate day(Instant time) {
        return LocalDate.ofInstant(time, ZoneOffset.UTC);
    }

    private static Instant start(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    /** The domains of a window that are new; nobody knows it where there are more than setting domains.most allows. */
    NewDomains newOf(JavaRDD<Block<ProxyEvent>> events) throws IOException {
        int most = Math.toIntExact(run.settings().number(MOST));
        List<String> all = events.mapPartitions(Registrables::new).distinct().take(most + 1);
        if (all.size() > most) {
            run.count("new_domains_left_out", 1);
            run.note("new domains are left out: the window has more domains than setting " + MOST + " allows (" + most
                    + "); rules that ask for trawl.domain.new were not run");
            return NewDomains.UNKNOWN;
        }
        Set<String> left = new HashSet<>(all);
        withoutSeen(left);
        return NewDomains.of(left);
    }

    /** Columns for {@link #newOf}. */
    static String[] fields() {
        return HOSTS.clone();
    }

    /** Takes out the domains that the source saw before. */
    private void withoutSeen(Set<String> domains) throws IOException {
        LocalDate today = day(run.window().start());
        SortedMap<LocalDate, TreeSet<String>> days = files.headMap(today);
        if (!domains.isEmpty()) {
            new DomainDays(run.state(), run.source().name(), Run.CODE_VERSION).all(days, this::sorted, domains::remove);
        }
        if (!domains.isEmpty() && files.containsKey(today)) {
            withoutSeenIn(start(today), run.window().start(), domains);
        }
    }

    private void withoutSeenIn(Instant from, Instant until, Set<String> domains) {
        Broadcast<HashSet<String>> asked = run.context().broadcast(new HashSet<>(domains));
        domains(from, until)
                .filter(domain -> asked.value().contains(domain))
                .distinct()
                .collect()
                .forEach(domains::remove);
        asked.destroy();
    }

    private Iterator<String> sorted(LocalDate day) {
        JavaRDD<String> domains = domains(start(day), start(day.plusDays(1))).distinct();
        return domains.sortBy(domain -> domain, true, domains.getNumPartitions())
                .toLocalIterator();
    }

    /** Registrable domains of the windows that begin in [from, until); a domain may come again. */
    private JavaRDD<String> domains(Instant from, Instant until) {
        return values(from, until).flatMap(value -> registrable(value._2()));
    }

    private static Iterator<String> registrable(String host) {
        String domain = NewDomains.registrable(host);
        return domain == null ? List.<String>of().iterator() : List.of(domain).iterator();
    }

    /** Domains that were observed, each with its window. */
    private JavaRDD<Tuple2<Timestamp, String>> values(Instant from, @Nullable Instant until) {
        Column which = functions
                .col("source")
                .equalTo(run.source().name())
                .and(functions.col("type").equalTo("domain"))
                .and(functions.col("window").geq(Timestamp.from(from)));
        if (until != null) {
            which = which.and(functions.col("window").lt(Timestamp.from(until)));
        }
        return run.lake()
                .rows(run.spark(), TABLE, Objects.requireNonNull(snapshot).snapshotId())
                .where(which)
                .select("window", "value")
                .as(Encoders.tuple(Encoders.TIMESTAMP(), Encoders.STRING()))
                .javaRDD();
    }

    /**
     * The windows whose sweep no longer says the truth of what is new, now that this run has stored its own: later ones that have
     * a domain first which this window has lost, or which it has too and took no notice of before; and this window, if one
     * before it was swept meanwhile.
     *
     * @param stored what the lake had of this run's window before
     */
    Set<Instant> toSweepAgain(DomainHistory stored) throws IOException {
        Set<Instant> again = new TreeSet<>();
        if (!files.equals(stored.files)) {
            again.add(run.window().start());
        }
        if (files(Expressions.greaterThan("window", Times.micros(run.window().start())))
                .isEmpty()) {
            return again;
        }
        Window window = run.window();
        Instant next = window.start().plusNanos(1_000);
        int most = Math.toIntExact(run.settings().number(MOST));
        List<String> now = domains(window.start(), next).distinct().take(most + 1);
        List<String> before = stored.snapshot == null
                ? List.of()
                : stored.domains(window.start(), next).distinct().take(most + 1);
        if (now.size() > most || before.size() > most) {
            run.note("new domains: the window has, or had, more domains than setting " + MOST + " allows (" + most
                    + "), so it is not known which later windows to sweep again");
            return again;
        }
        Set<String> changed = new HashSet<>(now);
        for (String domain : before) {
            if (!changed.remove(domain)) {
                changed.add(domain);
            }
        }
        withoutSeen(changed);
        if (!changed.isEmpty()) {
            Broadcast<HashSet<String>> asked = run.context().broadcast(new HashSet<>(changed));
            // The first later window that has it took it for new, or does not yet.
            values(next, null)
                    .mapToPair(value -> new Tuple2<>(NewDomains.registrable(value._2()), value._1()))
                    .filter(value -> value._1() != null && asked.value().contains(value._1()))
                    .reduceByKey((a, b) -> a.before(b) ? a : b)
                    .values()
                    .distinct()
                    .collect()
                    .forEach(first -> again.add(first.toInstant()));
            asked.destroy();
        }
        return again;
    }

    /** The registrable domains of blocks; a domain may come again. */
    private static final class Registrables implements Iterator<String> {
        private final Iterator<Block<ProxyEvent>> blocks;
        private final Set<String> sent = new HashSet<>();
        private Texts texts = new Texts();
        private Iterator<String> ready = List.<String>of().iterator();

        Registrables(Iterator<Block<ProxyEvent>> blocks) {
            this.blocks = blocks;
        }

        @Override
        public boolean hasNext() {
            while (!ready.hasNext() && blocks.hasNext()) {
                ready = of(blocks.next());
            }
            return ready.hasNext();
        }

        @Override
        public String next() {
            return ready.next();
        }

        private Iterator<String> of(Block<ProxyEvent> block) {
            List<String> found = new ArrayList<>();
            for (String column : HOSTS) {
                Cells cells = block.cells(column);
                if (!cells.mayHaveValues()) {
                    continue;
                }
                for (int row = 0; row < block.rows(); row++) {
                    if (cells.at(row)) {
                        add(cells, found);
                    }
                }
            }
            return found.iterator();
        }

        private void add(Cells cells, List<String> found) {
            if (texts.size() >= HELD || texts.length() >= HELD_BYTES) {
                texts = new Texts();
                sent.clear();
            }
            int known = texts.size();
            int number = cells.number(texts);
            if (number == known) {
                String domain = NewDomains.registrable(texts.text(number));
                if (domain != null && sent.add(domain)) {
                    found.add(domain);
                }
            }
        }
    }
}
