package io.trawl.flume;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flume.Event;
import org.apache.flume.event.EventBuilder;

/** Lines of a file as TAILDIR gives them: body without its line end, file and byteoffset in the headers. */
final class Tail {
    private Tail() {}

    /** Every whole line of the file from a byte on. */
    static List<Event> from(Path file, long offset) throws IOException {
        return from(file, file, offset);
    }

    /** @param said the path that the agent believes it reads */
    static List<Event> from(Path file, Path said, long offset) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        List<Event> events = new ArrayList<>();
        int start = Math.toIntExact(offset);
        for (int i = start; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                int end = i > start && bytes[i - 1] == '\r' ? i - 1 : i;
                events.add(event(said, start, Arrays.copyOfRange(bytes, start, end)));
                start = i + 1;
            }
        }
        return events;
    }

    static Event event(Path said, long offset, byte[] line) {
        Map<String, String> headers = new HashMap<>();
        headers.put("file", said.toString());
        headers.put("byteoffset", Long.toString(offset));
        return EventBuilder.withBody(line, headers);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
