package io.trawl.cli.files.format;

import io.trawl.parsing.envelope.Cri;
import io.trawl.parsing.envelope.Envelope;
import io.trawl.parsing.envelope.Frame;
import io.trawl.parsing.envelope.JsonField;
import io.trawl.parsing.envelope.Syslog;
import io.trawl.parsing.format.DeclaredFormat;
import io.trawl.parsing.mapping.Field;
import io.trawl.record.ProxyEvent;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** The first draft of a declaration, made from lines: a person mends it, but its own samples are right from the start. */
public final class Draft {
    private static final double MOST = 0.95;
    private static final int SAMPLES = 5;
    private static final int LONGEST_SAMPLE = 4096;
    private static final int UNMAPPED = 40;
    /** The header of syslog begins like this; other beginnings may be columns of the line. */
    private static final Pattern SYSLOG =
            Pattern.compile("(?s)<\\d{1,3}>.*|[A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d .*");

    private final String name;
    private final List<LogSample.Line> lines;
    private final List<String> envelopes = new ArrayList<>();
    private final Guess guess;
    private final Map<Field, List<String>> map;
    private boolean arrival;

    private Draft(LogSample sample, String name) {
        this.name = name;
        this.lines = sample.lines();
        List<byte[]> inner = unwrapped();
        String header = lines.get(0).fields();
        this.guess = Guess.of(
                inner.stream()
                        .map(line -> new String(line, StandardCharsets.UTF_8))
                        .toList(),
                header);
        this.map = new EnumMap<>(Field.class);
        this.map.putAll(guess.map());
    }

    /**
     * A declaration, as YAML.
     *
     * @param sample at least one line
     * @param name of the format, as its file will have it
     */
    public static String of(LogSample sample, String name) {
        return new Draft(sample, name).text();
    }

    /** Takes envelopes off that nearly all lines have. */
    private List<byte[]> unwrapped() {
        Map<String, Envelope> known = new LinkedHashMap<>();
        known.put("cri", new Cri());
        known.put("docker", new JsonField(List.of("log"), List.of("time")));
        known.put("syslog", new Syslog(false));
        List<byte[]> inner = lines.stream().map(LogSample.Line::bytes).toList();
        for (Map.Entry<String, Envelope> one : known.entrySet()) {
            List<byte[]> opened = new ArrayList<>();
            int changed = 0;
            for (byte[] line : inner) {
                byte[] rest = opened(one.getKey(), one.getValue(), line);
                changed += rest.length < line.length ? 1 : 0;
                opened.add(rest);
            }
            if (changed >= MOST * inner.size()) {
                envelopes.add(one.getKey());
                inner = opened;
            }
        }
        return inner;
    }

    private static byte[] opened(String name, Envelope envelope, byte[] line) {
        boolean may = envelope.mayBegin(line, 0, line.length)
                && (!name.equals("syslog")
                        || SYSLOG.matcher(new String(line, StandardCharsets.ISO_8859_1))
                                .matches());
        if (!may) {
            return line;
        }
        Frame frame = new Frame(line, 0, line.length);
        envelope.open(frame);
        return Arrays.copyOfRange(frame.bytes, frame.from, frame.to);
    }

    private String text() {
        mend();
        DeclaredFormat format = compiled(plain());
        List<String> samples = new ArrayList<>();
        Set<String> shapes = new HashSet<>();
        int valid = 0;
        for (LogSample.Line line : lines) {
            boolean read = isRead(format, line);
            valid += read ? 1 : 0;
            if (read && samples.size() < SAMPLES && isText(line.bytes()) && shapes.add(Shape.of(line.bytes()))) {
                addIfRight(samples, format, line);
            }
        }
        for (int i = 0; i < lines.size() && samples.isEmpty(); i++) {
            if (isText(lines.get(i).bytes())) {
                addIfRight(samples, format, lines.get(i));
            }
        }
        if (samples.isEmpty()) {
            samples.add(emptySample());
        }
        return head(valid) + body() + samples(samples) + unmapped();
    }

    /** Takes fields away that make lines invalid, and takes the arrival where there is no time. */
    private void mend() {
        int most = valid();
        for (Field field : List.copyOf(map.keySet())) {
            List<String> columns = map.get(field);
            if (columns == null || most == lines.size()) {
                continue;
            }
            map.remove(field);
            int without = valid();
            if (without > most + lines.size() / 20) {
                most = without;
            } else {
                map.put(field, columns);
            }
        }
        if (most < MOST * lines.size()) {
            arrival = true;
            int kept = valid();
            List<String> time = map.remove(Field.TIMESTAMP);
            int without = time == null ? kept : valid();
            if (time != null && without <= kept + lines.size() / 20) {
                map.put(Field.TIMESTAMP, time);
            }
            arrival = Math.max(kept, without) > most;
        }
    }

    private int valid() {
        DeclaredFormat format = compiled(plain());
        int valid = 0;
        for (LogSample.Line line : lines) {
            valid += isRead(format, line) ? 1 : 0;
        }
        return valid;
    }

    private static boolean isRead(DeclaredFormat format, LogSample.Line line) {
        return format.parse(line.bytes(), line.arrived(), new ProxyEvent()) == null;
    }

    private String plain() {
        return body() + samples(List.of(emptySample()));
    }

    private static String emptySample() {
        return "  - line: \"\"\n    refused: empty\n";
    }

    private DeclaredFormat compiled(String text) {
        return DeclaredFormat.of(name + ".yaml", text, ZoneOffset.UTC);
    }

    /** Adds a line with the event that it becomes, if the declaration with it is right. */
    private void addIfRight(List<String> samples, DeclaredFormat format, LogSample.Line line) {
        ProxyEvent event = new ProxyEvent();
        var failure = format.parse(line.bytes(), line.arrived().truncatedTo(ChronoUnit.SECONDS), event);
        StringBuilder text = new StringBuilder("  - line: ")
                .append(Text.quoted(new String(line.bytes(), StandardCharsets.UTF_8)))
                .append("\n    arrived: \"")
                .append(line.arrived().truncatedTo(ChronoUnit.SECONDS))
                .append("\"\n");
        if (failure != null) {
            text.append("    refused: ").append(failure.reason().code()).append('\n');
        } else {
            text.append("    event:\n");
            DeclaredFormat.fields(event)
                    .forEach((field, value) -> text.append("      ")
                            .append(field)
                            .append(": ")
                            .append(Text.quoted(value))
                            .append('\n'));
        }
        String sample = text.toString();
        if (compiled(body() + samples(List.of(sample))).failures().isEmpty()) {
            samples.add(sample);
        }
    }

    /** A sample can be written as text, and is not too long to be read by a person. */
    private static boolean isText(byte[] line) {
        return line.length <= LONGEST_SAMPLE
                && Arrays.equals(line, new String(line, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8));
    }

    private String head(int valid) {
        return "# A draft, guessed from " + lines.size() + " lines, of which it reads " + valid + ".\n"
                + "# Mend what is wrong, then run trawl formats test FILE. docs/formats.md explains each key.\n";
    }

    private String body() {
        StringBuilder text = new StringBuilder("name: ").append(name).append('\n');
        text.append("title: ")
                .append(Text.quoted(name + ", drafted from lines"))
                .append('\n');
        text.append("link: \"-\"\nverified: false\n");
        if (!envelopes.isEmpty()) {
            text.append("envelope: [").append(String.join(", ", envelopes)).append("]\n");
        }
        if (arrival) {
            text.append("arrival: true\n");
        }
        text.append("grammar:\n  ").append(guess.grammar()).append('\n');
        if (!map.isEmpty()) {
            text.append("map:\n");
            map.forEach((field, columns) -> text.append("  ")
                    .append(field.label())
                    .append(": ")
                    .append(columns(field, columns))
                    .append('\n'));
        }
        return text.toString();
    }

    private static String columns(Field field, List<String> columns) {
        List<String> quoted = columns.stream().map(Text::quoted).toList();
        if (columns.size() == 1) {
            return quoted.get(0);
        }
        String list = "[" + String.join(", ", quoted) + "]";
        // A date and a clock; of CEF's times the first one counts.
        return field == Field.TIMESTAMP && columns.size() == 2 ? "{parts: " + list + "}" : list;
    }

    private static String samples(List<String> samples) {
        return "samples:\n" + String.join("", samples);
    }

    private String unmapped() {
        if (guess.unmapped().isEmpty()) {
            return "";
        }
        StringBuilder text = new StringBuilder("# Columns without a field, each with a value:\n");
        guess.unmapped().entrySet().stream()
                .limit(UNMAPPED)
                .forEach(one -> text.append("#   ")
                        .append(Text.comment(one.getKey()))
                        .append(" = ")
                        .append(Text.comment(one.getValue()))
                        .append('\n'));
        if (guess.unmapped().size() > UNMAPPED) {
            text.append("#   and ").append(guess.unmapped().size() - UNMAPPED).append(" more\n");
        }
        return text.toString();
    }
}
