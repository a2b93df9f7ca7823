package io.trawl.stack;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** What a start needs of the machine. */
final class Machine {
    private Machine() {}

    /** @throws IllegalArgumentException the disk of the state folder is nearly full */
    static void requireDisk(Site site) {
        long free = site.state().toFile().getUsableSpace() >> 30;
        if (free < site.number("disk.free")) {
            throw new IllegalArgumentException(
                    "the disk of %s has %d GB free, the stack needs %s: make room, or name another folder with --state (disk.free in conf/stack.conf)"
                            .formatted(site.state(), free, site.text("disk.free")));
        }
    }

    /** @throws IllegalArgumentException another process has a port of the server */
    static void requirePorts(Server server) {
        server.ports().forEach((name, port) -> {
            try (ServerSocket socket = new ServerSocket()) {
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            } catch (IOException e) {
                throw new IllegalArgumentException(
                        "port %d of %s is taken%s: end that process, or set port.%s in conf/stack.conf, or shift all ports with --port-shift 100"
                                .formatted(port, server.name(), PortOwner.of(port), name));
            }
        });
    }
}
