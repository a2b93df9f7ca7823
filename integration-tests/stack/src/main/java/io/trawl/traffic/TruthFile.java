package io.trawl.traffic;

import java.io.Closeable;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The truth about a log as NDJSON: an object for each line that is not ordinary, as {@code {"proxy":"proxy1",
 * "number":12,"offset":1834,"malformed":"cut"}}, with {@code "near_miss":"label-boundary"}, or with
 * {@code "matches":[{"type":…,"indicator":…,"field":…,"how":…}]}.
 */
public final class TruthFile implements Closeable {
    private final Writer out;

    public TruthFile(Path file) throws IOException {
        out = Files.newBufferedWriter(file, StandardCharsets.UTF_8);
    }

    /** Writes what is to be said of a line; nothing for an ordinary one. */
    public void add(Line line) throws IOException {
        if (line.malformed() == null
                && line.nearMiss() == null
                && line.planted().isEmpty()) {
            return;
        }
        StringBuilder json = new StringBuilder(200);
        json.append("{\"proxy\":").append(quoted(line.proxy()));
        json.append(",\"number\":").append(line.number()).append(",\"offset\":").append(line.offset());
        if (line.malformed() != null) {
            json.append(",\"malformed\":").append(quoted(line.malformed().toString()));
        }
        if (line.nearMiss() != null) {
            json.append(",\"near_miss\":").append(quoted(line.nearMiss().toString()));
        }
        if (!line.planted().isEmpty()) {
            String before = ",\"matches\":[";
            for (Planted match : line.planted()) {
                json.append(before).append("{\"type\":").append(quoted(match.type()));
                json.append(",\"indicator\":").append(quoted(match.indicator()));
                json.append(",\"field\":").append(quoted(match.field()));
                json.append(",\"how\":").append(quoted(match.how())).append('}');
                before = ",";
            }
            json.append(']');
        }
        out.write(json.append("}\n").toString());
    }

    private static String quoted(String text) {
        StringBuilder json = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < 0x20) {
                json.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
