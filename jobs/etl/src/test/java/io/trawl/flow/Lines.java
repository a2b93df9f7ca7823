package io.trawl.flow;

import io.trawl.record.RawLine;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;

/** Raw lines for tests. */
final class Lines {
    static final String GOOD =
            "1700000000.123     62 10.0.0.1 TCP_MISS/200 1380 GET http://www.example.com/a?b=c u1 HIER_DIRECT/192.0.2.7 text/html";

    private Lines() {}

    static RawLine line(long offset, String text) {
        RawLine line = new RawLine();
        line.setSource("proxy");
        line.setWindow(Instant.parse("2026-11-24T10:00:00Z"));
        line.setTopic("t");
        line.setPartition(0);
        line.setOffset(offset);
        line.setAppendTime(Instant.parse("2026-11-24T10:00:01Z"));
        line.setEventId(String.format("%032x", offset));
        line.setHost("h");
        line.setLog("l");
        line.setGeneration("g");
        line.setFileOffset(offset);
        line.setHeaders(Map.of("host", "h"));
        line.setBody(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        return line;
    }
}
