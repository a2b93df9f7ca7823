package io.trawl.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which servers a stack has. */
final class Roster {
    private Roster() {}

    /**
     * Writes the settings of all servers.
     *
     * @return the servers that are not left out, by name; each comes after those that it needs
     * @throws IllegalArgumentException what is left out is unknown, or needed
     */
    static Map<String, Server> configured(Site site) throws IOException {
        if (!Files.isExecutable(site.venv().resolve("bin/python"))) {
            throw new IllegalArgumentException(
                    site.venv() + " has no Python: Spark and Airflow come from there, 'bin/trawl install' makes it");
        }
        site.emptyTemporary(Site.JOBS);
        TrawlConf.write(site);
        Kafka.configure(site);
        Hdfs.configure(site);
        HBase.configure(site);
        Flume.configure(site);
        Spark.configure(site);
        Airflow.configure(site);
        List<Server> all = new ArrayList<>();
        all.addAll(Hdfs.servers(site));
        all.addAll(HBase.servers(site));
        all.addAll(Kafka.servers(site));
        all.addAll(Airflow.servers(site));
        all.addAll(Spark.servers(site));
        all.addAll(Flume.servers(site));
        Map<String, Server> servers = new LinkedHashMap<>();
        Set<String> without = new LinkedHashSet<>(site.options().without());
        for (Server server : all) {
            if (!without.contains(server.name()) && !without.contains(server.group())) {
                servers.put(server.name(), server);
            }
        }
        Set<String> known = new LinkedHashSet<>();
        all.forEach(server -> known.add(server.group()));
        all.forEach(server -> known.add(server.name()));
        for (String name : without) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException(
                        "there is no server " + name + " to leave out: expected some of " + String.join(", ", known));
            }
        }
        for (Server server : servers.values()) {
            for (String need : server.needs()) {
                if (!servers.containsKey(need)) {
                    throw new IllegalArgumentException(
                            server.name() + " needs " + need + ": leave out both or neither");
                }
            }
        }
        return servers;
    }
}
