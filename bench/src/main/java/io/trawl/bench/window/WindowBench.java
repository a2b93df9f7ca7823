package io.trawl.bench.window;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.base.Json;
import io.trawl.bench.frame.Bench;
import io.trawl.bench.frame.BenchFailure;
import io.trawl.bench.frame.Cpu;
import io.trawl.bench.frame.Movement;
import io.trawl.bench.frame.Outcome;
import io.trawl.bench.frame.ServerOptions;
import io.trawl.bench.frame.Size;
import io.trawl.bench.frame.StackCpu;
import io.trawl.bench.hot.HotRun;
import io.trawl.bench.hot.HotSite;
import io.trawl.bench.traffic.Envelopes;
import io.trawl.bench.traffic.GeneratedLog;
import io.trawl.bench.traffic.Pump;
import io.trawl.stack.LocalStack;
import io.trawl.stack.Options;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What a scheduled window costs apart from its lines. All moments whose differences are the figures are noted here. */
@Command(
        name = "window",
        header = "a scheduled window: overhead and CPU of its run, and how soon its detections are in HBase",
        description = {
            "",
            "Starts Kafka, HDFS, HBase, Spark and Airflow of its own (in .trawl/bench, ports shifted by 7500), and lets Airflow "
                    + "sweep windows of a minute by schedule, with window.margin PT5S: one to warm up, some with lines, some empty. "
                    + "It sends a window's lines to the topic within their minute. Then it compares HBase with the planted hits, "
                    + "line by line. It measures:",
            "  overhead   from a run's start to its success, minus the jobs' work (seconds.total of their reports)",
            "  cpu        of all processes of the stack from a run's start to its end, also of those that end meanwhile,",
            "             minus what the same processes take at rest in that time; also the machine's busy time",
            "  detected   from a window's end to the end of task load",
            "and the time of each stage of a run, which shows where the overhead comes from.",
            "",
            "Takes ten minutes with the defaults.",
            ""
        })
public final class WindowBench implements Bench {
    /** A shift with which no port is one of a default stack, of one shifted by thousands, or of another bench. */
    private static final int PORT_SHIFT = 7500;

    private static final String SOURCE = "proxy";
    private static final String DAG = "sweep";
    private static final long LOOK_MILLIS = 2000;
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @Option(names = "--lines", paramLabel = "N", description = "Lines of a window that is not empty (default: 100k).")
    private Size lines = new Size(100_000);

    @Option(
            names = "--windows",
            paramLabel = "N",
            description = "Windows with lines, and as many empty ones (default: 3).")
    private int windows = 3;

    @Mixin
    private ServerOptions servers = new ServerOptions(100_000);

    @Option(
            names = "--rest",
            paramLabel = "N",
            description = "Seconds for which the stack is measured at rest (default: 30).")
    private int rest = 30;

    @Option(names = "--hot", description = "The hot job runs during the sweeps.")
    private boolean hot;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "One setting of trawl.conf, for example job.driver.lines=0.")
    private List<String> settings = new ArrayList<>();

    @Option(
            names = "--stack",
            paramLabel = "KEY=VALUE",
            description = "One setting of the stack, for example env.AIRFLOW__CORE__PARALLELISM=4.")
    private List<String> stackSettings = new ArrayList<>();

    @Override
    public Outcome measure(Consumer<String> progress) throws Exception {
        if (windows < 1 || windows > 40) {
            throw new IllegalArgumentException("--windows " + windows + ": expected 1 to 40");
        }
        if (rest < 1) {
            throw new IllegalArgumentException("--rest " + rest + ": expected 1 or more seconds");
        }
        if (lines.value() < 1000 || lines.value() > 2_000_000) {
            throw new IllegalArgumentException("--lines " + lines.value() + ": expected 1k to 2M, for example 100k");
        }
        return servers.use("window", (project, work) -> measure(project, work, progress));
    }

    private Outcome measure(Options project, Path work, Consumer<String> progress) throws Exception {
        Instant begun = Instant.now();
        Options options = project.stateDir(work.resolve("stack"))
                .portShift(PORT_SHIFT)
                .without("flume")
                .setting("source." + SOURCE + ".window", "PT1M")
                .setting("source." + SOURCE + ".format", "squid")
                .setting("source." + SOURCE + ".silence", "PT1H")
                .setting("window.margin", "PT5S")
                // Until it is known when the first line is sent.
                .setting("airflow.start", "2100-01-01T00:00:00Z")
                // One after the other, so that each is measured by itself.
                .setting("airflow.windows", "1");
        for (String[] pair : pairs("--set", settings)) {
            options = options.setting(pair[0], pair[1]);
        }
        for (String[] pair : pairs("--stack", stackSettings)) {
            options = options.stack(pair[0], pair[1]);
        }
        try (LocalStack stack = LocalStack.start(options)) {
            HotSite site = new HotSite(
                    stack,
                    project.home(),
                    work,
                    List.of(),
                    Duration.ofMillis(500),
                    servers.indicators().value(),
                    progress);
            Path feeds = work.resolve("feeds");
            new GeneratedLog(1, servers.indicators().value()).writeFeeds(feeds);
            site.job("refresh-indicators", "--set", "indicators.folder=" + feeds);
            Envelopes envelopes =
                    new Envelopes((int) lines.value(), servers.indicators().value());
            site.say("servers are up, %s indicators are loaded (%.0f s)", servers.indicators(), since(begun));
            awaitClasses(project, site);
            if (!hot) {
                return sweep(site, envelopes);
            }
            try (HotRun beside = site.hot(SOURCE)) {
                site.say("the hot job runs since %s", beside.submitted());
                return sweep(site, envelopes);
            }
        }
    }

    private static List<String[]> pairs(String option, List<String> given) {
        List<String[]> pairs = new ArrayList<>();
        for (String one : given) {
            String[] pair = one.split("=", 2);
            if (pair.length != 2 || pair[0].isBlank()) {
                throw new IllegalArgumentException(option + " " + one + ": expected KEY=VALUE");
            }
            pairs.add(pair);
        }
        return pairs;
    }

    /** Waits for the archive of classes that is made while the first servers start: until then drivers start slowly. */
    private static void awaitClasses(Options project, HotSite site) throws IOException, InterruptedException {
        Path folder = project.home().resolve(".trawl/classes");
        boolean told = false;
        Movement movement = new Movement();
        while (Files.isSymbolicLink(folder.resolve("drivers.jsa"))) {
            String maker = maker(folder);
            if (maker.isEmpty()) {
                site.say("drivers start without an archive of their classes: none could be made in %s", folder);
                return;
            }
            if (!told) {
                site.say("waiting for the archive of the drivers' classes");
                told = true;
            }
            movement.look(maker, () -> "the archive of classes in " + folder + " is not made");
            Thread.sleep(500);
        }
    }

    /** CPU time of the process that makes the archive, in some form; empty if none does. */
    private static String maker(Path folder) throws IOException {
        String list = folder.resolve("drivers.lst").toString();
        for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
            Path proc = Path.of("/proc", Long.toString(process.pid()));
            try {
                if (Files.readString(proc.resolve("cmdline"), StandardCharsets.ISO_8859_1)
                        .contains("SharedClassListFile=" + list)) {
                    return Double.toString(Cpu.seconds(Files.readString(proc.resolve("stat"))));
                }
            } catch (IOException e) {
                // It has ended meanwhile.
            }
        }
        return "";
    }

    private Outcome sweep(HotSite site, Envelopes envelopes) throws IOException, InterruptedException {
        AirflowSite airflow = new AirflowSite(site.stack().port("airflow"));
        known(site, airflow, "");
        airflow.unpause(DAG);
        Looks looks = new Looks(site.stack(), airflow);
        StackCpu atRest = atRest(site, looks);
        Instant first =
                Instant.now().plusSeconds(20).truncatedTo(ChronoUnit.MINUTES).plusSeconds(60);
        Instant end = first.plus(Duration.ofMinutes(1 + 2L * windows));
        Files.writeString(
                site.stack().conf(),
                "airflow.start = " + first + "\nairflow.end = " + end + "\n",
                StandardOpenOption.APPEND);
        site.say(
                "windows from %s on: 1 to warm up and %d with %s lines, then %d empty; the last one ends at %s",
                first, windows, lines, windows, end);
        known(site, airflow, "from " + first);
        List<JsonNode> runs;
        try (Pump pump = new Pump(envelopes, site.bootstrap(), site.trawl().text("source." + SOURCE + ".topic"))) {
            runs = follow(site, looks, pump, first);
        }
        List<WindowRun> swept = new ArrayList<>();
        for (JsonNode run : runs) {
            swept.add(read(site, airflow, looks, run, atRest));
        }
        new WindowTruth(site, envelopes, lines.value()).hold(swept, windows);
        return new WindowTable(swept, windows).tell(atRest);
    }

    /** Waits until Airflow has read the DAG, with these words in the description of its timetable. */
    private static void known(HotSite site, AirflowSite airflow, String words)
            throws IOException, InterruptedException {
        Movement movement = new Movement();
        JsonNode dag = airflow.dag(DAG);
        while (!dag.has("dag_id")
                || !dag.path("timetable_description").asText("").contains(words)) {
            movement.look(
                    dag.path("timetable_description"),
                    () -> "Airflow does not read DAG sweep; its log: "
                            + site.stack().log("airflow-dag-processor"));
            Thread.sleep(500);
            dag = airflow.dag(DAG);
        }
    }

    /** Looks at Airflow and at what the stack has taken, at rest as often as while it sweeps. */
    private static final class Looks {
        private final LocalStack stack;
        private final AirflowSite airflow;
        private final List<StackCpu> taken = new ArrayList<>();

        Looks(LocalStack stack, AirflowSite airflow) {
            this.stack = stack;
            this.airflow = airflow;
        }

        List<JsonNode> look() throws IOException, InterruptedException {
            List<JsonNode> runs = airflow.runs(DAG);
            taken.add(StackCpu.of(stack));
            return runs;
        }

        StackCpu newest() {
            return taken.get(taken.size() - 1);
        }

        /** What was taken from the last look before an instant to the first one after another. */
        StackCpu between(Instant from, Instant to, StackCpu atRest) {
            StackCpu before = taken.get(0);
            StackCpu after = newest();
            for (StackCpu one : taken) {
                if (!one.at().isAfter(from)) {
                    before = one;
                }
            }
            for (StackCpu one : taken) {
                if (one.at().isAfter(to)) {
                    after = one;
                    break;
                }
            }
            return after.since(before).less(atRest, HotSite.seconds(before.at(), after.at()));
        }
    }

    private StackCpu atRest(HotSite site, Looks looks) throws IOException, InterruptedException {
        looks.look();
        StackCpu before = looks.newest();
        Instant until = before.at().plusSeconds(rest);
        while (Instant.now().isBefore(until)) {
            Thread.sleep(LOOK_MILLIS);
            looks.look();
        }
        StackCpu after = looks.newest();
        StackCpu second = after.since(before).over(HotSite.seconds(before.at(), after.at()));
        site.say(
                "at rest the stack takes %.2f s of CPU a second (Airflow %.2f, Spark %.2f, other servers %.2f; machine %.2f)",
                second.all(), second.airflow(), second.spark(), second.servers(), second.machine());
        return second;
    }

    /** Sends the lines of each window in its minute, and follows the runs until all have succeeded. */
    private List<JsonNode> follow(HotSite site, Looks looks, Pump pump, Instant first)
            throws IOException, InterruptedException {
        Movement movement = new Movement();
        Map<String, String> told = new HashMap<>();
        Path logs = logs(site);
        int sent = 0;
        while (true) {
            Instant start = first.plus(Duration.ofMinutes(sent));
            // Not at the very border: the broker's clock says in which window a line is.
            if (sent <= windows && Instant.now().isAfter(start.plusMillis(500))) {
                pump.send(lines.value());
                if (Instant.now().isAfter(start.plusSeconds(55))) {
                    throw new BenchFailure("sending " + lines + " lines took longer than their minute from " + start
                            + " on: with fewer --lines?");
                }
                site.say("%s lines are sent in the window from %s on", lines, start);
                sent++;
            }
            List<JsonNode> runs = looks.look();
            long succeeded = 0;
            List<String> states = new ArrayList<>();
            for (JsonNode run : runs) {
                String id = run.path("dag_run_id").asText();
                String state = run.path("state").asText();
                requireFirstTries(logs.resolve("run_id=" + id));
                if (state.equals("failed")) {
                    throw new BenchFailure("run " + id + " failed; its logs: " + logs.resolve("run_id=" + id)
                            + " (kept with --keep-data)");
                }
                succeeded += state.equals("success") ? 1 : 0;
                states.add(id + " " + state);
                if (!state.equals(told.put(id, state))) {
                    site.say("  run %s: %s", id, state);
                }
            }
            if (succeeded == 1 + 2L * windows) {
                return runs;
            }
            // Servers are never quite at rest; drivers are what moves.
            long moving = (long) looks.newest().spark() / 2;
            boolean waits = Instant.now().isBefore(first.plus(Duration.ofMinutes(2 + 2L * windows)));
            movement.look(
                    List.of(states, moving, sent, waits ? Instant.now() : "all windows have closed"),
                    () -> states + "; their logs: " + logs);
            Thread.sleep(LOOK_MILLIS);
        }
    }

    /** A task that is tried again has failed: its time says nothing, and what it said does. */
    private static void requireFirstTries(Path run) throws IOException {
        for (String job : WindowRun.JOBS) {
            Path task = run.resolve("task_id=" + job);
            if (!Files.exists(task.resolve("attempt=2.log"))) {
                continue;
            }
            String why = "no reason given";
            for (String line : Files.readAllLines(task.resolve("attempt=1.log"))) {
                JsonNode said = line.startsWith("{") ? Json.MAPPER.readTree(line) : Json.MAPPER.nullNode();
                for (JsonNode error : said.path("error_detail")) {
                    why = error.path("exc_value").asText();
                }
            }
            throw new BenchFailure(
                    "task " + job + " failed (" + why + "); its log: " + task + " (kept with --keep-data)");
        }
    }

    private static Path logs(HotSite site) {
        return site.stack().stateDir().resolve("logs/airflow/dag_id=" + DAG);
    }

    private static WindowRun read(HotSite site, AirflowSite airflow, Looks looks, JsonNode run, StackCpu atRest)
            throws IOException, InterruptedException {
        String id = run.path("dag_run_id").asText();
        Map<String, JsonNode> tasks = new HashMap<>();
        for (JsonNode task : airflow.tasks(DAG, id)) {
            tasks.put(task.path("task_id").asText(), task);
        }
        Map<String, JsonNode> reports = new HashMap<>();
        for (String job : WindowRun.JOBS) {
            reports.put(job, airflow.returned(DAG, id, job));
        }
        String files = "http://127.0.0.1:" + site.stack().port("namenode-http") + "/webhdfs/v1/trawl/reports/airflow/"
                + DAG + "/" + id.replaceAll("[^A-Za-z0-9._-]+", "_") + "/";
        return WindowRun.of(
                run,
                tasks,
                reports,
                logs(site).resolve("run_id=" + id),
                (job, runId) -> Instant.ofEpochMilli(get(files + job + "/" + runId + ".json?op=GETFILESTATUS")
                        .path("FileStatus")
                        .path("modificationTime")
                        .asLong()),
                looks.between(WindowRun.time(run, "start_date"), WindowRun.time(run, "end_date"), atRest));
    }

    private static JsonNode get(String address) throws IOException, InterruptedException {
        HttpResponse<String> answer =
                HTTP.send(HttpRequest.newBuilder(URI.create(address)).build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new BenchFailure(address + " answers with status " + answer.statusCode());
        }
        return Json.MAPPER.readTree(answer.body());
    }

    private static double since(Instant begun) {
        return HotSite.seconds(begun, Instant.now());
    }
}
