package io.trawl.intel.index;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that are written one after the other and then read: in the heap while they are few, else in a temporary file. The
 * file has no name from the moment it is open, so nothing is left however the process ends. For one thread.
 */
final class Scratch implements Closeable {
    /** Bytes that are kept in the heap. */
    static final int IN_HEAP = 1 << 20;

    private static final int LONGEST_VARINT = 5;

    private final Path folder;
    private byte[] buffer = new byte[1 << 12];
    private int filled;
    private @Nullable FileChannel file;
    private long written;

    /** @param folder takes the temporary file */
    Scratch(Path folder) {
        this.folder = folder;
    }

    long length() {
        return written + filled;
    }

    void put(int b) {
        room(1);
        buffer[filled++] = (byte) b;
    }

    void varint(int number) {
        room(LONGEST_VARINT);
        int rest = number;
        while (rest >>> 7 != 0) {
            buffer[filled++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        buffer[filled++] = (byte) rest;
    }

    /** Puts a number, little-endian. */
    void putLong(long number) {
        room(Long.BYTES);
        for (int i = 0; i < Long.SIZE; i += Byte.SIZE) {
            buffer[filled++] = (byte) (number >>> i);
        }
    }

    /** Puts the length of some bytes as a varint, then the bytes. */
    void bytes(byte[] bytes) {
        varint(bytes.length);
        for (int at = 0; at < bytes.length; ) {
            int some = Math.min(bytes.length - at, IN_HEAP);
            room(some);
            System.arraycopy(bytes, at, buffer, filled, some);
            filled += some;
            at += some;
        }
    }

    private void room(int bytes) {
        if (filled + bytes <= buffer.length) {
            return;
        }
        if (filled + bytes <= IN_HEAP) {
            buffer = Arrays.copyOf(buffer, Math.min(IN_HEAP, Math.max(2 * buffer.length, filled + bytes)));
            return;
        }
        try {
            spill();
        } catch (IOException e) {
            throw new UncheckedIOException("no temporary file in " + folder + ": " + e.getMessage(), e);
        }
        buffer = buffer.length < IN_HEAP ? new byte[IN_HEAP] : buffer;
    }

    private void spill() throws IOException {
        if (file == null) {
            file = temporary(folder);
        }
        written += writeAll(file, ByteBuffer.wrap(buffer, 0, filled), written);
        filled = 0;
    }

    /** All that was put, little-endian; less than 2 GiB. */
    ByteBuffer content() throws IOException {
        if (file == null) {
            return ByteBuffer.wrap(buffer, 0, filled).slice().order(ByteOrder.LITTLE_ENDIAN);
        }
        spill();
        return file.map(FileChannel.MapMode.READ_ONLY, 0, written).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Zeros to be overwritten, little-endian: in the heap while they are few, else on disk. */
    static ByteBuffer zeros(Path folder, int length) throws IOException {
        if (length <= IN_HEAP) {
            return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        }
        try (FileChannel file = temporary(folder)) {
            // Written, since a full disk is an error here, and a crash where a mapped page finds no room.
            ByteBuffer some = ByteBuffer.allocateDirect(IN_HEAP);
            for (int at = 0; at < length; ) {
                at += writeAll(file, some.clear().limit(Math.min(IN_HEAP, length - at)), at);
            }
            return file.map(FileChannel.MapMode.READ_WRITE, 0, length).order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    private static FileChannel temporary(Path folder) throws IOException {
        return FileChannel.open(
                Files.createTempFile(folder, ".trawl-index", ".tmp"),
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                // On Unix the name goes at once.
                StandardOpenOption.DELETE_ON_CLOSE);
    }

    private static int writeAll(FileChannel file, ByteBuffer bytes, long at) throws IOException {
        int from = bytes.position();
        while (bytes.hasRemaining()) {
            file.write(bytes, at + bytes.position() - from);
        }
        return bytes.position() - from;
    }

    /** Gives the file's room back, once nothing maps it any more. */
    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}
