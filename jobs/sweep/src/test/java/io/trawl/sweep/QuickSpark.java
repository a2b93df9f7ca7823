package io.trawl.sweep;

import io.trawl.base.Settings;
import io.trawl.run.Jobs;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/**
 * One Spark for all tests of a class that runs many jobs on a few lines each: every job takes a session of its own from it. It
 * generates no code, which takes longer than the code runs, and makes no plan anew between its stages. SweepJobTest and
 * CatalogJobTest run the jobs with both, as {@code trawl sweep} does.
 */
final class QuickSpark {
    private QuickSpark() {}

    /** @param settings of the one lake of all the tests */
    static SparkSession start(Settings settings) {
        SparkConf conf = new SparkConf().setMaster("local[2]").setAppName("tests");
        Jobs.configure(conf, settings);
        return SparkSession.builder().config(conf).getOrCreate();
    }
}
