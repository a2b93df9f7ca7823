package io.trawl.audit;

import io.trawl.run.Run;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/** Since when a source's lines are expected: what came before need not be in any window. */
final class Expected {
    private Expected() {}

    /**
     * The instant that the source's setting names; the earliest one there is, where it names none.
     *
     * @throws IllegalArgumentException if the setting is no instant
     */
    static Instant from(Run run) {
        String text = run.settings().text(setting(run), "");
        try {
            return text.isEmpty() ? Instant.MIN : Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "setting " + setting(run) + " = " + text
                            + ": expected an instant, for example 2026-11-24T00:00:00Z",
                    e);
        }
    }

    /** The setting's name. */
    static String setting(Run run) {
        return "source." + run.source().name() + ".audit.from";
    }
}
