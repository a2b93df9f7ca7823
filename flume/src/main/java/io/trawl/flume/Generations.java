package io.trawl.flume;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells which file a line was read from, given the path the agent says. The path alone does not tell: after a rename
 * the agent goes on reading the old file under its old path for a moment. So lines that follow each other without a
 * gap are of one file, and any other line is looked for on disk, at the path and then among its neighbours.
 */
final class Generations {
    /** The generation of a line that was found in no file. */
    static final String UNKNOWN = "unknown";

    /** Paths remembered; far more than an agent reads at once. */
    private static final int PATHS = 1024;

    /** Neighbours looked into, the youngest first. */
    private static final int NEIGHBOURS = 64;

    /** What rotation puts after a log's name: .0, .1, -20261124, .2026-11-24. */
    private static final Pattern SUFFIX = Pattern.compile("([.\\-_][0-9][0-9\\-]*)+$");

    private static final byte[] NOTHING = {};

    private static final Logger LOG = LoggerFactory.getLogger(OriginInterceptor.class);

    private final Rotation rotation;
    private final HeaderLines headers;
    private final Map<String, Reading> readings = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Reading> eldest) {
            return size() > PATHS;
        }
    };
    private long batch;
    private long unknown;
    private boolean warned;

    /** Where the agent is in what it calls by one path. */
    private static final class Reading {
        String generation = UNKNOWN;
        long inode;
        /** The byte after the last line, its line end not counted. */
        long end;
        /** The batch in which the file at the path was last looked at. */
        long looked;
        /** The header line that stood last before the end; null if there was none. */
        @Nullable
        String header;
        /** The last line, if it is not too long. */
        byte[] last = NOTHING;

        /** A line end is one byte or two, or none after a last line that was sent without it. */
        boolean goesOnAt(long offset) {
            return offset >= end && offset - end <= 2;
        }
    }

    private record Found(
            String generation, long inode, @Nullable String header) {}

    /** A line's file: its generation, and the last header line before the line; null if there is none. */
    record Place(String generation, @Nullable String header) {}

    Generations(Rotation rotation, HeaderLines headers) {
        this.rotation = rotation;
        this.headers = headers;
    }

    /** The agent has read anew: what is at a path may have changed since. */
    void nextBatch() {
        batch++;
    }

    /** Lines that were found in no file, so far. */
    long unknown() {
        return unknown;
    }

    /**
     * @param path where the agent says that it read the line
     * @param offset byte at which the line starts in its file
     * @param line the whole line without its line end
     */
    Place of(String path, long offset, byte[] line) {
        Reading reading = readings.get(path);
        boolean goesOn = reading != null && reading.goesOnAt(offset);
        boolean isRest = reading != null && goesOn && offset == reading.end && offset > 0;
        if (reading == null) {
            reading = new Reading();
            readings.put(path, reading);
        }
        boolean first = !goesOn || reading.looked != batch;
        if (first || reading.generation.equals(UNKNOWN)) {
            find(reading, goesOn, first, Path.of(path), offset, line);
            reading.looked = batch;
        }
        reading.end = offset + line.length;
        if (reading.generation.equals(UNKNOWN)) {
            count(path, offset);
        }
        Place place = new Place(reading.generation, reading.header);
        if (headers.isUsed()) {
            // Without a line end between them both are one line, of which the agent sent the first part early.
            byte[] whole = isRest ? joined(reading.last, line) : line;
            if (headers.isOne(whole)) {
                reading.header = headers.text(whole);
            }
            reading.last = whole.length > HeaderLines.LONGEST ? NOTHING : whole;
        }
        return place;
    }

    /** @param everywhere whether to look at the neighbours too; once a batch, for it costs */
    private void find(Reading reading, boolean goesOn, boolean everywhere, Path path, long offset, byte[] line) {
        boolean known = goesOn && !reading.generation.equals(UNKNOWN);
        Found found = null;
        Found part = null;
        try (LogFile file = LogFile.open(path)) {
            String generation = file == null ? null : rotation.generation(file);
            if (file != null && generation != null) {
                if (known && generation.equals(reading.generation)) {
                    return;
                }
                noteTruncation(reading, generation, file, path);
                part = file.holds(offset, line) ? found(generation, file, offset) : null;
                found = part != null && (goesOn || file.startsLine(offset)) ? part : null;
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("cannot look at {}", path, e);
        }
        if (known) {
            // An open file changes under the agent only by being emptied in place; else the old file lies elsewhere.
            if (found == null || neighbour(path, offset, line, reading.generation) != null) {
                return;
            }
        } else if (found == null) {
            found = everywhere ? neighbour(path, offset, line, null) : null;
            // The agent was set down in the middle of a line, as after the inode of its file was used again.
            found = found == null ? part : found;
        }
        reading.generation = found == null ? UNKNOWN : found.generation;
        reading.inode = found == null ? 0 : found.inode;
        if (found != null || !goesOn) {
            reading.header = found == null ? null : found.header;
        }
    }

    private Found found(String generation, LogFile file, long offset) {
        String header = null;
        try {
            header = headers.before(file, offset);
        } catch (IOException | RuntimeException e) {
            LOG.debug("cannot look for a header line", e);
        }
        return new Found(generation, file.inode(), header);
    }

    private static byte[] joined(byte[] first, byte[] rest) {
        byte[] whole = Arrays.copyOf(first, first.length + rest.length);
        System.arraycopy(rest, 0, whole, first.length, rest.length);
        return whole;
    }

    /** The youngest neighbour that holds the line and, if one is asked for, is of that generation. */
    private @Nullable Found neighbour(Path path, long offset, byte[] line, @Nullable String wanted) {
        for (Path neighbour : neighbours(path)) {
            try (LogFile file = LogFile.open(neighbour)) {
                String generation = file == null ? null : rotation.generation(file);
                if (file != null
                        && generation != null
                        && (wanted == null || wanted.equals(generation))
                        && file.startsLine(offset)
                        && file.holds(offset, line)) {
                    return wanted == null ? found(generation, file, offset) : new Found(generation, file.inode(), null);
                }
            } catch (IOException | RuntimeException e) {
                LOG.debug("cannot look at {}", neighbour, e);
            }
        }
        return null;
    }

    private static List<Path> neighbours(Path path) {
        record Neighbour(Path path, long modified) {}
        Path folder = path.getParent();
        Path name = path.getFileName();
        if (folder == null || name == null) {
            return List.of();
        }
        String stem = SUFFIX.matcher(name.toString()).replaceFirst("");
        List<Neighbour> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(
                folder, file -> String.valueOf(file.getFileName()).startsWith(stem))) {
            for (Path file : files) {
                if (!name.equals(file.getFileName())) {
                    found.add(
                            new Neighbour(file, Files.getLastModifiedTime(file).toMillis()));
                }
            }
        } catch (IOException | RuntimeException e) {
            // A neighbour that vanishes while the folder is read; those seen so far will do.
            LOG.debug("cannot list {}", folder, e);
        }
        return found.stream()
                .sorted(Comparator.comparingLong(Neighbour::modified).reversed())
                .limit(NEIGHBOURS)
                .map(Neighbour::path)
                .toList();
    }

    private void noteTruncation(Reading reading, String generation, LogFile file, Path path) {
        if (rotation == Rotation.RENAME
                && !warned
                && reading.inode == file.inode()
                && !reading.generation.equals(generation)) {
            warned = true;
            LOG.warn(
                    "{} was emptied in place: it seems to be rotated by copytruncate. Set rotation = copytruncate, or"
                            + " the copy counts as another file and its lines come twice.",
                    path);
        }
    }

    private void count(String path, long offset) {
        if (unknown++ == 0) {
            LOG.warn(
                    "The line at byte {} of {} is in no file there or in its folder; generation is '{}'. Further ones are"
                            + " counted, not logged.",
                    offset,
                    path,
                    UNKNOWN);
        }
    }
}
