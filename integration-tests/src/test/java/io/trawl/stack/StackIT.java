package io.trawl.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trawl.record.FlumeEnvelope;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hbase.HBaseConfiguration;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.ColumnFamilyDescriptorBuilder;
import org.apache.hadoop.hbase.client.Connection;
import org.apache.hadoop.hbase.client.ConnectionFactory;
import org.apache.hadoop.hbase.client.Get;
import org.apache.hadoop.hbase.client.Put;
import org.apache.hadoop.hbase.client.Table;
import org.apache.hadoop.hbase.client.TableDescriptorBuilder;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Every server of a stack of its own: it answers, it comes back with its data, and nothing of it stays behind.
 *
 * <p>Longer than other classes, since its tests kill servers of one stack, and each checks that everything of all
 * servers is still there.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StackIT {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final Duration SOON = Duration.ofSeconds(60);
    /** What takes half a minute by its own limits, on a machine that has other work. */
    private static final Duration LATER = Duration.ofMinutes(5);
    /** How long a laptop may sleep, or a machine swap. */
    private static final Duration STILL = Duration.ofSeconds(60);

    private static final Duration APART = Duration.ofSeconds(15);

    private static LocalStack stack;
    private static Topic topic;
    /** Of lines that the proxies wrote. */
    private static final List<String> marks = new ArrayList<>();

    /** What the watch has told. */
    private static final List<String> told = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void startFromEmpty() {
        Options options = Options.ofThisProject();
        Path state = options.home().resolve("integration-tests/target/stack of its own");
        SharedStack.delete(state);
        stack = LocalStack.start(options.stateDir(state).portShift(2000));
        topic = new Topic(stack.port("kafka"));
    }

    @AfterAll
    static void close() {
        stack.close();
    }

    @Test
    @Order(1)
    void kafkaKeepsWhatItTookInATopicStampedByTheBroker() throws Exception {
        topic.produce("first");

        assertThat(topic.bodies()).contains("first");
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", "127.0.0.1:" + stack.port("kafka")))) {
            var resource = new ConfigResource(ConfigResource.Type.TOPIC, Topic.NAME);
            var config = admin.describeConfigs(Set.of(resource)).all().get().get(resource);
            assertThat(config.get("message.timestamp.type").value()).isEqualTo("LogAppendTime");
            assertThat(config.get("max.message.bytes").value()).isEqualTo("2097152");
            assertThat(admin.describeTopics(Set.of(Topic.NAME))
                            .allTopicNames()
                            .get()
                            .get(Topic.NAME)
                            .partitions())
                    .hasSize(3);
        }
    }

    @Test
    @Order(2)
    void hdfsGivesBackOverWebHdfsWhatWasWrittenOverRpc() throws Exception {
        try (FileSystem hdfs = hdfs();
                var out = hdfs.create(new org.apache.hadoop.fs.Path("/trawl/state/it/note"))) {
            out.write("over rpc".getBytes(StandardCharsets.UTF_8));
        }

        assertThat(webHdfs("/trawl/state/it/note")).isEqualTo("over rpc");
        try (FileSystem hdfs = hdfs()) {
            for (String folder : List.of("lake", "state", "reports")) {
                assertThat(hdfs.exists(new org.apache.hadoop.fs.Path("/trawl/" + folder)))
                        .as(folder)
                        .isTrue();
            }
        }
    }

    @Test
    @Order(3)
    void hbaseGivesBackWhatWasPut() throws Exception {
        try (Connection connection = hbase()) {
            TableName name = TableName.valueOf("it");
            connection
                    .getAdmin()
                    .createTable(TableDescriptorBuilder.newBuilder(name)
                            .setColumnFamily(ColumnFamilyDescriptorBuilder.of("d"))
                            .build());
            try (Table table = connection.getTable(name)) {
                table.put(new Put(bytes("row")).addColumn(bytes("d"), bytes("c"), bytes("value")));
            }
        }

        assertThat(cell()).isEqualTo("value");
    }

    @Test
    @Order(4)
    void sparkTakesSubmissionsOverRest() throws Exception {
        HttpResponse<String> answer = get("spark-rest", "/v1/submissions/status/driver-none");

        assertThat(answer.body()).contains("\"action\" : \"SubmissionStatusResponse\"", "3.5.9");
        assertThat(get("spark-master-http", "/json/").body()).contains("\"aliveworkers\" : 1");
    }

    @Test
    @Order(5)
    void aLineOfAProxysLogReachesTheTopicWithItsHeaders() throws Exception {
        for (String proxy : stack.proxies()) {
            append(proxy, "a line of " + proxy);
        }

        for (String proxy : stack.proxies()) {
            FlumeEnvelope event = topic.arrivedOnce("a line of " + proxy, SOON);
            assertThat(event.getHeaders())
                    .containsEntry("host", proxy)
                    .containsEntry("key", proxy)
                    .containsEntry("log", "access")
                    .containsEntry("byteoffset", "0")
                    .containsKeys("generation", "file");
        }
    }

    @Test
    @Order(6)
    void airflowIsHealthyAndHasThePoolForSparkJobs() throws Exception {
        String health = get("airflow", "/api/v2/monitor/health").body();

        assertThat(health.split("\"status\":\"healthy\"", -1)).as(health).hasSize(5);
        assertThat(airflow("/api/v2/pools/spark")).contains("\"slots\":2");
    }

    @Test
    @Order(7)
    void nothingListensBeyondThisMachine() throws Exception {
        List<Long> processes = new ArrayList<>();
        stack.names().forEach(name -> processes.addAll(stack.processes(name)));

        assertThat(processes).hasSizeGreaterThan(stack.names().size());
        assertThat(processes).contains(stack.names().stream().map(stack::pid).toArray(Long[]::new));
        assertThat(Sockets.beyondLoopback(processes)).isEmpty();
    }

    @Test
    @Order(8)
    void serversKilledTogetherComeBackWithWhatTheyHad() throws Exception {
        killAndRestore("kafka", "flume-collector", "hbase", "spark-worker", "airflow-scheduler");
    }

    @Test
    @Order(9)
    void serversThatStandStillForAMinuteGoOnAndLoseNothing() throws Exception {
        told.clear();
        stack.watch(StackIT::tell);
        Map<String, Long> before = pids(stack.names());
        // Airflow's processes share a database file: one that stands still in a transaction stops the others.
        Set<String> first = Set.of("datanode", "kafka", "spark-worker", "flume-proxy-1");
        List<ProcessHandle> some = processes(first);
        List<ProcessHandle> others = processes(
                stack.names().stream().filter(name -> !first.contains(name)).toList());

        // A quarter of a minute without some of them, then without any, then without the others.
        signal("STOP", some);
        writeToProxies("written while some stood still");
        Thread.sleep(APART.toMillis());
        signal("STOP", others);
        writeToProxies("written while all stood still");
        Thread.sleep(STILL.minus(APART).toMillis());
        signal("CONT", some);
        Thread.sleep(APART.toMillis());
        signal("CONT", others);

        awaitUp("the stack after its stop");
        everythingIsThere("a stop");
        assertThat(told).isEmpty();
        assertThat(pids(stack.names())).isEqualTo(before);
    }

    @Test
    @Order(10)
    void aKilledDataNodeAndMastersAreStartedAgainWithWhatTheyHad() throws Exception {
        killAndAwait("datanode", "spark-master", "airflow-api-server", "flume-proxy-1");
        assertThat(restarts("hbase")).last().extracting(LocalStack.Restart::why).isEqualTo("fell with datanode");
    }

    @Test
    @Order(11)
    void aKilledNameNodeIsStartedAgainWithWhatItHad() throws Exception {
        killAndAwait("namenode", "airflow-dag-processor", "airflow-triggerer", "flume-proxy-2");
    }

    @Test
    @Order(12)
    void whatLivesAndServesNoMoreIsStartedAgain() throws Exception {
        stack.watch(Duration.ofSeconds(20), StackIT::tell);
        List<String> silent = List.of("flume-proxy-1", "flume-collector", "spark-worker");
        Map<String, Long> before = pids(stack.names());
        signal("STOP", processes(silent));
        ZooKeeper zooKeeper = new ZooKeeper("127.0.0.1:" + stack.port("zookeeper"), 30_000, event -> {});
        try {
            // As a session that expired does: the master takes the region server for dead, and tells it.
            String server = zooKeeper.getChildren("/hbase/rs", false).stream()
                    // Those of its killed predecessors have not expired yet: the last number is when it was started.
                    .max(Comparator.comparing(name -> name.replaceFirst(".*,", "")))
                    .orElseThrow();
            zooKeeper.delete("/hbase/rs/" + server, -1);
        } finally {
            zooKeeper.close();
        }
        writeToProxies("written to a silent agent");

        awaitOthers(before, silent);
        awaitOthers(before, List.of("hbase"));
        awaitUp("the silent, and HBase");
        for (String name : silent) {
            assertThat(restarts(name))
                    .last()
                    .extracting(LocalStack.Restart::why)
                    .asString()
                    .startsWith("has not answered for 2");
        }
        assertThat(restarts("hbase"))
                .last()
                .extracting(LocalStack.Restart::why)
                .asString()
                .startsWith("lives, and is gone: ");
        everythingIsThere("written to a silent agent");
    }

    @Test
    @Order(13)
    void everythingKilledAtOnceIsStartedAgainWithWhatItHad() throws Exception {
        stack.watch(StackIT::tell);
        killAndAwait(stack.names().toArray(String[]::new));
        stack.unwatch();
    }

    @Test
    @Order(14)
    void aTakenPortIsNamedBeforeAnythingStarts() throws Exception {
        Options options = Options.ofThisProject();
        Path state = options.home().resolve("integration-tests/target/stack with a taken port");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Options busy = options.stateDir(state)
                    .portShift(6000)
                    .stack("port.kafka", Integer.toString(taken.getLocalPort() - 6000))
                    .without("hdfs", "hbase", "flume", "spark", "airflow");

            assertThatThrownBy(() -> LocalStack.start(busy))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("port " + taken.getLocalPort() + " of kafka is taken by process "
                            + ProcessHandle.current().pid())
                    .hasMessageContaining("port.kafka")
                    .hasMessageContaining("--port-shift");
        }
        assertThat(Leftovers.of(state)).isEmpty();
    }

    @Test
    @Order(15)
    void aStateFolderHasOneOwner() {
        assertThatThrownBy(() -> LocalStack.start(Options.ofThisProject().stateDir(stack.stateDir())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is run by another process");
    }

    @Test
    @Order(16)
    void closingLeavesNoProcess() {
        stack.close();

        assertThat(Leftovers.of(stack.stateDir())).isEmpty();
        for (String port : List.of("kafka", "namenode", "zookeeper", "spark-rest", "airflow", "flume-collector")) {
            assertThat(Ready.open(stack.port(port))).as(port).isFalse();
        }
    }

    private static void tell(String line) {
        System.out.println("  " + line);
        told.add(line);
    }

    /** Kills the servers with SIGKILL, checks that status names them, restores them, and looks at all data again. */
    private static void killAndRestore(String... names) throws Exception {
        String mark = String.join("+", names);
        Map<String, Long> before = kill(mark, names);
        assertThat(stack.status().stream().filter(status -> !status.up()).map(LocalStack.Status::name))
                .contains(names);

        stack.restore();

        assertThat(stack.status()).allMatch(LocalStack.Status::up);
        for (String name : names) {
            assertThat(stack.pid(name)).as(name).isNotEqualTo(before.get(name));
        }
        everythingIsThere(mark);
    }

    /** Kills the servers with SIGKILL, waits until the watch has started them again, and looks at all data again. */
    private static void killAndAwait(String... names) throws Exception {
        String mark = names.length == stack.names().size() ? "everything" : String.join("+", names);
        Map<String, Integer> restarts = new LinkedHashMap<>();
        for (String name : names) {
            restarts.put(name, restarts(name).size());
        }
        Map<String, Long> before = kill(mark, names);

        awaitOthers(before, List.of(names));
        awaitUp(mark);
        for (String name : names) {
            assertThat(restarts(name)).as(name).hasSizeGreaterThan(restarts.getOrDefault(name, -1));
        }
        everythingIsThere(mark);
    }

    private static Map<String, Long> kill(String mark, String... names) throws IOException {
        Map<String, Long> before = pids(List.of(names));
        // At once, whatever needs what.
        List<ProcessHandle> killed = before.values().stream()
                .flatMap(pid -> ProcessHandle.of(pid).stream())
                .toList();
        assertThat(killed).hasSameSizeAs(names);
        killed.forEach(ProcessHandle::destroyForcibly);
        killed.forEach(process -> process.onExit().join());
        writeToProxies("written while " + mark + " was down");
        return before;
    }

    private static Map<String, Long> pids(List<String> names) {
        Map<String, Long> pids = new LinkedHashMap<>();
        names.forEach(name -> pids.put(name, stack.pid(name)));
        return pids;
    }

    /** All processes of the servers. */
    private static List<ProcessHandle> processes(Collection<String> names) {
        return names.stream()
                .flatMap(name -> Leftovers.of(stack.stateDir(), name).stream())
                .toList();
    }

    private static void signal(String name, List<ProcessHandle> processes) throws Exception {
        List<String> line = new ArrayList<>(List.of("kill", "-" + name));
        processes.forEach(process -> line.add(Long.toString(process.pid())));
        if (new ProcessBuilder(line).inheritIO().start().waitFor() != 0) {
            // Airflow has processes that live for seconds; the others have got the signal.
            assertThat(processes).anyMatch(process -> !process.isAlive());
        }
    }

    /** Waits until each of the servers is another process. */
    private static void awaitOthers(Map<String, Long> before, List<String> names) {
        Await.until(
                "other processes of " + names,
                LATER,
                () -> names.stream()
                        .filter(name -> !stack.alive(name) || before.get(name).equals(stack.pid(name)))
                        .toList(),
                List::isEmpty);
    }

    private static void awaitUp(String what) {
        Await.until(
                what + " to be up (the watch has told " + told + ")",
                LATER,
                () -> stack.status().stream().filter(status -> !status.up()).toList(),
                List::isEmpty);
    }

    private static List<LocalStack.Restart> restarts(String name) {
        return stack.status().stream()
                .filter(status -> status.name().equals(name))
                .findFirst()
                .orElseThrow()
                .restarts();
    }

    private static void writeToProxies(String mark) throws IOException {
        for (String proxy : stack.proxies()) {
            append(proxy, mark + ", at " + proxy);
        }
        marks.add(mark);
    }

    /** What was there before, what the proxies wrote since, each line once, and what is written now. */
    private static void everythingIsThere(String mark) throws Exception {
        assertThat(topic.bodies()).contains("first");
        assertThat(webHdfs("/trawl/state/it/note")).isEqualTo("over rpc");
        assertThat(cell()).isEqualTo("value");
        assertThat(airflow("/api/v2/pools/spark")).contains("\"slots\":2");
        Await.until(
                "the worker at the master",
                SOON,
                () -> get("spark-master-http", "/json/").body(),
                body -> body.contains("\"aliveworkers\" : 1"));
        topic.produce(mark);
        assertThat(topic.bodies()).contains(mark);
        for (String proxy : stack.proxies()) {
            for (String one : marks) {
                topic.arrivedOnce(one + ", at " + proxy, SOON);
            }
        }
    }

    private static void append(String proxy, String line) throws IOException {
        Files.writeString(stack.proxyLog(proxy), line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static FileSystem hdfs() throws IOException {
        return FileSystem.newInstance(URI.create("hdfs://127.0.0.1:" + stack.port("namenode")), new Configuration());
    }

    private static String webHdfs(String file) throws Exception {
        HttpResponse<String> answer = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build()
                .send(
                        request("namenode-http", "/webhdfs/v1" + file + "?op=OPEN")
                                .build(),
                        text());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    private static Connection hbase() throws IOException {
        Configuration configuration = HBaseConfiguration.create();
        configuration.set("hbase.zookeeper.quorum", "127.0.0.1");
        configuration.setInt("hbase.zookeeper.property.clientPort", stack.port("zookeeper"));
        return ConnectionFactory.createConnection(configuration);
    }

    private static String cell() throws IOException {
        try (Connection connection = hbase();
                Table table = connection.getTable(TableName.valueOf("it"))) {
            byte[] value = table.get(new Get(bytes("row"))).getValue(bytes("d"), bytes("c"));
            return value == null ? "nothing" : new String(value, StandardCharsets.UTF_8);
        }
    }

    private static String airflow(String path) throws Exception {
        HttpResponse<String> token = HTTP.send(
                request("airflow", "/auth/token")
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"username\":\"admin\",\"password\":\"admin\"}"))
                        .build(),
                text());
        String bearer = token.body().replaceFirst(".*\"access_token\":\"([^\"]+)\".*", "$1");
        return HTTP.send(
                        request("airflow", path)
                                .header("Authorization", "Bearer " + bearer)
                                .build(),
                        text())
                .body();
    }

    private static HttpResponse<String> get(String port, String path) throws Exception {
        return HTTP.send(request(port, path).build(), text());
    }

    private static HttpRequest.Builder request(String port, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + stack.port(port) + path))
                .timeout(Duration.ofSeconds(30));
    }

    private static HttpResponse.BodyHandler<String> text() {
        return HttpResponse.BodyHandlers.ofString();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
