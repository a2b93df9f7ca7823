package io.trawl.flume;

import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A place up to which a file was sent, and what tells that file from another one: digests of its first bytes and of those
 * before the place. An inode is used again, and the path changes with each rotation; these bytes stay.
 *
 * @param inode the file's when it was read
 * @param place byte after the last line that the channel has taken
 * @param size the file's length then, in bytes
 * @param noted when that was, epoch milliseconds
 * @param log which log it is of, in hex digits: files of one log have the same
 * @param generation which file of the log it is
 * @param head digest of the file's first bytes, up to the place
 * @param tail digest of the bytes before the place
 */
record Mark(long inode, long place, long size, long noted, String log, String generation, String head, String tail) {
    /** Bytes in a digest; no two lines of an access log are alike for so long. */
    static final int DIGESTED = 1024;

    /** @return null if the file is shorter than that */
    static @Nullable Mark of(LogFile file, long place, String log, Rotation rotation) throws IOException {
        long size = file.size();
        if (size < place) {
            return null;
        }
        String generation = rotation.generation(file);
        return new Mark(
                file.inode(),
                place,
                size,
                System.currentTimeMillis(),
                log,
                generation == null ? Generations.UNKNOWN : generation,
                head(file, place),
                tail(file, place));
    }

    private static String head(LogFile file, long place) throws IOException {
        return file.digest(0, (int) Math.min(DIGESTED, place));
    }

    private static String tail(LogFile file, long place) throws IOException {
        int length = (int) Math.min(DIGESTED, place);
        return file.digest(place - length, length);
    }

    /** Whether the file is the one that was read, or a copy of it, at least up to the place. */
    boolean isOf(LogFile file) throws IOException {
        return file.size() >= place && head.equals(head(file, place)) && tail.equals(tail(file, place));
    }

    /** Whether the file is still shorter and, as far as can be told, begins like the one that was read. */
    boolean mayBecome(LogFile file) throws IOException {
        long size = file.size();
        return place >= DIGESTED && size < place && (size < DIGESTED || head.equals(head(file, place)));
    }

    @Override
    public String toString() {
        return String.join(
                " ",
                Long.toString(inode),
                Long.toString(place),
                Long.toString(size),
                Long.toString(noted),
                log,
                generation,
                head,
                tail);
    }

    /** Reads what {@link #toString()} wrote; empty if it is something else. */
    static Optional<Mark> read(String line) {
        String[] parts = line.split(" ", -1);
        if (parts.length != 8) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Mark(
                    Long.parseLong(parts[0]),
                    Long.parseLong(parts[1]),
                    Long.parseLong(parts[2]),
                    Long.parseLong(parts[3]),
                    parts[4],
                    parts[5],
                    parts[6],
                    parts[7]));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
