package io.trawl.bench.store;

import io.trawl.base.Settings;
import io.trawl.base.Window;
import io.trawl.bench.frame.Bench;
import io.trawl.bench.frame.BenchFailure;
import io.trawl.bench.frame.Folder;
import io.trawl.bench.frame.Outcome;
import io.trawl.bench.frame.Size;
import io.trawl.hbase.CellName;
import io.trawl.hbase.HBaseReader;
import io.trawl.hbase.HBaseReader.Sightings;
import io.trawl.hbase.HBaseReader.Target;
import io.trawl.hbase.HBaseStore;
import io.trawl.hbase.Load;
import io.trawl.record.ClientSightings;
import io.trawl.record.Observable;
import io.trawl.schema.word.SweepKind;
import io.trawl.stack.LocalStack;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How soon HBase says who contacted a name that everybody contacts. */
@Command(
        name = "sightings",
        header = "trawl sightings of a domain that 10,000 clients contact each hour for a year",
        description = {
            "",
            "Starts HDFS and HBase of its own (in .trawl/bench, ports shifted by 8500), puts a year of hourly windows of one "
                    + "popular name and of a rare subdomain into HBase, with the code of the job load. Then it asks, as bin/trawl "
                    + "sightings does, for the newest 100 sightings of the domain and of the subdomain, and for their number. "
                    + "The start of the JVM is not measured.",
            "",
            "Takes two minutes and 3 GB of disk, with the defaults.",
            ""
        })
public final class SightingsBench implements Bench {
    private static final int PORT_SHIFT = 8500;
    private static final String DOMAIN = "popular.example";
    private static final String RARE = "rare." + DOMAIN;
    private static final String SOURCE = "proxy";
    private static final int MOST = 100;
    private static final int ASKED = 10;
    private static final double GOAL_SECONDS = 1;
    /** End of the last window. */
    private static final Instant END = Instant.parse("2026-11-24T00:00:00Z");

    @Option(names = "--days", paramLabel = "N", description = "Days of 24 windows (default: 365).")
    private int days = 365;

    @Option(names = "--clients", paramLabel = "N", description = "Clients in each window (default: 10k).")
    private Size clients = new Size(10_000);

    @Override
    public Outcome measure(Consumer<String> progress) throws Exception {
        if (days < 2 || days > 3_650) {
            throw new IllegalArgumentException("--days " + days + ": expected 2 to 3650");
        }
        if (clients.value() < MOST || clients.value() > 1_000_000) {
            throw new IllegalArgumentException(
                    "--clients " + clients.value() + ": expected 100 to 1M, for example 10k");
        }
        return Folder.use("sightings", false, (project, work) -> {
            try (LocalStack stack = LocalStack.start(project.stateDir(work.resolve("stack"))
                    .portShift(PORT_SHIFT)
                    .without("airflow", "flume", "spark", "kafka"))) {
                return measure(Settings.load(stack.conf(), new LinkedHashMap<>()), progress);
            }
        });
    }

    private Outcome measure(Settings settings, Consumer<String> progress) {
        Instant begun = Instant.now();
        // Two of them keep both processors busy.
        IntStream.range(0, days).parallel().forEach(day -> {
            for (int hour = 0; hour < 24; hour++) {
                put(settings, day * 24L + hour);
            }
        });
        double filled = seconds(begun);
        progress.accept(String.format(
                Locale.ROOT, "%,d sightings are in HBase (%.0f s)", days * 24L * clients.value(), filled));

        HBaseReader reader = new HBaseReader(settings);
        // The connection and the JVM's start: they are not what is measured.
        reader.sightings(Target.domain("nobody.example"), null, MOST);
        Outcome outcome = new Outcome("sightings").figure("filled_seconds", filled);
        double domain = ask(reader, DOMAIN, days * 24L * (clients.value() + 1), outcome, "domain");
        ask(reader, RARE, days * 24L, outcome, "subdomain");
        return outcome.atMost("domain_seconds", GOAL_SECONDS, domain);
    }

    /** @return seconds of the first question */
    private double ask(HBaseReader reader, String asked, long total, Outcome outcome, String name) {
        List<Double> seconds = new ArrayList<>();
        for (int i = 0; i < ASKED; i++) {
            Instant begun = Instant.now();
            Sightings found = reader.sightings(Target.domain(asked), null, MOST);
            seconds.add(seconds(begun));
            Instant newest = found.newest().get(0).last();
            if (found.total() != total
                    || found.newest().size() != MOST
                    || newest.isBefore(END.minus(Duration.ofHours(1)))) {
                throw new BenchFailure(
                        "sightings of " + asked + ": " + found.newest().size() + " of " + found.total()
                                + ", the newest of " + newest + "; expected " + MOST + " of " + total
                                + ", the newest of the hour before "
                                + END);
            }
        }
        double first = seconds.get(0);
        double median = seconds.stream().sorted().toList().get(ASKED / 2);
        outcome.figure(name + ".first_seconds", first).figure(name + ".median_seconds", median);
        outcome.say(String.format(
                Locale.ROOT,
                "%-20s newest %d of %,d: first answer %.3f s, median of %d %.3f s",
                asked,
                MOST,
                total,
                first,
                ASKED,
                median));
        return first;
    }

    /** Loads one window: the popular name, and the rare one with one client. */
    private void put(Settings settings, long back) {
        Instant start = END.minus(Duration.ofHours(back + 1));
        Window window = new Window(start, start.plus(Duration.ofHours(1)));
        Load load = new Load(new CellName(SweepKind.BATCH, window, SOURCE), 1, 0);
        HBaseStore.observables(settings, load).fill(into -> {
            into.accept(observable(window, DOMAIN, (int) clients.value()));
            into.accept(observable(window, RARE, 1));
        });
    }

    private static Observable observable(Window window, String value, int clients) {
        long length = Duration.between(window.start(), window.end()).toMillis();
        List<ClientSightings> all = new ArrayList<>(clients);
        for (int i = 0; i < clients; i++) {
            Instant first = window.start().plusMillis(i * 7_919L % (length / 2));
            Instant last = first.plusMillis(i * 104_729L % (length / 2));
            all.add(new ClientSightings("10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255), first, last, 3L));
        }
        Observable observable = new Observable();
        observable.setSource(SOURCE);
        observable.setWindow(window.start());
        observable.setType("domain");
        observable.setValue(value);
        observable.setFirstSeen(all.stream()
                .map(ClientSightings::getFirstSeen)
                .min(Instant::compareTo)
                .orElseThrow());
        observable.setLastSeen(all.stream()
                .map(ClientSightings::getLastSeen)
                .max(Instant::compareTo)
                .orElseThrow());
        observable.setEvents(3L * clients);
        observable.setClients(all);
        return observable;
    }

    private static double seconds(Instant begun) {
        return Duration.between(begun, Instant.now()).toNanos() / 1e9;
    }
}
