package io.trawl.etl;

import io.trawl.intel.IndicatorIndex;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The index files that this machine uses: one copy of each in a local folder, mapped by every process. Whoever comes
 * first fetches it, under a lock, and gives it its name when it is known to be whole; the others wait and map it.
 */
final class IndexFiles {
    /** Copies that nobody opened for so long are deleted; a process that still has one mapped keeps it. */
    private static final Duration UNUSED = Duration.ofDays(2);

    private static final String FOLDER = "indicators.cache";
    private static final Logger LOG = LoggerFactory.getLogger(IndexFiles.class);
    private static final Map<String, IndicatorIndex> OPEN = new HashMap<>();

    private IndexFiles() {}

    /**
     * @param uri an index file on the cluster's file system; it never changes
     * @param settings whose hadoop.* keys reach it
     */
    static IndicatorIndex open(String uri, Settings settings) {
        synchronized (OPEN) {
            IndicatorIndex open = OPEN.get(uri);
            if (open == null) {
                // An older snapshot is of no use to a process that has moved on.
                OPEN.clear();
                open = mapped(uri, settings);
                OPEN.put(uri, open);
            }
            return open;
        }
    }

    private static IndicatorIndex mapped(String uri, Settings settings) {
        Configuration hadoop = new Configuration();
        settings.under("hadoop.").forEach(hadoop::set);
        try {
            Path source = new Path(uri);
            return mapped(source.getFileSystem(hadoop), source, folder(settings));
        } catch (IOException e) {
            throw new JobFailure("indicator index " + uri + ": " + e.getMessage(), e);
        }
    }

    /** Maps the local copy of an index file, which is fetched where it is not there, or was damaged. */
    static IndicatorIndex mapped(FileSystem files, Path source, java.nio.file.Path folder) throws IOException {
        FileStatus status = files.getFileStatus(source);
        String name = name(files.makeQualified(source) + " " + status.getLen() + " " + status.getModificationTime());
        java.nio.file.Path copy = folder.resolve(name + ".index");
        // Held while fetching, too: what a killed process began is begun anew, what it finished is whole.
        try (FileChannel channel = FileChannel.open(
                        folder.resolve(name + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            if (!lock.isValid()) {
                throw new IOException("lock " + folder.resolve(name + ".lock") + " was lost");
            }
            try {
                IndicatorIndex index = IndicatorIndex.open(copy);
                Files.setLastModifiedTime(copy, FileTime.from(Instant.now()));
                return index;
            } catch (NoSuchFileException e) {
                LOG.info("fetching {}, {} bytes, to {}", source, status.getLen(), copy);
            } catch (IOException e) {
                LOG.warn("{}: fetched again", e.getMessage());
            }
            deleteUnused(folder);
            java.nio.file.Path temporary = folder.resolve(name + ".part");
            try {
                try (var in = files.open(source)) {
                    Files.copy(in, temporary, StandardCopyOption.REPLACE_EXISTING);
                }
                IndicatorIndex index = IndicatorIndex.open(temporary);
                Files.move(temporary, copy, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                return index;
            } finally {
                Files.deleteIfExists(temporary);
            }
        }
    }

    private static String name(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    /** The folder of the copies; nobody else may write to it, since what lies there decides what is found. */
    private static java.nio.file.Path folder(Settings settings) throws IOException {
        String set = settings.text(FOLDER, "");
        String user = System.getProperty("user.name", "");
        java.nio.file.Path folder = set.isEmpty()
                ? java.nio.file.Path.of(System.getProperty("java.io.tmpdir", "/tmp"), "trawl-" + user)
                : java.nio.file.Path.of(set);
        try {
            if (folder.getParent() != null) {
                Files.createDirectories(folder.getParent());
            }
            Files.createDirectory(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (java.nio.file.FileAlreadyExistsException e) {
            if (!Files.isDirectory(folder)) {
                throw e;
            }
        }
        if (set.isEmpty()) {
            String owner = Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).getName();
            if (!owner.equals(user) || Files.isSymbolicLink(folder)) {
                throw new IOException(folder + " is " + owner + "'s, not " + user + "'s; name another folder as "
                        + FOLDER + " in trawl.conf");
            }
        }
        return folder;
    }

    private static void deleteUnused(java.nio.file.Path folder) throws IOException {
        FileTime oldest = FileTime.from(Instant.now().minus(UNUSED));
        List<java.nio.file.Path> copies;
        try (Stream<java.nio.file.Path> inside = Files.list(folder)) {
            copies = inside.filter(file -> file.toString().endsWith(".index"))
                    .sorted(Comparator.naturalOrder())
                    .toList();
        }
        for (java.nio.file.Path copy : copies) {
            try {
                if (Files.getLastModifiedTime(copy).compareTo(oldest) < 0) {
                    Files.delete(copy);
                }
            } catch (NoSuchFileException e) {
                LOG.debug("{} was deleted by another process", copy);
            }
        }
    }
}
