package io.trawl.columns.read;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import io.trawl.base.Buffers;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.shaded.org.apache.parquet.bytes.BytesInput;
import org.apache.iceberg.shaded.org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.iceberg.shaded.org.apache.parquet.hadoop.CodecFactory;
import org.apache.iceberg.shaded.org.apache.parquet.hadoop.metadata.CompressionCodecName;

/** Parquet's codecs, but that a page of zstd is decompressed in one call, with one context for all of them. */
final class PageCodecs implements CompressionCodecFactory {
    private final CodecFactory others = new CodecFactory(new Configuration(false), 0);
    private final ZstdPages zstd = new ZstdPages();

    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName codec) {
        return others.getCompressor(codec);
    }

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
        return codec == CompressionCodecName.ZSTD ? zstd : others.getDecompressor(codec);
    }

    @Override
    public void release() {
        zstd.release();
        others.release();
    }

    /** Gives each page an array of its own. */
    private final class ZstdPages implements BytesInputDecompressor {
        private final ZstdDecompressCtx context = new ZstdDecompressCtx();

        @Override
        public BytesInput decompress(BytesInput page, int size) throws IOException {
            if (size == 0) {
                return BytesInput.empty();
            }
            ByteBuffer in = page.toByteBuffer();
            byte[] from = in.hasArray() ? in.array() : Buffers.bytes(in);
            int start = in.hasArray() ? in.arrayOffset() + in.position() : 0;
            byte[] out = new byte[size];
            try {
                int has = context.decompressByteArray(out, 0, size, from, start, in.remaining());
                if (has != size) {
                    throw new IOException("a page has " + has + " bytes, where its header says " + size);
                }
            } catch (ZstdException e) {
                throw new IOException(e.getMessage(), e);
            }
            return BytesInput.from(out);
        }

        @Override
        public void decompress(ByteBuffer page, int compressed, ByteBuffer into, int size) throws IOException {
            others.getDecompressor(CompressionCodecName.ZSTD).decompress(page, compressed, into, size);
        }

        @Override
        public void release() {
            context.close();
        }
    }
}
