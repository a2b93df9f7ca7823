package io.trawl.intel.index;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/** Opens the bytes of an index: those that are not whole, or not an index, are refused before anything is looked up in them. */
final class IndexBytes {
    private static final int COPIED_AT_ONCE = 1 << 20;

    private IndexBytes() {}

    /** Maps a file. */
    static ByteBuffer open(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path)) {
            ByteBuffer header = ByteBuffer.allocate(IndexFormat.HEADER).order(ByteOrder.LITTLE_ENDIAN);
            while (header.hasRemaining() && channel.read(header) >= 0) {}
            long length = length(header.flip());
            if (channel.size() != length) {
                throw new IOException(wrongLength(channel.size(), length));
            }
            CRC32C crc = new CRC32C();
            crc.update(header);
            // Read, not mapped: the pages of a check need not stay in memory.
            ByteBuffer some = ByteBuffer.allocateDirect(COPIED_AT_ONCE).order(ByteOrder.LITTLE_ENDIAN);
            long left = length - IndexFormat.HEADER - IndexFormat.TRAILER;
            while (left > 0) {
                some.clear().limit((int) Math.min(left, some.capacity()));
                int read = channel.read(some);
                if (read < 0) {
                    throw new EOFException(wrongLength(length - left, length));
                }
                crc.update(some.flip());
                left -= read;
            }
            ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, length);
            check(crc, bytes.order(ByteOrder.LITTLE_ENDIAN));
            return bytes;
        } catch (IOException e) {
            throw e instanceof java.nio.file.FileSystemException ? e : new IOException(path + ": " + e.getMessage(), e);
        }
    }

    /** Reads all of a stream into the heap. */
    static ByteBuffer read(InputStream in) throws IOException {
        byte[] header = in.readNBytes(IndexFormat.HEADER);
        int length = length(ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN));
        byte[] bytes = new byte[length];
        System.arraycopy(header, 0, bytes, 0, header.length);
        int read = header.length + in.readNBytes(bytes, header.length, length - header.length);
        if (read != length || in.read() >= 0) {
            throw new IOException(wrongLength(read == length ? length + 1L : read, length));
        }
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length - IndexFormat.TRAILER);
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        check(crc, buffer);
        return buffer;
    }

    /** The length that the header says, once the header is known to be right. */
    private static int length(ByteBuffer header) throws IOException {
        if (header.limit() < 8 || header.getLong(0) != IndexFormat.MAGIC) {
            throw new IOException(
                    "no index of indicators; expected a file that trawl index build or refresh-indicators wrote");
        }
        if (header.limit() < IndexFormat.HEADER) {
            throw new EOFException("the index was cut short: it has " + header.limit() + " bytes, its header alone has "
                    + IndexFormat.HEADER);
        }
        int version = header.getInt(IndexFormat.AT_VERSION);
        if (version < IndexFormat.OLDEST_VERSION || version > IndexFormat.VERSION) {
            throw new IOException("the index is of version " + version + ", this program reads versions "
                    + IndexFormat.OLDEST_VERSION + " to " + IndexFormat.VERSION + "; build it again");
        }
        CRC32C crc = new CRC32C();
        crc.update(header.duplicate().position(0).limit(IndexFormat.AT_HEADER_CRC));
        long length = header.getLong(IndexFormat.AT_LENGTH);
        if ((int) crc.getValue() != header.getInt(IndexFormat.AT_HEADER_CRC)
                || length < IndexFormat.HEADER + IndexFormat.TRAILER
                || length > Integer.MAX_VALUE - 8) {
            throw new IOException("the index was changed: its header does not have its checksum");
        }
        return (int) length;
    }

    private static String wrongLength(long has, long should) {
        return has < should
                ? "the index was cut short: it has " + has + " of " + should + " bytes"
                : "the index was changed: it continues after its " + should + " bytes";
    }

    private static void check(CRC32C crc, ByteBuffer bytes) throws IOException {
        int at = bytes.limit() - IndexFormat.TRAILER;
        if (bytes.getInt(at) != (int) crc.getValue() || bytes.getInt(at + 4) != IndexFormat.END) {
            throw new IOException("the index was changed: it does not have its checksum");
        }
    }
}
