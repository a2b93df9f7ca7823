package io.trawl.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.stack.AirflowApi;
import io.trawl.stack.Await;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Airflow as its page uses it: over its REST API, as the user admin. */
final class Airflow {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** A server that starts, or a machine that has other work, may take long to answer. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private static final Set<String> ENDED = Set.of("success", "failed");

    private final String address;
    private final AirflowApi api;

    Airflow(int port) throws Exception {
        address = "http://127.0.0.1:" + port;
        api = new AirflowApi(address, PATIENCE);
        Await.until(
                "a token of Airflow",
                () -> {
                    api.login("admin", "admin");
                    return true;
                },
                known -> known);
    }

    /** Switches a DAG on or off; waits until Airflow has read it. */
    void pause(String dag, boolean paused) {
        Await.until(
                "DAG " + dag,
                Duration.ofSeconds(90),
                () -> send(
                                "PATCH",
                                "/api/v2/dags/" + dag,
                                JSON.createObjectNode().put("is_paused", paused))
                        .statusCode(),
                status -> status == 200);
    }

    /** The form of a manual run, filled in and sent. */
    HttpResponse<String> form(String dag, Map<String, Object> fields) throws Exception {
        ObjectNode body = JSON.createObjectNode();
        body.putNull("logical_date");
        body.set("conf", JSON.valueToTree(fields));
        return send("POST", "/api/v2/dags/" + dag + "/dagRuns", body);
    }

    /** Starts a run by its form. */
    String trigger(String dag, Map<String, Object> fields) throws Exception {
        HttpResponse<String> answer = form(dag, fields);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body()).path("dag_run_id").asText();
    }

    /** Starts a run under a name of its own; asked again, since the answer was lost, it stays the one run. */
    void trigger(String dag, String run, Map<String, Object> fields) throws Exception {
        ObjectNode body = JSON.createObjectNode();
        body.put("dag_run_id", run).putNull("logical_date");
        body.set("conf", JSON.valueToTree(fields));
        HttpResponse<String> answer = send("POST", "/api/v2/dags/" + dag + "/dagRuns", body);
        // 409: there is one of that name.
        if (answer.statusCode() != 200 && answer.statusCode() != 409) {
            throw new IOException("trigger of " + dag + ": " + answer.statusCode() + " " + answer.body());
        }
    }

    /** Asks for a backfill of all windows in a range. */
    void backfill(String dag, Instant from, Instant to) throws Exception {
        ObjectNode body = JSON.createObjectNode();
        body.put("dag_id", dag).put("from_date", from.toString()).put("to_date", to.toString());
        body.put("max_active_runs", 2).put("reprocess_behavior", "none").put("run_backwards", false);
        body.set("dag_run_conf", JSON.createObjectNode());
        // On SQLite Airflow refuses a backfill while its scheduler writes, and keeps nothing of it.
        HttpResponse<String> answer = Await.until(
                "a backfill that Airflow accepts",
                () -> send("POST", "/api/v2/backfills", body),
                said -> said.statusCode() != 503 || !said.body().contains("Database is locked"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    /** Clears a task, also one that succeeded, alone or with all that follows it. */
    void clear(String dag, String run, String task, boolean downstream) throws Exception {
        ObjectNode body = JSON.createObjectNode();
        body.put("dry_run", false).put("dag_run_id", run).put("only_failed", false);
        body.put("reset_dag_runs", true).put("include_downstream", downstream);
        body.putArray("task_ids").add(task);
        HttpResponse<String> answer = send("POST", "/api/v2/dags/" + dag + "/clearTaskInstances", body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    /** Marks a task as failed, as the page does. */
    void markFailed(String dag, String run, String task) throws Exception {
        HttpResponse<String> answer =
                send("PATCH", instance(dag, run, task), JSON.createObjectNode().put("new_state", "failed"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    /** Marks a run as failed, and with it the tasks of it that run. */
    void markFailed(String dag, String run) throws Exception {
        HttpResponse<String> answer = send(
                "PATCH",
                "/api/v2/dags/" + dag + "/dagRuns/" + encoded(run),
                JSON.createObjectNode().put("state", "failed"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    /** All runs of a DAG. */
    List<JsonNode> runs(String dag) throws Exception {
        List<JsonNode> runs = new ArrayList<>();
        get("/api/v2/dags/" + dag + "/dagRuns?limit=100").path("dag_runs").forEach(runs::add);
        return runs;
    }

    JsonNode run(String dag, String run) throws Exception {
        return get("/api/v2/dags/" + dag + "/dagRuns/" + encoded(run));
    }

    /** All tasks of a run. */
    List<JsonNode> tasks(String dag, String run) throws Exception {
        List<JsonNode> tasks = new ArrayList<>();
        get("/api/v2/dags/" + dag + "/dagRuns/" + encoded(run) + "/taskInstances")
                .path("task_instances")
                .forEach(tasks::add);
        return tasks;
    }

    JsonNode task(String dag, String run, String task) throws Exception {
        return get(instance(dag, run, task));
    }

    /** Waits until a run has ended; gives how. */
    String awaitEnd(String dag, String run) {
        return Await.until(
                "end of run " + run + " of " + dag,
                () -> run(dag, run).path("state").asText(),
                ENDED::contains);
    }

    /** Waits until a task is in one of these states; gives which. */
    String awaitTask(String dag, String run, String task, String... states) {
        return Await.until(
                task + " of run " + run,
                () -> task(dag, run, task).path("state").asText(),
                Set.of(states)::contains);
    }

    /** What a task returned: the report of its job. */
    JsonNode returned(String dag, String run, String task) throws Exception {
        return value(dag, run, task, "return_value");
    }

    /** What a task has to show under a name. */
    JsonNode value(String dag, String run, String task, String key) throws Exception {
        JsonNode value = get(instance(dag, run, task) + "/xcomEntries/" + key).path("value");
        return value.isTextual() && value.asText().startsWith("{") ? JSON.readTree(value.asText()) : value;
    }

    /** What a try of a task wrote into its log. */
    String log(String dag, String run, String task, int attempt) throws Exception {
        return send("GET", instance(dag, run, task) + "/logs/" + attempt + "?full_content=true", null)
                .body();
    }

    /** A page of Airflow's server, as a user sees it who is logged in. */
    HttpResponse<String> page(String path) throws IOException, InterruptedException {
        return send("GET", path, null);
    }

    /** The same page for somebody whom Airflow does not know. */
    HttpResponse<String> pageOfNobody(String path) throws IOException, InterruptedException {
        return new AirflowApi(address, PATIENCE).send("GET", path, null);
    }

    private static String instance(String dag, String run, String task) {
        return "/api/v2/dags/" + dag + "/dagRuns/" + encoded(run) + "/taskInstances/" + task;
    }

    private static String encoded(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8);
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        HttpResponse<String> answer = send("GET", path, null);
        if (answer.statusCode() != 200) {
            throw new IOException(path + ": " + answer.statusCode() + " " + answer.body());
        }
        return read(answer);
    }

    private static JsonNode read(HttpResponse<String> answer) throws IOException {
        return JSON.readTree(answer.body());
    }

    private HttpResponse<String> send(String method, String path, @Nullable JsonNode body)
            throws IOException, InterruptedException {
        return api.send(method, path, body);
    }
}
