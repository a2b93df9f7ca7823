package io.trawl.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.base.JobFailure;
import io.trawl.flow.StepFailure;
import org.junit.jupiter.api.Test;

class MessageTest {
    @Test
    void ofATasksFailureThatSparkGivesAsTextTheFirstOfOurMessagesIsTold() {
        String text =
                "Job aborted due to stage failure: Lost task 0.0: io.trawl.flow.StepFailure: step x failed on a line: y"
                        + "\n\tat io.trawl.flow.TaskRun.push(TaskRun.java:1)\nCaused by: io.trawl.base.JobFailure: z";
        assertThat(Jobs.message(new IllegalStateException(text))).isEqualTo("step x failed on a line: y");
        assertThat(Jobs.message(new IllegalStateException(text.replace("io.trawl.flow.Step", "io.trawl.base.Job"))))
                .isEqualTo("step x failed on a line: y");
    }

    @Test
    void theNamesOfOurFailuresAreThoseThatAreLookedFor() {
        for (JobFailure failure : new JobFailure[] {
            new JobFailure("why", null), new StepFailure("x", "a line", new IllegalStateException("why"))
        }) {
            assertThat(Jobs.message(new IllegalStateException("Lost task 0.0: " + failure)))
                    .isEqualTo(failure.getMessage());
        }
    }
}
