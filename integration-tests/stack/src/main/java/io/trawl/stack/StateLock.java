package io.trawl.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.StandardOpenOption;

/** The lock of a state folder: one process at a time runs the servers in it. */
final class StateLock {
    private StateLock() {}

    /**
     * Takes the lock, which is held until the file is closed.
     *
     * @throws IllegalArgumentException another process holds it
     */
    static FileChannel take(Site site) {
        try {
            FileChannel file = FileChannel.open(
                    site.run("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.READ);
            FileLock held;
            try {
                held = file.tryLock();
            } catch (OverlappingFileLockException e) {
                held = null;
            }
            if (held == null) {
                file.close();
                throw new IllegalArgumentException(
                        "the stack in " + site.options().stateDir()
                                + " is run by another process: use it, or end it with 'bin/trawl down', or name another folder with --state");
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
