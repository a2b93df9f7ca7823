package io.trawl.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalFilesTest {
    @TempDir
    java.nio.file.Path folder;

    private static FileSystem open(Class<? extends FileSystem> kind) throws Exception {
        Configuration hadoop = new Configuration();
        hadoop.setClass("fs.file.impl", kind, FileSystem.class);
        return FileSystem.newInstance(java.net.URI.create("file:///"), hadoop);
    }

    @ParameterizedTest
    @ValueSource(shorts = {0600, 0644, 0755, 0700, 0421, 0777, 01777})
    void aFileHasThePermissionsThatHadoopWouldGiveIt(short mode) throws Exception {
        for (Class<? extends FileSystem> kind : java.util.List.of(LocalFileSystem.class, LocalFiles.class)) {
            Path path = new Path(folder.resolve(kind.getSimpleName()).toString());
            try (FileSystem files = open(kind)) {
                try (FSDataOutputStream out = files.create(path)) {
                    out.write("x".getBytes(StandardCharsets.UTF_8));
                }
                assertThat(PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(folder.resolve(kind.getSimpleName()))))
                        .isEqualTo("rw-r--r--");
                files.setPermission(path, new FsPermission(mode));
                assertThat(files.getFileStatus(path).getPermission()).isEqualTo(new FsPermission(mode));
            }
        }
    }

    @Test
    void aFileThatIsNotThereHasNone() throws Exception {
        try (FileSystem files = open(LocalFiles.class)) {
            assertThatThrownBy(() -> files.setPermission(
                            new Path(folder.resolve("missing").toString()), new FsPermission((short) 0644)))
                    .isInstanceOf(NoSuchFileException.class);
        }
    }
}
