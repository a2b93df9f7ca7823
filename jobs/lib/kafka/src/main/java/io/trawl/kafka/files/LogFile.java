package io.trawl.kafka.files;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.JobFailure;
import io.trawl.base.Json;
import io.trawl.base.LogSource;
import io.trawl.base.State;
import io.trawl.base.Window;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Instant;

/**
 * A log file that is a window of its own: what is kept of it in the state folder, so that the same log is always the same
 * window with the same rows.
 *
 * @param number the log's partition; no other log of the source has it
 * @param window start of its window, and the append time of its lines: when the log was first swept
 * @param log its name then, without its folder
 * @param generation the beginning of its digest then: with the log's name and a byte offset it names a line for good
 * @param path where it is now
 * @param bytes its length, unpacked
 * @param lines how many lines it has
 * @param digest SHA-256 of its bytes, unpacked, in hexadecimal
 */
public record LogFile(
        int number, Instant window, String log, String generation, String path, long bytes, long lines, String digest)
        implements Serializable {

    /** What all lines of log files have as their host. */
    static final String HOST = "files";

    /** Folder of the state folder where the logs of a source are kept. */
    public static String folder(String source) {
        return "logs/" + source;
    }

    /** Name of the file of the state folder that has the log of a window. */
    public static String name(String source, Instant window) {
        return folder(source) + "/" + window.toString().replace(":", "") + ".json";
    }

    /** Where it is now. */
    public Path file() {
        return Path.of(path);
    }

    public ObjectNode json() {
        return Json.MAPPER
                .createObjectNode()
                .put("number", number)
                .put("window", window.toString())
                .put("log", log)
                .put("generation", generation)
                .put("path", path)
                .put("bytes", bytes)
                .put("lines", lines)
                .put("digest", digest);
    }

    /** Reads what {@link #json} gave. */
    public static LogFile of(JsonNode file) {
        return new LogFile(
                file.path("number").asInt(),
                Instant.parse(file.path("window").asText()),
                file.path("log").asText(),
                file.path("generation").asText(),
                file.path("path").asText(),
                file.path("bytes").asLong(),
                file.path("lines").asLong(),
                file.path("digest").asText());
    }

    /** Reads the log of a window. */
    static LogFile of(LogSource source, Window window, State state) throws IOException {
        String name = name(source.name(), window.start());
        JsonNode file = state.read(name);
        if (file == null) {
            throw new JobFailure(
                    "window " + window + " of source " + source.name() + " has no log file: " + state.path(name)
                            + " is missing (trawl sweep makes it)",
                    null);
        }
        return of(file);
    }
}
