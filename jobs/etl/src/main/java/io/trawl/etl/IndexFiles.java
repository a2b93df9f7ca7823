package io.trawl.etl;

import io.trawl.intel.IndicatorIndex;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Open indexes of this process, one a file. */
final class IndexFiles {
    private static final Map<String, IndicatorIndex> OPEN = new ConcurrentHashMap<>();

    private IndexFiles() {}

    /**
     * @param uri an index file on the cluster's file system
     * @param settings whose hadoop.* keys reach it
     */
    static IndicatorIndex open(String uri, Settings settings) {
        IndicatorIndex open = OPEN.get(uri);
        if (open != null) {
            return open;
        }
        synchronized (OPEN) {
            open = OPEN.get(uri);
            if (open == null) {
                // An older snapshot is of no use to a process that has moved on, and takes its heap.
                OPEN.clear();
                open = read(uri, settings);
                OPEN.put(uri, open);
            }
            return open;
        }
    }

    private static IndicatorIndex read(String uri, Settings settings) {
        Configuration hadoop = new Configuration();
        settings.under("hadoop.").forEach(hadoop::set);
        Path path = new Path(uri);
        try (InputStream in = new BufferedInputStream(path.getFileSystem(hadoop).open(path), 1 << 20)) {
            return IndicatorIndex.read(in);
        } catch (IOException e) {
            throw new JobFailure("indicator index " + uri + ": " + e.getMessage(), e);
        }
    }
}
