package io.trawl.stack;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** Names the process that listens on a port, where Linux lets us see it. */
final class PortOwner {
    private PortOwner() {}

    /** " by process 123 (java)", or nothing if that is not known. */
    static String of(int port) {
        for (String table : new String[] {"/proc/net/tcp", "/proc/net/tcp6"}) {
            Optional<String> inode = listening(Path.of(table), port);
            if (inode.isPresent()) {
                return process("socket:[" + inode.get() + "]");
            }
        }
        return "";
    }

    private static Optional<String> listening(Path table, int port) {
        String local = String.format(Locale.ROOT, ":%04X", port);
        try {
            // Columns: number, local address, remote address, state (0A: listening), five more, inode.
            return Files.readAllLines(table).stream()
                    .map(line -> line.strip().split("\\s+"))
                    .filter(columns -> columns.length > 9 && columns[1].endsWith(local) && columns[3].equals("0A"))
                    .map(columns -> columns[9])
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String process(String socket) {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                if (holds(process, socket)) {
                    return " by process " + process.getFileName() + " ("
                            + Files.readString(process.resolve("comm")).strip() + ")";
                }
            }
        } catch (IOException e) {
            return "";
        }
        return "";
    }

    private static boolean holds(Path process, String socket) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path file : files) {
                if (Files.readSymbolicLink(file).toString().equals(socket)) {
                    return true;
                }
            }
            return false;
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            return false;
        }
    }
}
