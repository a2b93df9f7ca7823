package io.trawl.flume;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.apache.flume.Event;
import org.jspecify.annotations.Nullable;

/** Whatever the order of writes, reads, renames and restarts: a line is of the file it was written to. */
class RotationPropertyTest {
    /** More names than rotations in a try, so that no file is deleted and no inode used again. */
    private static final int NAMES = 61;

    enum Step {
        WRITE,
        WRITE_MUCH,
        READ,
        READ_LITTLE,
        LOOK_FOR_FILES,
        ROTATE,
        RESTART
    }

    @Property(tries = 300)
    void aLineIsOfTheFileItWasWrittenTo(@ForAll @Size(min = 5, max = 60) List<Step> steps) throws IOException {
        Path folder = Files.createTempDirectory("rotation");
        try {
            Host host = new Host(folder);
            for (Step step : steps) {
                host.take(step);
            }
            host.take(Step.LOOK_FOR_FILES);
            host.take(Step.READ);
        } finally {
            delete(folder);
        }
    }

    /** A proxy that writes and rotates, and the agent beside it, which reads as TAILDIR does. */
    private static final class Host {
        private final Path folder;
        private final Path log;
        private final Map<Long, Open> open = new HashMap<>();
        private OriginInterceptor agent = new OriginInterceptor(Rotation.RENAME, 1024, new HeaderLines(""));
        private int written;

        /** A file the agent holds open: its bytes stay readable whatever its name becomes. */
        private static final class Open {
            final Path said;
            final long inode;
            long position;

            Open(Path said, long inode) {
                this.said = said;
                this.inode = inode;
            }
        }

        Host(Path folder) {
            this.folder = folder;
            this.log = folder.resolve("access.log");
        }

        void take(Step step) throws IOException {
            switch (step) {
                case WRITE -> write(1);
                case WRITE_MUCH -> write(20);
                case READ -> read(1000);
                case READ_LITTLE -> read(3);
                case LOOK_FOR_FILES -> lookForFiles();
                case ROTATE -> rotate();
                case RESTART -> {
                    agent = new OriginInterceptor(Rotation.RENAME, 1024, new HeaderLines(""));
                    lookForFiles();
                }
            }
        }

        private void write(int lines) throws IOException {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < lines; i++) {
                text.append("line ").append(written++).append(written % 3 == 0 ? "\r\n" : "\n");
            }
            Files.writeString(log, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }

        private void rotate() throws IOException {
            for (int i = NAMES; i > 0; i--) {
                Path from = i == 1 ? log : folder.resolve("access.log." + (i - 1));
                if (Files.exists(from)) {
                    Files.move(from, folder.resolve("access.log." + i));
                }
            }
        }

        /** TAILDIR reads a file anew where its path is another one than before. */
        private void lookForFiles() throws IOException {
            for (int i = 0; i <= NAMES; i++) {
                Path path = i == 0 ? log : folder.resolve("access.log." + i);
                if (Files.exists(path)) {
                    long inode = (long) Files.getAttribute(path, "unix:ino");
                    Open known = open.get(inode);
                    if (known == null || !known.said.equals(path)) {
                        open.put(inode, new Open(path, inode));
                    }
                }
            }
        }

        private void read(int lines) throws IOException {
            for (Open file : open.values()) {
                Path now = whereIs(file.inode);
                if (now == null) {
                    continue;
                }
                List<Event> events = new ArrayList<>(Tail.from(now, file.said, file.position));
                events = events.subList(0, Math.min(lines, events.size()));
                if (events.isEmpty()) {
                    continue;
                }
                Event last = events.get(events.size() - 1);
                file.position = Long.parseLong(last.getHeaders().get("byteoffset")) + last.getBody().length;
                file.position += Files.readAllBytes(now)[Math.toIntExact(file.position)] == '\r' ? 2 : 1;
                String expected = generation(now);
                for (Event event : agent.intercept(events)) {
                    assertThat(event.getHeaders())
                            .as(new String(event.getBody(), StandardCharsets.UTF_8))
                            .containsEntry("generation", expected);
                }
            }
        }

        private @Nullable Path whereIs(long inode) throws IOException {
            try (var files = Files.list(folder)) {
                return files.filter(path -> inodeOf(path) == inode).findFirst().orElse(null);
            }
        }

        private static String generation(Path path) throws IOException {
            try (LogFile file = LogFile.open(path)) {
                return String.valueOf(Rotation.RENAME.generation(Objects.requireNonNull(file)));
            }
        }

        private static long inodeOf(Path path) {
            try {
                return (long) Files.getAttribute(path, "unix:ino");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException error) throws IOException {
                Files.delete(dir);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
