package io.trawl.bench.path;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.Json;
import io.trawl.bench.frame.BenchFailure;
import io.trawl.bench.frame.Outcome;
import io.trawl.bench.frame.Side;
import io.trawl.bench.traffic.GeneratedLog;
import io.trawl.bench.traffic.Written;
import io.trawl.stack.LocalStack;
import io.trawl.stack.Options;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** The jobs on a log of another format and on one of Squid's, in turns: what a byte of each costs. */
final class BesideSquid {
    private static final List<String> JOBS = List.of("ingest", "validate", "enrich", "load");
    /** What a byte of another format may cost of one of Squid's. */
    private static final double TO_SQUID = 1.4;

    private final Written other;
    private final long lines;
    private final long indicators;
    private final int rounds;

    /** Starts the process of the jobs. */
    @FunctionalInterface
    interface Jobs {
        Side start(Path temporary) throws IOException;
    }

    /** A source of the bench, with what is in its topic. */
    private record Log(String source, GeneratedLog.Truth truth, String window) {}

    BesideSquid(Written other, long lines, long indicators, int rounds) {
        this.other = other;
        this.lines = lines;
        this.indicators = indicators;
        this.rounds = rounds;
    }

    Outcome measure(Options project, Path work, Jobs side, Consumer<String> progress) throws Exception {
        Path data = Files.createDirectories(work.resolve("data"));
        Options options = project.stateDir(work.resolve("stack")).without("airflow", "flume", "spark");
        List<Written> all = List.of(Written.SQUID, other);
        for (Written written : all) {
            options = options.setting("source." + source(written) + ".topic", "bench-" + source(written))
                    .setting("source." + source(written) + ".format", written.format())
                    .setting("source." + source(written) + ".window", "P1D");
        }
        try (LocalStack stack = LocalStack.start(options)) {
            Path feeds = data.resolve("feeds");
            new GeneratedLog(1, indicators).writeFeeds(feeds);
            List<Log> logs = new ArrayList<>();
            for (Written written : all) {
                GeneratedLog.Truth truth = new GeneratedLog(lines, indicators, written)
                        .write(
                                data.resolve("access.log"),
                                "127.0.0.1:" + stack.port("kafka"),
                                "bench-" + source(written));
                Instant day = truth.first().truncatedTo(ChronoUnit.DAYS);
                if (!day.equals(truth.last().truncatedTo(ChronoUnit.DAYS))) {
                    throw new BenchFailure("midnight (UTC) came while the log was sent: run it again");
                }
                logs.add(new Log(source(written), truth, day + "/" + day.plus(1, ChronoUnit.DAYS)));
                progress.accept(String.format(
                        Locale.ROOT,
                        "%,d lines of %s (%.0f MB) are there",
                        lines,
                        written.format(),
                        truth.bytes() / 1e6));
            }
            Map<String, Double> least = new LinkedHashMap<>();
            try (Side jobs = side.start(Files.createDirectories(work.resolve("tmp")))) {
                jobs.answer();
                for (int round = 1; round <= rounds; round++) {
                    String place = "hdfs://127.0.0.1:" + stack.port("namenode") + "/bench/" + round;
                    ask(jobs, stack, "refresh-indicators", place, data, List.of());
                    Map<String, Double> took = round(jobs, stack, place, data, logs);
                    progress.accept("round " + round + (round == 1 ? " (not counted)" : "") + ": CPU seconds " + took);
                    if (round > 1) {
                        took.forEach((name, seconds) -> least.merge(name, seconds, Math::min));
                    }
                }
            }
            return outcome(logs, least);
        }
    }

    private static String source(Written written) {
        return "bench-" + written.format();
    }

    /** @return seconds of CPU, by source and job, and of all jobs by source */
    private static Map<String, Double> round(Side jobs, LocalStack stack, String place, Path data, List<Log> logs)
            throws IOException {
        Map<String, Double> took = new LinkedHashMap<>();
        for (Log log : logs) {
            for (String job : JOBS) {
                JsonNode answer =
                        ask(jobs, stack, job, place, data, List.of("--source", log.source, "--window", log.window));
                check(job, log, answer);
                double seconds = answer.path("cpu").asDouble();
                took.put(log.source + "." + job, seconds);
                took.merge(log.source, seconds, Double::sum);
            }
        }
        return took;
    }

    private static JsonNode ask(Side jobs, LocalStack stack, String job, String place, Path data, List<String> more)
            throws IOException {
        ObjectNode question = Json.MAPPER.createObjectNode().put("do", job);
        List<String> arguments = new ArrayList<>(List.of("--conf", stack.conf().toString()));
        arguments.addAll(more);
        Path catalog = data.resolve("catalog-" + place.substring(place.lastIndexOf('/') + 1) + ".db");
        Map.of(
                        "lake.warehouse", place + "/lake",
                        "lake.catalog.uri", "jdbc:sqlite:" + catalog,
                        "state.dir", place + "/state",
                        "reports.dir", place + "/reports",
                        "indicators.folder", data.resolve("feeds").toString())
                .forEach((key, value) -> arguments.addAll(List.of("--set", key + "=" + value)));
        arguments.forEach(question.withArray("arguments")::add);
        return jobs.ask(question);
    }

    /** Holds a job's counts against the truth. */
    private static void check(String job, Log log, JsonNode answer) {
        GeneratedLog.Truth truth = log.truth;
        JsonNode counts = answer.path("counts");
        switch (job) {
            case "ingest" -> require(log, job, "lines", truth.lines(), counts.path("raw"));
            case "validate" -> {
                require(log, job, "invalid lines", truth.malformed(), counts.path("invalid"));
                require(log, job, "valid lines", truth.lines() - truth.malformed(), counts.path("valid"));
            }
            default -> require(log, job, "detections", truth.planted(), counts.path("detections"));
        }
        if (job.equals("enrich")) {
            Set<String> found = new TreeSet<>();
            answer.path("hits").forEach(place -> found.add(place.asText()));
            if (!found.equals(new TreeSet<>(truth.places()))) {
                throw new BenchFailure("enrich of " + log.source + " found " + found.size() + " lines where "
                        + truth.places().size() + " were planted, or others: its time says nothing");
            }
        }
    }

    private static void require(Log log, String job, String what, long expected, JsonNode found) {
        if (found.asLong() != expected) {
            throw new BenchFailure(job + " of " + log.source + " has " + found.asLong() + " " + what
                    + " where the generator made " + expected + ": its time says nothing");
        }
    }

    private Outcome outcome(List<Log> logs, Map<String, Double> least) {
        Outcome outcome = new Outcome("path");
        StringBuilder table = new StringBuilder(String.format(
                Locale.ROOT, "%-16s %8s %10s %10s %14s%n", "source", "MB", "bytes/line", "CPU s", "CPU ns/byte"));
        double[] perByte = new double[logs.size()];
        for (int i = 0; i < perByte.length; i++) {
            Log log = logs.get(i);
            double seconds = least.getOrDefault(log.source, 0.0);
            perByte[i] = seconds * 1e9 / log.truth.bytes();
            outcome.figure(log.source + ".cpu_seconds", seconds)
                    .figure(log.source + ".megabytes", log.truth.bytes() / 1e6)
                    .figure(log.source + ".cpu_ns_per_byte", perByte[i]);
            JOBS.forEach(job -> outcome.figure(
                    log.source + "." + job + ".cpu_seconds", least.getOrDefault(log.source + "." + job, 0.0)));
            table.append(String.format(
                    Locale.ROOT,
                    "%-16s %8.0f %10.0f %10.1f %14.1f%n",
                    log.source,
                    log.truth.bytes() / 1e6,
                    (double) log.truth.bytes() / log.truth.lines(),
                    seconds,
                    perByte[i]));
        }
        return outcome.say(table.toString())
                .atMost("jobs_" + other.format() + "_to_squid_cpu_per_byte", TO_SQUID, perByte[1] / perByte[0]);
    }
}
