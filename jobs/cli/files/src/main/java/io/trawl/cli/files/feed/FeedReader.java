package io.trawl.cli.files.feed;

import io.trawl.cli.files.terminal.Arguments;
import io.trawl.cli.files.terminal.Input;
import io.trawl.cli.files.terminal.Problem;
import io.trawl.cli.files.terminal.Progress;
import io.trawl.cli.files.terminal.Streams;
import io.trawl.intel.feed.Feeds;
import io.trawl.parsing.Printable;
import io.trawl.record.Indicator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Files of indicators, as jobs/lib/intel reads them. As many at once as there are cores; what they hold comes in the order of
 * the files and of their lines, to the caller's thread. A file waits for those before it, so feeds of any size need the
 * same memory.
 */
public final class FeedReader {
    private static final int CHUNK = 512;
    private static final int CHUNKS_AHEAD = 16;
    private static final Set<String> COLUMNS =
            Set.of("value", "type", "confidence", "valid_from", "valid_until", "labels");

    private final Feeds.Format format;
    private final Feeds.Columns columns;
    private final Streams streams;
    private final Progress progress;

    FeedReader(Feeds.Format format, Feeds.Columns columns, Streams streams, Progress progress) {
        this.format = format;
        this.columns = columns;
        this.streams = streams;
        this.progress = progress;
    }

    /** Takes what files hold. */
    public interface Sink {
        void indicator(Indicator indicator);

        void rejected(Input input, Feeds.Rejected rejected);

        /** All of a file was read. */
        void ended(Input input, Feeds.Count count);

        /**
         * A file cannot be read, or not as what it was said to be; what stood before the damage was given.
         *
         * @param problem in one line, with the file's name
         */
        void failed(Input input, String problem) throws IOException;
    }

    /** Indicators and rejections of a file, in order; the last one of a file has a count or a problem. */
    private record Chunk(
            List<Object> items,
            Feeds.@Nullable Count count,
            @Nullable String problem) {}

    /**
     * The format that the option names.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    static Feeds.Format format(@Nullable String name) {
        if (name == null) {
            return Feeds.Format.AUTO;
        }
        for (Feeds.Format format : Feeds.Format.values()) {
            if (name(format).equals(name)) {
                return format;
            }
        }
        throw new IllegalArgumentException("--format " + name + ": expected one of "
                + Arrays.stream(Feeds.Format.values()).map(FeedReader::name).collect(Collectors.joining(", ")));
    }

    private static String name(Feeds.Format format) {
        return format.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The columns that the option names: value=ioc,type=kind,labels=malware,labels=tags.
     *
     * @throws IllegalArgumentException if it names none
     */
    static Feeds.Columns columns(@Nullable String option) {
        if (option == null) {
            return Feeds.Columns.GUESSED;
        }
        String[] names = new String[5];
        List<String> order = List.of("value", "type", "confidence", "valid_from", "valid_until");
        List<String> labels = new ArrayList<>();
        for (String one : option.split(",", -1)) {
            int equals = one.indexOf('=');
            String what = one.substring(0, Math.max(0, equals)).strip();
            String column = one.substring(equals + 1).strip();
            if (!COLUMNS.contains(what) || column.isEmpty()) {
                throw new IllegalArgumentException("--columns " + option + ": '" + one
                        + "' is not one of value=, type=, confidence=, valid_from=, valid_until= and labels= with a column's name"
                        + " after it; expected for example value=ioc,type=ioc_type");
            }
            if (what.equals("labels")) {
                labels.add(column);
            } else if (names[order.indexOf(what)] != null) {
                throw new IllegalArgumentException("--columns " + option + ": " + what + " is given twice");
            } else {
                names[order.indexOf(what)] = column;
            }
        }
        return new Feeds.Columns(names[0], names[1], names[2], names[3], names[4], labels);
    }

    /** A reader as the options --format and --columns say. */
    public static FeedReader of(Arguments arguments, Streams streams, Progress progress) {
        Feeds.Format format = format(arguments.value("--format"));
        Feeds.Columns columns = columns(arguments.value("--columns"));
        if (columns != Feeds.Columns.GUESSED && format != Feeds.Format.CSV && format != Feeds.Format.AUTO) {
            throw new IllegalArgumentException(
                    "--columns are those of CSV, but --format is " + name(format) + ": expected csv, or no --format");
        }
        return new FeedReader(columns == Feeds.Columns.GUESSED ? format : Feeds.Format.CSV, columns, streams, progress);
    }

    /** Gives all that the files hold. */
    public void read(List<Input> inputs, Sink sink) throws IOException {
        int threads = Math.min(inputs.size(), Runtime.getRuntime().availableProcessors());
        ExecutorService pool = Executors.newFixedThreadPool(threads, Streams::daemon);
        List<BlockingQueue<Chunk>> queues = new ArrayList<>();
        try {
            for (Input input : inputs) {
                BlockingQueue<Chunk> queue = new ArrayBlockingQueue<>(CHUNKS_AHEAD);
                queues.add(queue);
                pool.execute(() -> read(input, queue));
            }
            for (int i = 0; i < inputs.size(); i++) {
                boolean ended = false;
                while (!ended) {
                    Chunk chunk = queues.get(i).take();
                    give(inputs.get(i), chunk, sink);
                    ended = chunk.count != null || chunk.problem != null;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            pool.shutdownNow();
        }
    }

    private static void give(Input input, Chunk chunk, Sink sink) throws IOException {
        for (Object item : chunk.items) {
            if (item instanceof Indicator indicator) {
                sink.indicator(indicator);
            } else {
                sink.rejected(input, (Feeds.Rejected) item);
            }
        }
        if (chunk.count != null) {
            sink.ended(input, chunk.count);
        } else if (chunk.problem != null) {
            sink.failed(input, chunk.problem);
        }
    }

    /** The reader of the queue is gone. */
    private static final class Abandoned extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private void read(Input input, BlockingQueue<Chunk> queue) {
        List<List<Object>> current = new ArrayList<>(List.of(new ArrayList<>(CHUNK)));
        Chunk last;
        try (Input.Opened opened = input.open(streams.in(), progress)) {
            Feeds.Count count = Feeds.read(
                    opened.stream(),
                    input.fileName(),
                    format,
                    columns,
                    indicator -> add(indicator, current, queue),
                    rejected -> add(rejected, current, queue));
            last = new Chunk(current.get(0), count, null);
        } catch (Abandoned e) {
            return;
        } catch (IOException | RuntimeException | Error e) {
            // Whatever it is, somebody waits to hear of it.
            last = new Chunk(current.get(0), null, Printable.line(input.name() + ": " + Problem.of(e)));
        }
        try {
            queue.put(last);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void add(Object item, List<List<Object>> current, BlockingQueue<Chunk> queue) {
        List<Object> items = current.get(0);
        items.add(item);
        if (items.size() < CHUNK) {
            return;
        }
        current.set(0, new ArrayList<>(CHUNK));
        try {
            queue.put(new Chunk(items, null, null));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Abandoned();
        }
    }
}
