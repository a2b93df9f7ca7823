package io.trawl.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.base.Json;
import io.trawl.base.Window;
import io.trawl.it.FaultJudge.Found;
import io.trawl.it.FaultJudge.Message;
import io.trawl.it.FaultJudge.Place;
import io.trawl.it.FaultJudge.Swept;
import io.trawl.it.FaultJudge.Truth;
import io.trawl.it.FaultPlan.Fault;
import io.trawl.it.FaultPlan.Phase;
import io.trawl.lake.LakeTable;
import io.trawl.record.Alert;
import io.trawl.record.RawLine;
import io.trawl.stack.Await;
import io.trawl.stack.LocalStack;
import io.trawl.stack.SharedStack;
import io.trawl.traffic.Line;
import io.trawl.traffic.Traffic;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The fault matrix: in each round the proxies write, Flume ships, the hot path and a sweep work, and at random moments
 * random servers and processes are killed or stopped, their disks filled, their clocks set. Afterwards nothing may be
 * lost, nothing doubled, and both paths have found what was planted.
 *
 * <p>Without settings it is a short matrix that is always the same. {@code bin/trawl test --faults} sets them:
 * trawl.faults.seed, trawl.faults.minutes (rounds begin for so long) and trawl.faults.round (the first round).
 *
 * <p>Longer than other classes, since it is one story, the round, with the state of a whole stack; what breaks things
 * is in {@link Faults}.
 */
class FaultsIT {
    private static final String SWEEP = "sweep";
    private static final String HOT = "hot_detections";
    private static final String TOPIC = "proxy-logs";
    private static final Duration UNIT = Duration.ofMinutes(1);

    /** Of the short matrix: the scheduler killed, Kafka stopped for 7.7 s, the hot driver killed (FaultPlanTest). */
    private static final long SEED = 361;

    /** A round begins so late in a minute that its window is over soon. */
    private static final int LATE = 20;
    /** How long the lines of a round are written for. */
    private static final int WRITING_MS = 8_000;

    private static final int PARTS = 40;
    /** A person who clears a task for the tenth time looks for a cause. */
    private static final int CLEARINGS = 8;
    /** More than a fault's beginning, its wait for a process and its length take together. */
    private static final int OVER_MINUTES = 5;
    /** After so many rounds that failed the stack says nothing new. */
    private static final int FAILED_ROUNDS = 3;

    @TempDir
    static Path folder;

    private static LocalStack stack;
    private static Sweeper source;
    private static Broker broker;
    private static Airflow airflow;
    private static SmallDisks disks;
    private static WrongClock clock;
    private static Faults faults;
    private static long seed;
    private static Iterator<Line> lines;

    /** Every line that was written, by origin. */
    private static final Map<String, Truth> written = new HashMap<>();
    /** Every message of the topic since the first round. */
    private static final Map<Place, Message> topic = new HashMap<>();

    /** When the broker took a message. */
    private static final Map<Place, Instant> times = new HashMap<>();
    /** Messages that came too late for the last round's windows: the next one's have them. */
    private static final List<Message> late = new ArrayList<>();

    /** How often each alert was in the topic before the round: one that came twice is told once. */
    private static final Map<String, Long> knownAlerts = new HashMap<>();

    private static Broker.Reading reading;

    private static final Map<String, Long> sizes = new HashMap<>();
    /** Where the last round's windows ended. */
    private static Instant swept = Instant.EPOCH;
    /** Its minute may have lines of another test. */
    private static Instant started = Instant.EPOCH;

    private static int round;

    @BeforeAll
    static void start() throws Exception {
        started = Instant.now();
        seed = Long.getLong("trawl.faults.seed", SEED);
        stack = SharedStack.get();
        assertThat(stack.names()).as("the plan's servers").containsExactlyInAnyOrderElementsOf(FaultPlan.SERVERS);
        source = Sweeper.swept(stack.conf(), "proxy");
        broker = new Broker(source.settings().text("kafka.bootstrap"));
        airflow = new Airflow(stack.port("airflow"));
        disks = new SmallDisks(stack, Path.of("target", "fault-disks").toAbsolutePath(), FaultsIT::say);
        disks.clear();
        clock = new WrongClock(stack, FaultsIT::say);
        faults = new Faults(stack, disks, clock, FaultsIT::say);
        // Another test may have set an earlier one: nothing runs by schedule.
        Files.writeString(stack.conf(), "airflow.start = 2100-01-01T00:00:00Z\n", StandardOpenOption.APPEND);
        Sweeper.expectFrom(stack.conf(), "proxy", started);
        Traffic traffic = Traffic.builder(seed, Long.MAX_VALUE / 2)
                .hits(5)
                .proxies(stack.proxies())
                .start(Instant.now().truncatedTo(ChronoUnit.SECONDS))
                .build();
        traffic.writeFeeds(stack.stateDir().resolve("feeds"));
        lines = traffic.iterator();
        for (String proxy : stack.proxies()) {
            Path log = stack.proxyLog(proxy);
            sizes.put(proxy, Files.exists(log) ? Files.size(log) : 0L);
        }

        reading = broker.reading(broker.ends(TOPIC));

        airflow.pause("refresh_indicators", false);
        String refresh = airflow.trigger("refresh_indicators", Map.of());
        assertThat(airflow.awaitEnd("refresh_indicators", refresh)).isEqualTo("success");
        airflow.pause("refresh_indicators", true);
        String before = HotJob.heartbeat(source).path("run_id").asText();
        airflow.pause(HOT, false);
        Await.until(
                "the hot job",
                () -> HotJob.heartbeat(source),
                beat -> beat.path("state").asText().equals("running")
                        && !beat.path("run_id").asText().equals(before));
        knownAlerts.putAll(alerts());
    }

    /** Ends what runs, so that the other tests have the stack as they expect it. */
    @AfterAll
    static void stop() throws Exception {
        // What is null a failure in start() has left so.
        if (stack == null) {
            return;
        }
        try {
            endFaults();
        } finally {
            try {
                endHot();
            } finally {
                close();
            }
        }
    }

    private static void endFaults() throws Exception {
        try {
            stack.unwatch();
            if (disks != null) {
                disks.close();
            }
        } finally {
            try {
                if (clock != null) {
                    clock.close();
                }
            } finally {
                stack.restore();
            }
        }
    }

    private static void endHot() throws Exception {
        if (airflow == null) {
            return;
        }
        airflow.pause(SWEEP, true);
        airflow.pause(HOT, true);
        for (JsonNode run : airflow.runs(HOT)) {
            if (Set.of("running", "queued").contains(run.path("state").asText())) {
                airflow.markFailed(HOT, run.path("dag_run_id").asText());
            }
        }
        Await.until(
                "no hot driver is left",
                () -> Processes.of(stack, "spark-worker", "io.trawl.hotdetect.HotDetectJob"),
                List::isEmpty);
    }

    private static void close() {
        try {
            if (reading != null) {
                reading.close();
            }
        } finally {
            if (broker != null) {
                broker.close();
            }
        }
    }

    @Test
    void nothingIsLostAndNothingIsDoubledWhateverFails() throws Exception {
        long minutes = Long.getLong("trawl.faults.minutes", 0);
        int first = Integer.getInteger("trawl.faults.round", 1);
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(minutes);
        round = first;
        say("seed " + seed);
        for (int number = 1; number < first; number++) {
            for (int i = 0; i < FaultPlan.of(seed, number).lines(); i++) {
                lines.next();
            }
        }
        List<String> failed = new ArrayList<>();
        do {
            FaultPlan plan = FaultPlan.of(seed, round);
            long begun = System.nanoTime();
            List<String> problems = new ArrayList<>();
            try {
                problems.addAll(play(plan));
            } catch (Exception | AssertionError e) {
                problems.add(String.valueOf(e.getMessage()));
                e.printStackTrace(System.out);
            }
            if (problems.isEmpty()) {
                say("nothing lost, nothing doubled, %d s"
                        .formatted(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun)));
            } else {
                problems.forEach(problem -> say("FAILED: " + problem));
                failed.add("seed %d, %s%n  %s%n  repeat it: bin/trawl test --faults --seed %d --round %d --minutes 0"
                        .formatted(seed, plan, String.join(System.lineSeparator() + "  ", problems), seed, round));
            }
            round++;
        } while (System.nanoTime() < end && failed.size() < FAILED_ROUNDS);
        assertThat(failed).as("rounds that failed, of " + (round - first)).isEmpty();
    }

    private static List<String> play(FaultPlan plan) throws Exception {
        List<String> problems = new ArrayList<>();
        both(
                () -> {
                    faults.prepare(plan);
                    stack.watch(FaultsIT::say);
                    awaitLate();
                    System.out.println(plan);
                    Instant begun = Instant.now();
                    List<Message> arrived = new ArrayList<>(late);
                    late.clear();
                    Set<String> origins = write(plan, arrived, begun);
                    List<Window> windows = windows(begun, arrived);
                    Sweeper.awaitEnd(windows.get(windows.size() - 1));
                    // The margin, in which a window is not closed yet.
                    TimeUnit.SECONDS.sleep(2);
                    sweep(plan, windows);
                    awaitAll();
                    awaitHot();
                    problems.addAll(judge(origins, arrived, windows));
                },
                () -> {
                    stack.unwatch();
                    stack.restore();
                });
        return problems;
    }

    private interface Work {
        void run() throws Exception;
    }

    /** Does a phase's work while its faults are thrown, and waits for both. */
    private static void during(FaultPlan plan, Phase phase, Work work) throws Exception {
        AtomicBoolean ended = new AtomicBoolean();
        // The hot driver, which may be away for a while, is there during the writing and after it.
        CompletableFuture<List<Fault>> over = faults.begin(plan, phase, () -> phase == Phase.WRITING || !ended.get());
        both(work, () -> {
            ended.set(true);
            awaitOver(plan, phase, over);
        });
    }

    /** Does both, the second also if the first fails. If both fail, the first's failure is thrown. */
    private static void both(Work first, Work second) throws Exception {
        try {
            first.run();
        } catch (Exception | AssertionError e) {
            try {
                second.run();
            } catch (Exception | AssertionError more) {
                e.addSuppressed(more);
            }
            throw e;
        }
        second.run();
    }

    private static void awaitOver(FaultPlan plan, Phase phase, CompletableFuture<List<Fault>> over) throws Exception {
        try {
            over.get(OVER_MINUTES, TimeUnit.MINUTES);
        } catch (TimeoutException e) {
            throw new AssertionError(
                    "the faults are not over %d minutes after the work: %s".formatted(OVER_MINUTES, plan.in(phase)), e);
        }
    }

    private static void awaitLate() {
        Await.until(
                "second " + LATE + " of a minute",
                () -> Instant.now().getEpochSecond(),
                second -> second % 60 >= LATE
                        && second % 60 < 50
                        && Instant.ofEpochSecond(second).isAfter(minute(started).plus(UNIT)));
    }

    /**
     * Has the proxies write the round's lines, throws faults, and waits for every line to be in the topic.
     *
     * @param arrived takes the messages that came
     * @return origins of the lines
     */
    private static Set<String> write(FaultPlan plan, List<Message> arrived, Instant begun) throws Exception {
        Map<String, List<Line>> byProxy = new TreeMap<>();
        for (int i = 0; i < plan.lines(); i++) {
            Line line = lines.next();
            byProxy.computeIfAbsent(line.proxy(), proxy -> new ArrayList<>()).add(line);
        }
        Set<String> origins = new HashSet<>();
        during(plan, Phase.WRITING, () -> {
            for (int part = 0; part < PARTS; part++) {
                for (Map.Entry<String, List<Line>> each : byProxy.entrySet()) {
                    List<Line> all = each.getValue();
                    int size = all.size();
                    append(each.getKey(), all.subList(size * part / PARTS, size * (part + 1) / PARTS), origins);
                }
                TimeUnit.MILLISECONDS.sleep(WRITING_MS / PARTS);
            }
        });
        Set<String> missing = new HashSet<>(origins);
        Await.until(
                "every line in the topic",
                () -> {
                    lookAfter();
                    List<Message> next = read();
                    arrived.addAll(next);
                    next.forEach(message -> missing.remove(message.origin()));
                    return missing.size();
                },
                left -> left == 0);
        say("every line is in the topic, %d s after the first; %d came again"
                .formatted(Duration.between(begun, Instant.now()).toSeconds(), arrived.size() - origins.size()));
        return origins;
    }

    /** Reads what has come to the topic since. */
    private static List<Message> read() {
        List<Message> messages = new ArrayList<>();
        for (RawLine line : reading.next()) {
            Message message = message(line);
            messages.add(message);
            topic.put(message.place(), message);
            times.put(message.place(), line.getAppendTime());
        }
        return messages;
    }

    /** Reads the topic to its end: lines that came again since a round's windows were chosen. */
    private static List<Message> readOn() throws Exception {
        long end = broker.messages(TOPIC);
        List<Message> messages = new ArrayList<>();
        Await.until(
                "message " + end + " of the topic",
                () -> {
                    messages.addAll(read());
                    return reading.position();
                },
                position -> position >= end);
        return messages;
    }

    private static void append(String proxy, List<Line> some, Set<String> origins) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (Line line : some) {
            String origin = proxy + ":" + (sizes.get(proxy) + bytes.size());
            origins.add(origin);
            written.put(
                    origin,
                    new Truth(
                            new String(line.bytes(), StandardCharsets.ISO_8859_1),
                            line.malformed() != null,
                            line.planted().stream()
                                    .map(match -> match.indicator() + " " + match.field() + " " + match.how())
                                    .toList()));
            bytes.writeBytes(line.bytes());
            bytes.write('\n');
        }
        Files.write(stack.proxyLog(proxy), bytes.toByteArray(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        sizes.merge(proxy, (long) bytes.size(), Long::sum);
    }

    private static Message message(RawLine line) {
        return new Message(
                new Place(line.getPartition(), line.getOffset()),
                line.getHost() + ":" + line.getFileOffset(),
                text(line.getBody()));
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.ISO_8859_1.decode(bytes.duplicate()).toString();
    }

    /** The windows that have the round's messages, by the broker's clock or by this machine's, and those since the last round. */
    private static List<Window> windows(Instant begun, List<Message> arrived) {
        Instant first = minute(begun);
        Instant last = minute(Instant.now());
        for (Message message : arrived) {
            Instant minute = minute(times.get(message.place()));
            first = minute.isBefore(first) ? minute : first;
            last = minute.isAfter(last) ? minute : last;
        }
        if (swept.isAfter(Instant.EPOCH) && swept.isBefore(first)) {
            first = swept;
        }
        swept = last.plus(UNIT);
        List<Window> windows = new ArrayList<>();
        for (Instant start = first; !start.isAfter(last); start = start.plus(UNIT)) {
            windows.add(new Window(start, start.plus(UNIT)));
        }
        return windows;
    }

    private static Instant minute(Instant time) {
        return time.truncatedTo(ChronoUnit.MINUTES);
    }

    /** Has Airflow sweep the windows, throws faults, and clears what has failed, as a person does. */
    private static void sweep(FaultPlan plan, List<Window> windows) throws Exception {
        String run =
                "faults-" + seed + "-" + plan.number() + "-" + Instant.now().getEpochSecond();
        Map<String, Object> form = Map.of(
                "window_start", windows.get(0).start().toString(),
                "window_end", windows.get(windows.size() - 1).end().toString());
        faults.beforeSweep();
        airflow.pause(SWEEP, false);
        Await.until(
                "the sweep's run",
                () -> {
                    airflow.trigger(SWEEP, run, form);
                    return "triggered";
                },
                "triggered"::equals);
        Instant begun = Instant.now();
        say("%d windows from %s".formatted(windows.size(), windows.get(0).start()));
        during(plan, Phase.SWEEPING, () -> {
            for (int cleared = 0; !awaitSweep(run).equals("success"); cleared++) {
                if (cleared == CLEARINGS) {
                    throw new AssertionError("the sweep fails after %d clearings: run %s".formatted(cleared, run));
                }
                // A person looks whether the servers are up before they clear.
                awaitAll();
                clear(run);
            }
        });
        say("swept in %d s".formatted(Duration.between(begun, Instant.now()).toSeconds()));
    }

    private static String awaitSweep(String run) {
        return Await.until(
                        "end of run " + run,
                        () -> {
                            lookAfter();
                            return airflow.run(SWEEP, run).path("state").asText() + " "
                                    + airflow.tasks(SWEEP, run).stream()
                                            .map(task -> task.path("task_id").asText() + " "
                                                    + task.path("state").asText() + " "
                                                    + task.path("try_number").asText())
                                            .collect(Collectors.joining(", "));
                        },
                        state -> state.startsWith("success ") || state.startsWith("failed "))
                .replaceFirst(" .*", "");
    }

    private static void clear(String run) throws Exception {
        for (JsonNode task : airflow.tasks(SWEEP, run)) {
            if (task.path("state").asText().equals("failed")) {
                String name = task.path("task_id").asText();
                int tries = task.path("try_number").asInt();
                say("%s failed, is cleared after %d tries: %s"
                        .formatted(name, tries, why(airflow.log(SWEEP, run, name, tries))));
                airflow.clear(SWEEP, run, name, true);
                return;
            }
        }
        throw new AssertionError("run " + run + " has failed, and no task of it");
    }

    /** What a try says last of why it failed. */
    private static String why(String log) throws IOException {
        String last = "no reason in its log";
        for (JsonNode line : Json.MAPPER.readTree(log).path("content")) {
            for (JsonNode error : line.path("error_detail")) {
                last = error.path("exc_value").asText(last);
            }
        }
        String one = last.replaceAll("\\s+", " ");
        return one.length() > 300 ? one.substring(0, 300) + "…" : one;
    }

    /** Starts by hand what the watch has left down, as {@code bin/trawl up} does. */
    private static void lookAfter() {
        for (LocalStack.Status status : stack.status()) {
            if (status.note().startsWith("left down")) {
                say(status.name() + " was left down, started by hand");
                stack.restore();
                return;
            }
        }
    }

    private static void awaitAll() {
        Await.until(
                "all servers",
                () -> {
                    lookAfter();
                    return stack.status().stream()
                            .filter(status -> !status.up())
                            .map(status -> status.name() + ": " + status.note())
                            .toList();
                },
                List::isEmpty);
    }

    private static void awaitHot() throws Exception {
        long messages = broker.messages(TOPIC);
        Await.until(
                "the hot path at message " + messages,
                () -> {
                    lookAfter();
                    return HotJob.committed(source);
                },
                done -> done >= messages);
    }

    private static List<String> judge(Set<String> origins, List<Message> arrived, List<Window> windows)
            throws Exception {
        List<Swept> all = new ArrayList<>();
        Map<Instant, List<Found>> batch = hbase("batch");
        for (Window window : windows) {
            List<Message> raw = new ArrayList<>();
            for (Map<String, Object> row : source.records(LakeTable.RAW_LINES, "ingest", window)) {
                raw.add(new Message(
                        new Place((Integer) row.get("partition"), (Long) row.get("offset")),
                        row.get("host") + ":" + row.get("file_offset"),
                        text((ByteBuffer) row.get("body"))));
            }
            List<Found> lake = new ArrayList<>();
            for (Map<String, Object> row : source.records(LakeTable.DETECTIONS, "enrich", window)) {
                lake.add(new Found(
                        (String) row.get("detection_id"),
                        new Place((Integer) row.get("partition"), (Long) row.get("offset")),
                        row.get("indicator_value") + " " + row.get("field") + " " + row.get("how")));
            }
            all.add(new Swept(
                    window, raw, source.counts("audit", window), lake, batch.getOrDefault(window.start(), List.of())));
        }
        Set<Place> inWindows = new HashSet<>();
        all.forEach(one -> one.raw().forEach(raw -> inWindows.add(raw.place())));
        readOn().stream()
                .filter(message -> !inWindows.contains(message.place()))
                .forEach(late::add);
        List<Found> hot = new ArrayList<>();
        for (List<Found> some : hbase("hot").values()) {
            for (Found found : some) {
                Message message = topic.get(found.place());
                if (message != null && origins.contains(message.origin())) {
                    hot.add(found);
                }
            }
        }
        List<String> problems = new FaultJudge(written, topic).problems(origins, arrived, all, hot);
        Map<String, Long> alerts = alerts();
        alerts.forEach((alert, times) -> {
            if (times > knownAlerts.getOrDefault(alert, 1L)) {
                problems.add("an alert came " + times + " times: " + alert);
            }
        });
        knownAlerts.putAll(alerts);
        for (Window window : windows) {
            if (all.stream()
                    .anyMatch(one -> one.window().equals(window) && !one.raw().isEmpty())) {
                parity(window, problems);
            }
        }
        say("%d messages, %d detections, %d alerts in all"
                .formatted(
                        arrived.size(),
                        all.stream().mapToInt(one -> one.lake().size()).sum(),
                        alerts.size()));
        return problems;
    }

    /** How often each alert is in the topic. */
    private static Map<String, Long> alerts() throws IOException {
        Map<String, Long> alerts = new TreeMap<>();
        for (Alert alert : HotJob.alerts(source)) {
            alerts.merge(alert.getDetectionId() + " revision " + alert.getRevision(), 1L, Long::sum);
        }
        return alerts;
    }

    private static void parity(Window window, List<String> problems) throws Exception {
        Trawl said = Trawl.start(
                folder,
                List.of(
                        "parity",
                        "--conf",
                        stack.conf().toString(),
                        "--source",
                        source.source(),
                        "--window",
                        window.toString(),
                        "--json"));
        int status = said.end();
        if (status != 0) {
            problems.add("parity of " + window + " ended with " + status + ": "
                    + said.err().strip() + " " + said.out().strip());
            return;
        }
        JsonNode parity = Json.MAPPER.readTree(said.out());
        if (!parity.path("judged").asBoolean()) {
            problems.add("parity of " + window + " is not judged: " + parity);
        }
    }

    /** Detections of a path in HBase, by the start of their windows. */
    private static Map<Instant, List<Found>> hbase(String path) throws IOException {
        Map<Instant, List<Found>> all = new HashMap<>();
        DetectionCells.each(source.settings(), (name, one) -> {
            if (name.path().equals(path) && name.source().equals(source.source())) {
                all.computeIfAbsent(name.window().start(), start -> new ArrayList<>())
                        .add(new Found(
                                one.path("detection_id").asText(),
                                new Place(
                                        one.path("partition").asInt(),
                                        one.path("offset").asLong()),
                                one.path("indicator_value").asText() + " "
                                        + one.path("field").asText() + " "
                                        + one.path("how").asText()));
            }
        });
        return all;
    }

    private static synchronized void say(String what) {
        System.out.println("round " + round + ": " + what);
    }
}
