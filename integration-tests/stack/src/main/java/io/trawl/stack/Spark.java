package io.trawl.stack;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Spark standalone: a master with its REST endpoint, and one worker that runs drivers and executors. */
final class Spark {
    /** What Spark's launcher gives a JVM it starts (org.apache.spark.launcher.JavaModuleOptions); a driver that a worker starts lacks it. */
    private static final List<String> MODULES = Stream.concat(
                    Stream.concat(
                            Stream.of("-XX:+IgnoreUnrecognizedVMOptions"),
                            Stream.of(
                                            "java.lang",
                                            "java.lang.invoke",
                                            "java.lang.reflect",
                                            "java.io",
                                            "java.net",
                                            "java.nio",
                                            "java.util",
                                            "java.util.concurrent",
                                            "java.util.concurrent.atomic",
                                            "jdk.internal.ref",
                                            "sun.nio.ch",
                                            "sun.nio.cs",
                                            "sun.security.action",
                                            "sun.util.calendar")
                                    .map(name -> "--add-opens=java.base/" + name + "=ALL-UNNAMED")),
                    Stream.of(
                            "--add-opens=java.security.jgss/sun.security.krb5=ALL-UNNAMED",
                            "-Djdk.reflect.useDirectMethodHandle=false"))
            .toList();

    private Spark() {}

    static List<Server> servers(Site site) {
        List<String> classPath = List.of(
                site.conf("spark").toString(), site.sparkHome().resolve("jars").toString() + "/*");
        String page = "http://" + site.address("spark-master-http") + "/json/";
        Server master = Server.of(
                        "spark-master",
                        "spark",
                        () -> site.server(
                                "spark-master",
                                "spark",
                                MODULES,
                                classPath,
                                "org.apache.spark.deploy.master.Master",
                                "--host",
                                "127.0.0.1",
                                "--port",
                                Integer.toString(site.port("spark-master")),
                                "--webui-port",
                                Integer.toString(site.port("spark-master-http"))),
                        Ready.port(site.port("spark-rest"))
                                .and(Ready.http(page, body -> body.contains("\"status\" : \"ALIVE\""))))
                .ports(site, "spark-master", "spark-rest", "spark-master-http")
                .environment(environment(site))
                .probe(Probe.http(page, body -> body.contains("\"status\" : \"ALIVE\"")));
        Server worker = Server.of(
                        "spark-worker",
                        "spark",
                        () -> site.server(
                                "spark-worker",
                                "spark",
                                MODULES,
                                classPath,
                                "org.apache.spark.deploy.worker.Worker",
                                "--host",
                                "127.0.0.1",
                                "--port",
                                Integer.toString(site.port("spark-worker")),
                                "--webui-port",
                                Integer.toString(site.port("spark-worker-http")),
                                "--cores",
                                site.text("spark.worker.cores"),
                                "--memory",
                                site.text("spark.worker.memory"),
                                "--work-dir",
                                work(site).toString(),
                                "spark://" + site.address("spark-master")),
                        Ready.logged("Successfully registered with master"))
                .needs("spark-master")
                .ports(site, "spark-worker", "spark-worker-http")
                .environment(environment(site))
                .probe(Probe.http("http://" + site.address("spark-worker-http") + "/json/", body -> true));
        return List.of(master, worker);
    }

    static String driverFlags(Site site) {
        return jobFlags(site, site.text("spark.driver.flags"));
    }

    /** Flags of the JVM of a driver or an executor: its own, where temporary files go, and the archive of classes. */
    static String jobFlags(Site site, String flags) {
        return flags + " " + String.join(" ", site.temporaryFlags(Site.JOBS))
                + archive(site)
                        .map(archive -> " -XX:SharedArchiveFile=" + archive)
                        .orElse("");
    }

    /** What a process needs that runs or submits Spark. */
    static Map<String, String> environment(Site site) {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("JAVA_HOME", System.getProperty("java.home"));
        variables.put("SPARK_HOME", site.sparkHome().toString());
        variables.put("SPARK_CONF_DIR", site.conf("spark").toString());
        variables.put("SPARK_LOCAL_IP", "127.0.0.1");
        variables.put("SPARK_SCALA_VERSION", "2.12");
        variables.put("HADOOP_CONF_DIR", site.conf("spark").toString());
        return variables;
    }

    static void configure(Site site) {
        Map<String, String> conf = new LinkedHashMap<>();
        String hdfs = "hdfs://" + site.address("namenode");
        conf.put("spark.master", "spark://" + site.address("spark-master"));
        conf.put("spark.master.rest.enabled", "true");
        conf.put("spark.master.rest.port", Integer.toString(site.port("spark-rest")));
        conf.put("spark.deploy.recoveryMode", "FILESYSTEM");
        conf.put("spark.deploy.recoveryDirectory", recovery(site).toString());
        // So long a restarted master waits for a worker and for drivers that it knows, unless all answer sooner.
        conf.put("spark.deploy.recoveryTimeout", Long.toString(site.pause().toSeconds()));
        // A worker that dies is missed at once, by its connection.
        conf.put("spark.worker.timeout", Long.toString(site.pause().toSeconds()));
        conf.put("spark.network.timeout", 2 * site.pause().toSeconds() + "s");
        conf.put("spark.worker.cleanup.enabled", "true");
        conf.put("spark.worker.cleanup.interval", "600");
        conf.put("spark.worker.cleanup.appDataTtl", "86400");
        conf.put("spark.driver.host", "127.0.0.1");
        conf.put("spark.driver.bindAddress", "127.0.0.1");
        String path = classPath(site);
        conf.put("spark.driver.extraClassPath", path);
        conf.put("spark.executor.extraClassPath", path);
        conf.put("spark.driver.extraJavaOptions", driverFlags(site) + " " + String.join(" ", MODULES));
        conf.put("spark.executor.extraJavaOptions", jobFlags(site, site.text("spark.executor.flags")));
        conf.put("spark.local.dir", site.state().resolve("tmp").toString());
        conf.put("spark.ui.enabled", "false");
        // One machine: there is nothing to be nearer to.
        conf.put("spark.locality.wait", "0s");
        conf.put("spark.jars", String.join(",", jars(site)));
        conf.put("spark.sql.extensions", "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions");
        conf.put("spark.sql.catalog.lake", "org.apache.iceberg.spark.SparkCatalog");
        conf.put("spark.sql.catalog.lake.type", "jdbc");
        conf.put("spark.sql.catalog.lake.uri", TrawlConf.catalog(site));
        conf.put("spark.sql.catalog.lake.jdbc.schema-version", "V1");
        conf.put("spark.sql.catalog.lake.jdbc.busy_timeout", "60000");
        conf.put("spark.sql.catalog.lake.warehouse", hdfs + "/trawl/lake");
        conf.put("spark.hadoop.fs.defaultFS", hdfs);
        conf.put("spark.hadoop.dfs.client.block.write.locateFollowingBlock.initial.delay.ms", "10");
        StringBuilder text = new StringBuilder();
        conf.forEach((key, value) ->
                text.append(key).append(' ').append(Logging.escaped(value)).append('\n'));
        Path folder = site.conf("spark");
        Site.write(folder.resolve("spark-defaults.conf"), text.toString());
        // Whoever follows a driver reads its id from what org.apache.spark.deploy says.
        Logging.log4j2(folder, "warn", "logger.deploy.name = org.apache.spark.deploy\nlogger.deploy.level = info\n");
        Hdfs.client(site, folder);
    }

    /** Forgets drivers and workers of an earlier run: nobody is left who could come back to this master. */
    static void forget(Site site) throws IOException {
        // Spark makes this folder itself, but not those above it.
        Site.folder(recovery(site));
        try (DirectoryStream<Path> files = Files.newDirectoryStream(recovery(site))) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
    }

    /** The path that the archive of classes was made of; what comes after it may differ. */
    static String classPath(Site site) {
        return site.sparkHome().resolve("jars") + "/*:" + site.dist().resolve("lib") + "/*";
    }

    /** The archive of classes that bin/trawl makes; empty if it has not begun to make one. */
    static Optional<Path> archive(Site site) {
        return Optional.of(site.home().resolve(".trawl/classes/drivers.jsa")).filter(Files::exists);
    }

    private static Path recovery(Site site) {
        return site.data("spark").resolve("recovery");
    }

    private static Path work(Site site) {
        return site.data("spark").resolve("work");
    }

    private static List<String> jars(Site site) {
        List<String> jars = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(site.dist().resolve("lib"), "*.jar")) {
            files.forEach(jar -> jars.add("local:" + jar));
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    site.dist().resolve("lib") + " is missing: build with 'mvn -Dquick package'", e);
        }
        jars.sort(null);
        return jars;
    }
}
