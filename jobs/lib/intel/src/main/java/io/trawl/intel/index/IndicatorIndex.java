package io.trawl.intel.index;

import io.trawl.intel.match.MatchSink;
import io.trawl.record.Indicator;
import io.trawl.record.ProxyEvent;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * All indicators of a snapshot, for looking up what an event matches. Immutable, and safe for use by several threads.
 *
 * <p>A domain matches the host that it is and every subdomain, on label boundaries, all levels reported; one that is a
 * private public suffix (github.io) matches that host alone, since what is below belongs to others. An address
 * matches itself, a range every address in it, all ranges reported. A URL matches the very same canonical URL, its query
 * included; one without a scheme matches in any. The beginning of a URL matches on its host and every subdomain, where
 * the path is it, goes on after a slash, or has a query after it. A path matches the end of a path on any host. An
 * indicator counts within its validity, [valid_from, valid_until) at event time.
 *
 * <p>The fields that are matched are {@code url.full} as a URL, {@code url.path} as a path, {@code url.domain} as a
 * domain or an address, {@code destination.ip}, {@code http.request.referrer} as a URL and by its host, {@code
 * user_agent.original}, and {@code source.ip} where the source is a web server. {@code dns.question.name}, {@code
 * dns.answers.data} and {@code tls.client.server_name} are looked up as domains or addresses, {@code tls.client.ja3}, {@code
 * tls.server.ja3s}, {@code tls.server.hash.sha1} and {@code file.hash.*} as hashes, and {@code email.from.address} and {@code
 * email.to.address} by their domain.
 */
public interface IndicatorIndex {
    /** How many indicators there are. */
    long size();

    /** Iceberg snapshot of lake.indicators that the builder was told; 0 if it was told none. */
    long snapshotId();

    /** Whether hashes and domains of mail addresses are found: index files of an older version have them, and find none. */
    boolean findsHashesAndMail();

    /**
     * Gives every match of an event.
     *
     * @param webServer whether the event is a web server's, so that its client counts, too
     */
    void match(ProxyEvent event, boolean webServer, MatchSink sink);

    /** What tells the lines of a log that cannot match anything by their bytes. */
    LineSieve lineSieve();

    /** What tells the events that cannot match anything by single values of them. */
    EventSieve eventSieve();

    /** Gives every indicator, in the order in which they were added. */
    void forEach(Consumer<? super Indicator> indicators);

    /** A builder without indicators, whose temporary file lies in the JVM's temporary folder. */
    static IndexBuilder builder() {
        return builder(Path.of(System.getProperty("java.io.tmpdir")));
    }

    /**
     * A builder without indicators.
     *
     * @param folder takes the temporary file: as many bytes as the index has
     */
    static IndexBuilder builder(Path folder) {
        return new IndexBuilder(folder);
    }

    /** Builds an index in memory. */
    static IndicatorIndex of(Iterable<Indicator> indicators) {
        try (IndexBuilder builder = builder()) {
            indicators.forEach(builder::add);
            return builder.build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes an index file. The stream is flushed and left open. */
    static void write(Iterable<Indicator> indicators, OutputStream out) throws IOException {
        try (IndexBuilder builder = builder()) {
            indicators.forEach(builder::add);
            builder.write(out);
        }
    }

    /**
     * Opens an index file, mapped: it takes no heap, and processes share it. The file must not change while it is open.
     *
     * @throws IOException if it cannot be read, is none, was cut short or changed
     */
    static IndicatorIndex open(Path file) throws IOException {
        return IndexFile.open(file);
    }

    /**
     * Reads an index file into the heap, as many bytes as the file has.
     *
     * @throws IOException if it cannot be read, is none, was cut short or changed
     */
    static IndicatorIndex read(InputStream in) throws IOException {
        return IndexFile.read(in);
    }
}
