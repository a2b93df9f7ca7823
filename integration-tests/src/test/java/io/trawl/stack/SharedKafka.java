package io.trawl.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A broker without the rest of the stack, for tests that take its log apart or log in to it: started when the first of them
 * asks, ended with the JVM. It listens with and without a login.
 */
public final class SharedKafka {
    private static final String LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule required ";

    private static @Nullable SharedKafka kafka;

    private final LocalStack stack;
    private final int loginPort;

    private SharedKafka(LocalStack stack, int loginPort) {
        this.stack = stack;
        this.loginPort = loginPort;
    }

    public static synchronized SharedKafka get() {
        if (kafka == null) {
            Options options = Options.ofThisProject();
            Path state =
                    options.home().resolve("integration-tests/target/kafka-" + Integer.getInteger("trawl.it.fork", 1));
            SharedStack.delete(state);
            Await.logsIn(state.resolve("logs"));
            LocalStack opened = LocalStack.open(options.stateDir(state)
                    .portShift(3500 + 100 * Integer.getInteger("trawl.it.fork", 1))
                    .without("hdfs", "hbase", "flume", "spark", "airflow"));
            Runtime.getRuntime().addShutdownHook(new Thread(opened::close, "close-kafka"));
            int port = freePort();
            listenWithLogin(state.resolve("conf/kafka/server.properties"), port);
            opened.restore();
            kafka = new SharedKafka(opened, port);
        }
        return kafka;
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void listenWithLogin(Path properties, int port) {
        String listener = ",SASL_PLAINTEXT://127.0.0.1:" + port;
        try {
            String text = Files.readString(properties)
                    .replaceFirst("(?m)^(listeners=.*)$", "$1" + listener)
                    .replaceFirst("(?m)^(advertised.listeners=.*)$", "$1" + listener)
                    .replaceFirst("(?m)^(listener.security.protocol.map=.*)$", "$1,SASL_PLAINTEXT:SASL_PLAINTEXT");
            Files.writeString(
                    properties,
                    text + "sasl.enabled.mechanisms=PLAIN\n" + "listener.name.sasl_plaintext.plain.sasl.jaas.config="
                            + LOGIN + "user_trawl=\"secret\";\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The written settings of the stack. */
    public Path conf() {
        return stack.conf();
    }

    /** Where it takes whoever comes. */
    public String bootstrap() {
        return "127.0.0.1:" + stack.port("kafka");
    }

    /** Settings of a client that logs in: where, and how. */
    public Map<String, String> login() {
        return Map.of(
                "kafka.bootstrap", "127.0.0.1:" + loginPort,
                "kafka.consumer.security.protocol", "SASL_PLAINTEXT",
                "kafka.consumer.sasl.mechanism", "PLAIN",
                "kafka.consumer.sasl.jaas.config", LOGIN + "username=\"trawl\" password=\"secret\";",
                "kafka.producer.security.protocol", "SASL_PLAINTEXT",
                "kafka.producer.sasl.mechanism", "PLAIN",
                "kafka.producer.sasl.jaas.config", LOGIN + "username=\"trawl\" password=\"secret\";");
    }

    /** Cuts a partition's log short, as a machine that loses its power does: it ends before an offset afterwards. */
    public void cut(String topic, int partition, long offset) throws IOException {
        LogTail.cut(stack, topic, partition, offset);
    }

    /** The end of a partition's log on a stack's broker. */
    public static final class LogTail {
        /** Of a batch: its first offset (8 bytes), and its length without these twelve bytes (4). */
        private static final int HEAD = 12;

        private LogTail() {}

        /** Kills a stack's broker, cuts off what lies at an offset and behind, and starts the broker again. */
        public static void cut(LocalStack stack, String topic, int partition, long offset) throws IOException {
            stack.kill("kafka");
            Path folder = stack.stateDir().resolve("data/kafka").resolve(topic + "-" + partition);
            Path log = folder.resolve("00000000000000000000.log");
            try (FileChannel file = FileChannel.open(log, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                long at = 0;
                while (at < file.size()) {
                    ByteBuffer head = ByteBuffer.allocate(HEAD);
                    file.read(head, at);
                    head.flip();
                    if (head.getLong() >= offset) {
                        break;
                    }
                    at += HEAD + head.getInt();
                }
                file.truncate(at);
            }
            for (String index : List.of("index", "timeindex")) {
                Files.deleteIfExists(folder.resolve("00000000000000000000." + index));
            }
            stack.start("kafka");
        }
    }
}
