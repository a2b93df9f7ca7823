package io.trawl.cli.files.log;

import io.trawl.cli.files.output.Table;
import io.trawl.cli.files.terminal.Input;
import io.trawl.cli.files.terminal.Problem;
import io.trawl.cli.files.terminal.Progress;
import io.trawl.cli.files.terminal.Streams;
import io.trawl.parsing.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Lines in, what came of them out, in the order of the lines: one thread reads and cuts the input into batches of whole
 * lines, all cores work on batches, the caller's thread writes. The batches are a fixed number, used over and over, so
 * an input of any size needs the same memory.
 */
final class Pipeline {
    /** Longer lines are counted and reported, not read: what is read of a line takes some ten times its length. */
    static final int LONGEST = 1 << 26;

    private final LineWork work;
    private final @Nullable Table table;
    private final Progress progress;
    private final InputStream stdin;
    private final OutputStream out;
    private final PrintStream err;
    private final String command;
    private final int longest;

    Pipeline(String command, LineWork work, @Nullable Table table, Progress progress, Streams streams, int longest) {
        this.command = command;
        this.work = work;
        this.table = table;
        this.progress = progress;
        this.stdin = streams.in();
        this.out = streams.out();
        this.err = streams.err();
        this.longest = longest;
    }

    /** What comes to the writer: a batch at work, an input that cannot be read, or the end (neither). */
    private record Item(
            @Nullable Future<Batch> batch, @Nullable String problem) {}

    /**
     * Works through the inputs. One that cannot be read is said on stderr, and the others are read.
     *
     * @return as exit status 0 where something was found, 1 where nothing was, 2 where an input could not be read
     */
    Logs.Done run(List<Input> inputs) throws IOException {
        int cores = Runtime.getRuntime().availableProcessors();
        int count = 2 * cores + 2;
        BlockingQueue<Batch> free = new ArrayBlockingQueue<>(count);
        for (int i = 0; i < count; i++) {
            free.add(new Batch());
        }
        BlockingQueue<Item> items = new ArrayBlockingQueue<>(count + 1);
        ExecutorService pool = Executors.newFixedThreadPool(cores, Streams::daemon);
        Thread reader = Streams.daemon(() -> new Reader(pool, free, items).read(inputs));
        reader.start();
        boolean failed = false;
        long found = 0;
        long lines = 0;
        try {
            for (Item item = items.take(); item.batch != null || item.problem != null; item = items.take()) {
                if (item.batch == null) {
                    progress.clear();
                    err.println("trawl " + command + ": " + item.problem);
                    failed = true;
                    continue;
                }
                Batch batch = item.batch.get();
                if (table == null) {
                    batch.output.json().writeTo(out);
                } else {
                    out.write(table.lines(batch.output.rows()));
                }
                out.flush();
                lines += batch.lines;
                found += batch.found;
                progress.at(lines, found);
                free.add(batch);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(Problem.of(cause), cause);
        } finally {
            reader.interrupt();
            pool.shutdownNow();
            progress.clear();
        }
        return new Logs.Done(failed ? 2 : found > 0 ? 0 : 1, lines);
    }

    private final class Reader {
        private final ExecutorService pool;
        private final BlockingQueue<Batch> free;
        private final BlockingQueue<Item> items;
        /** Where the line is that comes next. */
        private CompletableFuture<Batch.Place> place = CompletableFuture.completedFuture(Batch.Place.BEGINNING);

        Reader(ExecutorService pool, BlockingQueue<Batch> free, BlockingQueue<Item> items) {
            this.pool = pool;
            this.free = free;
            this.items = items;
        }

        void read(List<Input> inputs) {
            try {
                for (Input input : inputs) {
                    String problem = null;
                    try (Input.Opened opened = input.open(stdin, progress)) {
                        lines(opened, input.name(), input.written());
                    } catch (IOException | RuntimeException | Error e) {
                        // Whatever it is, the writer waits to hear of it.
                        problem = Printable.line(input.name() + ": " + Problem.of(e));
                    }
                    if (problem != null) {
                        items.put(new Item(null, problem));
                    }
                }
                items.put(new Item(null, null));
            } catch (InterruptedException e) {
                // The writer is gone, and with it the reason to read.
                Thread.currentThread().interrupt();
            }
        }

        private void lines(Input.Opened input, String name, Instant written) throws IOException, InterruptedException {
            InputStream in = input.stream();
            Batch batch = free.take();
            batch.clear(name, written);
            place = CompletableFuture.completedFuture(Batch.Place.BEGINNING);
            int whole = 0;
            boolean ended = false;
            while (!ended) {
                int read;
                try {
                    read = in.read(batch.bytes, batch.length, batch.bytes.length - batch.length);
                } catch (IOException e) {
                    // What came before the damage is still of use; the line that it cuts is not.
                    batch.length = whole;
                    submit(batch);
                    throw e;
                }
                ended = read < 0;
                if (ended) {
                    whole = batch.length;
                } else {
                    int newline = lastNewline(batch.bytes, batch.length, batch.length + read);
                    batch.length += read;
                    whole = newline < 0 ? whole : newline + 1;
                    boolean full = batch.length == batch.bytes.length;
                    if (whole == 0 && full && batch.length >= longest) {
                        batch = skip(in, batch);
                        whole = lastNewline(batch.bytes, 0, batch.length) + 1;
                        continue;
                    }
                    if (whole == 0 && full) {
                        batch.bytes = Arrays.copyOf(batch.bytes, (int) Math.min(2L * batch.length, longest));
                    }
                    if (whole == 0 || !full && input.isReady()) {
                        continue;
                    }
                }
                Batch next = free.take();
                next.clear(name, written);
                int rest = batch.length - whole;
                if (rest > next.bytes.length) {
                    next.bytes = new byte[Math.max(2 * Batch.SIZE, Integer.highestOneBit(rest) * 2)];
                }
                System.arraycopy(batch.bytes, whole, next.bytes, 0, rest);
                next.length = rest;
                batch.length = whole;
                whole = 0;
                submit(batch);
                batch = next;
            }
            free.add(batch);
        }

        /** Passes over a line that is too long, all of the batch so far. */
        private Batch skip(InputStream in, Batch batch) throws IOException, InterruptedException {
            long bytes = batch.length;
            Batch next = free.take();
            next.clear(batch.file, batch.arrived);
            int newline = -1;
            int read = 0;
            while (newline < 0 && read >= 0) {
                read = in.read(next.bytes, 0, next.bytes.length);
                for (int i = 0; i < read && newline < 0; i++) {
                    newline = next.bytes[i] == '\n' ? i : -1;
                }
                bytes += newline >= 0 ? newline : Math.max(0, read);
            }
            if (newline >= 0) {
                next.length = read - newline - 1;
                System.arraycopy(next.bytes, newline + 1, next.bytes, 0, next.length);
            }
            batch.bytes = new byte[Batch.SIZE];
            batch.length = 0;
            batch.oversize = bytes;
            work(batch);
            return next;
        }

        private void submit(Batch batch) throws InterruptedException {
            if (batch.length == 0) {
                free.add(batch);
            } else {
                work(batch);
            }
        }

        private void work(Batch batch) throws InterruptedException {
            batch.first = place;
            batch.next = new CompletableFuture<>();
            place = batch.next;
            items.put(new Item(
                    pool.submit(() -> {
                        batch.run(work);
                        return batch;
                    }),
                    null));
        }
    }

    private static int lastNewline(byte[] bytes, int from, int to) {
        for (int i = to - 1; i >= from; i--) {
            if (bytes[i] == '\n') {
                return i;
            }
        }
        return -1;
    }
}
