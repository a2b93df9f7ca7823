package io.trawl.stack;

import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.DeflaterOutputStream;

/** Flume: the collector, and one remote agent for each proxy. */
final class Flume {
    private static final String AGENT = "org.apache.flume.node.Application";
    private static final List<String> ROTATIONS = List.of("rename", "copytruncate");

    private Flume() {}

    static List<Server> servers(Site site) {
        List<Server> servers = new ArrayList<>();
        servers.add(agent(
                        site,
                        "flume-collector",
                        "collector",
                        Map.of(
                                "TRAWL_COLLECTOR_HOST", "127.0.0.1",
                                "TRAWL_COLLECTOR_PORT", Integer.toString(site.port("flume-collector")),
                                "TRAWL_KAFKA", site.address("kafka"),
                                "TRAWL_TOPIC", site.text("flume.topic")))
                .needs("kafka")
                .ports(site, "flume-collector")
                .probe(child -> handshake(site.port("flume-collector"))));
        for (String proxy : site.listed("flume.proxies")) {
            servers.add(remote(site, proxy));
        }
        return servers;
    }

    private static Server remote(Site site, String proxy) {
        String name = "flume-" + proxy;
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("TRAWL_HOST", proxy);
        Path log = log(site, proxy);
        // The names that rotation gives the file, too: lines written just before it are read from there.
        parameters.put(
                "TRAWL_LOG", folder(log) + "/" + log.getFileName().toString().replace(".", "\\.") + "([.-][0-9]+)?");
        parameters.put("TRAWL_ROTATION", rotation(site, proxy));
        parameters.put("TRAWL_HEADER_LINE", site.text("flume.header-line." + proxy, ""));
        parameters.put("TRAWL_STATE", site.data("flume").resolve(proxy).toString());
        parameters.put("TRAWL_FREE_BYTES", "100000000");
        parameters.put("TRAWL_COLLECTOR_HOST", "127.0.0.1");
        parameters.put("TRAWL_COLLECTOR_PORT", Integer.toString(site.port("flume-collector")));
        return agent(site, name, "remote", parameters).needs("flume-collector").prepare(() -> Site.folder(folder(log)));
    }

    private static Server agent(Site site, String name, String agent, Map<String, String> parameters) {
        List<String> classPath = List.of(
                site.conf("flume").toString(),
                site.dist().resolve("flume/trawl-flume.jar").toString(),
                site.serverClassPath("flume"));
        String file = site.home().resolve("flume/conf/" + agent + ".properties").toString();
        return Server.of(
                        name,
                        "flume",
                        () -> site.server(name, "flume", List.of(), classPath, AGENT, "-n", agent, "-f", file),
                        Ready.logged("Component type: SOURCE, name: \\S+ started"))
                .environment(parameters);
    }

    /** Begins to speak with its Avro source, as an agent does that knows nothing of the protocol: any answer will do. */
    private static Probe.Answer handshake(int port) throws IOException {
        try (Socket socket = Probe.connect(port)) {
            // Serial, one part, its length; then no known protocol of either side, two hashes of 16 bytes, nothing
            // more.
            ByteBuffer frame = ByteBuffer.allocate(12 + 34).putInt(1).putInt(1).putInt(34);
            var out = new DeflaterOutputStream(socket.getOutputStream(), true);
            out.write(frame.array());
            out.flush();
            return socket.getInputStream().read() < 0
                    ? Probe.silent("port " + port + " closes the connection")
                    : Probe.SERVES;
        }
    }

    static void configure(Site site) {
        Logging.log4j2(site.conf("flume"), "info", "logger.kafka.name = org.apache.kafka\nlogger.kafka.level = warn\n");
    }

    /** The log file that a proxy's agent follows. */
    static Path log(Site site, String proxy) {
        String named = site.text("flume.log." + proxy, "");
        return named.isEmpty()
                ? site.state().resolve("proxies").resolve(proxy).resolve("access.log")
                : Path.of(named).toAbsolutePath();
    }

    /** How a proxy's log is rotated: its agent tells the files of the log apart by it. */
    private static String rotation(Site site, String proxy) {
        String key = "flume.rotation." + proxy;
        String named = site.text(key, "rename");
        if (!ROTATIONS.contains(named)) {
            throw new IllegalArgumentException("stack setting " + key + " = " + named + ": expected "
                    + String.join(" or ", ROTATIONS) + ", for example " + key + " = copytruncate");
        }
        return named;
    }

    private static Path folder(Path file) {
        Path folder = file.getParent();
        if (folder == null) {
            throw new IllegalArgumentException(file + " has no folder");
        }
        return folder;
    }
}
