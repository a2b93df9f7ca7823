package io.trawl.stack;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What processes listen on, as Linux tells it. */
final class Sockets {
    /** 127.0.0.1 alone and mapped into IPv6, and ::1, as /proc writes them. */
    private static final Set<String> LOOPBACK =
            Set.of("0100007F", "0000000000000000FFFF00000100007F", "00000000000000000000000001000000");

    private Sockets() {}

    /** Addresses in /proc's hexadecimal that one of the processes listens on and that are not loopback. */
    static List<String> beyondLoopback(List<Long> processes) throws IOException {
        Map<String, String> listening = new HashMap<>();
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            for (String line : Files.readAllLines(Path.of(table))) {
                String[] columns = line.strip().split("\\s+", -1);
                if (columns.length > 9 && columns[3].equals("0A")) {
                    listening.put("socket:[" + columns[9] + "]", columns[1]);
                }
            }
        }
        List<String> found = new ArrayList<>();
        for (long process : processes) {
            for (String socket : sockets(process)) {
                String address = listening.get(socket);
                if (address != null && !LOOPBACK.contains(address.replaceFirst(":.*", ""))) {
                    found.add(address + " of process " + process);
                }
            }
        }
        return found;
    }

    private static List<String> sockets(long process) {
        List<String> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of("/proc/" + process + "/fd"))) {
            for (Path file : files) {
                found.add(Files.readSymbolicLink(file).toString());
            }
        } catch (IOException e) {
            return found;
        }
        return found;
    }
}
