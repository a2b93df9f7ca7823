package io.trawl.bench.path;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.Json;
import io.trawl.base.Settings;
import io.trawl.bench.frame.Cpu;
import io.trawl.bench.frame.Stopwatch;
import io.trawl.enrich.EnrichJob;
import io.trawl.ingest.IngestJob;
import io.trawl.load.LoadJob;
import io.trawl.refreshindicators.RefreshIndicatorsJob;
import io.trawl.run.Job;
import io.trawl.run.Jobs;
import io.trawl.validate.ValidateJob;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.slf4j.LoggerFactory;

/** The process in which Trawl's jobs and the floor are measured: one JVM, Spark in it, a session a job. */
final class JobsSide {
    /** The day in which the log was taken is not over yet; to the jobs it is. */
    private static final Clock CLOCK = Clock.offset(Clock.systemUTC(), Duration.ofDays(2));

    private JobsSide() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        PrintStream answers = System.out;
        // Whatever prints must not print between the answers.
        System.setOut(System.err);
        BlockingQueue<String> questions = new LinkedBlockingQueue<>();
        Thread reader = new Thread(() -> read(questions), "questions");
        reader.setDaemon(true);
        reader.start();
        answers.println(Json.MAPPER.createObjectNode().put("cpu", Cpu.seconds()));
        while (true) {
            ObjectNode answer = Json.MAPPER.createObjectNode();
            try {
                JsonNode question = Json.MAPPER.readTree(questions.take());
                if (question.path("do").asText().equals("floor")) {
                    floor(question, answer);
                } else {
                    job(question, answer);
                }
                answer.put("peak", Cpu.peak());
            } catch (RuntimeException e) {
                LoggerFactory.getLogger(JobsSide.class).error("failed", e);
                answer.put("error", String.valueOf(e.getMessage()));
            }
            answers.println(answer);
            answers.flush();
        }
    }

    /** Ends the process with its input, whatever runs. */
    private static void read(BlockingQueue<String> questions) {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                questions.add(line);
            }
        } catch (IOException e) {
            System.err.println(e.getMessage());
        }
        System.exit(0);
    }

    private static void job(JsonNode question, ObjectNode answer) {
        Timed job = new Timed(job(question.path("do").asText()));
        List<String> arguments = new ArrayList<>();
        question.path("arguments").forEach(argument -> arguments.add(argument.asText()));
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int status = Jobs.run(
                arguments.toArray(new String[0]), job, CLOCK, new PrintStream(said, true, StandardCharsets.UTF_8));
        if (status != 0) {
            answer.put("error", said.toString(StandardCharsets.UTF_8).strip());
            return;
        }
        put(answer, job.work(), job.startUp());
        ObjectNode counts = answer.putObject("counts");
        job.counts().forEach(counts::put);
        ArrayNode hits = answer.putArray("hits");
        job.hits().forEach(hits::add);
    }

    private static Job job(String name) {
        return switch (name) {
            case "ingest" -> new IngestJob();
            case "validate" -> new ValidateJob();
            case "enrich" -> new EnrichJob();
            case "load" -> new LoadJob();
            case "refresh-indicators" -> new RefreshIndicatorsJob();
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static void floor(JsonNode question, ObjectNode answer) {
        Map<Integer, Long> ends = new LinkedHashMap<>();
        question.path("ends")
                .fields()
                .forEachRemaining(end ->
                        ends.put(Integer.valueOf(end.getKey()), end.getValue().asLong()));
        Settings settings = Settings.load(Path.of(question.path("conf").asText()), new LinkedHashMap<>());
        Floor floor = new Floor(settings, question.path("topic").asText(), ends);
        Floor.Took took = floor.run(question.path("out").asText());
        put(answer, took.work(), took.startUp());
        answer.put("lines", took.lines());
    }

    private static void put(ObjectNode answer, Stopwatch.Lap work, Stopwatch.Lap startUp) {
        answer.put("wall", work.wall()).put("cpu", work.cpu());
        answer.put("start_wall", startUp.wall()).put("start_cpu", startUp.cpu());
    }
}
