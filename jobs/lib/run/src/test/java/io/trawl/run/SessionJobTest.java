package io.trawl.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose Spark session a job runs in. */
class SessionJobTest {
    private static final String PARTITIONS = "spark.sql.shuffle.partitions";
    private static final String WAREHOUSE = "spark.sql.catalog.lake.warehouse";

    @TempDir
    Path folder;

    /** Keeps the session that it ran in. */
    private static final class Looks implements Job {
        private SparkSession spark;
        private String partitions;
        private String warehouse;

        @Override
        public String name() {
            return "looks";
        }

        @Override
        public String purpose() {
            return "Looks at its session.";
        }

        @Override
        public boolean windowed() {
            return false;
        }

        @Override
        public void run(Run run) {
            spark = run.spark();
            partitions = spark.conf().get(PARTITIONS);
            warehouse = spark.conf().get(WAREHOUSE);
            assertThat(spark.range(3).count()).isEqualTo(3);
        }
    }

    private Looks run(String lake, int partitions) {
        Looks job = new Looks();
        ByteArrayOutputStream error = new ByteArrayOutputStream();
        String[] arguments = {
            "--set", "lake.warehouse=" + folder.resolve(lake).toUri(),
            "--set", "reports.dir=" + folder.resolve("reports").toUri(),
            "--set", "state.dir=" + folder.resolve("state").toUri(),
            "--set", "spark.conf." + PARTITIONS + "=" + partitions,
            "--set", "spark.conf.spark.ui.enabled=false",
            "--set", "spark.conf.spark.driver.host=127.0.0.1",
            "--set", "spark.conf.spark.driver.bindAddress=127.0.0.1"
        };
        int status = Jobs.run(arguments, job, Clock.systemUTC(), new PrintStream(error, true, StandardCharsets.UTF_8));
        assertThat(status).as(error.toString(StandardCharsets.UTF_8)).isZero();
        assertThat(job.partitions).isEqualTo(Integer.toString(partitions));
        assertThat(job.warehouse).endsWith("/" + lake);
        return job;
    }

    @Test
    void aSessionThatAJobHasMadeEndsWithIt() {
        SparkSession first = run("one", 3).spark;
        assertThat(first.sparkContext().isStopped()).isTrue();
        assertThat(run("two", 4).spark.sparkContext()).isNotSameAs(first.sparkContext());
    }

    @Test
    void aSessionThatIsThereOutlivesTheJobsWhichHaveTheirOwnSettings() {
        SparkConf conf =
                new SparkConf().setMaster("local[1]").setAppName("test").set(PARTITIONS, "5");
        try (SparkSession mine = SparkSession.builder().config(conf).getOrCreate()) {
            SparkSession first = run("one", 3).spark;
            SparkSession second = run("two", 4).spark;
            assertThat(first.sparkContext()).isSameAs(mine.sparkContext());
            assertThat(second.sparkContext()).isSameAs(mine.sparkContext());
            assertThat(mine.sparkContext().isStopped()).isFalse();
            assertThat(mine.conf().get(PARTITIONS)).isEqualTo("5");
            assertThat(first.conf().get(PARTITIONS)).isEqualTo("3");
        }
    }
}
