package io.trawl.bench.traffic;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.trawl.base.Json;
import io.trawl.traffic.Format;
import io.trawl.traffic.Line;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** How the lines of a generated log are written. */
public enum Written {
    SQUID("squid", Format.SQUID),
    COMBINED("combined", Format.COMBINED),
    /** What Squid's lines say, as JSON with ECS' names. */
    ECS_JSON("ecs-json", Format.SQUID);

    private final String format;
    private final Format generated;

    Written(String format, Format generated) {
        this.format = format;
        this.generated = generated;
    }

    /** @throws IllegalArgumentException if logs are not generated in this format */
    public static Written of(String format) {
        for (Written written : values()) {
            if (written.format.equals(format)) {
                return written;
            }
        }
        throw new IllegalArgumentException("--format " + format + ": expected squid, combined or ecs-json");
    }

    /** The format's name, as trawl.conf has it. */
    public String format() {
        return format;
    }

    Format generated() {
        return generated;
    }

    /** Whether a malformed line can be written: JSON is made of columns, which such a line has not. */
    boolean takes(Line line) {
        return this != ECS_JSON || line.malformed() == null;
    }

    byte[] bytes(Line line) {
        return this == ECS_JSON ? json(line.bytes()) : line.bytes();
    }

    private static byte[] json(byte[] line) {
        String[] columns = new String(line, StandardCharsets.ISO_8859_1).split(" +", 10);
        String[] result = columns[3].split("/", 2);
        String peer = columns[8].substring(columns[8].indexOf('/') + 1);
        int dot = columns[0].indexOf('.');
        Instant time = Instant.ofEpochSecond(
                Long.parseLong(columns[0].substring(0, dot)),
                1_000_000L * Integer.parseInt(columns[0].substring(dot + 1)));
        ObjectNode json = Json.MAPPER.createObjectNode();
        json.put("@timestamp", time.toString());
        json.putObject("ecs").put("version", "8.11.0");
        json.putObject("event").put("action", result[0]).put("duration", 1_000_000L * Long.parseLong(columns[1]));
        json.putObject("source").put("ip", columns[2]);
        ObjectNode http = json.putObject("http");
        if (!columns[5].equals("-")) {
            http.putObject("request").put("method", columns[5]);
        }
        ObjectNode response = http.putObject("response").put("bytes", Long.parseLong(columns[4]));
        if (!result[1].equals("000")) {
            response.put("status_code", Integer.parseInt(result[1]));
        }
        if (!columns[9].equals("-")) {
            response.put("mime_type", columns[9]);
        }
        json.putObject("url").put("original", columns[6]);
        if (!columns[7].equals("-")) {
            json.putObject("user").put("name", columns[7]);
        }
        if (!peer.equals("-")) {
            json.putObject("destination").put("ip", peer);
        }
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }
}
