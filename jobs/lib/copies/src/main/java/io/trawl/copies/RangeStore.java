package io.trawl.copies;

import io.trawl.flow.Store;
import io.trawl.parsing.flume.ProxyFile;
import io.trawl.record.RawLine;
import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Stores nothing of lines but where they lie in their files; goes along with a store that keeps them. */
public final class RangeStore implements Store<RawLine> {
    private static final long serialVersionUID = 1L;

    private final transient FileRanges ranges = new FileRanges();

    /** What has been committed so far. */
    public FileRanges ranges() {
        return ranges;
    }

    @Override
    public String name() {
        return "file_ranges";
    }

    @Override
    public Writer<RawLine> open(int partition, long attempt) {
        return new Noting();
    }

    @Override
    @SuppressWarnings("unchecked")
    public void commit(List<Serializable> receipts) {
        receipts.forEach(receipt -> ((Map<ProxyFile, FileRanges.Range>) receipt).forEach(ranges::add));
    }

    /** The range of one file, as it grows. */
    private static final class Growing {
        final String host;
        final @Nullable String log;
        final String generation;
        long first;
        long last;

        Growing(String host, @Nullable String log, String generation, long offset) {
            this.host = host;
            this.log = log;
            this.generation = generation;
            this.first = offset;
            this.last = offset;
        }

        boolean is(String itsHost, @Nullable String itsLog, String itsGeneration) {
            return itsGeneration.equals(generation) && itsHost.equals(host) && Objects.equals(itsLog, log);
        }
    }

    /** A task has lines of a few files, one among the other: each has a slot, and who loses it is merged. */
    private static final class Noting implements Writer<RawLine> {
        private static final int SLOTS = 64;

        private final @Nullable Growing[] slots = new Growing[SLOTS];
        private final HashMap<ProxyFile, FileRanges.Range> done = new HashMap<>();

        @Override
        public void write(RawLine line) {
            String host = line.getHost();
            String generation = line.getGeneration();
            Long at = line.getFileOffset();
            if (host == null || generation == null || at == null || !ProxyFile.isPlaced(host, generation, at)) {
                return;
            }
            String log = line.getLog();
            long offset = at;
            int hash = (host.hashCode() * 31 + generation.hashCode()) * 31 + Objects.hashCode(log);
            int slot = (hash ^ hash >>> 16) & SLOTS - 1;
            Growing file = slots[slot];
            if (file == null || !file.is(host, log, generation)) {
                merge(file);
                slots[slot] = new Growing(host, log, generation, offset);
            } else if (offset > file.last) {
                file.last = offset;
            } else if (offset < file.first) {
                file.first = offset;
            }
        }

        private void merge(@Nullable Growing file) {
            if (file != null) {
                done.merge(
                        new ProxyFile(file.host, file.log == null ? "" : file.log, file.generation),
                        new FileRanges.Range(file.first, file.last),
                        FileRanges.Range::around);
            }
        }

        @Override
        public Serializable close() {
            for (Growing file : slots) {
                merge(file);
            }
            return done;
        }

        @Override
        public void abort() {
            done.clear();
        }
    }
}
