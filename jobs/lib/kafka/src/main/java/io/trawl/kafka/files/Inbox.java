package io.trawl.kafka.files;

import io.trawl.base.LogSource;
import io.trawl.base.Settings;
import io.trawl.base.State;
import io.trawl.kafka.Messages;
import io.trawl.kafka.Offsets;

/** Where the messages of a source are: in a Kafka topic or in log files, as setting source.NAME.from says. */
public final class Inbox {
    private Inbox() {}

    public static Messages of(LogSource source, Settings settings, State state) {
        return source.fromFiles() ? new LogFiles(source, settings, state) : new Offsets(source, settings, state);
    }
}
