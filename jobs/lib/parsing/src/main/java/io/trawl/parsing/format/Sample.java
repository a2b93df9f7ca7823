package io.trawl.parsing.format;

import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * A line of a declaration with what must become of it.
 *
 * @param at place of the sample in its file, counted from 1
 * @param line the line
 * @param under the line of its file that names the columns; null if there is none
 * @param arrived when the line arrived, about; for a time without a year. Null where the time has one
 * @param event fields and their values as text, all that are not null; empty for a line that must be refused
 * @param reason code of the reason for which it must be refused; null for one that must be read
 * @param records what must become of the records of a message of several, in their order; empty for one line. Their own
 *     lines are empty
 */
public record Sample(
        int at,
        String line,
        @Nullable String under,
        @Nullable Instant arrived,
        SortedMap<String, String> event,
        @Nullable String reason,
        List<Sample> records) {
    public Sample {
        records = List.copyOf(records);
    }
}
