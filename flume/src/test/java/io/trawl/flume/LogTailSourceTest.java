package io.trawl.flume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flume.Context;
import org.apache.flume.Event;
import org.apache.flume.channel.ChannelProcessor;
import org.apache.flume.channel.ReplicatingChannelSelector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The source on real files that are rotated under it: what it hands to its channel is each line once. */
class LogTailSourceTest {
    @TempDir
    private Path folder;

    private Path log;
    private LogTailSource source;
    private final List<String> sent = new ArrayList<>();
    /** Header follows of the first line of each file, in order. */
    private final List<String> follows = new ArrayList<>();

    private int written;
    private Change whileReading;

    private interface Change {
        void run() throws IOException;
    }

    @BeforeEach
    void name() {
        log = folder.resolve("access.log");
    }

    @AfterEach
    void stop() {
        if (source != null) {
            source.stop();
            source = null;
        }
    }

    @Test
    void aRenamedFileIsReadOnAndNotSentAgain() throws Exception {
        start("rename");
        for (int i = 0; i < 5; i++) {
            write(40);
            poll();
            write(3);
            Files.move(log, folder.resolve("access.log-2026112" + i));
            write(2);
            poll();
        }

        everyLineOnce();
    }

    @Test
    void whatIsReadOfAFileWhileItIsRenamedIsNotSentAgain() throws Exception {
        start("rename");
        write(40);
        poll();
        write(30);
        // Between a look at the folder and the reading.
        whileReading = () -> Files.move(log, folder.resolve("access.log.1"));
        source.process();
        write(1);
        poll();

        everyLineOnce();
    }

    @Test
    void numbersThatMoveOnSendNothingAgain() throws Exception {
        start("rename");
        for (int i = 0; i < 4; i++) {
            write(40);
            poll();
            moveNumbersOn();
            Files.move(log, folder.resolve("access.log.1"));
            write(2);
            poll();
        }

        everyLineOnce();
    }

    @Test
    void aFileRenamedWhileTheAgentWasDownIsReadOn() throws Exception {
        start("rename");
        write(40);
        poll();
        stop();
        write(5);
        Files.move(log, folder.resolve("access.log.1"));
        write(7);
        start("rename");
        poll();

        everyLineOnce();
    }

    @Test
    void aCopyIsReadFromWhereItsOriginalWasReadTo() throws Exception {
        start("copytruncate");
        for (int i = 0; i < 3; i++) {
            write(60);
            poll();
            write(4);
            moveNumbersOn();
            copyAndEmpty();
            write(3);
            poll();
        }

        everyLineOnce();
    }

    @Test
    void aCopyThatIsStillBeingMadeIsAwaited() throws Exception {
        start("copytruncate");
        write(400);
        poll();
        byte[] all = Files.readAllBytes(log);
        Path copy = folder.resolve("access.log.1");
        Files.write(copy, Arrays.copyOf(all, 100));
        poll();
        Files.write(copy, Arrays.copyOf(all, all.length / 2));
        poll();
        Files.write(copy, all);
        Files.write(log, new byte[0]);
        write(1);
        poll();

        everyLineOnce();
    }

    @Test
    void aLogThatWasEmptiedIsNoCopyThatIsAwaited() throws Exception {
        start("copytruncate");
        write(400);
        poll();
        Files.copy(log, folder.resolve("access.log.1"));
        poll();
        Files.write(log, new byte[0]);
        write(1);
        poll();

        everyLineOnce();
    }

    @Test
    void aLogThatWasEmptiedAndHasGrownPastTheOldPlaceIsReadFromItsFirstLine() throws Exception {
        start("copytruncate");
        write(20);
        poll();
        copyAndEmpty();
        write(50);
        poll();

        everyLineOnce();
    }

    @Test
    void aNewFileWithAnOldFilesInodeIsReadFromItsFirstLine() throws Exception {
        start("rename");
        Files.writeString(log, "#Software: one head line for all files\n".repeat(40));
        poll();
        stop();
        sent.clear();
        // The same inode, other bytes: what a file system does that gives a freed inode to the next file.
        byte[] other = lines(60).getBytes(StandardCharsets.ISO_8859_1);
        Files.write(log, "#Software: one head line for all files\n".getBytes(StandardCharsets.ISO_8859_1));
        Files.write(log, other, StandardOpenOption.APPEND);
        start("rename");
        poll();

        assertThat(sent).hasSize(61).endsWith("line " + (written - 1));
    }

    @Test
    void positionsOfTaildirAreTakenOver() throws Exception {
        write(10);
        long inode = (long) Files.getAttribute(log, "unix:ino");
        Files.writeString(
                folder.resolve("positions.json"),
                "[{\"inode\":%d,\"pos\":%d,\"file\":\"%s\"}]".formatted(inode, Files.size(log), log));
        start("rename");
        poll();
        assertThat(sent).isEmpty();
    }

    @Test
    void marksThatCannotBeReadCostCopiesOnly() throws Exception {
        Files.writeString(folder.resolve("positions.json.marks"), "\0\0 1 2\nx y z w\n1 2\n");
        write(10);
        start("rename");
        poll();

        everyLineOnce();
    }

    @Test
    void theFirstLineOfAFileSaysHowLongTheOneBeforeIs() throws Exception {
        start("rename");
        write(10);
        poll();
        write(3);
        Path old = Files.move(log, folder.resolve("access.log.1"));
        write(1);
        poll();

        assertThat(follows).containsExactly("none", generation(old) + " " + Files.size(old));
    }

    @Test
    void ofADeletedFileToo() throws Exception {
        start("rename");
        write(10);
        poll();
        write(3);
        String generation = generation(log);
        long size = Files.size(log);
        Files.delete(log);
        write(1);
        poll();

        // Its last three lines are lost, and this tells so.
        assertThat(sent).hasSize(11);
        assertThat(follows).containsExactly("none", generation + " " + size);
    }

    @Test
    void ofWhatWasDeletedWhileTheAgentWasDownItSaysHowLongItWasAtLeast() throws Exception {
        start("rename");
        write(10);
        poll();
        stop();
        String generation = generation(log);
        long size = Files.size(log);
        // Its inode stays in use.
        Path other = folder.resolve("moved away");
        Files.move(log, other);
        write(1);
        start("rename");
        poll();

        assertThat(follows).containsExactly("none", generation + " " + size + "+");
    }

    @Test
    void aFileIsBeforeTheOneThatCameLaterThoughItIsWrittenToStill() throws Exception {
        start("rename");
        write(10);
        poll();
        Path old = Files.move(log, folder.resolve("access.log.1"));
        write(1);
        Files.setLastModifiedTime(old, FileTime.fromMillis(System.currentTimeMillis() + 60_000));
        poll();

        assertThat(follows).containsExactly("none", generation(old) + " " + Files.size(old));
    }

    private static String generation(Path file) throws IOException {
        try (LogFile log = LogFile.open(file)) {
            return Rotation.RENAME.generation(log);
        }
    }

    @Test
    void aFileThatWasClosedSinceItWasIdleIsReadOn() throws Exception {
        start("rename", Map.of("idleTimeout", "100"));
        write(40);
        poll();
        while (isOpen(log)) {
            // TAILDIR looks every five seconds, and closes at the end of a round.
            source.process();
        }
        write(5);
        poll();
        Files.move(log, folder.resolve("access.log.1"));
        write(5);
        poll();

        everyLineOnce();
    }

    private static boolean isOpen(Path file) throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.anyMatch(one -> {
                try {
                    return Files.readSymbolicLink(one).equals(file);
                } catch (IOException e) {
                    // Closed meanwhile.
                    return false;
                }
            });
        }
    }

    @Test
    void anotherRotationIsRefused() {
        assertThatThrownBy(() -> start("compress"))
                .hasMessage("rotation is 'compress'; expected rename or copytruncate, for example rotation = rename");
    }

    private void start(String rotation) {
        start(rotation, Map.of());
    }

    private void start(String rotation, Map<String, String> more) {
        LogTailSource starting = new LogTailSource();
        starting.setName("tail");
        Context context = new Context(Map.of(
                "filegroups",
                "log",
                "filegroups.log",
                folder + "/access\\.log([.-][0-9]+)?",
                "positionFile",
                folder.resolve("positions.json").toString(),
                "byteOffsetHeader",
                "true",
                "fileHeader",
                "true",
                "rotation",
                rotation));
        context.putAll(more);
        starting.configure(context);
        starting.setChannelProcessor(new ChannelProcessor(new ReplicatingChannelSelector()) {
            @Override
            public void processEventBatch(List<Event> events) {
                if (whileReading != null) {
                    assertThatCode(whileReading::run).doesNotThrowAnyException();
                    whileReading = null;
                }
                for (Event event : events) {
                    sent.add(new String(event.getBody(), StandardCharsets.ISO_8859_1));
                    String before = event.getHeaders().get("follows");
                    assertThat(before != null)
                            .isEqualTo(event.getHeaders().get("byteoffset").equals("0"));
                    if (before != null) {
                        follows.add(before);
                    }
                }
            }
        });
        starting.start();
        source = starting;
    }

    /** Lets the source look twice: at what there is, and at what the first look has opened. */
    private void poll() {
        source.process();
        source.process();
    }

    private String lines(int count) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < count; i++) {
            lines.append("line ").append(written++).append('\n');
        }
        return lines.toString();
    }

    private void write(int count) throws IOException {
        Files.writeString(log, lines(count), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private void moveNumbersOn() throws IOException {
        for (int number = 8; number >= 1; number--) {
            Path from = folder.resolve("access.log." + number);
            if (Files.exists(from)) {
                Files.move(from, folder.resolve("access.log." + (number + 1)));
            }
        }
    }

    private void copyAndEmpty() throws IOException {
        Path copy = folder.resolve("access.log.1");
        Files.copy(log, copy, StandardCopyOption.REPLACE_EXISTING);
        Files.write(log, new byte[0]);
    }

    private void everyLineOnce() {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < written; i++) {
            all.add("line " + i);
        }
        assertThat(sent).containsExactlyInAnyOrderElementsOf(all);
    }
}
