package io.trawl.stack;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** HDFS: a NameNode and one DataNode, WebHDFS on. */
final class Hdfs {
    private static final String NAMENODE = "org.apache.hadoop.hdfs.server.namenode.NameNode";
    private static final String DATANODE = "org.apache.hadoop.hdfs.server.datanode.DataNode";

    /** WebHDFS answers with what the XML binding defines at run time. */
    private static final List<String> OPENS = List.of("--add-opens=java.base/java.lang=ALL-UNNAMED");

    private Hdfs() {}

    static List<Server> servers(Site site) {
        List<String> classPath = List.of(site.conf("hadoop").toString(), site.serverClassPath("hadoop"));
        String jmx = "http://" + site.address("namenode-http") + "/jmx?qry=Hadoop:service=NameNode,name=";
        Server namenode = Server.of(
                        "namenode",
                        "hdfs",
                        () -> site.server("namenode", "namenode", OPENS, classPath, NAMENODE),
                        Ready.port(site.port("namenode")))
                .ports(site, "namenode", "namenode-http")
                .prepare(() -> format(site, classPath))
                // Goes through the name space, as a call of its RPC does.
                .probe(Probe.http(
                        "http://" + site.address("namenode-http") + "/webhdfs/v1/?op=GETFILESTATUS",
                        body -> body.contains("FileStatus")));
        // Registered, and all blocks that files need reported: only then does the NameNode leave its safe mode.
        Server datanode = Server.of(
                        "datanode",
                        "hdfs",
                        () -> site.server("datanode", "datanode", OPENS, classPath, DATANODE),
                        Ready.port(site.port("datanode"))
                                .and(child -> child.said().contains("Successfully sent block report"))
                                .and(Ready.http(jmx + "NameNodeInfo", body -> body.contains("\"Safemode\" : \"\""))))
                .ports(site, "datanode", "datanode-ipc", "datanode-http")
                .after(() -> makeFolders(site))
                .probe(Probe.http(
                        "http://" + site.address("datanode-http")
                                + "/jmx?qry=Hadoop:service=DataNode,name=DataNodeInfo",
                        body -> body.contains("DataNodeInfo")));
        return List.of(namenode, datanode);
    }

    static void configure(Site site) {
        client(site, site.conf("hadoop"));
        Logging.log4j1(site.conf("hadoop"), "");
        // The pages' files are not in any jar; without the folders the servers do not start.
        Site.folder(site.conf("hadoop").resolve("webapps/hdfs"));
        Site.folder(site.conf("hadoop").resolve("webapps/datanode"));
    }

    /** Writes core-site.xml and hdfs-site.xml, for the servers and for whoever talks to them. */
    static void client(Site site, Path folder) {
        Map<String, String> core = new LinkedHashMap<>();
        core.put("fs.defaultFS", "hdfs://" + site.address("namenode"));
        core.put("hadoop.tmp.dir", site.state().resolve("tmp").toString());
        core.put("hadoop.http.filter.initializers", "");
        HadoopXml.write(folder.resolve("core-site.xml"), core);
        Map<String, String> hdfs = new LinkedHashMap<>();
        hdfs.put("dfs.replication", "1");
        hdfs.put("dfs.namenode.name.dir", site.data("namenode").toUri().toString());
        hdfs.put("dfs.datanode.data.dir", site.data("datanode").toUri().toString());
        hdfs.put("dfs.namenode.rpc-bind-host", "127.0.0.1");
        hdfs.put("dfs.namenode.http-address", site.address("namenode-http"));
        hdfs.put("dfs.namenode.http-bind-host", "127.0.0.1");
        hdfs.put("dfs.datanode.address", site.address("datanode"));
        hdfs.put("dfs.datanode.ipc.address", site.address("datanode-ipc"));
        hdfs.put("dfs.datanode.http.address", site.address("datanode-http"));
        hdfs.put("dfs.datanode.hostname", "127.0.0.1");
        hdfs.put("dfs.namenode.datanode.registration.ip-hostname-check", "false");
        hdfs.put("dfs.permissions.enabled", "false");
        hdfs.put("dfs.namenode.safemode.extension", "0");
        hdfs.put("dfs.heartbeat.interval", "1");
        // With one DataNode its report is always a little late; the default waits 400 ms at each file's end. The wait
        // doubles
        // with each try: twelve of them are 41 s, the default's five would be 0.3 s.
        hdfs.put("dfs.client.block.write.locateFollowingBlock.initial.delay.ms", "10");
        hdfs.put("dfs.client.block.write.locateFollowingBlock.retries", "12");
        // Of either end of a stream of blocks: there is no other DataNode that a writer could turn to.
        hdfs.put("dfs.client.socket-timeout", Long.toString(2 * site.pause().toMillis()));
        HadoopXml.write(folder.resolve("hdfs-site.xml"), hdfs);
    }

    private static void format(Site site, List<String> classPath) throws IOException, InterruptedException {
        if (Files.isDirectory(site.data("namenode").resolve("current"))) {
            return;
        }
        Tool.run(
                site,
                "namenode",
                site.jvm(
                        "namenode-format",
                        "namenode",
                        List.of(),
                        classPath,
                        NAMENODE,
                        "-format",
                        "-nonInteractive",
                        "trawl"),
                Map.of());
    }

    private static void makeFolders(Site site) throws IOException, InterruptedException {
        for (String folder : List.of("/trawl/lake", "/trawl/state", "/trawl/reports", "/tmp")) {
            String url = "http://" + site.address("namenode-http") + "/webhdfs/v1" + folder + "?op=MKDIRS&user.name="
                    + System.getProperty("user.name");
            HttpResponse<String> answer = Ready.HTTP.send(
                    HttpRequest.newBuilder(URI.create(url))
                            .PUT(HttpRequest.BodyPublishers.noBody())
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IOException("HDFS does not make " + folder + ": " + answer.body());
            }
        }
    }
}
