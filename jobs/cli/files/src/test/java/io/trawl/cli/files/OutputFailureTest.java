package io.trawl.cli.files;

import static io.trawl.cli.files.SquidLog.LINE;
import static io.trawl.cli.files.SquidLog.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.cli.files.terminal.Streams;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An output that takes no more: because its reader is gone, or because there is no room. */
class OutputFailureTest {
    @Test
    @Timeout(20)
    void aClosedPipeEndsQuietly() throws IOException {
        // A reader that takes one answer and goes, while the input never ends.
        PipedInputStream stdin = new PipedInputStream(1 << 16);
        PipedOutputStream writer = new PipedOutputStream(stdin);
        writer.write(bytes(LINE + "\n"));
        writer.flush();
        OutputStream head = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Terminal.run(
                new String[] {"parse", "--format", "squid"}, new Streams(stdin, head, new PrintStream(err), false));
        assertThat(status).isZero();
        assertThat(err.size()).isZero();
    }

    @Test
    void anOutputThatIsFullIsAnError() {
        OutputStream full = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("No space left on device");
            }
        };
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Terminal.run(
                new String[] {"parse", "--format", "squid"},
                new Streams(new ByteArrayInputStream(bytes(LINE)), full, new PrintStream(err), false));
        assertThat(status).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .isEqualTo("trawl parse: the output cannot be written: No space left on device\n");
    }
}
