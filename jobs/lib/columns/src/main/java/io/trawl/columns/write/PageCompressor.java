package io.trawl.columns.write;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.iceberg.shaded.org.apache.parquet.bytes.BytesInput;
import org.apache.iceberg.shaded.org.apache.parquet.compression.CompressionCodecFactory.BytesInputCompressor;
import org.apache.iceberg.shaded.org.apache.parquet.hadoop.metadata.CompressionCodecName;

/** Compresses pages with zstd in one call each, with one context for all of them. */
public final class PageCompressor implements BytesInputCompressor {
    private final ZstdCompressCtx context = new ZstdCompressCtx();
    private byte[] out = new byte[0];

    /** @param level zstd's, of the pages that come now */
    void level(int level) {
        context.setLevel(level);
    }

    @Override
    public BytesInput compress(BytesInput page) throws IOException {
        ByteBuffer in = page.toByteBuffer();
        int most = (int) Zstd.compressBound(in.remaining());
        if (out.length < most) {
            out = new byte[most];
        }
        int length = context.compressByteArray(
                out, 0, out.length, in.array(), in.arrayOffset() + in.position(), in.remaining());
        return BytesInput.from(out, 0, length);
    }

    @Override
    public CompressionCodecName getCodecName() {
        return CompressionCodecName.ZSTD;
    }

    @Override
    public void release() {
        context.close();
    }
}
