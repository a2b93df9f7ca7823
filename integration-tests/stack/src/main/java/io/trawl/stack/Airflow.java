package io.trawl.stack;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Airflow as four processes: API server, scheduler with local workers, DAG processor, triggerer. */
final class Airflow {
    private final Site site;
    private boolean migrated;
    private volatile @Nullable HttpResponse<String> lastHealth;

    private Airflow(Site site) {
        this.site = site;
    }

    static List<Server> servers(Site site) {
        Airflow airflow = new Airflow(site);
        return List.of(
                airflow.server("api-server", Ready.http(airflow.health(), body -> true))
                        .ports(site, "airflow")
                        .after(airflow::makePool)
                        .probe(child -> airflow.ask()),
                // Logs are read from the folder that all share, so no server for them is needed.
                airflow.server("scheduler", airflow.beats("scheduler"), "--skip-serve-logs")
                        .probe(airflow.goesOnBeating("scheduler")),
                airflow.server("dag-processor", airflow.beats("dag_processor"))
                        .probe(airflow.goesOnBeating("dag_processor")),
                airflow.server("triggerer", airflow.beats("triggerer"), "--skip-serve-logs")
                        .probe(airflow.goesOnBeating("triggerer")));
    }

    private Server server(String component, Ready ready, String... options) {
        Server.Command command = () -> {
            var line = new java.util.ArrayList<>(List.of(
                    site.venv().resolve("bin/python").toString(),
                    site.home().resolve("bin/lib/tether.py").toString(),
                    site.venv().resolve("bin/airflow").toString(),
                    component));
            line.addAll(List.of(options));
            return line;
        };
        return Server.of("airflow-" + component, "airflow", command, ready)
                .environment(environment(site))
                .inWrapper()
                .prepare(this::migrate);
    }

    /** What every process of Airflow, and its command line, needs. */
    static Map<String, String> environment(Site site) {
        Map<String, String> all = new LinkedHashMap<>(Spark.environment(site));
        String url = "http://" + site.address("airflow");
        Path home = site.home();
        all.put("PATH", site.sparkHome().resolve("bin") + ":" + site.venv().resolve("bin") + ":" + path());
        all.put("TRAWL_HOME", home.toString());
        all.put("TRAWL_CONF", TrawlConf.file(site).toString());
        all.put("PYTHONPATH", home.resolve("dags").toString());
        all.put("PYTHONUNBUFFERED", "1");
        // Airflow renames its processes; without this the new name overwrites the marks that they are found by.
        all.put("SPT_NOENV", "1");
        // Of the JVM that submits a job.
        all.put("SPARK_SUBMIT_OPTS", String.join(" ", site.temporaryFlags(Site.JOBS)));
        all.put("AIRFLOW_HOME", site.data("airflow").toString());
        all.put("AIRFLOW__CORE__DAGS_FOLDER", home.resolve("dags").toString());
        all.put("AIRFLOW__CORE__PLUGINS_FOLDER", home.resolve("dags/plugins").toString());
        // The local executor, which has imported what tasks need before it forks them.
        all.put("AIRFLOW__CORE__EXECUTOR", "trawl_dags.executor.WarmExecutor");
        all.put("AIRFLOW__CORE__PARALLELISM", site.text("airflow.parallelism"));
        all.put("AIRFLOW__CORE__LOAD_EXAMPLES", "False");
        all.put("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS", String.join(",", site.listed("airflow.users")));
        all.put(
                "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE",
                passwords(site).toString());
        all.put("AIRFLOW__CORE__EXECUTION_API_SERVER_URL", url + "/execution/");
        all.put("AIRFLOW__API__BASE_URL", url);
        all.put("AIRFLOW__API__HOST", "127.0.0.1");
        all.put("AIRFLOW__API__PORT", Integer.toString(site.port("airflow")));
        all.put("AIRFLOW__API__WORKERS", "1");
        Map<String, String> secrets = Site.properties(secrets(site));
        all.put("AIRFLOW__API__SECRET_KEY", secrets.getOrDefault("api", ""));
        all.put("AIRFLOW__API_AUTH__JWT_SECRET", secrets.getOrDefault("jwt", ""));
        all.put("AIRFLOW__CORE__FERNET_KEY", secrets.getOrDefault("fernet", ""));
        all.put("AIRFLOW__SCHEDULER__SCHEDULER_HEARTBEAT_SEC", "1");
        all.put("AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME", "0.5");
        // A sweep's window is its run's data interval.
        all.put("AIRFLOW__SCHEDULER__CREATE_CRON_DATA_INTERVALS", "True");
        all.put("AIRFLOW__SCHEDULER__CREATE_DELTA_DATA_INTERVALS", "True");
        // How soon a task is missed whose process, or whose scheduler, is gone: the defaults take minutes.
        all.put("AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL", "10");
        all.put("AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD", site.text("airflow.scheduler.missed.seconds"));
        all.put("AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT", site.text("airflow.task.missed.seconds"));
        all.put("AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL", "5");
        // A task whose worker was killed before the task began: the executor forgets it, and the scheduler queues it
        // again.
        all.put("AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT", site.text("airflow.queued.missed.seconds"));
        all.put("AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT_CHECK_INTERVAL", "20");
        // An API server that is away for a while is waited for: one heartbeat is tried every few seconds.
        all.put("AIRFLOW__WORKERS__MAX_FAILED_HEARTBEATS", "20");
        // Without it a cleared task that had succeeded runs no job.
        all.put("AIRFLOW__STATE_STORE__CLEAR_ON_SUCCESS", "True");
        all.put("AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL", "5");
        all.put("AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL", "10");
        all.put("AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES", "1");
        all.put("AIRFLOW__DAG_PROCESSOR__PRINT_STATS_INTERVAL", "0");
        // A DAG that is not parsed in this time is gone; the defaults are too short for a machine that has other work.
        all.put("AIRFLOW__DAG_PROCESSOR__DAG_FILE_PROCESSOR_TIMEOUT", "600");
        all.put("AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT", "300");
        all.put(
                "AIRFLOW__LOGGING__BASE_LOG_FOLDER",
                site.state().resolve("logs/airflow").toString());
        all.put("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", database(site));
        if (database(site).startsWith("postgresql")) {
            all.put(
                    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC",
                    database(site).replaceFirst("^postgresql\\+psycopg2:", "postgresql+asyncpg:"));
        }
        int rest = site.port("spark-rest");
        all.put("AIRFLOW_CONN_TRAWL_SPARK", """
                {"conn_type":"spark","host":"spark://127.0.0.1","port":%d,"extra":{"deploy-mode":"cluster","rest-port":%d}}""".formatted(rest, rest));
        all.putAll(site.under("env."));
        return all;
    }

    /** Makes what must be there before {@link #environment} is asked: secrets, at the first start only, and passwords. */
    static void configure(Site site) throws IOException {
        Path secrets = secrets(site);
        if (!Files.exists(secrets)) {
            SecureRandom random = new SecureRandom();
            byte[] fernet = new byte[32];
            random.nextBytes(fernet);
            ownersOnly(
                    secrets,
                    "api = %s%njwt = %s%nfernet = %s%n"
                            .formatted(
                                    hex(random),
                                    hex(random),
                                    java.util.Base64.getUrlEncoder().encodeToString(fernet)));
        }
        String passwords = site.listed("airflow.users").stream()
                .map(user -> user.replaceFirst(":.*", ""))
                .map(user -> "\"" + user + "\": \"" + user + "\"")
                .collect(Collectors.joining(", ", "{", "}\n"));
        if (!Files.exists(passwords(site))) {
            ownersOnly(passwords(site), passwords);
        }
        Site.folder(site.data("airflow"));
        // For the command line: bin/trawl airflow.
        StringBuilder script = new StringBuilder();
        new TreeMap<>(environment(site))
                .forEach((name, value) -> script.append("export ")
                        .append(name)
                        .append("='")
                        .append(value.replace("'", "'\\''"))
                        .append("'\n"));
        ownersOnly(site.conf("airflow").resolve("environment.sh"), script.toString());
    }

    private synchronized void migrate() throws IOException, InterruptedException {
        if (migrated) {
            return;
        }
        String wanted = Files.readString(site.home().resolve("dags/requirements.lock"))
                        .lines()
                        .filter(line -> line.startsWith("apache-airflow"))
                        .collect(Collectors.joining("\n"))
                + "\n" + database(site);
        Path stamp = site.data("airflow").resolve("migrated");
        if (!Files.exists(stamp) || !Files.readString(stamp).equals(wanted)) {
            Tool.run(
                    site,
                    "airflow-migrate",
                    List.of(site.venv().resolve("bin/airflow").toString(), "db", "migrate"),
                    environment(site));
            Site.write(stamp, wanted);
        }
        migrated = true;
    }

    /** Whether a component has written a heartbeat since it was started; an older one may be its predecessor's. */
    private Ready beats(String component) {
        return child -> instant(beat(component, Ready.get(health()))).isAfter(child.started());
    }

    /** Asks the API server how all components are. */
    private Probe.Answer ask() throws IOException, InterruptedException {
        HttpResponse<String> answer = Ready.get(health());
        if (answer.statusCode() != 200) {
            return Probe.silent("status " + answer.statusCode() + " of " + health());
        }
        lastHealth = answer;
        return Probe.SERVES;
    }

    /** Whether its heartbeat is another one than at the last look. The API server tells of it, when it is asked itself. */
    private Probe goesOnBeating(String component) {
        return new Probe() {
            private @Nullable HttpResponse<String> seen;
            private @Nullable Child asked;
            private String before = "";

            @Override
            public synchronized Answer of(Child child) throws IOException {
                HttpResponse<String> health = lastHealth;
                if (health == null || health == seen) {
                    return Probe.unknown("the API server does not tell");
                }
                seen = health;
                String now = beat(component, health);
                boolean moved = !child.equals(asked) || !now.equals(before);
                asked = child;
                before = now;
                return moved ? SERVES : Probe.silent("its heartbeat stays at " + now);
            }
        };
    }

    private String beat(String component, HttpResponse<String> health) throws IOException {
        Matcher found = Pattern.compile("\"latest_" + component + "_heartbeat\"\\s*:\\s*\"([^\"]+)\"")
                .matcher(health.body());
        if (!found.find()) {
            throw new IOException("no heartbeat of " + component + " in the answer of " + health());
        }
        return found.group(1);
    }

    private static Instant instant(String text) {
        return OffsetDateTime.parse(text).toInstant();
    }

    private String health() {
        return "http://" + site.address("airflow") + "/api/v2/monitor/health";
    }

    private void makePool() throws IOException, InterruptedException {
        String user = site.listed("airflow.users").get(0).replaceFirst(":.*", "");
        Properties known = new Properties();
        Matcher password = Pattern.compile("\"" + Pattern.quote(user) + "\"\\s*:\\s*\"([^\"]*)\"")
                .matcher(Files.readString(passwords(site)));
        known.setProperty("password", password.find() ? password.group(1) : user);
        AirflowApi api = new AirflowApi("http://" + site.address("airflow"), Probe.PATIENCE);
        api.login(user, known.getProperty("password"));
        int slots = site.number("airflow.pool.slots");
        String pool =
                "{\"name\":\"spark\",\"slots\":%d,\"description\":\"Spark jobs side by side\",\"include_deferred\":false}"
                        .formatted(slots);
        HttpResponse<String> made = api.send("POST", "/api/v2/pools", pool);
        if (made.statusCode() == 409) {
            made = api.send("PATCH", "/api/v2/pools/spark", pool);
        }
        if (made.statusCode() / 100 != 2) {
            throw new IOException("Airflow makes no pool: " + made.body());
        }
    }

    private static String database(Site site) {
        String named = site.text("airflow.database");
        if (named.isEmpty()) {
            return "sqlite:///" + site.data("airflow").resolve("airflow.db");
        }
        return named.replaceFirst("^postgres(ql)?:", "postgresql+psycopg2:");
    }

    static Path passwords(Site site) {
        return site.conf("airflow").resolve("passwords.json");
    }

    private static Path secrets(Site site) {
        return site.conf("airflow").resolve("secrets.properties");
    }

    private static void ownersOnly(Path file, String text) throws IOException {
        Site.write(file, "");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        Files.writeString(file, text);
    }

    private static String hex(SecureRandom random) {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private static String path() {
        String path = System.getenv("PATH");
        return path == null ? "/usr/bin:/bin" : path;
    }
}
