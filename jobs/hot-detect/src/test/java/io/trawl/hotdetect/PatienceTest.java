package io.trawl.hotdetect;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.base.JobFailure;
import java.net.ConnectException;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;

class PatienceTest {
    @Test
    void aServerThatIsAwayIsWaitedForAndABugIsNot() {
        assertThat(Patience.names(new JobFailure("HBase at zk:2181 does not answer", null)))
                .isTrue();
        assertThat(Patience.names(new IllegalStateException(new ConnectException("refused"))))
                .isTrue();
        assertThat(Patience.names(task("io.trawl.base.JobFailure: HBase at zk:2181 does not answer")))
                .isTrue();

        assertThat(Patience.names(task("io.trawl.flow.StepFailure: step expect failed on a line: X\n"
                        + "Caused by: io.trawl.base.JobFailure: x")))
                .isFalse();
        assertThat(Patience.names(task("java.lang.NullPointerException"))).isFalse();
        assertThat(Patience.names(new IllegalStateException("a batch before the beginning")))
                .isFalse();
    }

    /** A task's failure, as Spark tells it. */
    private static SparkException task(String text) {
        return new SparkException(
                "Job aborted due to stage failure: Task 0 in stage 1.0 failed 1 times: Lost task 0.0: " + text
                        + "\n\tat io.trawl.flow.TaskRun.x(TaskRun.java:1)");
    }
}
