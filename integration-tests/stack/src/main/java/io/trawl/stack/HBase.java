package io.trawl.stack;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** HBase: master, region server and ZooKeeper in one process, its root on the stack's HDFS. */
final class HBase {
    /** What HBase's own start script opens on Java 17. */
    private static final List<String> OPENS = List.of(
            "--add-modules=jdk.unsupported",
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--add-opens=java.base/jdk.internal.ref=ALL-UNNAMED",
            "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
            "--add-opens=java.base/java.util=ALL-UNNAMED",
            "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
            "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED");

    private HBase() {}

    static List<Server> servers(Site site) {
        List<String> classPath = List.of(site.conf("hbase").toString(), site.serverClassPath("hbase"));
        return List.of(Server.of(
                        "hbase",
                        "hbase",
                        () -> site.server(
                                "hbase", "hbase", OPENS, classPath, "org.apache.hadoop.hbase.master.HMaster", "start"),
                        Ready.logged("Master has completed initialization")
                                .and(Ready.port(site.port("hbase-regionserver"))))
                .needs("namenode", "datanode")
                .ports(site, "zookeeper", "hbase-master", "hbase-regionserver")
                .probe(HBaseCall.answers(site.port("hbase-regionserver"), "AdminService", "GetServerInfo")
                        .and(HBaseCall.answers(site.port("hbase-master"), "MasterService", "IsMasterRunning"))
                        .goneWhenRefused())
                .grace(Duration.ofSeconds(20)));
    }

    static void configure(Site site) {
        Map<String, String> hbase = new LinkedHashMap<>();
        hbase.put("hbase.rootdir", "hdfs://" + site.address("namenode") + "/hbase");
        hbase.put("hbase.cluster.distributed", "false");
        hbase.put("hbase.tmp.dir", site.state().resolve("tmp/hbase").toString());
        hbase.put("hbase.zookeeper.quorum", "127.0.0.1");
        hbase.put("hbase.zookeeper.property.clientPort", Integer.toString(site.port("zookeeper")));
        hbase.put("hbase.zookeeper.property.clientPortAddress", "127.0.0.1");
        hbase.put("hbase.zookeeper.property.dataDir", site.data("zookeeper").toString());
        for (String role : List.of("master", "regionserver")) {
            hbase.put("hbase." + role + ".hostname", "localhost");
            hbase.put("hbase." + role + ".ipc.address", "127.0.0.1");
            hbase.put("hbase." + role + ".port", Integer.toString(site.port("hbase-" + role)));
            hbase.put("hbase." + role + ".info.bindAddress", "127.0.0.1");
            hbase.put("hbase." + role + ".info.port", "-1");
        }
        // A session that ends takes the region server along, and leaves the process alive without it.
        String pause = Long.toString(site.pause().toMillis());
        hbase.put("zookeeper.session.timeout.localHBaseCluster", pause);
        hbase.put("hbase.zookeeper.property.maxSessionTimeout", pause);
        // A delete marker that compaction drops too soon lets an older put, sent again later, come back.
        hbase.put(
                "hbase.hstore.time.to.purge.deletes",
                Long.toString(Duration.ofDays(1).toMillis()));
        // There is one region server: nobody to wait for at the start.
        hbase.put("hbase.master.wait.on.regionservers.mintostart", "1");
        hbase.put("hbase.master.wait.on.regionservers.maxtostart", "1");
        hbase.put("hbase.master.wait.on.regionservers.interval", "100");
        hbase.put("hbase.server.thread.wakefrequency", "1000");
        // So often the master hears what the region server has done, a compaction for example.
        hbase.put("hbase.regionserver.msginterval", "1000");
        hbase.put("hbase.lease.recovery.first.pause", "500");
        HadoopXml.write(site.conf("hbase").resolve("hbase-site.xml"), hbase);
        Hdfs.client(site, site.conf("hbase"));
        Logging.log4j1(site.conf("hbase"), "");
    }
}
