package io.trawl.parsing;

import static org.assertj.core.api.Assertions.assertThat;

import io.trawl.parsing.format.Formats;
import io.trawl.record.ProxyEvent;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of a line. */
record Parsed(ProxyEvent event, @Nullable Failure failure) {
    /** Formats of Squid and of web servers that all jobs began with. */
    static final List<String> FIRST = List.of("squid", "combined", "squid-combined");

    static Parsed line(String format, byte[] line) {
        ProxyEvent event = new ProxyEvent();
        return new Parsed(
                event, Formats.shipped().parser(format, ZoneOffset.UTC).parse(line, event));
    }

    /** The event of a line in UTF-8 that must parse. */
    static ProxyEvent event(String format, String line) {
        return event(format, line.getBytes(StandardCharsets.UTF_8));
    }

    static ProxyEvent event(String format, byte[] line) {
        Parsed parsed = line(format, line);
        assertThat(parsed.failure)
                .as(new String(line, StandardCharsets.ISO_8859_1))
                .isNull();
        assertThat(parsed.event.getTimestamp()).isNotNull();
        return parsed.event;
    }

    /** Why a line in UTF-8 that must not parse does not. */
    static Failure failure(String format, String line) {
        Parsed parsed = line(format, line.getBytes(StandardCharsets.UTF_8));
        assertThat(parsed.failure).as(line).isNotNull();
        return parsed.failure;
    }
}
