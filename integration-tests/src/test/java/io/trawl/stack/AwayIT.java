package io.trawl.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hbase.HBaseConfiguration;
import org.apache.hadoop.hbase.ServerName;
import org.apache.hadoop.hbase.client.Admin;
import org.apache.hadoop.hbase.client.Connection;
import org.apache.hadoop.hbase.client.ConnectionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Commands that ask servers of which one is stopped: its port is open, and it says nothing. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AwayIT {
    private static final String[] PARITY = {"parity", "--window", "2026-11-24T10:00:00Z/2026-11-24T11:00:00Z"};

    @TempDir
    static Path folder;

    private static LocalStack stack;

    @BeforeAll
    static void start() {
        Options options = Options.ofThisProject();
        Path state = options.home().resolve("integration-tests/target/stack of which one is away");
        SharedStack.delete(state);
        stack = LocalStack.start(options.stateDir(state).portShift(3300).without("flume", "spark", "airflow"));
    }

    @AfterAll
    static void close() {
        stack.close();
    }

    @Test
    @Order(1)
    void whereAllAnswerTheDoctorFindsThemWell() throws Exception {
        assertThat(trawl("detections").exit()).isZero();
        assertThat(trawl("sightings", "evil.example").exit()).isZero();

        Said said = trawl("doctor", "--output", "json");

        for (String name : List.of(
                "kafka",
                "topic proxy-logs",
                "lake.warehouse",
                "state.dir",
                "reports.dir",
                "hdfs",
                "reports.url",
                "clock",
                "hbase")) {
            assertThat(said.out()).contains("{\"status\": \"ok\", \"name\": \"" + name + "\"");
        }
        // Of what was left out.
        assertThat(said.out().lines().filter(line -> line.contains("\"FAIL\"")))
                .allMatch(line -> line.contains("spark") || line.contains("airflow"));
        assertThat(said.exit()).isEqualTo(1);
    }

    @Test
    @Order(2)
    void kafkaIsNamed() throws Exception {
        String away = "Kafka at 127.0.0.1:" + stack.port("kafka") + " does not answer";
        stopped("kafka", () -> {
            named(away, "tail");
            named(away, PARITY);
            examined("kafka");
        });
        awaitAll();
    }

    @Test
    @Order(3)
    void hdfsIsNamedInOurWords() throws Exception {
        String away = "HDFS at 127.0.0.1:" + stack.port("namenode") + " does not answer";
        stopped("namenode", () -> {
            named(away, PARITY);
            named(away, "detections", "--json", "--lines");
            examined("state.dir", "reports.url");
        });
        awaitAll();
    }

    /** HBase's process lives, and its ZooKeeper in it; its region server has gone, as after a lost session. */
    @Test
    @Order(4)
    void aRegionServerThatHasGoneWhileZooKeeperLivesIsNamed() throws Exception {
        Configuration conf = HBaseConfiguration.create();
        conf.set("hbase.zookeeper.quorum", "127.0.0.1");
        conf.set("hbase.zookeeper.property.clientPort", Integer.toString(stack.port("zookeeper")));
        try (Connection connection = ConnectionFactory.createConnection(conf);
                Admin admin = connection.getAdmin()) {
            for (ServerName server : admin.getRegionServers()) {
                admin.stopRegionServer(server.getAddress().toString());
            }
            Await.until(
                    "the region server to go",
                    Duration.ofMinutes(1),
                    () -> admin.getRegionServers(),
                    Collection::isEmpty);
        }
        String away = "HBase at ZooKeeper 127.0.0.1:" + stack.port("zookeeper")
                + " does not answer: ZooKeeper does, its master or region server does not";
        named(away, "detections");
        named(away, "sightings", "evil.example");
        examined("hbase");
    }

    @Test
    @Order(5)
    void hbaseThatIsStoppedIsNamed() throws Exception {
        String away = "HBase at ZooKeeper 127.0.0.1:" + stack.port("zookeeper") + " does not answer";
        stopped("hbase", () -> {
            named(away, "detections");
            named(away, "sightings", "evil.example");
            named(away, PARITY);
            examined("hbase zookeeper");
        });
    }

    private interface Questions {
        void ask() throws Exception;
    }

    private static void stopped(String server, Questions questions) throws Exception {
        List<Long> processes = new ArrayList<>(stack.processes(server));
        assertThat(processes).isNotEmpty();
        for (long pid : processes) {
            Processes.signal("STOP", pid);
        }
        try {
            questions.ask();
        } finally {
            for (long pid : processes) {
                Processes.signal("CONT", pid);
            }
        }
    }

    /** The next test finds it as this one did. */
    private static void awaitAll() {
        Await.until("HBase to answer", Duration.ofMinutes(3), () -> trawl("detections"), said -> said.exit() == 0);
    }

    private static void named(String away, String... arguments) throws Exception {
        Said said = trawl(arguments);
        Duration most = Said.tenSeconds(trawl("parity"));
        // Another class's servers may have started in just that moment; a command that is too slow is so each time.
        for (int again = 0; again < 2 && said.took().compareTo(most) >= 0; again++) {
            said = trawl(arguments);
            most = Said.tenSeconds(trawl("parity"));
        }
        assertThat(said.exit()).as(said.toString()).isEqualTo(1);
        assertThat(said.err()).startsWith("trawl " + arguments[0] + ": " + away);
        assertThat(said.err().lines()).hasSize(1);
        assertThat(said.took()).isLessThan(most);
    }

    private static void examined(String... names) throws Exception {
        Said said = trawl("doctor", "--output", "json");
        assertThat(said.exit()).isEqualTo(1);
        for (String name : names) {
            assertThat(said.out()).contains("{\"status\": \"FAIL\", \"name\": \"" + name + "\"");
        }
    }

    private static Said trawl(String... arguments) throws IOException, InterruptedException {
        return Said.by(folder, Map.of("TRAWL_CONF", stack.conf().toString()), List.of(arguments));
    }
}
