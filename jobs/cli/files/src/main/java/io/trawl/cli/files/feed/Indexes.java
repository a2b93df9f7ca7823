package io.trawl.cli.files.feed;

import io.trawl.cli.files.terminal.Input;
import io.trawl.cli.files.terminal.Progress;
import io.trawl.cli.files.terminal.Streams;
import io.trawl.intel.feed.Feeds;
import io.trawl.intel.index.IndexBuilder;
import io.trawl.intel.index.IndicatorIndex;
import io.trawl.parsing.Printable;
import io.trawl.record.Indicator;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** Where {@code match} has its indicators from. */
public final class Indexes {
    private Indexes() {}

    /**
     * Opens an index file, mapped. If it is too old to find all of its indicators, a line on stderr says so.
     *
     * @throws IOException if it is none, was cut short or changed; in one line that names it
     */
    public static IndicatorIndex open(String file, Streams streams) throws IOException {
        Path path = Path.of(file);
        if (Files.isDirectory(path)) {
            throw new IOException(file + ": is a folder; expected a file that trawl index build wrote");
        }
        try {
            IndicatorIndex index = IndicatorIndex.open(path);
            if (!index.findsHashesAndMail()) {
                streams.err()
                        .println(Printable.line(
                                "trawl match: " + file + ": is of an older version, which finds no hashes and"
                                        + " no domains of mail addresses; build it again with trawl index build"));
            }
            return index;
        } catch (NoSuchFileException e) {
            throw new IOException(file + ": no such file", e);
        } catch (FileSystemException e) {
            String why = e.getReason();
            throw new IOException(file + ": " + (why == null ? "cannot be opened" : why), e);
        }
    }

    /** Builds an index in memory; what of the files cannot be used is counted on stderr. */
    public static IndicatorIndex of(List<Input> feeds, Streams streams) throws IOException {
        Progress progress = Progress.of("match", feeds, streams);
        try (IndexBuilder builder = IndicatorIndex.builder()) {
            new FeedReader(Feeds.Format.AUTO, Feeds.Columns.GUESSED, streams, progress)
                    .read(feeds, new Building(builder, "match", false, streams, progress));
            progress.clear();
            return builder.build();
        }
    }

    /** Feeds into a builder. An indicator that cannot be used is no error, but nobody may think that it was looked for. */
    public static final class Building implements FeedReader.Sink {
        private final IndexBuilder builder;
        private final String command;
        private final boolean tells;
        private final Streams streams;
        private final Progress progress;
        private long rejected;

        /** @param tells whether every file is said, or only one with lines that are not indicators */
        public Building(IndexBuilder builder, String command, boolean tells, Streams streams, Progress progress) {
            this.builder = builder;
            this.command = command;
            this.tells = tells;
            this.streams = streams;
            this.progress = progress;
        }

        @Override
        public void indicator(Indicator indicator) {
            builder.add(indicator);
            if ((builder.size() & 1023) == 0) {
                progress.at(builder.size() + rejected, builder.size());
            }
        }

        @Override
        public void rejected(Input input, Feeds.Rejected line) {
            rejected++;
        }

        @Override
        public void ended(Input input, Feeds.Count count) {
            if (tells || count.rejected() > 0) {
                progress.clear();
                streams.err()
                        .println(Printable.line("trawl " + command + ": " + input.name() + ": " + count.rejected()
                                + " lines are not indicators (trawl indicators says why), " + count.indicators()
                                + " are"));
            }
        }

        /** An index without one of its feeds would find less, and nobody would know. */
        @Override
        public void failed(Input input, String problem) throws IOException {
            throw new IOException(problem);
        }
    }
}
