package io.trawl.kafka.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a log file holds, from one reading of it.
 *
 * @param bytes its length, unpacked
 * @param lines how many lines it has; the last one may lack its line end
 * @param digest SHA-256 of its bytes, unpacked, in hexadecimal
 * @param beginnings the digest of its first bytes, by their number: of those that were asked for and that it has
 * @param starts byte at which every so many lines begin, the first line among them
 */
public record LogScan(long bytes, long lines, String digest, Map<Long, String> beginnings, List<Long> starts) {
    private static final int CHUNK = 1 << 18;

    /**
     * Reads a file, at most so many bytes of it.
     *
     * @param most bytes
     * @param lengths of which beginnings the digest is wanted
     * @param every of how many lines the first one's place is noted
     * @throws IOException it cannot be read, or is damaged
     */
    public static LogScan of(Path file, long most, SortedSet<Long> lengths, int every) throws IOException {
        try (InputStream in = PackedFile.open(file)) {
            return of(in, most, new TreeSet<>(lengths), every);
        }
    }

    private static LogScan of(InputStream in, long most, TreeSet<Long> lengths, int every) throws IOException {
        MessageDigest digest = sha256();
        Map<Long, String> beginnings = new TreeMap<>();
        List<Long> starts = new ArrayList<>();
        byte[] chunk = new byte[CHUNK];
        long bytes = 0;
        long lines = 0;
        boolean begins = true;
        while (bytes < most) {
            Long stop = lengths.higher(bytes);
            long end = stop == null ? most : Math.min(most, stop);
            int count = in.read(chunk, 0, (int) Math.min(chunk.length, end - bytes));
            if (count < 0) {
                break;
            }
            digest.update(chunk, 0, count);
            for (int i = 0; i < count; i++) {
                if (begins) {
                    if (lines % every == 0) {
                        starts.add(bytes + i);
                    }
                    lines++;
                    begins = false;
                }
                if (chunk[i] == '\n') {
                    begins = true;
                }
            }
            bytes += count;
            if (lengths.contains(bytes)) {
                beginnings.put(bytes, hex(copy(digest)));
            }
        }
        return new LogScan(bytes, lines, hex(digest), beginnings, starts);
    }

    private static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest copy(MessageDigest digest) {
        try {
            return (MessageDigest) digest.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("this Java's SHA-256 cannot be copied", e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }
}
