package io.trawl.kafka;

import io.trawl.base.JobFailure;
import io.trawl.base.Window;
import io.trawl.record.OffsetSpan;
import io.trawl.record.RawLine;
import java.io.IOException;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.jspecify.annotations.Nullable;

/** The messages of a source, wherever they are, and which of them a window has. */
public interface Messages extends AutoCloseable {

    /**
     * The messages of a window: the same ones whenever it is asked.
     *
     * @throws JobFailure they cannot be counted, or are no longer the same
     */
    Offsets.Span of(Window window) throws IOException;

    /**
     * Goes on where messages that had been there are gone, since a log was cut short.
     *
     * @return what was accepted, in a line; null if nothing was
     */
    default @Nullable String acceptCuts(Window window, String runId) throws IOException {
        return null;
    }

    /** Reads messages of a window as raw lines. */
    JavaRDD<RawLine> read(JavaSparkContext spark, Window window, List<OffsetSpan> spans) throws IOException;

    @Override
    void close();
}
