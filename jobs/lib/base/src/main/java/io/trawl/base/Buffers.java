package io.trawl.base;

import java.nio.ByteBuffer;

/** Bytes of buffers, without a copy if possible. */
public final class Buffers {
    private Buffers() {}

    /** The bytes of a buffer; its own array if that is exactly these. */
    public static byte[] bytes(ByteBuffer buffer) {
        if (buffer.hasArray()
                && buffer.arrayOffset() == 0
                && buffer.position() == 0
                && buffer.array().length == buffer.remaining()) {
            return buffer.array();
        }
        byte[] copy = new byte[buffer.remaining()];
        buffer.duplicate().get(copy);
        return copy;
    }
}
