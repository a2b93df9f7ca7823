package io.trawl.cli.files;

import java.nio.charset.StandardCharsets;

/** A line of Squid's, and what {@code trawl parse} makes of such lines. */
final class SquidLog {
    static final String LINE =
            "1700000000.123     62 198.51.100.4 TCP_MISS/200 1380 GET http://www.example.com:80/a?b#c alice HIER_DIRECT/192.0.2.7 text/html";

    private SquidLog() {}

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static Ran parse(byte[] stdin) {
        return Ran.of(stdin, "parse", "--format", "squid");
    }
}
