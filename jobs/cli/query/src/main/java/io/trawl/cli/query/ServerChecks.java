package io.trawl.cli.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.trawl.base.JobFailure;
import io.trawl.base.Json;
import io.trawl.base.Settings;
import io.trawl.hbase.HBase;
import io.trawl.kafka.KafkaLines;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.admin.Admin;

/** The servers that settings name: whether they answer, and whether they are such that Trawl can work with them. */
final class ServerChecks {
    private static final Duration PATIENCE = Duration.ofSeconds(6);

    private final Settings settings;
    private final String spark;
    private final Pages pages = new Pages();

    private ServerChecks(Settings settings, String spark) {
        this.settings = settings;
        this.spark = spark;
    }

    /** @param spark version of Spark that is installed here; empty if none is */
    static List<Doctor.Check> of(Settings settings, String spark) {
        ServerChecks checks = new ServerChecks(settings, spark);
        FolderChecks folders = new FolderChecks(settings);
        List<Doctor.Check> all = new ArrayList<>();
        all.add(new Doctor.Check("clock", checks::clock));
        all.add(new Doctor.Check("kafka", checks::kafka));
        for (String key : List.of("lake.warehouse", "state.dir", "reports.dir")) {
            all.add(new Doctor.Check(key, () -> folders.of(key)));
        }
        all.add(new Doctor.Check("reports.url", checks::reports));
        all.add(new Doctor.Check("hbase", checks::hbase));
        all.add(new Doctor.Check("spark master", checks::master));
        all.add(new Doctor.Check("spark workers", checks::workers));
        all.add(new Doctor.Check("spark.dist", folders::dist));
        all.add(new Doctor.Check(FormatsCheck.KEY, () -> FormatsCheck.of(settings)));
        all.add(new Doctor.Check("airflow", checks::airflow));
        return all;
    }

    private List<Finding> kafka() throws InterruptedException {
        String bootstrap = settings.text("kafka.bootstrap");
        Admin admin = KafkaLines.admin(settings, PATIENCE);
        try {
            int nodes = admin.describeCluster().nodes().get().size();
            List<Finding> findings = new ArrayList<>();
            findings.add(Finding.ok("kafka", nodes + (nodes == 1 ? " broker at " : " brokers at ") + bootstrap));
            String alerts = settings.text("hot.topic");
            boolean there = admin.listTopics().names().get().contains(alerts);
            findings.add(Finding.ok(
                    "topic " + alerts,
                    there ? "the hot path's alerts" : "does not exist yet: the first hot job creates it"));
            return findings;
        } catch (ExecutionException e) {
            return List.of(Finding.fail(
                    "kafka", "Kafka at " + bootstrap + " does not answer", "start it, or correct kafka.bootstrap"));
        } finally {
            admin.close(Duration.ZERO);
        }
    }

    private List<Finding> hbase() {
        String where = settings.text("hbase.quorum") + ":" + settings.text("hbase.port");
        String refused = Reach.zooKeeper(settings);
        if (refused != null) {
            return List.of(Finding.fail(
                    "hbase zookeeper",
                    "ZooKeeper at " + where + " does not answer (" + refused + ")",
                    "start HBase, or correct hbase.quorum and hbase.port"));
        }
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.ok("hbase zookeeper", where));
        try {
            Reach.all(Duration.ofSeconds(5), Reach.hbase(settings, HBase.DETECTIONS));
            HBase.Seen seen = HBase.look(settings);
            String found = "HBase " + seen.version() + ", region servers " + String.join(", ", seen.live());
            if (seen.live().isEmpty()) {
                findings.add(Finding.fail("hbase", found + ": none is alive", "start a region server"));
            } else if (seen.dead() > 0) {
                findings.add(Finding.warn("hbase", found + "; " + seen.dead() + " dead", "start the dead ones"));
            } else {
                findings.add(Finding.ok("hbase", found));
            }
            if (!seen.older().isEmpty()) {
                findings.add(Finding.fail(
                        "hbase tables",
                        String.join(", ", seen.older()) + ": keys of another version of Trawl",
                        "drop them and load their windows again (docs/hbase.md)"));
            } else if (!seen.missing().isEmpty()) {
                String tables = "tables " + String.join(", ", seen.missing()) + " do not exist yet";
                findings.add(
                        seen.mayCreate()
                                ? Finding.ok("hbase tables", tables + ": the first load creates them")
                                : Finding.fail(
                                        "hbase tables",
                                        tables + ", and this user may not create them",
                                        "grant '" + System.getProperty("user.name") + "', 'C' in hbase shell"));
            } else {
                findings.add(Finding.ok("hbase tables", HBase.DETECTIONS + ", " + HBase.OBSERVABLES));
            }
        } catch (JobFailure e) {
            findings.add(Finding.fail(
                    "hbase", String.valueOf(e.getMessage()), "look at the logs of its master and region servers"));
        }
        return findings;
    }

    private List<Finding> master() throws InterruptedException {
        String master = settings.text("spark.master");
        if (!master.startsWith("spark://")) {
            return List.of(Finding.ok("spark master", master + ": not asked, spark-submit connects by itself"));
        }
        String rest = settings.text("spark.rest").replaceFirst("^spark://", "");
        List<String> trouble = new ArrayList<>();
        for (String one : rest.split(",")) {
            try {
                JsonNode answer = pages.json("http://" + one.strip() + "/v1/submissions/status/driver-0");
                String version = answer.path("serverSparkVersion").asText("");
                String found = "Spark " + version + " at " + one.strip();
                return List.of(
                        minor(version).equals(minor(spark)) || spark.isEmpty()
                                ? Finding.ok("spark master", found)
                                : Finding.fail(
                                        "spark master",
                                        found + ", but Spark " + spark + " is installed here",
                                        "run Spark " + minor(spark) + " there: jobs are built for it"));
            } catch (IOException e) {
                trouble.add(one.strip() + ": " + Pages.why(e));
            }
        }
        return List.of(Finding.fail(
                "spark master",
                "its REST endpoint does not answer (" + String.join("; ", trouble) + ")",
                "start it with spark.master.rest.enabled=true, or correct spark.rest"));
    }

    private static String minor(String version) {
        return version.replaceFirst("^(\\d+\\.\\d+).*", "$1");
    }

    private List<Finding> workers() throws InterruptedException, IOException {
        String ui = settings.text("spark.ui", "");
        if (ui.isEmpty()) {
            return List.of(Finding.ok("spark workers", "not asked: spark.ui is empty"));
        }
        JsonNode answer;
        try {
            answer = pages.json(ui.replaceFirst("/+$", "") + "/json/");
        } catch (IOException e) {
            return List.of(Finding.fail(
                    "spark workers",
                    ui + " does not answer (" + Pages.why(e) + ")",
                    "start the master, or correct spark.ui"));
        }
        List<JsonNode> alive = StreamSupport.stream(answer.path("workers").spliterator(), false)
                .filter(worker -> worker.path("state").asText().equals("ALIVE"))
                .toList();
        int cores =
                alive.stream().mapToInt(worker -> worker.path("cores").asInt()).sum();
        int used = alive.stream()
                .mapToInt(worker -> worker.path("coresused").asInt())
                .sum();
        int wanted = settings.number("job.driver.cores") + settings.number("job.cores");
        String found = alive.size() + (alive.size() == 1 ? " worker, " : " workers, ") + cores + " cores, " + used
                + " in use; a job takes " + wanted;
        return List.of(
                cores < wanted
                        ? Finding.fail("spark workers", found, "start workers, or lower job.cores")
                        : Finding.ok("spark workers", found));
    }

    private List<Finding> reports() throws InterruptedException {
        String url = settings.text("reports.url");
        String scheme = url.replaceFirst(":.*", "");
        if (!scheme.equals("webhdfs") && !scheme.equals("swebhdfs")) {
            return List.of(Finding.ok("reports.url", url + ": not asked"));
        }
        URI uri = URI.create(Pages.web(url));
        String server = uri.getScheme() + "://" + uri.getAuthority();
        try {
            HttpResponse<String> answer = pages.get(server + "/webhdfs/v1" + uri.getPath() + "?op=GETFILESTATUS");
            if (answer.statusCode() != 200 && answer.statusCode() != 404) {
                return List.of(Finding.fail(
                        "reports.url",
                        url + " answers HTTP " + answer.statusCode(),
                        "see that WebHDFS is on (dfs.webhdfs.enabled) and lets this user in"));
            }
            List<Finding> findings = new ArrayList<>();
            findings.add(Finding.ok(
                    "reports.url", url + (answer.statusCode() == 404 ? " is not there yet" : " can be read")));
            JsonNode info = info(server);
            if (!info.isMissingNode()) {
                String safe = info.path("Safemode").asText("");
                int live = Json.MAPPER
                        .readTree(info.path("LiveNodes").asText("{}"))
                        .size();
                String found = "Hadoop " + info.path("SoftwareVersion").asText() + ", " + live
                        + (live == 1 ? " DataNode lives" : " DataNodes live");
                findings.add(
                        !safe.isEmpty()
                                ? Finding.fail(
                                        "hdfs", found + ", in safe mode", "wait, or hdfs dfsadmin -safemode leave")
                                : live == 0
                                        ? Finding.fail("hdfs", found, "start a DataNode")
                                        : Finding.ok("hdfs", found));
            }
            return findings;
        } catch (IOException e) {
            return List.of(Finding.fail(
                    "reports.url",
                    "WebHDFS at " + uri.getAuthority() + " does not answer (" + Pages.why(e) + ")",
                    "start HDFS's NameNode, or correct reports.url"));
        }
    }

    /** What the NameNode says of itself; missing if it does not say. */
    private JsonNode info(String server) throws InterruptedException {
        try {
            return pages.json(server + "/jmx?qry=Hadoop:service=NameNode,name=NameNodeInfo")
                    .path("beans")
                    .path(0);
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }

    private List<Finding> airflow() throws InterruptedException {
        String url = settings.text("airflow.url", "").replaceFirst("/+$", "");
        if (url.isEmpty()) {
            return List.of(Finding.ok("airflow", "not asked: airflow.url is empty"));
        }
        try {
            JsonNode health = pages.json(url + "/api/v2/monitor/health");
            String version = pages.json(url + "/api/v2/version").path("version").asText("");
            List<String> ill = new ArrayList<>();
            health.fields().forEachRemaining(part -> {
                String status = part.getValue().path("status").asText("");
                if (!status.isEmpty() && !status.equals("null") && !status.equals("healthy")) {
                    ill.add(part.getKey() + " is " + status);
                }
            });
            String found = "Airflow " + version + " at " + url;
            return List.of(
                    ill.isEmpty()
                            ? Finding.ok("airflow", found)
                            : Finding.fail("airflow", found + ": " + String.join(", ", ill), "look at its log"));
        } catch (IOException e) {
            return List.of(Finding.fail(
                    "airflow", url + " does not answer (" + Pages.why(e) + ")", "start it, or correct airflow.url"));
        }
    }

    /** This machine's clock compared with those of the servers that tell theirs: windows close by it. */
    private List<Finding> clock() throws InterruptedException {
        List<String> asked = new ArrayList<>();
        for (String url : List.of(
                Pages.web(settings.text("reports.url", "")),
                settings.text("spark.ui", ""),
                settings.text("airflow.url", ""))) {
            if (!url.startsWith("http")) {
                continue;
            }
            URI uri = URI.create(url);
            asked.add(uri.getAuthority());
            try {
                Instant before = Instant.now();
                HttpResponse<String> answer = pages.get(uri.getScheme() + "://" + uri.getAuthority() + "/");
                Instant here =
                        before.plus(Duration.between(before, Instant.now()).dividedBy(2));
                String date = answer.headers().firstValue("Date").orElse("");
                // It has whole seconds, cut off.
                Instant there = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
                        .toInstant()
                        .plusMillis(500);
                return List.of(apart(Duration.between(there, here), uri.getAuthority()));
            } catch (IOException | DateTimeParseException e) {
                // The next one may tell.
            }
        }
        return List.of(Finding.warn(
                "clock",
                asked.isEmpty() ? "no server was asked for its time" : "no server reports its time: " + asked,
                "see that all machines keep their clocks by NTP"));
    }

    private Finding apart(Duration ahead, String server) {
        Duration margin = settings.duration("window.margin");
        String found = String.format(
                Locale.ROOT,
                "%.1f s %s that of %s",
                Math.abs(ahead.toMillis() / 1000.0),
                ahead.isNegative() ? "behind" : "ahead of",
                server);
        String advice = "keep all clocks by NTP: windows close window.margin (" + margin + ") after their end";
        return ahead.abs().compareTo(margin) > 0
                ? Finding.fail("clock", found, advice)
                : ahead.abs().compareTo(Duration.ofSeconds(2)) > 0
                        ? Finding.warn("clock", found, advice)
                        : Finding.ok("clock", found);
    }
}
