package io.trawl.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trawl.record.FlumeEnvelope;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The real agents on logs that are rotated under them: every line comes, and a line that comes again is known.
 *
 * <p>Longer than other classes, since the writer whose log is rotated and the reader of the topic serve this story
 * alone.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RotationIT {
    private static final String RENAMED = "renamed";
    private static final String EMPTIED = "emptied";
    private static final String ONCE = "once";
    private static final String TOPIC = "proxy-logs";
    private static final String COLLECTOR = "flume-collector";
    private static final String AGENT = "flume-" + RENAMED;
    private static final Duration SOON = Duration.ofSeconds(120);
    /** The longest line that the agents send whole, in bytes. */
    private static final int LIMIT = 1 << 20;

    private static final ObjectMapper JSON = new ObjectMapper();

    private static LocalStack stack;
    private static Topic topic;

    @BeforeAll
    static void startFromEmpty() {
        Options options = own("stack that rotates logs");
        SharedStack.delete(options.stateDir());
        stack = LocalStack.start(options.stack("flume.rotation." + EMPTIED, "copytruncate")
                .stack("flume.header-line." + ONCE, "#Fields:"));
        topic = new Topic();
    }

    @AfterAll
    static void close() {
        if (topic != null) {
            topic.close();
        }
        if (stack != null) {
            stack.close();
        }
    }

    @Test
    @Order(1)
    void linesOfARenamedLogAreSentOnce() throws Exception {
        try (Writer writer = new Writer(ONCE)) {
            writer.go();
            for (int i = 0; i < 5; i++) {
                writer.awaitMore(300);
                writer.rename();
            }
            writer.awaitMore(300);

            assertThat(everyLineHasOneIdentityOfItsOwn(writer)).as("copies").isZero();
        }
    }

    @Test
    @Order(2)
    void linesOfARenamedLogArriveUnderOneIdentityEachThoughAgentsAreKilled() throws Exception {
        try (Writer writer = new Writer(RENAMED)) {
            writer.go();
            writer.awaitMore(500);
            awaitWhatWasWritten(writer);
            writer.rename();
            writer.awaitMore(500);

            stack.kill(AGENT);
            writer.awaitMore(200);
            writer.rename();
            writer.awaitMore(200);
            stack.start(AGENT);
            writer.rename();
            awaitWhatWasWritten(writer);

            stack.kill(COLLECTOR);
            writer.awaitMore(200);
            writer.rename();
            writer.awaitMore(200);
            stack.start(COLLECTOR);
            awaitWhatWasWritten(writer);

            // Both, while renamed files are being read again.
            writer.rename();
            stack.kill(AGENT);
            stack.kill(COLLECTOR);
            writer.awaitMore(200);
            stack.start(COLLECTOR);
            stack.start(AGENT);
            writer.awaitMore(500);
            writer.rename();
            writer.awaitMore(500);

            everyLineHasOneIdentityOfItsOwn(writer);
        }
    }

    @Test
    @Order(3)
    void ofALogThatIsCopiedAndEmptiedOnlyWhatWasUnderWayIsSentAgain() throws Exception {
        try (Writer writer = new Writer(EMPTIED)) {
            for (int i = 0; i < 4; i++) {
                writer.go();
                writer.awaitMore(500);
                awaitWhatWasWritten(writer);
                // What is not yet read of the log goes with the copy.
                writer.awaitMore(50);
                writer.halt();
                writer.copyAndEmpty();
                writer.write();
                awaitWhatWasWritten(writer);
            }
            writer.go();
            writer.awaitMore(500);

            // A log that is emptied between its lines' sending and the agent's note of it: they come again, under their
            // identity. A copy that was taken for a new file would be one of 500 lines and more.
            assertThat(everyLineHasOneIdentityOfItsOwn(writer)).as("copies").isLessThan(500);
        }
    }

    @Test
    @Order(4)
    void aLineOfOneMebibyteArrivesWholeAndALongerOneCutWithItsLength() throws Exception {
        int[] lengths = {LIMIT, LIMIT + 1, 3_000_000};
        for (String proxy : stack.proxies()) {
            Path log = stack.proxyLog(proxy);
            ByteArrayOutputStream lines = new ByteArrayOutputStream();
            List<Event> expected = new ArrayList<>();
            long at = Files.exists(log) ? Files.size(log) : 0;
            for (int length : lengths) {
                for (byte[] line : List.of(
                        latin("before one of " + length),
                        latin("%d %s".formatted(length, "y".repeat(length)).substring(0, length)),
                        latin("after one of " + length))) {
                    String oversize = line.length > LIMIT ? Integer.toString(line.length) : "";
                    String body = text(Arrays.copyOf(line, Math.min(line.length, LIMIT)));
                    expected.add(new Event(proxy, at + lines.size(), "", body, oversize, ""));
                    lines.writeBytes(line);
                    lines.write('\n');
                }
            }

            Files.write(log, lines.toByteArray(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);

            for (Event line : expected) {
                Event come = topic.await(proxy, body -> body.equals(line.body()));
                String start = line.body().substring(0, 14);
                assertThat(come.oversize()).as(start).isEqualTo(line.oversize());
                assertThat(come.offset()).as(start).isEqualTo(line.offset());
            }
        }
    }

    @Test
    @Order(5)
    void eachLineComesWithTheLineOfItsFileThatNamesTheColumns() throws Exception {
        String first = "#Fields: date time c-ip";
        String second = "#Fields: time cs-host";
        Path log = stack.proxyLog(ONCE);
        write(List.of("w3c before any", first, "w3c 1", second, "w3c 2"), List.of("", "", first, first, second));

        stack.kill("flume-" + ONCE);
        Files.write(log, latin("w3c 3\n" + first + " sc-status\nw3c 4\n"), StandardOpenOption.APPEND);
        stack.start("flume-" + ONCE);
        assertThat(topic.await(ONCE, "w3c 3"::equals).headerLine()).isEqualTo(second);
        assertThat(topic.await(ONCE, "w3c 4"::equals).headerLine()).isEqualTo(first + " sc-status");

        Files.move(log, log.resolveSibling("access.log.99"));
        write(List.of("w3c of a new file", second + " x", "w3c 5"), List.of("", "", second + " x"));
    }

    @Test
    @Order(6)
    void anotherRotationIsRefusedBeforeAnythingStarts() {
        Options options = own("stack of a wrong rotation").stack("flume.rotation." + RENAMED, "compress");

        assertThatThrownBy(() -> LocalStack.start(options))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "stack setting flume.rotation.renamed = compress: expected rename or copytruncate, for example"
                                + " flume.rotation.renamed = copytruncate");
        assertThat(Leftovers.of(options.stateDir())).isEmpty();
    }

    /** What Flume needs, and no more. */
    private static Options own(String state) {
        Options options = Options.ofThisProject();
        return options.stateDir(
                        options.home().resolve("integration-tests/target").resolve(state))
                .portShift(5000)
                .stack("flume.proxies", String.join(", ", ONCE, RENAMED, EMPTIED))
                .without("hdfs", "hbase", "spark", "airflow");
    }

    private static void awaitWhatWasWritten(Writer writer) {
        String line = writer.last();
        topic.await(writer.proxy, line::equals);
    }

    /** Ends the writing and looks at all that has come of it, with every copy that can still come; says how many came. */
    private static int everyLineHasOneIdentityOfItsOwn(Writer writer) throws IOException {
        writer.halt();
        Await.until(
                "every file of " + writer.proxy + " to be read to its end under the name it has now",
                SOON,
                () -> unread(writer.proxy),
                Set::isEmpty);
        // The agent's channel keeps the order: once a line that was written last is there, so are all before it.
        writer.write();
        awaitWhatWasWritten(writer);

        List<Event> events = topic.of(writer.proxy);
        Map<String, Set<String>> identities = new HashMap<>();
        events.forEach(event -> identities
                .computeIfAbsent(event.body(), line -> new TreeSet<>())
                .add(event.identity()));
        Set<String> lost = new TreeSet<>(writer.lines());
        lost.removeAll(identities.keySet());
        Set<String> torn = new TreeSet<>(identities.keySet());
        torn.removeAll(writer.lines());
        List<Map.Entry<String, Set<String>>> ambiguous = identities.entrySet().stream()
                .filter(line -> line.getValue().size() != 1)
                .limit(5)
                .toList();
        Set<String> all = new HashSet<>();
        identities.values().forEach(all::addAll);
        System.out.printf(
                "%s: %d lines, %d came, %d rotations, %d messages, %d identities%n",
                writer.proxy,
                writer.lines().size(),
                writer.lines().size() - lost.size(),
                writer.rotations,
                events.size(),
                all.size());

        assertThat(lost).as("lines that did not come").isEmpty();
        assertThat(torn).as("lines that were never written").isEmpty();
        assertThat(ambiguous)
                .as("lines with several identities, the first five")
                .isEmpty();
        assertThat(all.size())
                .as("identities, as many as lines")
                .isEqualTo(writer.lines().size());
        return events.size() - writer.lines().size();
    }

    /** Files of the log that the agent, by its positions, has not read to their end under their present name. */
    private static Set<String> unread(String proxy) throws IOException {
        Set<String> read = new HashSet<>();
        Path positions = stack.stateDir().resolve("data/flume").resolve(proxy).resolve("positions.json");
        for (JsonNode file : JSON.readTree(positions.toFile())) {
            read.add(file.path("file").asText() + " " + file.path("inode").asLong() + " "
                    + file.path("pos").asLong());
        }
        Set<String> unread = new TreeSet<>();
        try (Stream<Path> files = Files.list(stack.proxyLog(proxy).getParent())) {
            for (Path file : files.toList()) {
                unread.add(file + " " + Files.getAttribute(file, "unix:ino") + " " + Files.size(file));
            }
        }
        unread.removeAll(read);
        return unread;
    }

    /** Writes lines as they stand; each must come with the header line that is expected of it. */
    private static void write(List<String> lines, List<String> headerLines) throws IOException {
        Files.write(
                stack.proxyLog(ONCE),
                latin(String.join("\n", lines) + "\n"),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            assertThat(topic.await(ONCE, line::equals).headerLine()).as(line).isEqualTo(headerLines.get(i));
        }
    }

    private static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String text(byte[] latin) {
        return new String(latin, StandardCharsets.ISO_8859_1);
    }

    /** A line as it came, with where it was born. */
    private record Event(String proxy, long offset, String identity, String body, String oversize, String headerLine) {
        static Event of(FlumeEnvelope event) {
            Map<String, String> headers = event.getHeaders();
            ByteBuffer body = event.getBody().duplicate();
            byte[] bytes = new byte[body.remaining()];
            body.get(bytes);
            return new Event(
                    header(headers, "host"),
                    Long.parseLong(header(headers, "byteoffset")),
                    Stream.of("host", "log", "generation", "byteoffset")
                            .map(name -> header(headers, name))
                            .reduce((a, b) -> a + " " + b)
                            .orElseThrow(),
                    text(bytes),
                    headers.getOrDefault("oversize", ""),
                    headers.getOrDefault("header_line", ""));
        }

        private static String header(Map<String, String> headers, String name) {
            String value = headers.get(name);
            assertThat(value).as("header " + name).isNotNull();
            return value;
        }
    }

    /** Everything in the topic so far, each message read once. */
    private static final class Topic implements AutoCloseable {
        private final KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(Map.of(
                "bootstrap.servers", "127.0.0.1:" + stack.port("kafka"),
                "key.deserializer", ByteArrayDeserializer.class,
                "value.deserializer", ByteArrayDeserializer.class));
        private final SpecificDatumReader<FlumeEnvelope> reader =
                new SpecificDatumReader<>(FlumeEnvelope.getClassSchema());
        private final List<TopicPartition> partitions;
        private final List<Event> events = new ArrayList<>();

        Topic() {
            partitions = consumer.partitionsFor(TOPIC).stream()
                    .map(info -> new TopicPartition(TOPIC, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
        }

        /** Waits for a line of a proxy. */
        Event await(String proxy, Predicate<String> line) {
            int[] seen = {0};
            List<Event> found = new ArrayList<>();
            Await.until(
                    "a line of " + proxy + " in the topic; messages there",
                    SOON,
                    () -> {
                        read();
                        for (; seen[0] < events.size(); seen[0]++) {
                            Event event = events.get(seen[0]);
                            if (event.proxy().equals(proxy) && line.test(event.body())) {
                                found.add(event);
                            }
                        }
                        return events.size();
                    },
                    size -> !found.isEmpty());
            return found.get(0);
        }

        List<Event> of(String proxy) throws IOException {
            read();
            return events.stream().filter(event -> event.proxy().equals(proxy)).toList();
        }

        private void read() throws IOException {
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                for (ConsumerRecord<byte[], byte[]> message : consumer.poll(Duration.ofMillis(200))) {
                    events.add(Event.of(reader.read(null, DecoderFactory.get().binaryDecoder(message.value(), null))));
                }
            }
        }

        @Override
        public void close() {
            consumer.close();
        }
    }

    /** A proxy that writes numbered lines at a steady pace, whatever happens to its log. */
    private static final class Writer implements AutoCloseable {
        private static final int LINES_A_TICK = 5;
        private static final int TICK_MS = 10;

        final String proxy;
        private final Path log;
        private final ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor();
        private final Future<?> ticks;
        private final List<String> lines = new ArrayList<>();
        private FileChannel file;
        private boolean going;
        int rotations;

        Writer(String proxy) throws IOException {
            this.proxy = proxy;
            this.log = stack.proxyLog(proxy);
            this.file = open();
            this.ticks = pace.scheduleAtFixedRate(this::tick, 0, TICK_MS, TimeUnit.MILLISECONDS);
        }

        private FileChannel open() throws IOException {
            return FileChannel.open(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }

        private synchronized void tick() {
            for (int i = 0; going && i < LINES_A_TICK; i++) {
                write();
            }
        }

        /** One line, with its line end in one write. */
        synchronized void write() {
            int number = lines.size();
            String line = "%s line %06d %s".formatted(proxy, number, "x".repeat(number % 97));
            try {
                file.write(ByteBuffer.wrap(latin(line + "\n")));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            lines.add(line);
        }

        synchronized void go() {
            going = true;
        }

        synchronized void halt() {
            going = false;
        }

        synchronized List<String> lines() {
            return List.copyOf(lines);
        }

        synchronized String last() {
            return lines.isEmpty() ? "" : lines.get(lines.size() - 1);
        }

        private synchronized int written() {
            assertThat(ticks.isDone()).as("the writer of %s has failed", proxy).isFalse();
            return lines.size();
        }

        void awaitMore(int more) {
            int enough = written() + more;
            Await.until(proxy + " to write on", SOON, this::written, written -> written >= enough);
        }

        /** The log becomes access.log.1; lines go to the renamed file until the writer opens the new one. */
        void rename() throws IOException {
            moveNumbersOn();
            Files.move(log, numbered(1));
            awaitMore(20);
            synchronized (this) {
                file.close();
                file = open();
            }
            rotations++;
        }

        /** The log is copied to access.log.1, then emptied in place. */
        void copyAndEmpty() throws IOException {
            moveNumbersOn();
            Files.copy(log, numbered(1));
            synchronized (this) {
                file.truncate(0);
            }
            rotations++;
        }

        private void moveNumbersOn() throws IOException {
            for (int number = rotations; number > 0; number--) {
                Files.move(numbered(number), numbered(number + 1));
            }
        }

        private Path numbered(int number) {
            return log.resolveSibling(log.getFileName() + "." + number);
        }

        @Override
        public void close() throws IOException {
            pace.shutdownNow();
            synchronized (this) {
                file.close();
            }
        }
    }
}
