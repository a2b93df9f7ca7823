package io.trawl.stack;

/** A server of the stack did not do what was awaited; the message is one line that says which, and where its log is. */
public final class StackException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StackException(String message) {
        super(message);
    }

    StackException(String message, Throwable cause) {
        super(message, cause);
    }
}
