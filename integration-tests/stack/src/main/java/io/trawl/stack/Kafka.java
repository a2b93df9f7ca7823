package io.trawl.stack;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.TopicExistsException;

/** Kafka: one process, broker and controller. */
final class Kafka {
    /** Any id does: the stack has one cluster, and its disk knows it. */
    private static final String CLUSTER = "dHJhd2wtbG9jYWwtc3RrMQ";

    private static final int CORRELATION = 0x7261776c;

    private Kafka() {}

    static List<Server> servers(Site site) {
        List<String> classPath = List.of(site.conf("kafka").toString(), site.serverClassPath("kafka"));
        Path properties = site.conf("kafka").resolve("server.properties");
        return List.of(Server.of(
                        "kafka",
                        "kafka",
                        () -> site.server("kafka", "kafka", List.of(), classPath, "kafka.Kafka", properties.toString()),
                        Ready.port(site.port("kafka")))
                .ports(site, "kafka", "kafka-controller")
                .prepare(() -> format(site, classPath, properties))
                .after(() -> makeTopics(site))
                .probe(child -> versions(site.port("kafka"))));
    }

    /** Asks for the versions of its API (key 18, version 0), which a broker answers in whatever state it is. */
    private static Probe.Answer versions(int port) throws IOException {
        try (Socket socket = Probe.connect(port)) {
            var out = new DataOutputStream(socket.getOutputStream());
            // Length, key, version, correlation id, no client id.
            ByteBuffer request =
                    ByteBuffer.allocate(14).putInt(10).putShort((short) 18).putShort((short) 0);
            out.write(request.putInt(CORRELATION).putShort((short) -1).array());
            out.flush();
            var in = new DataInputStream(socket.getInputStream());
            int length = in.readInt();
            return length > 4 && in.readInt() == CORRELATION
                    ? Probe.SERVES
                    : Probe.silent("port " + port + " does not answer as Kafka does");
        }
    }

    static void configure(Site site) {
        int most = site.number("kafka.message.bytes");
        String lines = """
                process.roles=broker,controller
                node.id=1
                controller.quorum.voters=1@%2$s
                listeners=PLAINTEXT://%1$s,CONTROLLER://%2$s
                advertised.listeners=PLAINTEXT://%1$s
                controller.listener.names=CONTROLLER
                inter.broker.listener.name=PLAINTEXT
                listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
                log.dirs=%3$s
                # A missing topic is an error that names it, never a topic with other settings.
                auto.create.topics.enable=false
                num.partitions=%4$d
                message.max.bytes=%5$d
                replica.fetch.max.bytes=%6$d
                offsets.topic.replication.factor=1
                offsets.topic.num.partitions=5
                transaction.state.log.replication.factor=1
                transaction.state.log.min.isr=1
                transaction.state.log.num.partitions=5
                group.initial.rebalance.delay.ms=0
                # A killed broker may come back only when its old session is over. One that stood still for longer is
                # fenced for a moment, and goes on.
                broker.session.timeout.ms=4000
                broker.heartbeat.interval.ms=500
                """.formatted(
                        site.address("kafka"),
                        site.address("kafka-controller"),
                        Logging.escaped(site.data("kafka").toString()),
                        site.number("kafka.partitions"),
                        most,
                        most + (1 << 20));
        Site.write(site.conf("kafka").resolve("server.properties"), lines);
        Logging.log4j1(site.conf("kafka"), "");
    }

    private static void format(Site site, List<String> classPath, Path properties)
            throws IOException, InterruptedException {
        if (Files.exists(site.data("kafka").resolve("meta.properties"))) {
            return;
        }
        Tool.run(
                site,
                "kafka",
                site.jvm(
                        "kafka-format",
                        "kafka",
                        List.of(),
                        classPath,
                        "kafka.tools.StorageTool",
                        "format",
                        "-t",
                        CLUSTER,
                        "-c",
                        properties.toString()),
                Map.of());
    }

    private static void makeTopics(Site site) throws ExecutionException, InterruptedException {
        int most = site.number("kafka.message.bytes");
        Map<String, Object> client = Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                site.address("kafka"),
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                60_000);
        try (Admin admin = Admin.create(client)) {
            Set<String> known = get(admin.listTopics().names());
            List<NewTopic> missing = new ArrayList<>();
            for (String topic : TrawlConf.topics(site)) {
                if (!known.contains(topic)) {
                    missing.add(new NewTopic(topic, site.number("kafka.partitions"), (short) 1)
                            .configs(Map.of(
                                    "message.timestamp.type",
                                    "LogAppendTime",
                                    "max.message.bytes",
                                    Integer.toString(most))));
                }
            }
            get(admin.createTopics(missing).all());
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw e;
            }
        }
    }

    private static <T> T get(org.apache.kafka.common.KafkaFuture<T> future)
            throws ExecutionException, InterruptedException {
        try {
            return future.get(60, TimeUnit.SECONDS);
        } catch (java.util.concurrent.TimeoutException e) {
            throw new ExecutionException(e);
        }
    }
}
