package io.trawl.terminal;

import io.trawl.intel.Feeds;
import io.trawl.record.Indicator;
import java.io.IOException;
import java.util.function.Consumer;

/** Files of indicators, as jobs/intel reads them. */
final class FeedReader {
    private final Streams streams;
    private final Progress progress;

    FeedReader(Streams streams, Progress progress) {
        this.streams = streams;
        this.progress = progress;
    }

    /** @return how many indicators it had, and how many lines that are none */
    Feeds.Count read(Input input, Consumer<Indicator> indicators, Consumer<Feeds.Rejected> rejected)
            throws IOException {
        try (Input.Opened opened = input.open(streams.in(), progress)) {
            return Feeds.read(opened.stream(), input.fileName(), indicators, rejected);
        } catch (IOException e) {
            throw new IOException(input.name() + ": " + Terminal.reason(e), e);
        }
    }
}
