package io.trawl.bench.frame;

import io.trawl.stack.Options;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.stream.Stream;

/** The folder that benchmarks work in. */
public final class Folder {
    private Folder() {}

    /** What a bench does in a folder of its own. */
    @FunctionalInterface
    public interface Work {
        Outcome in(Options project, Path folder) throws Exception;
    }

    /**
     * Lets a bench work in a folder of its own, empty at first, while no other bench runs.
     *
     * @param name of the folder
     * @param keep whether what it leaves there stays
     */
    public static Outcome use(String name, boolean keep, Work work) throws Exception {
        Options project = Options.ofThisProject();
        Path all = Files.createDirectories(of(project));
        try (FileChannel lock = lock(all)) {
            Path folder = all.resolve(name);
            delete(folder);
            Files.createDirectories(folder);
            try {
                return work.in(project, folder);
            } finally {
                if (!keep) {
                    delete(folder);
                }
            }
        }
    }

    /** The folder of all benches. */
    public static Path of(Options project) {
        return project.home().resolve(".trawl/bench");
    }

    /** Takes it for this bench alone, until the file is closed. */
    private static FileChannel lock(Path folder) throws IOException {
        FileChannel file =
                FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held = null;
        try {
            held = file.tryLock();
        } catch (OverlappingFileLockException e) {
            // Held by this very process.
        }
        if (held == null) {
            file.close();
            throw new BenchFailure("another bench runs in " + folder + ": wait until it has ended");
        }
        return file;
    }

    /** Deletes a folder with all that is in it, if it is there. */
    public static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
