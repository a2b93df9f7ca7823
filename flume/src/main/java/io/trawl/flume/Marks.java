package io.trawl.flume;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far each file was sent, known by its bytes: so that one which rotation renames or copies is not sent again. Kept in
 * a file beside TAILDIR's positions, which know a file by inode and path alone.
 */
final class Marks {
    /** The file is a copy that is still being made. */
    static final long WAIT = -1;

    /** Marks of one file that is copied: the copy may end before the place up to which the file was read. */
    private static final int OF_A_COPIED_FILE = 64;
    /** How long a file that is gone is remembered, in ms. */
    private static final long REMEMBERED = 86_400_000;
    /** A copy that has not grown for so long, in ms, has been made. */
    private static final long COPIED = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(LogTailSource.class);

    private final Rotation rotation;
    private final Map<Long, Deque<Mark>> files = new LinkedHashMap<>();
    private boolean changed;

    Marks(Rotation rotation) {
        this.rotation = rotation;
    }

    /** How far a file was sent; 0 if that is not known. */
    long place(long inode) {
        Deque<Mark> marks = files.get(inode);
        return marks == null ? 0 : marks.getLast().place();
    }

    /** A file was sent up to here. */
    void add(Mark mark) {
        Deque<Mark> marks = files.computeIfAbsent(mark.inode(), inode -> new ArrayDeque<>());
        marks.addLast(mark);
        if (marks.size() > (rotation == Rotation.RENAME ? 1 : OF_A_COPIED_FILE)) {
            marks.removeFirst();
        }
        changed = true;
    }

    /**
     * Where to go on in a file.
     *
     * @param anew whether it was opened just now, so that it may be a copy; else it is one that was emptied
     * @param now epoch milliseconds
     * @return the byte; 0 for a file that was never sent; {@link #WAIT} for a copy that is still being made
     */
    long placeIn(LogFile file, boolean anew, long modified, long now) throws IOException {
        long found = best(files.getOrDefault(file.inode(), new ArrayDeque<>()), file);
        if (found > 0 || !anew || rotation == Rotation.RENAME) {
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

    /**
     * The file of a log that was read last and is not among those there are now: its generation and how long it was at least,
     * in bytes, as {@code GENERATION BYTES+}; {@code none} where there is none.
     */
    String gone(String log, Set<Long> here) {
        return files.values().stream()
                .map(Deque::getLast)
                .filter(mark -> mark.log().equals(log) && !here.contains(mark.inode()))
                .max(Comparator.comparingLong(Mark::noted))
                .map(mark -> mark.generation() + " " + mark.size() + "+")
                .orElse("none");
    }

    /** Forgets files that are gone for long. */
    void forget(Set<Long> here, long now) {
        files.values()
                .removeIf(marks -> !here.contains(marks.getLast().inode())
                        && now - marks.getLast().noted() > REMEMBERED);
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
