package io.trawl.kafka.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.trawl.base.Buffers;
import io.trawl.base.JobFailure;
import io.trawl.base.Settings;
import io.trawl.base.State;
import io.trawl.base.Window;
import io.trawl.parsing.flume.Origin;
import io.trawl.record.OffsetSpan;
import io.trawl.record.RawLine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFilesJobTest {
    private static final Window WINDOW = Window.parse("2026-11-24T11:00:00Z/2026-11-24T11:00:01Z");
    private static JavaSparkContext spark;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        spark = new JavaSparkContext(new SparkConf().setMaster("local[2]").setAppName("test"));
    }

    @AfterAll
    static void stop() {
        spark.close();
    }

    private LogFiles files(int part) throws IOException {
        Settings settings = Settings.defaults()
                .with("source.files.from", "files")
                .with("source.files.topic", "files")
                .with("source.files.format", "squid")
                .with("source.files.window", "PT1S")
                .with("ingest.task.messages", Integer.toString(part));
        return new LogFiles(settings.source("files"), settings, state());
    }

    private State state() throws IOException {
        return State.at(folder.resolve("state").toUri().toString(), new Configuration());
    }

    private Path register(byte[] log) throws IOException {
        return register(Files.write(folder.resolve("access.log"), log));
    }

    private Path register(Path file) throws IOException {
        LogScan scan = LogScan.of(file, Long.MAX_VALUE, Collections.emptySortedSet(), 10);
        LogFile pinned = new LogFile(
                7, WINDOW.start(), "access.log", "g", file.toString(), scan.bytes(), scan.lines(), scan.digest());
        state().replace(LogFile.name("files", WINDOW.start()), pinned.json());
        return file;
    }

    private List<RawLine> read(int part) throws IOException {
        LogFiles files = files(part);
        List<OffsetSpan> spans = files.of(WINDOW).spans();
        List<RawLine> lines = files.read(spark, WINDOW, spans).collect();
        assertThat(spans).containsExactly(new OffsetSpan(7, 0L, (long) lines.size()));
        return lines;
    }

    /** The lines as they are told apart one byte at a time. */
    private static List<String> naive(byte[] log) {
        List<String> lines = new ArrayList<>();
        int begin = 0;
        for (int i = 0; i < log.length; i++) {
            if (log[i] == '\n') {
                int end = i > begin && log[i - 1] == '\r' ? i - 1 : i;
                lines.add(begin + " " + text(Arrays.copyOfRange(log, begin, end)));
                begin = i + 1;
            }
        }
        if (begin < log.length) {
            lines.add(begin + " " + text(Arrays.copyOfRange(log, begin, log.length)));
        }
        return lines;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    @Test
    void everyLineIsReadOnceWhateverThePartsAre() throws IOException {
        Random random = new Random(12);
        for (int round = 0; round < 30; round++) {
            byte[] log = new byte[random.nextInt(400)];
            for (int i = 0; i < log.length; i++) {
                log[i] = (byte) "\n\r\nab\u0000\u00ff".charAt(random.nextInt(7));
            }
            register(log);
            int part = 1 + random.nextInt(20);
            List<RawLine> lines = read(part);
            assertThat(lines.stream()
                            .map(line -> line.getFileOffset() + " " + text(Buffers.bytes(line.getBody())))
                            .toList())
                    .as(text(log) + " in parts of " + part)
                    .isEqualTo(naive(log));
            assertThat(lines).extracting(RawLine::getOffset).isEqualTo(numbers(lines.size()));
            assertThat(lines).extracting(RawLine::getEventId).doesNotHaveDuplicates();
        }
    }

    private static List<Long> numbers(int count) {
        List<Long> numbers = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            numbers.add(i);
        }
        return numbers;
    }

    @Test
    void aLineIsNamedAsKafkasReaderNamesIt() throws IOException {
        register("a\nbc\n".getBytes(StandardCharsets.UTF_8));
        RawLine line = read(10).get(1);
        assertThat(line.getEventId())
                .isEqualTo(Origin.eventId(
                        "files", "access.log", "g", 2L, "bc".getBytes(StandardCharsets.UTF_8), "any", 0, 99));
        assertThat(line.getAppendTime()).isEqualTo(WINDOW.start());
    }

    @Test
    void aLineOfMoreThanAMebibyteIsCutAndSaysHowLongItWas() throws IOException {
        int mebibyte = 1 << 20;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        log.writeBytes("x".repeat(mebibyte).getBytes(StandardCharsets.UTF_8));
        log.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
        log.writeBytes("y".repeat(mebibyte + 1).getBytes(StandardCharsets.UTF_8));
        log.writeBytes("\nz".getBytes(StandardCharsets.UTF_8));
        register(log.toByteArray());
        List<RawLine> lines = read(1);
        assertThat(lines).extracting(RawLine::getOversize).containsExactly(null, mebibyte + 1L, null);
        assertThat(lines).extracting(line -> line.getBody().remaining()).containsExactly(mebibyte, mebibyte, 1);
    }

    @Test
    void aPackedLogIsReadUnpacked() throws IOException {
        Path file = folder.resolve("access.log.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write("a\nb\nc\n".getBytes(StandardCharsets.UTF_8));
        }
        register(file);
        assertThat(read(1))
                .extracting(line -> text(Buffers.bytes(line.getBody())))
                .containsExactly("a", "b", "c");
    }

    @Test
    void aLogThatGrewMeanwhileIsReadAsItWas() throws IOException {
        Path file = register("a\nb\n".getBytes(StandardCharsets.UTF_8));
        Files.writeString(file, "a\nb\nc\n");
        assertThat(read(1)).hasSize(2);
    }

    @Test
    void aLogThatHoldsSomethingElseIsRefused() throws IOException {
        Path file = register("a\nb\n".getBytes(StandardCharsets.UTF_8));
        Files.writeString(file, "a\nx\n");
        assertThatExceptionOfType(JobFailure.class)
                .isThrownBy(() -> files(1).of(WINDOW))
                .withMessageContaining("no longer holds what it held")
                .withMessageContaining("sweep it again");
        Files.delete(file);
        assertThatExceptionOfType(JobFailure.class)
                .isThrownBy(() -> files(1).of(WINDOW))
                .withMessageContaining("is gone");
    }

    @Test
    void theDigestOfABeginningIsThatOfAFileWithNoMore() throws IOException {
        Path whole = Files.writeString(folder.resolve("whole"), "a\nb\nc");
        Path beginning = Files.writeString(folder.resolve("beginning"), "a\nb");
        LogScan scan = LogScan.of(whole, Long.MAX_VALUE, new java.util.TreeSet<>(List.of(3L, 5L, 9L)), 2);
        LogScan part = LogScan.of(beginning, Long.MAX_VALUE, Collections.emptySortedSet(), 2);
        assertThat(scan.beginnings()).containsOnlyKeys(3L, 5L).containsEntry(3L, part.digest());
        assertThat(scan.beginnings()).containsEntry(5L, scan.digest());
        assertThat(scan.starts()).containsExactly(0L, 4L);
        assertThat(scan.lines()).isEqualTo(3);
    }

    @Test
    void whatAnotherPackerPackedIsRefusedByName() throws IOException {
        Path file = Files.write(folder.resolve("a.xz"), new byte[] {(byte) 0xFD, '7', 'z', 'X', 'Z', 0, 1});
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> PackedFile.open(file))
                .withMessageContaining("xz -dk");
    }
}
