package io.trawl.flume;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One look at the file that is at a path right now. */
final class LogFile implements Closeable {
    /** How much of the first line makes the fingerprint, in bytes. */
    static final int FINGERPRINTED = 1024;

    /** How much of a line is compared with the file's bytes: enough to tell two lines of a log apart. */
    private static final int COMPARED = 64 * 1024;

    /** How much is read at once of a file that is read from its end, in bytes. */
    static final int BLOCK = 64 * 1024;

    private static final int TRIES = 3;

    private final FileChannel bytes;
    private final long inode;
    private final @Nullable String fingerprint;

    private LogFile(FileChannel bytes, long inode) throws IOException {
        this.bytes = bytes;
        this.inode = inode;
        this.fingerprint = fingerprint(bytes);
    }

    /** @return null if no file is at the path, or another one takes its place again and again */
    static @Nullable LogFile open(Path path) throws IOException {
        for (int i = 0; i < TRIES; i++) {
            if (!Files.isRegularFile(path)) {
                return null;
            }
            long inode = inode(path);
            FileChannel bytes = FileChannel.open(path, StandardOpenOption.READ);
            try {
                // The path may have been renamed between the two calls: only the same answer twice is of this file.
                if (inode(path) == inode) {
                    return new LogFile(bytes, inode);
                }
            } catch (IOException | RuntimeException e) {
                bytes.close();
                throw e;
            }
            bytes.close();
        }
        return null;
    }

    /** A file that is open; it is not closed with this. */
    static LogFile of(FileChannel open, long inode) throws IOException {
        return new LogFile(open, inode);
    }

    private static long inode(Path path) throws IOException {
        return (long) Files.getAttribute(path, "unix:ino");
    }

    long inode() {
        return inode;
    }

    /**
     * 16 hex digits of the SHA-256 of the first line without its line feed, or of its first 1024 bytes. A file only
     * ever grows, so these bytes stay once they are there.
     *
     * @return null while the first line is neither complete nor that long
     */
    @Nullable
    String fingerprint() {
        return fingerprint;
    }

    long size() throws IOException {
        return bytes.size();
    }

    /** 16 hex digits of the SHA-256 of so many bytes; of fewer where the file ends before. */
    String digest(long from, int length) throws IOException {
        return digest(read(bytes, from, length), length);
    }

    private static @Nullable String fingerprint(FileChannel bytes) throws IOException {
        byte[] head = read(bytes, 0, FINGERPRINTED);
        int length = 0;
        while (length < head.length && head[length] != '\n') {
            length++;
        }
        if (length == head.length && length < FINGERPRINTED) {
            return null;
        }
        return digest(head, length);
    }

    private static String digest(byte[] of, int length) {
        MessageDigest sha;
        try {
            sha = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
        sha.update(of, 0, Math.min(length, of.length));
        return HexFormat.of().formatHex(sha.digest(), 0, 8);
    }

    /** Whether a line starts at this byte. */
    boolean startsLine(long offset) throws IOException {
        return offset == 0 || Arrays.equals(read(bytes, offset - 1, 1), new byte[] {'\n'});
    }

    /** Whether these bytes are at this place in the file, and a line end or the file's end after them. */
    boolean holds(long offset, byte[] line) throws IOException {
        int compared = Math.min(line.length, COMPARED);
        byte[] there = read(bytes, offset, compared);
        if (there.length < compared || !Arrays.equals(there, 0, compared, line, 0, compared)) {
            return false;
        }
        byte[] end = read(bytes, offset + line.length, 2);
        // Nothing after the line: the agent sent a last line whose end was not yet written.
        return end.length == 0 ? bytes.size() == offset + line.length : end[0] == '\n' || isCrlf(end);
    }

    /**
     * The last line before a byte that begins with one of these, without its line end.
     *
     * @param before byte at which a line starts
     * @param longest of a longer line only its beginning is given: more bytes than this
     * @return null if there is none
     */
    byte @Nullable [] lastLine(List<byte[]> beginnings, long before, int longest) throws IOException {
        int most = beginnings.stream()
                .mapToInt(beginning -> beginning.length)
                .max()
                .orElse(0);
        for (long to = before; to > 0; ) {
            long from = Math.max(0, to - BLOCK);
            byte[] block = read(bytes, from, (int) (Math.min(before, to + most) - from));
            // The file may have become shorter meanwhile.
            for (int at = (int) Math.min(to - from, block.length) - 1; at >= 0; at--) {
                if ((at == 0 ? startsLine(from) : block[at - 1] == '\n') && begins(block, at, beginnings)) {
                    return line(from + at, longest);
                }
            }
            to = from;
        }
        return null;
    }

    private static boolean begins(byte[] block, int at, List<byte[]> beginnings) {
        for (byte[] beginning : beginnings) {
            int end = at + beginning.length;
            if (end <= block.length && Arrays.equals(block, at, end, beginning, 0, beginning.length)) {
                return true;
            }
        }
        return false;
    }

    private byte[] line(long from, int longest) throws IOException {
        byte[] there = read(bytes, from, longest + 2);
        for (int i = 0; i < there.length; i++) {
            if (there[i] == '\n') {
                return Arrays.copyOf(there, i > 0 && there[i - 1] == '\r' ? i - 1 : i);
            }
        }
        return there;
    }

    private static boolean isCrlf(byte[] end) {
        return end.length == 2 && end[0] == '\r' && end[1] == '\n';
    }

    private static byte[] read(FileChannel bytes, long from, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            if (bytes.read(buffer, from + buffer.position()) < 0) {
                break;
            }
        }
        return Arrays.copyOf(buffer.array(), buffer.position());
    }

    @Override
    public void close() throws IOException {
        bytes.close();
    }
}
