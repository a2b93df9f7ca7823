package io.trawl.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The trawl.conf of the stack: the project's own file with this stack's addresses in it. */
final class TrawlConf {
    private TrawlConf() {}

    static Path file(Site site) {
        return site.conf("trawl.conf");
    }

    /** Writes it; comments and keys that the stack does not touch stay as conf/trawl.conf has them. */
    static void write(Site site) {
        Map<String, String> changed = new LinkedHashMap<>(addresses(site));
        changed.putAll(site.options().trawl());
        StringBuilder text = new StringBuilder(
                "# Written by bin/trawl up: conf/trawl.conf with the addresses of the stack in this folder.\n");
        Map<String, String> left = new LinkedHashMap<>(changed);
        for (String line : lines(base(site))) {
            String key = line.replaceFirst("^\\s*([^#!=:\\s]+)\\s*[=:].*$", "$1");
            String value = left.remove(key);
            text.append(value == null ? line : key + " = " + escaped(value)).append('\n');
        }
        if (!left.isEmpty()) {
            text.append("\n# --- of this stack alone\n");
            left.forEach((key, value) ->
                    text.append(key).append(" = ").append(escaped(value)).append('\n'));
        }
        Site.write(file(site), text.toString());
    }

    /** Topics of all sources. */
    static Set<String> topics(Site site) {
        Set<String> topics = new TreeSet<>();
        Site.properties(file(site)).forEach((key, value) -> {
            if (key.startsWith("source.") && key.endsWith(".topic")) {
                topics.add(value);
            }
        });
        return topics;
    }

    private static Map<String, String> addresses(Site site) {
        String hdfs = "hdfs://" + site.address("namenode");
        Map<String, String> found = new LinkedHashMap<>();
        found.put("kafka.bootstrap", site.address("kafka"));
        found.put("lake.warehouse", hdfs + "/trawl/lake");
        found.put("lake.catalog.uri", catalog(site));
        found.put("state.dir", hdfs + "/trawl/state");
        found.put("reports.dir", hdfs + "/trawl/reports");
        found.put("reports.url", "webhdfs://" + site.address("namenode-http") + "/trawl/reports");
        found.put("hbase.quorum", "127.0.0.1");
        found.put("hbase.port", Integer.toString(site.port("zookeeper")));
        found.put("spark.master", "spark://" + site.address("spark-master"));
        found.put("spark.rest", "spark://" + site.address("spark-rest"));
        found.put("spark.ui", "http://" + site.address("spark-master-http"));
        found.put("airflow.url", "http://" + site.address("airflow"));
        // Who submits a job adds the module options to these; spark-defaults.conf would be overridden.
        found.put("spark.conf.spark.driver.extraJavaOptions", Spark.driverFlags(site));
        for (String jvm : List.of("driver", "executor")) {
            found.put(
                    "job.hot-detect.conf.spark." + jvm + ".extraJavaOptions",
                    Spark.jobFlags(site, site.text("spark.hot.flags")));
        }
        // Where the worker finds the jobs' jars.
        found.put("spark.dist", site.dist().toString());
        // A driver has a working folder of its own.
        String feeds = Site.properties(base(site)).getOrDefault("indicators.folder", "feeds");
        if (!feeds.isEmpty() && !feeds.contains(",") && !feeds.contains(":")) {
            found.put("indicators.folder", site.home().resolve(feeds).toString());
        }
        return found;
    }

    /** The database that is the lake's catalog. */
    static String catalog(Site site) {
        return "jdbc:sqlite:" + site.data("lake").resolve("catalog.db");
    }

    private static Path base(Site site) {
        return site.home().resolve("conf").resolve("trawl.conf");
    }

    private static Iterable<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String escaped(String value) {
        return value.replace("\\", "\\\\");
    }
}
