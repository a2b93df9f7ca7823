package io.trawl.sweep;

import io.trawl.base.Settings;
import io.trawl.run.Jobs;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/** Spark in this process, for small windows: what it starts and shuffles for big ones only costs here. */
final class LocalSpark {
    private LocalSpark() {}

    static SparkSession start(Settings settings, LakeFolder folder) {
        SparkConf conf = new SparkConf()
                .setMaster("local[*]")
                .setAppName("trawl sweep")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.driver.bindAddress", "127.0.0.1")
                .set("spark.local.dir", folder.path().resolve("tmp").toString())
                .set(
                        "spark.sql.shuffle.partitions",
                        Integer.toString(Runtime.getRuntime().availableProcessors()));
        Jobs.configure(conf, settings);
        return SparkSession.builder().config(conf).getOrCreate();
    }
}
