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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
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
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Every server of a stack of its own: it answers, it comes back with its data, and nothing of it stays behind. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StackIT {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final String TOPIC = "proxy-logs";
    private static final Duration SOON = Duration.ofSeconds(60);

    private static LocalStack stack;

    @BeforeAll
    static void startFromEmpty() {
        Options options = Options.ofThisProject();
        Path state = options.home().resolve("integration-tests/target/stack of its own");
        SharedStack.delete(state);
        stack = LocalStack.start(options.stateDir(state).portShift(2000));
    }

    @AfterAll
    static void close() {
        stack.close();
    }

    @Test
    @Order(1)
    void kafkaKeepsWhatItTookInATopicStampedByTheBroker() throws Exception {
        produce("first");

        assertThat(bodies()).contains("first");
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", "127.0.0.1:" + stack.port("kafka")))) {
            var resource = new ConfigResource(ConfigResource.Type.TOPIC, TOPIC);
            var config = admin.describeConfigs(Set.of(resource)).all().get().get(resource);
            assertThat(config.get("message.timestamp.type").value()).isEqualTo("LogAppendTime");
            assertThat(config.get("max.message.bytes").value()).isEqualTo("2097152");
            assertThat(admin.describeTopics(Set.of(TOPIC))
                            .allTopicNames()
                            .get()
                            .get(TOPIC)
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
            FlumeEnvelope event = arrived("a line of " + proxy);
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
    void aKilledDataNodeAndMastersComeBackWithWhatTheyHad() throws Exception {
        killAndRestore("datanode", "spark-master", "airflow-api-server", "flume-proxy-1");
    }

    @Test
    @Order(10)
    void aKilledNameNodeComesBackWithWhatItHad() throws Exception {
        killAndRestore("namenode", "airflow-dag-processor", "airflow-triggerer", "flume-proxy-2");
    }

    @Test
    @Order(11)
    void aTakenPortIsNamedBeforeAnythingStarts() throws Exception {
        Options options = Options.ofThisProject();
        Path state = options.home().resolve("integration-tests/target/stack with a taken port");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Options busy = options.stateDir(state)
                    .portShift(3000)
                    .stack("port.kafka", Integer.toString(taken.getLocalPort() - 3000))
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
    @Order(12)
    void aStateFolderHasOneOwner() {
        assertThatThrownBy(() -> LocalStack.start(Options.ofThisProject().stateDir(stack.stateDir())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is run by another process");
    }

    @Test
    @Order(13)
    void closingLeavesNoProcess() {
        stack.close();

        assertThat(Leftovers.of(stack.stateDir())).isEmpty();
        for (String port : List.of("kafka", "namenode", "zookeeper", "spark-rest", "airflow", "flume-collector")) {
            assertThat(Ready.open(stack.port(port))).as(port).isFalse();
        }
    }

    /** Kills the servers with SIGKILL, checks that status names them, restores them, and looks at all data again. */
    private static void killAndRestore(String... names) throws Exception {
        String mark = String.join("+", names);
        Map<String, Long> before = new LinkedHashMap<>();
        for (String name : names) {
            before.put(name, stack.pid(name));
            stack.kill(name);
        }
        for (String proxy : stack.proxies()) {
            append(proxy, "written while " + mark + " was down, at " + proxy);
        }

        assertThat(stack.status().stream().filter(status -> !status.up()).map(LocalStack.Status::name))
                .contains(names);

        stack.restore();

        assertThat(stack.status()).allMatch(LocalStack.Status::up);
        for (String name : names) {
            assertThat(stack.pid(name)).as(name).isNotEqualTo(before.get(name));
        }
        assertThat(bodies()).contains("first");
        assertThat(webHdfs("/trawl/state/it/note")).isEqualTo("over rpc");
        assertThat(cell()).isEqualTo("value");
        assertThat(airflow("/api/v2/pools/spark")).contains("\"slots\":2");
        assertThat(get("spark-master-http", "/json/").body()).contains("\"aliveworkers\" : 1");
        produce(mark);
        assertThat(bodies()).contains(mark);
        for (String proxy : stack.proxies()) {
            arrived("written while " + mark + " was down, at " + proxy);
        }
    }

    private static void produce(String body) throws Exception {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers", "127.0.0.1:" + stack.port("kafka"),
                "key.serializer", ByteArraySerializer.class,
                "value.serializer", ByteArraySerializer.class);
        try (var producer = new KafkaProducer<byte[], byte[]>(settings)) {
            FlumeEnvelope event = new FlumeEnvelope(Map.of("host", "it"), java.nio.ByteBuffer.wrap(bytes(body)));
            var bytes = new java.io.ByteArrayOutputStream();
            var encoder = org.apache.avro.io.EncoderFactory.get().binaryEncoder(bytes, null);
            new org.apache.avro.specific.SpecificDatumWriter<>(FlumeEnvelope.class).write(event, encoder);
            encoder.flush();
            producer.send(new ProducerRecord<>(TOPIC, bytes.toByteArray())).get();
        }
    }

    private static List<FlumeEnvelope> events() throws IOException {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers", "127.0.0.1:" + stack.port("kafka"),
                "key.deserializer", ByteArrayDeserializer.class,
                "value.deserializer", ByteArrayDeserializer.class);
        List<FlumeEnvelope> events = new ArrayList<>();
        try (var consumer = new KafkaConsumer<byte[], byte[]>(settings)) {
            List<TopicPartition> partitions = consumer.partitionsFor(TOPIC).stream()
                    .map(info -> new TopicPartition(TOPIC, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                for (ConsumerRecord<byte[], byte[]> message : consumer.poll(Duration.ofMillis(200))) {
                    events.add(new SpecificDatumReader<FlumeEnvelope>(FlumeEnvelope.getClassSchema())
                            .read(null, DecoderFactory.get().binaryDecoder(message.value(), null)));
                }
            }
        }
        return events;
    }

    private static List<String> bodies() throws IOException {
        return events().stream().map(StackIT::body).toList();
    }

    private static String body(FlumeEnvelope event) {
        return StandardCharsets.UTF_8.decode(event.getBody().duplicate()).toString();
    }

    private static FlumeEnvelope arrived(String line) {
        List<FlumeEnvelope> found = Await.until(
                "the line '" + line + "' in the topic",
                SOON,
                () -> events().stream()
                        .filter(event -> body(event).equals(line))
                        .toList(),
                events -> !events.isEmpty());
        return found.get(0);
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
