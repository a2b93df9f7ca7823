package io.trawl.cli.files.terminal;

import java.io.IOException;

/** What a command found cannot be written. */
public final class OutputFailure extends IOException {
    private static final long serialVersionUID = 1L;

    public OutputFailure(IOException cause) {
        super(cause.getMessage(), cause);
    }

    /** Whether the reader has gone, as head does: no failure of anything. */
    public boolean isClosedPipe() {
        String message = String.valueOf(getMessage());
        return message.contains("Broken pipe") || message.contains("Pipe closed") || message.contains("Read end dead");
    }
}
