package io.trawl.sweep;

import io.trawl.base.Settings;
import io.trawl.lake.HadoopTables;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;

/** A folder with a lake in it, its state and its settings; one sweep at a time holds it. */
final class LakeFolder implements AutoCloseable {
    /** Lines that a task reads; a log is read by as many tasks as it has such parts. */
    private static final int PART = 50_000;

    private final Path folder;
    private final FileChannel channel;

    private LakeFolder(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    /** @throws IllegalArgumentException it cannot be used */
    static LakeFolder open(Path given) throws IOException {
        Path folder = given.toAbsolutePath().normalize();
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new IllegalArgumentException("--lake " + given + " is a file: expected a folder");
        }
        if (isForeign(folder)) {
            throw new IllegalArgumentException("--lake " + given
                    + " has other files in it: expected a folder of an earlier sweep, an empty or a new one");
        }
        try {
            Files.createDirectories(folder);
            FileChannel channel =
                    FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!isLocked(channel)) {
                channel.close();
                throw new IllegalArgumentException(
                        "--lake " + given + " is in use by another sweep: wait for its end, or name another folder");
            }
            // What a killed sweep left; nobody else works here.
            delete(folder.resolve("tmp"));
            return new LakeFolder(folder, channel);
        } catch (FileSystemException e) {
            throw new IllegalArgumentException(
                    "--lake " + given + " cannot be written (" + reason(e) + "): expected a folder of yours", e);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> inside = Files.walk(folder)) {
                for (Path file : inside.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static String reason(FileSystemException e) {
        String reason = e.getReason();
        return e instanceof AccessDeniedException ? "permission denied" : reason == null ? "no such folder" : reason;
    }

    private static boolean isForeign(Path folder) throws IOException {
        if (!Files.isDirectory(folder) || Files.exists(folder.resolve("lock"))) {
            return false;
        }
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.findAny().isPresent();
        } catch (FileSystemException e) {
            throw new IllegalArgumentException("--lake " + folder + " cannot be read: expected a folder of yours", e);
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        @Nullable FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        return lock != null;
    }

    Path path() {
        return folder;
    }

    Path conf() {
        return folder.resolve("trawl.conf");
    }

    /** What Spark and the jobs log. */
    Path log() {
        return folder.resolve("sweep.log");
    }

    /** A copy of standard input, while it is swept. */
    Path stdin() {
        return folder.resolve("stdin");
    }

    /** Views for DuckDB. */
    Path tables() {
        return folder.resolve("tables.sql");
    }

    /** The same, of logs of one format that ships with Trawl. */
    Settings settings(String format) throws IOException {
        return settings(List.of(format), "", Map.of());
    }

    /**
     * Writes the settings of the jobs, and reads them as the jobs do.
     *
     * @param formats of the logs
     * @param site value of formats.folder
     * @param arguments of the generic format among them, by name
     */
    Settings settings(List<String> formats, String site, Map<String, String> arguments) throws IOException {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("lake.type", "jdbc");
        values.put("lake.warehouse", uri("lake"));
        values.put("state.dir", uri("state"));
        values.put("reports.dir", uri("reports"));
        values.put("indicators.cache", folder.resolve("cache").toString());
        values.put("hbase.quorum", "");
        // Whoever sweeps names the indicators each time: others, or fewer, are no accident.
        values.put("indicators.shrink", "100");
        values.put("window.margin", "PT0S");
        values.put("ingest.task.messages", Integer.toString(PART));
        // A log is a window of its own: there is no time before it in which its lines could have come, too.
        values.put("audit.copies.lookback", "PT0S");
        String source = "source." + Sweep.SOURCE + ".";
        values.put(source + "from", "files");
        values.put(source + "topic", Sweep.SOURCE);
        values.put(source + "format", String.join(",", formats));
        arguments.forEach((name, value) -> values.put(source + "format." + name, value));
        values.put("formats.folder", site);
        values.put(source + "kind", formats.equals(List.of("combined")) ? "web" : "proxy");
        values.put(source + "window", LogInputs.UNIT.toString());
        values.put(source + "silence", "P1D");
        StringBuilder text = new StringBuilder(
                "# Written by trawl sweep, for its jobs. For one by hand: bin/trawl sweep, not bin/trawl run.\n");
        values.forEach((key, value) -> text.append(key)
                .append(" = ")
                .append(value.replace("\\", "\\\\").replace("\n", "\\n"))
                .append('\n'));
        replace(conf(), text.toString());
        Settings settings = Settings.load(conf(), Map.of());
        try {
            // A lake of an earlier version. Nobody else has the folder.
            HadoopTables.move(settings, new Configuration());
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
        return settings;
    }

    private String uri(String name) {
        return "file://" + folder.resolve(name);
    }

    /** Writes a file that is there whole or not at all. */
    static void replace(Path file, String text) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + ".part");
        Files.writeString(temporary, text);
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(stdin());
        channel.close();
    }
}
