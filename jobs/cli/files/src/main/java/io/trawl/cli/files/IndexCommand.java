package io.trawl.cli.files;

import io.trawl.cli.files.feed.FeedReader;
import io.trawl.cli.files.feed.Indexes;
import io.trawl.cli.files.terminal.Arguments;
import io.trawl.cli.files.terminal.Input;
import io.trawl.cli.files.terminal.Progress;
import io.trawl.cli.files.terminal.Streams;
import io.trawl.intel.index.IndexBuilder;
import io.trawl.intel.index.IndicatorIndex;
import io.trawl.parsing.Printable;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** {@code trawl index build}: an index file of feeds, for {@code trawl match --index}. */
final class IndexCommand {
    private static final String COMMAND = "index build";

    private IndexCommand() {}

    static int run(List<String> words, Streams streams) throws IOException {
        if (words.isEmpty() || !words.get(0).equals("build")) {
            throw new IllegalArgumentException((words.isEmpty() ? "nothing to do" : "'" + words.get(0) + "' is unknown")
                    + ": expected build, for example trawl index build --indicators feed.txt --output feeds.index");
        }
        Arguments arguments = Arguments.of(
                words.subList(1, words.size()), Set.of("--output", "--format", "--columns"), Set.of("--indicators"));
        if (arguments.values("--indicators").isEmpty()) {
            throw new IllegalArgumentException(
                    "--indicators is missing: expected a file, for example --indicators feed.txt");
        }
        String output = arguments.value("--output");
        if (output == null || output.isEmpty()) {
            throw new IllegalArgumentException(
                    "--output is missing: expected a file, for example --output feeds.index");
        }
        Path file = Path.of(output);
        if (Files.isDirectory(file)) {
            throw new IllegalArgumentException("--output " + output + " is a folder: expected a file");
        }
        // There is nothing else that further words can be: --indicators feeds/*.csv, as a shell gives it.
        List<String> files = new ArrayList<>(arguments.values("--indicators"));
        files.addAll(arguments.operands());
        List<Input> feeds = Input.of(files);
        Progress progress = Progress.of(COMMAND, feeds, streams);
        try (IndexBuilder builder = IndicatorIndex.builder()) {
            FeedReader.of(arguments, streams, progress)
                    .read(feeds, new Indexes.Building(builder, COMMAND, true, streams, progress));
            progress.clear();
            if (builder.size() == 0) {
                streams.err()
                        .println("trawl index build: no indicators, so " + Printable.line(output) + " is not written");
                return 1;
            }
            write(builder, file, output);
            streams.err()
                    .println("trawl index build: " + Printable.line(output) + ": " + builder.size() + " indicators, "
                            + Files.size(file) + " bytes");
            return 0;
        }
    }

    /** Beside its place first: the file is there whole or not at all, and a reader of the old one keeps that. */
    private static void write(IndexBuilder builder, Path file, String output) throws IOException {
        Path temporary = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID());
        try {
            try (OutputStream out = new BufferedOutputStream(
                    Files.newOutputStream(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
                builder.write(out);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (NoSuchFileException e) {
            throw new IOException(output + ": no such folder", e);
        } catch (FileSystemException e) {
            String why = e.getReason();
            throw new IOException(output + ": " + (why == null ? "cannot be written" : why), e);
        } catch (IOException | IllegalStateException e) {
            throw new IOException(output + ": " + e.getMessage(), e);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }
}
