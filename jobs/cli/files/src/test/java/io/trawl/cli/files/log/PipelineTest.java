package io.trawl.cli.files.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.cli.files.output.Output;
import io.trawl.cli.files.terminal.Input;
import io.trawl.cli.files.terminal.Progress;
import io.trawl.cli.files.terminal.Streams;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class PipelineTest {
    @Test
    void aLineThatIsTooLongIsReportedAndPassedOver() throws IOException {
        byte[] text = ("ab\n" + "x".repeat(Batch.SIZE + 4321) + "\nabc\nabcd\n" + "y".repeat(Batch.SIZE))
                .getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Streams streams = new Streams(new ByteArrayInputStream(text), out, System.err, false);
        LineWork lengths = new LineWork() {
            @Override
            public int line(Origin of, long number, byte[] line, Output output) {
                output.json()
                        .begin()
                        .member("line", number)
                        .member("length", line.length)
                        .end()
                        .newline();
                return 1;
            }

            @Override
            public int oversize(String file, long number, long bytes, Output output) {
                output.json()
                        .begin()
                        .member("line", number)
                        .member("oversize", bytes)
                        .end()
                        .newline();
                return 0;
            }
        };
        Progress progress = new Progress(System.err, false, "test", 0);
        int status = new Pipeline("test", lengths, null, progress, streams, Batch.SIZE)
                .run(Input.of(List.of()))
                .status();
        assertThat(status).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .containsExactly(
                        "{\"line\":1,\"length\":2}",
                        "{\"line\":2,\"oversize\":" + (Batch.SIZE + 4321) + "}",
                        "{\"line\":3,\"length\":3}",
                        "{\"line\":4,\"length\":4}",
                        "{\"line\":5,\"oversize\":" + Batch.SIZE + "}");
    }
}
