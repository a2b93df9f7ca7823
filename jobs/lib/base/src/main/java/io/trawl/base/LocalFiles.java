package io.trawl.base;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsAction;
import org.apache.hadoop.fs.permission.FsPermission;

/**
 * Hadoop's file system of this machine (setting {@code fs.file.impl}). Where its native library is missing, Hadoop starts a
 * process, chmod, for each file that it makes; this one asks Java.
 */
public final class LocalFiles extends LocalFileSystem {
    public LocalFiles() {
        super(new Raw());
    }

    private static final class Raw extends RawLocalFileSystem {
        @Override
        public void setPermission(Path path, FsPermission permission) throws IOException {
            java.nio.file.Path file = pathToFile(path).toPath();
            if (permission.getStickyBit()
                    || !file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                super.setPermission(path, permission);
                return;
            }
            Files.setPosixFilePermissions(file, of(permission));
        }

        private static Set<PosixFilePermission> of(FsPermission permission) {
            Set<PosixFilePermission> all = EnumSet.noneOf(PosixFilePermission.class);
            FsAction[] actions = {permission.getUserAction(), permission.getGroupAction(), permission.getOtherAction()};
            // Java lists them as Hadoop does: of the owner, the group and others, to read, write and execute.
            PosixFilePermission[] names = PosixFilePermission.values();
            FsAction[] kinds = {FsAction.READ, FsAction.WRITE, FsAction.EXECUTE};
            for (int i = 0; i < names.length; i++) {
                if (actions[i / 3].implies(kinds[i % 3])) {
                    all.add(names[i]);
                }
            }
            return all;
        }
    }
}
