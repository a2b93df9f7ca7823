package io.trawl.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When a run starts Spark, and where its tasks run then. */
class SparkStartTest {
    private static final int FEW = 1000;

    private final SparkConf conf = new SparkConf(false)
            .setMaster("spark://127.0.0.1:1")
            .setAppName("start")
            .set("spark.ui.enabled", "false")
            .set("spark.driver.host", "127.0.0.1")
            .set("spark.driver.bindAddress", "127.0.0.1")
            .set("spark.sql.shuffle.partitions", "8")
            .set("spark.hadoop.fs.defaultFS", "hdfs://nn:8020");

    @AfterEach
    void stopSpark() {
        SparkSession.getDefaultSession().foreach(session -> {
            session.stop();
            return null;
        });
        SparkSession.clearDefaultSession();
        SparkSession.clearActiveSession();
    }

    @Test
    void aShuffleHasPartitionsByTheNumberOfLinesWhereNobodyHasSetThem() {
        assertThat(SparkStart.partitions(0)).isEqualTo(4);
        assertThat(SparkStart.partitions(2_000_000)).isEqualTo(8);
        assertThat(SparkStart.partitions(100_000_000)).isEqualTo(400);
        assertThat(SparkStart.partitions(SparkStart.UNKNOWN - 1)).isEqualTo(10_000);
        assertThat(SparkStart.partitions(SparkStart.UNKNOWN)).isEqualTo(8);

        SparkSession.builder().config(conf.clone().setMaster("local[1]")).getOrCreate();
        conf.remove("spark.sql.shuffle.partitions");
        try (SparkStart start = new SparkStart(conf, FEW, 2)) {
            assertThat(start.session(5_000_000).conf().get("spark.sql.shuffle.partitions"))
                    .isEqualTo("20");
        }
    }

    @Test
    void nothingStartsBeforeItIsAskedFor() {
        try (SparkStart start = new SparkStart(conf, FEW, 2)) {
            assertThat(start.hadoop().get("fs.defaultFS")).isEqualTo("hdfs://nn:8020");
            assertThat(SparkSession.getDefaultSession().isDefined()).isFalse();
        }
    }

    @Test
    void fewLinesAreTheDriversOwnWork() {
        try (SparkStart start = new SparkStart(conf, FEW, 2)) {
            SparkSession session = start.session(FEW);
            assertThat(session.sparkContext().master()).isEqualTo("local[2]");
            assertThat(session.conf().get("spark.sql.shuffle.partitions")).isEqualTo("2");
            assertThat(session.range(3).count()).isEqualTo(3);
            assertThat(start.session(1)).isSameAs(session);
        }
        assertThat(SparkSession.getDefaultSession().isDefined()).isFalse();
    }

    @Test
    void fewLinesThatAreComingStartSparkBesideWhatTheRunDoesFirst() throws InterruptedException {
        try (SparkStart start = new SparkStart(conf, FEW, 2)) {
            start.soon(FEW);
            for (Thread thread : starting()) {
                thread.join();
            }
            SparkSession begun = SparkSession.getDefaultSession().get();
            assertThat(start.session(FEW)).isSameAs(begun);
            assertThat(SparkSession.active()).isSameAs(begun);
            assertThat(begun.sparkContext().master()).isEqualTo("local[2]");
        }
        assertThat(SparkSession.getDefaultSession().isDefined()).isFalse();
    }

    @Test
    void noneAndManyLinesStartNothingBeforeItIsAskedFor() {
        List<Thread> before = starting();
        try (SparkStart start = new SparkStart(conf, FEW, 2)) {
            start.soon(0);
            start.soon(FEW + 1);
            start.soon(SparkStart.UNKNOWN);
            assertThat(starting()).isEqualTo(before);
        }
    }

    @Test
    void whatIsOnlyComingWhenTheRunEndsStartsNoMore() throws InterruptedException {
        SparkStart start = new SparkStart(conf, FEW, 2);
        start.close();
        start.soon(FEW);
        for (Thread thread : starting()) {
            thread.join();
        }
        assertThat(SparkSession.getDefaultSession().isDefined()).isFalse();
    }

    private static List<Thread> starting() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("spark-start"))
                .toList();
    }

    @Test
    void aSessionThatIsThereIsUsedAndLeftRunning() {
        SparkSession there = SparkSession.builder()
                .config(conf.clone().setMaster("local[1]"))
                .getOrCreate();
        try (SparkStart start = new SparkStart(conf, FEW, 2)) {
            SparkSession session = start.session(SparkStart.UNKNOWN);
            assertThat(session.sparkContext()).isSameAs(there.sparkContext());
            assertThat(session.conf().get("spark.sql.shuffle.partitions")).isEqualTo("8");
        }
        assertThat(there.sparkContext().isStopped()).isFalse();
    }
}
