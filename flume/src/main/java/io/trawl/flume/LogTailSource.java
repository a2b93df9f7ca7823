package io.trawl.flume;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.flume.Context;
import org.apache.flume.channel.ChannelProcessor;
import org.apache.flume.source.taildir.ReliableTaildirEventReader;
import org.apache.flume.source.taildir.TailFile;
import org.apache.flume.source.taildir.TaildirSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Flume's TAILDIR, which does not send a file again when rotation gives it another name. TAILDIR knows a file by inode and
 * path. This source knows it by its bytes ({@link Marks}), while it runs and after a restart: a renamed file, or
 * copytruncate's copy, is read on from where the last line was sent, and a new file that got the inode of an old one is
 * read from its first line. Of a file's first line it says which file came before ({@link Predecessors}).
 *
 * <p>Settings: those of TAILDIR, and {@code rotation} = rename | copytruncate (default rename). Its marks are next to
 * TAILDIR's {@code positionFile}, under that name with {@code .marks} after it.
 */
public final class LogTailSource extends TaildirSource {
    private static final Logger LOG = LoggerFactory.getLogger(LogTailSource.class);
    /** Marks are written at most so often, in ms; what was read since comes again after a crash. */
    private static final long WRITTEN = 1000;

    private Rotation rotation = Rotation.RENAME;
    private Marks marks = new Marks(rotation);
    private Path marksFile = Path.of("positions.json.marks");
    private Map<Long, TailFile> files = Map.of();
    /** Files in the order in which this agent came to them, by inode; those that were there at its start by age. */
    private final Map<Long, Long> numbers = new HashMap<>();

    private long next;
    private long saved;

    /** @throws IllegalArgumentException if {@code rotation} is not what it should be */
    @Override
    public synchronized void configure(Context context) {
        super.configure(context);
        rotation = Rotation.of(context.getString("rotation", Rotation.RENAME.toString()));
        marks = new Marks(rotation);
        marksFile = Path.of(context.getString("positionFile", "positions.json") + ".marks");
    }

    @Override
    public synchronized void start() {
        super.start();
        marks.read(marksFile);
        try {
            Field reader = field(TaildirSource.class, "reader");
            Field map = field(ReliableTaildirEventReader.class, "tailFiles");
            TailFiles known = new TailFiles(((ReliableTaildirEventReader) reader.get(this)).getTailFiles());
            map.set(reader.get(this), known);
            files = known;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "this Flume's TAILDIR is not that of 1.11.0, which LogTailSource is made for: " + e.getMessage(),
                    e);
        }
    }

    @Override
    public synchronized void setChannelProcessor(ChannelProcessor processor) {
        super.setChannelProcessor(new Predecessors(processor, this::before));
    }

    private static Field field(Class<?> of, String name) throws NoSuchFieldException {
        Field field = of.getDeclaredField(name);
        field.setAccessible(true);
        return field;
    }

    @Override
    public Status process() {
        Status status = super.process();
        note();
        long now = System.currentTimeMillis();
        if (Math.abs(now - saved) >= WRITTEN) {
            saved = now;
            marks.forget(files.keySet(), now);
            marks.write(marksFile);
        }
        return status;
    }

    @Override
    public synchronized void stop() {
        super.stop();
        marks.write(marksFile);
    }

    /** Marks how far each file has been sent. */
    private void note() {
        for (TailFile file : new ArrayList<>(files.values())) {
            if (file.getPos() == marks.place(file.getInode())) {
                continue;
            }
            RandomAccessFile open = file.getRaf();
            try (LogFile at = open == null ? LogFile.open(Path.of(file.getPath())) : null) {
                // The path may lead to another file by now, an open file does not.
                LogFile log = open == null ? at : LogFile.of(open.getChannel(), file.getInode());
                if (log != null && log.inode() == file.getInode()) {
                    Mark mark = Mark.of(log, file.getPos(), log(file), rotation);
                    if (mark != null) {
                        marks.add(mark);
                    }
                }
            } catch (IOException e) {
                LOG.debug("cannot look at {}", file.getPath(), e);
            }
        }
    }

    /**
     * What the log had before the file at a path: generation and length, in bytes; the same and {@code +}, at least so long,
     * of a file that was gone when this agent began; {@code none} where it knows of no file before.
     */
    private String before(String path) {
        TailFile file = null;
        for (TailFile one : files.values()) {
            if (one.getPath().equals(path) && (file == null || number(one) > number(file))) {
                file = one;
            }
        }
        TailFile before = null;
        for (TailFile one : files.values()) {
            if (file != null
                    && one.getHeaders().equals(file.getHeaders())
                    && number(one) < number(file)
                    && (before == null || number(one) > number(before))) {
                before = one;
            }
        }
        if (file == null) {
            return "none";
        }
        return before != null ? end(before) : marks.gone(log(file), files.keySet());
    }

    /** Which log a file is of: those of one file group have the same headers. */
    private static String log(TailFile file) {
        return Integer.toHexString(file.getHeaders().hashCode());
    }

    /** The how manieth file it is that this agent has come to. */
    private long number(TailFile file) {
        return numbers.getOrDefault(file.getInode(), -1L);
    }

    private String end(TailFile file) {
        String generation = null;
        long size = file.getPos();
        RandomAccessFile open = file.getRaf();
        try (LogFile log = open == null ? LogFile.open(Path.of(file.getPath())) : null) {
            // An open file has its bytes also when it was deleted. One that was closed was read to its end before.
            LogFile seen = open == null ? log : LogFile.of(open.getChannel(), file.getInode());
            if (seen != null && seen.inode() == file.getInode()) {
                generation = rotation.generation(seen);
                size = seen.size();
            }
        } catch (IOException e) {
            LOG.debug("cannot look at {}", file.getPath(), e);
        }
        return (generation == null ? Generations.UNKNOWN : generation) + " " + size;
    }

    /** TAILDIR's files by inode. It puts each one once a round, after it has decided where to read on: here that is mended. */
    private final class TailFiles extends HashMap<Long, TailFile> {
        private static final long serialVersionUID = 1L;
        /** Inodes of copies that are still being made. */
        private final transient Set<Long> waiting = new HashSet<>();

        TailFiles(Map<Long, TailFile> opened) {
            opened.values().stream()
                    .sorted(Comparator.comparingLong(file -> new File(file.getPath()).lastModified()))
                    .forEach(file -> put(file.getInode(), file));
        }

        @Override
        public TailFile put(Long inode, TailFile file) {
            TailFile before = get(inode);
            boolean anew = before != file || waiting.contains(inode);
            if (anew || file.needTail()) {
                try {
                    goOn(inode, file, anew);
                } catch (IOException e) {
                    throw new UncheckedIOException("cannot read " + file.getPath(), e);
                }
            }
            if (before == null || file.getPos() == 0 && marks.place(inode) > 0) {
                // It is another file than before, or has begun anew; one that only has a new name goes on at its place.
                numbers.put(inode, next++);
            }
            if (anew) {
                // TAILDIR closes what it has not read from for long, and sends a half last line; 0 is long ago.
                file.setLastUpdated(System.currentTimeMillis());
            }
            // One that was idle is closed already.
            if (before != null && before != file && before.getRaf() != null) {
                before.close();
            }
            return super.put(inode, file);
        }

        private void goOn(Long inode, TailFile file, boolean anew) throws IOException {
            Path path = Path.of(file.getPath());
            try (LogFile log = LogFile.open(path)) {
                if (log == null || log.inode() != inode || !(anew || marks.wasEmptied(log))) {
                    return;
                }
                long place = marks.placeIn(
                        log, anew, Files.getLastModifiedTime(path).toMillis(), System.currentTimeMillis());
                if (place == Marks.WAIT) {
                    waiting.add(inode);
                    file.setNeedTail(false);
                    return;
                }
                waiting.remove(inode);
                // Without any mark of this inode, as after an update from TAILDIR, its own position stands.
                if (place != file.getPos() && (place > 0 || marks.place(inode) > 0)) {
                    file.updatePos(file.getPath(), inode, place);
                    file.setNeedTail(true);
                }
            }
        }
    }
}
