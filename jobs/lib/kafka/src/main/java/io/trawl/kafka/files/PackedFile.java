package io.trawl.kafka.files;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;

/** A file of this machine that may be packed by gzip or zstd, as its first bytes tell. */
public final class PackedFile {
    private static final int BUFFER = 1 << 16;
    /** Beginnings of files, and what packed them. */
    private static final String GZIP = "1f8b";

    private static final String ZSTD = "28b52ffd";
    private static final String XZ = "fd377a585a00";
    private static final String BZIP2 = "425a68";

    private PackedFile() {}

    /** Whether it has to be unpacked to be read. */
    public static boolean isPacked(Path file) throws IOException {
        String head = head(file);
        return head.startsWith(GZIP) || isZstd(head);
    }

    /**
     * Opens it, unpacked.
     *
     * @throws IOException with what to do, where something packed it that is not read here
     */
    public static InputStream open(Path file) throws IOException {
        String head = head(file);
        if (head.equals(XZ) || head.startsWith(BZIP2) && head.startsWith("314159", 8)) {
            String packer = head.equals(XZ) ? "xz" : "bzip2";
            throw new IOException("is packed by " + packer + ", which is not read: unpack it first, for example with "
                    + packer + " -dk");
        }
        InputStream in = Files.newInputStream(file);
        try {
            if (head.startsWith(GZIP)) {
                return new GZIPInputStream(new BufferedInputStream(in, BUFFER), BUFFER);
            }
            return isZstd(head) ? new ZstdInputStream(new BufferedInputStream(in, BUFFER)) : in;
        } catch (IOException | RuntimeException e) {
            in.close();
            throw e;
        }
    }

    private static String head(Path file) throws IOException {
        byte[] head = new byte[6];
        try (InputStream in = Files.newInputStream(file)) {
            return HexFormat.of().formatHex(Arrays.copyOf(head, in.readNBytes(head, 0, head.length)));
        }
    }

    private static boolean isZstd(String head) {
        // pzstd begins with a frame that is to be skipped.
        return head.startsWith(ZSTD) || head.matches("5[0-9a-f]2a4d18.*");
    }
}
