package io.trawl.cli.files.format;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Some lines of logs: those from which a format is told, or a declaration is drafted. */
public final class LogSample {
    private final List<Line> lines = new ArrayList<>();
    private final List<String> headers = new ArrayList<>();

    /**
     * A line.
     *
     * @param fields what comes after the last {@code #Fields:} before it; null if there is none
     * @param arrived when it was written, about
     * @param place file and number, for a person
     */
    public record Line(byte[] bytes, @Nullable String fields, Instant arrived, String place) {}

    /** Adds lines of one file, with the state that a W3C log has. */
    public final class Part {
        private final Instant arrived;
        private @Nullable String fields;

        private Part(Instant arrived) {
            this.arrived = arrived;
        }

        /** Whether a line {@code #Fields} has been added. */
        public boolean hasHeader() {
            return fields != null;
        }

        /** Adds a line without its line end, unless it is blank or describes other lines. */
        public void add(byte[] given, String place) {
            int to = given.length;
            if (to > 0 && given[to - 1] == '\r') {
                to--;
            }
            byte[] line = to == given.length ? given : Arrays.copyOf(given, to);
            if (Directive.is(line, 0, to)) {
                String named = Directive.fields(line, 0, to);
                if (named != null) {
                    fields = named;
                    headers.add(named);
                }
            } else if (!isBlank(line)) {
                lines.add(new Line(line, fields, arrived, place));
            }
        }
    }

    /**
     * Begins a file.
     *
     * @param arrived when its lines were written, about
     */
    public Part part(Instant arrived) {
        return new Part(arrived);
    }

    private static boolean isBlank(byte[] line) {
        for (byte b : line) {
            if (b != ' ' && b != '\t') {
                return false;
            }
        }
        return true;
    }

    /** The lines, but for blank ones and those that begin with {@code #}. */
    public List<Line> lines() {
        return lines;
    }

    /** What the lines {@code #Fields} name. */
    List<String> headers() {
        return headers;
    }
}
