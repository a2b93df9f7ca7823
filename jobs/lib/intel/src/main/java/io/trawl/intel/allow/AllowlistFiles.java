package io.trawl.intel.allow;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/** The files of allowlists, and their bytes. */
final class AllowlistFiles {
    private AllowlistFiles() {}

    /** The lists of a file or a folder, in order. */
    static List<Path> of(Path given) throws IOException {
        if (Files.isRegularFile(given)) {
            return List.of(given);
        }
        if (!Files.isDirectory(given)) {
            throw new IOException(given + ": no such file or folder");
        }
        List<Path> files = beneath(given, Integer.MAX_VALUE, "list.json");
        files = files.isEmpty() ? beneath(given, 1, ".json") : files;
        if (files.isEmpty()) {
            throw new IOException(
                    given + ": no allowlist in it; expected list.json files in its folders, or JSON files in it");
        }
        return files;
    }

    private static List<Path> beneath(Path folder, int depth, String end) throws IOException {
        try (Stream<Path> beneath = Files.walk(folder, depth, FileVisitOption.FOLLOW_LINKS)) {
            return beneath.filter(file -> (end.startsWith(".") ? file.toString().endsWith(end) : file.endsWith(end))
                            && Files.isRegularFile(file))
                    .sorted()
                    .toList();
        } catch (UncheckedIOException e) {
            throw reason(Objects.requireNonNull(e.getCause()));
        } catch (IOException e) {
            throw reason(e);
        }
    }

    static byte[] bytes(Path file) throws IOException {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw reason(e);
        }
    }

    /** What is said of a file that is not ours names the file alone. */
    private static IOException reason(IOException e) {
        return e instanceof AccessDeniedException denied
                ? new IOException(denied.getFile() + ": is not yours to read", e)
                : e;
    }

    static long crc(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return crc.getValue();
    }
}
