package io.trawl.testing;

import io.trawl.base.Window;
import io.trawl.parsing.flume.Origin;
import io.trawl.record.RawLine;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;

/** Raw lines for tests. */
public final class Lines {
    public static final String GOOD =
            "1700000000.123     62 10.0.0.1 TCP_MISS/200 1380 GET http://www.example.com/a?b=c u1 HIER_DIRECT/192.0.2.7 text/html";

    public static final Window WINDOW = Window.parse("2026-11-24T10:00:00Z/2026-11-24T11:00:00Z");

    private Lines() {}

    public static RawLine line(long offset, String text) {
        return line("proxy", WINDOW, offset, text);
    }

    public static RawLine line(String source, Window window, long offset, String text) {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        RawLine line = new RawLine();
        line.setSource(source);
        line.setWindow(window.start());
        line.setTopic("t");
        line.setPartition(0);
        line.setOffset(offset);
        line.setAppendTime(Instant.parse("2026-11-24T10:00:01Z"));
        line.setEventId(Origin.eventId("h", "l", "g", offset, body, "t", 0, offset));
        line.setHost("h");
        line.setLog("l");
        line.setGeneration("g");
        line.setFileOffset(offset);
        line.setHeaders(Map.of("host", "h"));
        line.setBody(ByteBuffer.wrap(body));
        return line;
    }
}
