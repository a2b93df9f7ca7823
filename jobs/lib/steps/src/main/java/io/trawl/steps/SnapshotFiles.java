package io.trawl.steps;

import io.trawl.base.JobFailure;
import io.trawl.base.Settings;
import io.trawl.intel.allow.Allowlists;
import io.trawl.intel.index.IndicatorIndex;
import io.trawl.intel.rule.pack.RulePack;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of indicator snapshots that this machine uses, one kind of them: one copy of each in a local folder, opened
 * by every process. Whoever comes first fetches it, under a lock, and gives it its name when it is known to be whole; the
 * others wait and open it.
 *
 * @param <T> what such a file holds
 */
final class SnapshotFiles<T> {
    /** Mapped. */
    static final SnapshotFiles<IndicatorIndex> INDEXES =
            new SnapshotFiles<>("indicator index", ".index", IndicatorIndex::open);

    /** Read into the heap: about 100 bytes an entry. */
    static final SnapshotFiles<Allowlists> ALLOWLISTS =
            new SnapshotFiles<>("allowlists", ".allowlists", Allowlists::open);

    /** Read into the heap, with what finds their texts. */
    static final SnapshotFiles<RulePack> RULES = new SnapshotFiles<>("rules", ".rules", RulePack::open);

    /** Copies that nobody opened for so long are deleted; a process that still has one mapped keeps it. */
    private static final Duration UNUSED = Duration.ofDays(2);

    private static final String FOLDER = "indicators.cache";
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotFiles.class);

    private final String kind;
    private final String end;
    private final Opener<T> opener;
    /** The newest two by URI: one in use, and one that is made ready for the next micro-batch. */
    private final LinkedHashMap<String, T> open = new LinkedHashMap<>();

    private final Map<String, Object> fetching = new HashMap<>();

    /** How a local copy is opened: fails where it is not whole. */
    private interface Opener<T> {
        T open(java.nio.file.Path copy) throws IOException;
    }

    private SnapshotFiles(String kind, String end, Opener<T> opener) {
        this.kind = kind;
        this.end = end;
        this.opener = opener;
    }

    /**
     * Opens a file, once a process.
     *
     * @param uri the file on the cluster's file system; it never changes
     * @param settings whose hadoop.* keys reach it
     */
    T open(String uri, Settings settings) {
        Object fetch;
        synchronized (open) {
            T known = used(uri);
            if (known != null) {
                return known;
            }
            fetch = fetching.computeIfAbsent(uri, one -> new Object());
        }
        // One fetches a file, and holds up nobody who wants another.
        synchronized (fetch) {
            synchronized (open) {
                T known = used(uri);
                if (known != null) {
                    return known;
                }
            }
            T opened = fetched(uri, settings);
            synchronized (open) {
                if (open.size() > 1) {
                    open.remove(open.keySet().iterator().next());
                }
                open.put(uri, opened);
                fetching.remove(uri);
            }
            return opened;
        }
    }

    /** What is open already; it is the newest then. */
    private @Nullable T used(String uri) {
        T known = open.remove(uri);
        if (known != null) {
            open.put(uri, known);
        }
        return known;
    }

    private T fetched(String uri, Settings settings) {
        Configuration hadoop = new Configuration();
        settings.under("hadoop.").forEach(hadoop::set);
        try {
            Path source = new Path(uri);
            return fetched(source.getFileSystem(hadoop), source, folder(settings));
        } catch (IOException e) {
            throw new JobFailure(kind + " " + uri + ": " + e.getMessage(), e);
        }
    }

    /** Opens the local copy of a file, which is fetched where it is not there, or was damaged. */
    private T fetched(FileSystem files, Path source, java.nio.file.Path folder) throws IOException {
        FileStatus status = files.getFileStatus(source);
        String name = name(files.makeQualified(source) + " " + status.getLen() + " " + status.getModificationTime());
        java.nio.file.Path copy = folder.resolve(name + end);
        // Held while fetching, too: what a killed process began is begun anew, what it finished is whole.
        try (FileChannel channel = FileChannel.open(
                        folder.resolve(name + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            if (!lock.isValid()) {
                throw new IOException("lock " + folder.resolve(name + ".lock") + " was lost");
            }
            try {
                T opened = opener.open(copy);
                Files.setLastModifiedTime(copy, FileTime.from(Instant.now()));
                return opened;
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
                T opened = opener.open(temporary);
                Files.move(temporary, copy, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                return opened;
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

    /** The folder of the copies; nobody else may write to it, since what is there decides what is found. */
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

    private void deleteUnused(java.nio.file.Path folder) throws IOException {
        FileTime oldest = FileTime.from(Instant.now().minus(UNUSED));
        List<java.nio.file.Path> copies;
        try (Stream<java.nio.file.Path> inside = Files.list(folder)) {
            copies = inside.filter(file -> file.toString().endsWith(end))
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
