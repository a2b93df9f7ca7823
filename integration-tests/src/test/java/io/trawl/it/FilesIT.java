package io.trawl.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trawl.base.State;
import io.trawl.base.Window;
import io.trawl.it.Broker.Message;
import io.trawl.kafka.files.LogFile;
import io.trawl.lake.LakeTable;
import io.trawl.stack.SharedStack;
import io.trawl.traffic.Line;
import io.trawl.traffic.Traffic;
import java.io.BufferedOutputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same logs through {@code trawl sweep} without a server and through Kafka, HDFS and HBase: the same rows in every
 * table, and what generated traffic planted.
 */
class FilesIT {
    private static final int LINES = 20_000;
    private static final String PROXY = "proxy1";

    /** What follows from where a message came from and when, and not from the line; all else must be the same. */
    private static final List<String> PLACE =
            List.of("source", "window", "topic", "partition", "offset", "append_time", "headers", "indicator_snapshot");

    @TempDir
    Path folder;

    @AfterEach
    void end() {
        Trawl.killAll();
    }

    @Test
    void aSweepOfFilesFindsWhatTheServersFind() throws Exception {
        Traffic traffic = Traffic.builder(12, LINES)
                .proxies(List.of(PROXY))
                .hits(10)
                .nearMisses(10)
                .build();
        Path feeds = Files.createDirectory(folder.resolve("feeds"));
        traffic.writeFeeds(feeds);
        Path log = folder.resolve("access.log");
        long planted = 0;
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(log))) {
            for (Line line : traffic) {
                planted += line.planted().size();
                out.write(line.bytes());
                out.write('\n');
            }
        }

        Path lake = folder.resolve("lake");
        JsonNode found = swept(feeds, log, lake);
        assertThat(found.path("lines").asInt()).isEqualTo(LINES);
        assertThat(found.at("/detections/count").asLong()).as("planted").isEqualTo(planted);
        assertThat(rowsOfTheDuckDbLine(found.path("duckdb").asText()))
                .isPositive()
                .isLessThanOrEqualTo(planted);
        assertThat(detectionsByPyIceberg(lake)).isEqualTo(planted + " " + planted);
        Sweeper files = new Sweeper(
                lake.resolve("trawl.conf"),
                "files",
                Map.of("source.files.topic", "files", "source.files.window", "PT1S"));
        Instant start = Instant.parse(found.at("/logs/0/window").asText());
        LogFile known = LogFile.of(State.at(files.settings().text("state.dir"), new Configuration())
                .read(LogFile.name("files", start)));

        Map<String, List<String>> here = rows(files, new Window(start, start.plusSeconds(1)));
        Map<String, List<String>> there = throughTheServers(traffic, feeds, known);
        for (String table : here.keySet()) {
            assertThat(here.get(table)).as(table).isNotEmpty().isEqualTo(there.get(table));
        }
    }

    private JsonNode swept(Path feeds, Path log, Path lake) throws Exception {
        List<String> command = new ArrayList<>(
                List.of("sweep", "--format", "squid", "--lake", lake.toString(), "--output", "json", "--indicators"));
        for (String feed : List.of("blocklist.txt", "threats.csv")) {
            command.add(feeds.resolve(feed).toString());
        }
        command.addAll(List.of("--", log.toString()));
        Trawl sweep = Trawl.start(folder, command);
        // However long: it reads files and waits for nobody.
        int status = sweep.process().waitFor();
        assertThat(status).as(sweep.err()).isZero();
        return new ObjectMapper().readTree(sweep.out());
    }

    /** Runs the line that a sweep prints for a shell, which lists indicators and clients; gives how many rows it has. */
    private long rowsOfTheDuckDbLine(String line) throws Exception {
        Trawl shell = Trawl.start(folder, List.of("bash", "-c", line), Map.of());
        assertThat(shell.process().waitFor()).as(shell.err()).isZero();
        assertThat(shell.out()).contains("indicator_value");
        Matcher rows = Pattern.compile("(\\d+) rows").matcher(shell.out());
        assertThat(rows.find()).as(shell.out()).isTrue();
        return Long.parseLong(rows.group(1));
    }

    /** Counts the detections that PyIceberg reads through the lake's catalog, and those of the files it names, by DuckDB. */
    private String detectionsByPyIceberg(Path lake) throws Exception {
        String script = """
                import sys, duckdb
                from pyiceberg.catalog import load_catalog
                lake = load_catalog("lake", type="sql", uri=f"sqlite:///{sys.argv[1]}/catalog.db")
                scan = lake.load_table("trawl.detections").scan()
                files = [task.file.file_path.removeprefix("file:") for task in scan.plan_files()]
                read = duckdb.sql("SELECT count(*) FROM read_parquet($files)", params={"files": files})
                print(len(scan.to_arrow()), read.fetchall()[0][0])
                """;
        String python = Path.of(System.getProperty("trawl.home"), ".trawl", "venv", "bin", "python")
                .toString();
        Trawl shell = Trawl.start(
                folder, List.of(python, "-c", script, lake.resolve("lake").toString()), Map.of());
        assertThat(shell.process().waitFor()).as(shell.err()).isZero();
        return shell.out().strip();
    }

    /** Sends the lines as an agent would that names the log as the sweep named it, and sweeps them. */
    private static Map<String, List<String>> throughTheServers(Traffic traffic, Path feeds, LogFile log)
            throws Exception {
        String name = Sweeper.unique("files");
        Sweeper source = new Sweeper(SharedStack.stores().conf(), name, Map.of("source." + name + ".window", "PT10S"));
        source.mustRun("refresh-indicators", null, "--feeds", feeds.toString(), "--allowlists", "");
        List<Message> messages = new ArrayList<>();
        for (Line line : traffic) {
            Map<String, String> headers = Map.of(
                    "host", "files",
                    "key", PROXY,
                    "log", log.log(),
                    "generation", log.generation(),
                    "byteoffset", Long.toString(line.offset()));
            messages.add(new Message(0, Message.envelope(headers, line.bytes())));
        }
        try (Broker broker = new Broker(source.settings().text("kafka.bootstrap"))) {
            broker.create(name, 1, Map.of());
            Window window = source.fill(broker, messages);
            source.sweep(window);
            return rows(source, window);
        }
    }

    private static Map<String, List<String>> rows(Sweeper source, Window window) throws Exception {
        Map<String, List<String>> rows = new TreeMap<>();
        rows.put("raw_lines", rows(source.records(LakeTable.RAW_LINES, "ingest", window)));
        rows.put("proxy_events", rows(source.records(LakeTable.PROXY_EVENTS, "validate", window)));
        rows.put("invalid_records", rows(source.records(LakeTable.INVALID_RECORDS, "validate", window)));
        rows.put("detections", rows(source.records(LakeTable.DETECTIONS, "enrich", window)));
        rows.put("observables", rows(source.records(LakeTable.OBSERVABLES, "enrich", window)));
        return rows;
    }

    private static List<String> rows(List<Map<String, Object>> records) {
        List<String> rows = new ArrayList<>();
        for (Map<String, Object> record : records) {
            StringBuilder row = new StringBuilder();
            record.forEach((column, value) -> {
                if (!PLACE.contains(column)) {
                    row.append(column).append('=').append(text(value)).append(' ');
                }
            });
            rows.add(row.toString());
        }
        rows.sort(null);
        return rows;
    }

    private static String text(Object value) {
        if (value instanceof ByteBuffer bytes) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.duplicate().get(copy);
            return HexFormat.of().formatHex(copy);
        }
        return String.valueOf(value);
    }
}
