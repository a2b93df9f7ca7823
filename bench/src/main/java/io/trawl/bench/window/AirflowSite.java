package io.trawl.bench.window;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.Json;
import io.trawl.bench.frame.BenchFailure;
import io.trawl.bench.frame.Movement;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
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

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String address;
    private String token = "";

    AirflowSite(int port) throws IOException, InterruptedException {
        address = "http://127.0.0.1:" + port;
        ObjectNode who = Json.MAPPER.createObjectNode().put("username", "admin").put("password", "admin");
        token = ask("POST", "/auth/token", who).path("access_token").asText();
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

    /** Asks; a server that is too busy to answer is asked again. */
    private HttpResponse<String> send(String method, String path, @Nullable JsonNode body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address + path))
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body.toString()));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        Movement movement = new Movement();
        while (true) {
            try {
                return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            } catch (IOException e) {
                movement.look("no answer", () -> "Airflow at " + address + " does not answer (" + e + ")");
                Thread.sleep(AGAIN_MILLIS);
            }
        }
    }
}
