package io.trawl.bench.window;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.base.Json;
import io.trawl.bench.frame.BenchFailure;
import io.trawl.bench.frame.Movement;
import io.trawl.stack.AirflowApi;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Airflow as its page uses it: over its REST API, as the user admin. */
final class AirflowSite {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final long AGAIN_MILLIS = 1000;

    private final String address;
    private final AirflowApi api;

    AirflowSite(int port) throws IOException, InterruptedException {
        address = "http://127.0.0.1:" + port;
        api = new AirflowApi(address, PATIENCE);
        asked(() -> {
            api.login("admin", "admin");
            return api;
        });
    }

    /** The DAG as Airflow has read it; empty before. */
    JsonNode dag(String dag) throws IOException, InterruptedException {
        HttpResponse<String> answer = send("GET", "/api/v2/dags/" + dag, null);
        return answer.statusCode() == 200 ? Json.MAPPER.readTree(answer.body()) : Json.MAPPER.createObjectNode();
    }

    /** Lets a DAG run by its schedule. */
    void unpause(String dag) throws IOException, InterruptedException {
        ask("PATCH", "/api/v2/dags/" + dag, Json.MAPPER.createObjectNode().put("is_paused", false));
    }

    /** Every run of a DAG, the oldest window first. */
    List<JsonNode> runs(String dag) throws IOException, InterruptedException {
        List<JsonNode> runs = listed(ask("GET", "/api/v2/dags/" + dag + "/dagRuns?limit=100", null), "dag_runs");
        runs.sort(Comparator.comparing(run -> WindowRun.time(run, "run_after")));
        return runs;
    }

    /** The task instances of a run. */
    List<JsonNode> tasks(String dag, String run) throws IOException, InterruptedException {
        return listed(ask("GET", runPath(dag, run) + "/taskInstances", null), "task_instances");
    }

    /** What a task returned. */
    JsonNode returned(String dag, String run, String task) throws IOException, InterruptedException {
        JsonNode value = ask("GET", runPath(dag, run) + "/taskInstances/" + task + "/xcomEntries/return_value", null)
                .path("value");
        return value.isTextual() ? Json.MAPPER.readTree(value.asText()) : value;
    }

    private static List<JsonNode> listed(JsonNode answer, String name) {
        List<JsonNode> all = new ArrayList<>();
        answer.path(name).forEach(all::add);
        return all;
    }

    private static String runPath(String dag, String run) {
        return "/api/v2/dags/" + dag + "/dagRuns/" + URLEncoder.encode(run, StandardCharsets.UTF_8);
    }

    private JsonNode ask(String method, String path, @Nullable JsonNode body) throws IOException, InterruptedException {
        HttpResponse<String> answer = send(method, path, body);
        if (answer.statusCode() / 100 != 2) {
            throw new BenchFailure("Airflow answers " + method + " " + path + " with status " + answer.statusCode()
                    + ": " + answer.body());
        }
        return Json.MAPPER.readTree(answer.body());
    }

    private HttpResponse<String> send(String method, String path, @Nullable JsonNode body)
            throws IOException, InterruptedException {
        return asked(() -> api.send(method, path, body));
    }

    private interface Question<T> {
        T ask() throws IOException, InterruptedException;
    }

    /** Asks; a server that is too busy to answer is asked again. */
    private <T> T asked(Question<T> question) throws InterruptedException {
        Movement movement = new Movement();
        while (true) {
            try {
                return question.ask();
            } catch (IOException e) {
                movement.look("no answer", () -> "Airflow at " + address + " does not answer (" + e + ")");
                Thread.sleep(AGAIN_MILLIS);
            }
        }
    }
}
