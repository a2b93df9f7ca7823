package io.trawl.flume;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far each file was sent, known by its bytes: so that one which rotation renames or copies is not sent again. Kept in
 * a file beside TAILDIR's positions, which know a file by inode and path alone.
 */
final class Marks {
    /** The file is a copy that is still being made. */
    static final long WAIT = -1;

    /** Files remembered; far more than an agent reads at once. */
    private static final int FILES = 1024;
    /** Marks of one file: a copy may end before the place up to which its original was read. */
    private static final int OF_A_FILE = 64;
    /** A copy that has not grown for so long, in ms, has been made. */
    private static final long COPIED = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(LogTailSource.class);

    private final Rotation rotation;
    private final Map<Long, Deque<Mark>> files = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Deque<Mark>> eldest) {
            return size() > FILES;
        }
    };
    private boolean changed;

    Marks(Rotation rotation) {
        this.rotation = rotation;
    }

    /** How far a file was sent; 0 where that is not known. */
    long place(long inode) {
        Deque<Mark> marks = files.get(inode);
        return marks == null ? 0 : marks.getLast().place();
    }

    /** A file was sent up to here. */
    void add(Mark mark) {
        Deque<Mark> marks = files.computeIfAbsent(mark.inode(), inode -> new ArrayDeque<>());
        if (!marks.isEmpty() && marks.getLast().equals(mark)) {
            return;
        }
        marks.addLast(mark);
        if (marks.size() > OF_A_FILE) {
            marks.removeFirst();
        }
        changed = true;
    }

    /**
     * Where to go on in a file that is opened anew.
     *
     * @param now epoch milliseconds
     * @return the byte; 0 for a file that was never sent; {@link #WAIT} for a copy that is still being made
     */
    long placeIn(LogFile file, long modified, long now) throws IOException {
        long found = best(files.getOrDefault(file.inode(), new ArrayDeque<>()), file);
        if (found > 0 || rotation == Rotation.RENAME) {
            return found;
        }
        for (Map.Entry<Long, Deque<Mark>> other : files.entrySet()) {
            if (other.getKey() == file.inode()) {
                continue;
            }
            for (Mark mark : other.getValue()) {
                if (now - modified < COPIED && mark.mayBecome(file)) {
                    return WAIT;
                }
            }
            found = Math.max(found, best(other.getValue(), file));
        }
        return found;
    }

    /** Whether a file that was read on all the time has other bytes now: copytruncate emptied it, and it has grown again. */
    boolean wasEmptied(LogFile file) throws IOException {
        Deque<Mark> marks = files.get(file.inode());
        return rotation == Rotation.COPYTRUNCATE
                && marks != null
                && !marks.getLast().isOf(file);
    }

    private static long best(Iterable<Mark> marks, LogFile file) throws IOException {
        long best = 0;
        for (Mark mark : marks) {
            if (mark.place() > best && mark.isOf(file)) {
                best = mark.place();
            }
        }
        return best;
    }

    /** Reads what {@link #write} wrote. What cannot be read is passed over: then lines come again, and are known as copies. */
    void read(Path from) {
        if (!Files.exists(from)) {
            return;
        }
        try {
            for (String line : Files.readAllLines(from, StandardCharsets.ISO_8859_1)) {
                Mark.read(line).ifPresent(this::add);
            }
        } catch (IOException e) {
            LOG.warn("cannot read {}: {}", from, e.toString());
        }
        changed = false;
    }

    /** Writes all marks, in one move, where they have changed. */
    void write(Path to) {
        if (!changed) {
            return;
        }
        List<String> lines = new ArrayList<>();
        files.values().forEach(marks -> marks.forEach(mark -> lines.add(mark.toString())));
        Path beside = to.resolveSibling(to.getFileName() + ".new");
        try {
            Files.write(beside, lines, StandardCharsets.ISO_8859_1);
            Files.move(beside, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            changed = false;
        } catch (IOException e) {
            LOG.warn("cannot write {}: {}", to, e.toString());
        }
    }
}
