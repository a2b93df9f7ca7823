package io.trawl.flume;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How a log is rotated, which decides what makes one file of it another one than the next. */
enum Rotation {
    /** The file is renamed and a new one begun: a file is its inode and its first line. */
    RENAME,
    /**
     * The file is copied, then emptied: a file is its first line alone, since the copy, which has another inode, must
     * count as the same file.
     */
    COPYTRUNCATE;

    /** @throws IllegalArgumentException if there is no such way */
    static Rotation of(String name) {
        for (Rotation rotation : values()) {
            if (rotation.toString().equals(name)) {
                return rotation;
            }
        }
        throw new IllegalArgumentException(
                "rotation is '" + name + "'; expected rename or copytruncate, for example rotation = rename");
    }

    /** @return null for a file whose first line is not yet there */
    @Nullable
    String generation(LogFile file) {
        String fingerprint = file.fingerprint();
        if (fingerprint == null) {
            return null;
        }
        return this == RENAME ? Long.toHexString(file.inode()) + "-" + fingerprint : fingerprint;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
