package io.trawl.cli.files.terminal;

import java.io.IOException;

/** What went wrong, for a person. */
public final class Problem {
    private Problem() {}

    /** The message of a failure, or its name where it has none that a person knows. */
    public static String of(Throwable e) {
        if (e instanceof OutOfMemoryError) {
            return "out of memory: the heap has " + (Runtime.getRuntime().maxMemory() >> 20)
                    + " MB; TRAWL_JAVA_OPTS=-Xmx8g gives it more";
        }
        if (e instanceof IllegalArgumentException || e instanceof IOException) {
            String message = e.getMessage();
            return message == null || message.isBlank() ? e.getClass().getSimpleName() : message;
        }
        return e.toString();
    }
}
