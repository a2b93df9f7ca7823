package io.trawl.bench.hot;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.base.Json;
import io.trawl.bench.frame.BenchFailure;
import io.trawl.bench.frame.Jvm;
import io.trawl.stack.LocalStack;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The hot job of a source, submitted in cluster mode as bin/trawl run does; ends with {@link #close}. */
public final class HotRun implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(150);
    private static final HttpClient HTTP =
            HttpClient.newBuilder().followRedirects(HttpClient.Redirect.ALWAYS).build();

    private final LocalStack stack;
    private final String source;
    private final String id;
    private final Path log;
    private final Process process;
    private final Instant submitted = Instant.now();

    private HotRun(LocalStack stack, Path home, String source, List<String> settings) throws IOException {
        this.stack = stack;
        this.source = source;
        this.id = "bench-" + Long.toString(System.nanoTime(), 36);
        this.log = stack.stateDir().resolve("logs").resolve(id + ".log");
        List<String> arguments = new ArrayList<>(List.of("hot-detect", "--source", source, "--run-id", id));
        settings.forEach(setting -> arguments.addAll(List.of("--set", setting)));
        process = trawlRun(stack, home, arguments)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }

    /** {@code bin/trawl run} with arguments, on that stack. */
    public static ProcessBuilder trawlRun(LocalStack stack, Path home, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(home.resolve("bin/trawl").toString(), "run"));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("TRAWL_STATE", stack.stateDir().toString());
        builder.environment().put("TRAWL_NO_BUILD", "1");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().remove("TRAWL_CONF");
        return builder;
    }

    /**
     * Submits it and waits until it takes lines.
     *
     * @param settings of the job that differ, key=value
     * @throws BenchFailure it ended, or does not come up
     */
    public static HotRun start(LocalStack stack, Path home, String source, List<String> settings)
            throws IOException, InterruptedException {
        HotRun run = new HotRun(stack, home, source, settings);
        try {
            run.awaitBatch();
            return run;
        } catch (IOException | InterruptedException | RuntimeException e) {
            run.close();
            throw e;
        }
    }

    private void awaitBatch() throws IOException, InterruptedException {
        Instant until = submitted.plus(START);
        while (Instant.now().isBefore(until)) {
            requireAlive();
            JsonNode beat = heartbeat();
            if (beat != null && beat.path("last_batch").isTextual()) {
                return;
            }
            Thread.sleep(200);
        }
        throw new BenchFailure("hot-detect of " + source + " took no line within " + START + "; its log is " + log);
    }

    public void requireAlive() throws IOException {
        if (!process.isAlive()) {
            throw new BenchFailure("hot-detect of " + source + " has ended: " + lastWords() + "; its log is " + log);
        }
    }

    private String lastWords() throws IOException {
        List<String> said = Files.readAllLines(log, StandardCharsets.UTF_8);
        return said.isEmpty() ? "it said nothing" : said.get(said.size() - 1);
    }

    /** When it was submitted. */
    public Instant submitted() {
        return submitted;
    }

    /** Its heartbeat, read as a watcher elsewhere would; null before the first, and while it is being replaced. */
    @Nullable
    public JsonNode heartbeat() throws IOException, InterruptedException {
        URI file = URI.create("http://127.0.0.1:" + stack.port("namenode-http") + "/webhdfs/v1/trawl/reports/hot/"
                + source + "/heartbeat.json?op=OPEN");
        HttpResponse<String> answer = HTTP.send(
                HttpRequest.newBuilder(file).timeout(Duration.ofSeconds(10)).build(),
                HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            return null;
        }
        JsonNode beat = Json.MAPPER.readTree(answer.body());
        return beat.path("run_id").asText().equals(id) ? beat : null;
    }

    /** Its heartbeat, waited for. */
    public JsonNode requireHeartbeat() throws IOException, InterruptedException {
        for (int tries = 0; tries < 50; tries++) {
            JsonNode beat = heartbeat();
            if (beat != null) {
                return beat;
            }
            requireAlive();
            Thread.sleep(200);
        }
        throw new BenchFailure("hot-detect of " + source + " has no heartbeat");
    }

    public Jvm driver() throws IOException {
        return jvm("driver", "org.apache.spark.deploy.worker.DriverWrapper");
    }

    public Jvm executor() throws IOException {
        return jvm("executor", "org.apache.spark.executor.CoarseGrainedExecutorBackend");
    }

    private Jvm jvm(String name, String main) throws IOException {
        for (long pid : stack.processes("spark-worker")) {
            Path command = Path.of("/proc", Long.toString(pid), "cmdline");
            if (Files.exists(command)
                    && List.of(Files.readString(command, StandardCharsets.ISO_8859_1)
                                    .split("\0", -1))
                            .contains(main)) {
                return new Jvm(name, pid);
            }
        }
        throw new BenchFailure("the worker has no " + name);
    }

    /** Ends the driver as an operator does, and waits for its end. */
    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
